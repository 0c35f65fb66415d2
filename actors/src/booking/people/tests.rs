//! What becomes of spoken and typed personal details.

use super::*;
use proptest::prelude::*;

fn us(text: &str) -> Option<String> {
    phone(text, "US")
}

#[test]
fn a_national_number_gets_the_country_code_of_the_org() {
    assert_eq!(us("5125550143").as_deref(), Some("+15125550143"));
    assert_eq!(us("(512) 555-0143").as_deref(), Some("+15125550143"));
    assert_eq!(us("1 512 555 0143").as_deref(), Some("+15125550143"));
    assert_eq!(phone("030 901820", "DE").as_deref(), Some("+4930901820"));
    assert_eq!(phone("020 7946 0018", "gb").as_deref(), Some("+442079460018"));
    assert_eq!(phone("06 6982 1234", "IT").as_deref(), Some("+390669821234"));
}

#[test]
fn a_number_with_plus_keeps_its_own_country() {
    assert_eq!(us("+44 20 7946 0018").as_deref(), Some("+442079460018"));
    // It begins with the American trunk prefix, which must not be taken off.
    assert_eq!(us("+49 1512 3456789").as_deref(), Some("+4915123456789"));
    assert_eq!(us("tel:+4930901820").as_deref(), Some("+4930901820"));
    assert_eq!(us(" +1-512-555-0143 ").as_deref(), Some("+15125550143"));
    assert_eq!(phone("+15125550143", "nowhere").as_deref(), Some("+15125550143"));
}

#[test]
fn an_international_prefix_is_read_as_plus() {
    assert_eq!(us("011 44 20 7946 0018").as_deref(), Some("+442079460018"));
    assert_eq!(phone("0044 20 7946 0018", "DE").as_deref(), Some("+442079460018"));
}

#[test]
fn a_number_with_plus_that_no_plan_knows_is_kept() {
    assert_eq!(us("+1234567890").as_deref(), Some("+1234567890"));
    assert_eq!(us("+999 123 4567").as_deref(), Some("+9991234567"));
    assert_eq!(us("+123456"), None);
    assert_eq!(us("+1234567890123456"), None);
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        "+",
        "anonymous",
        "911",
        "12345",
        "555-0143",
        "sip:5125550143@example.com",
        "512-555-0143 ext 5",
        "++15125550143",
        "call 5125550143",
        "1-800-FLOWERS",
    ] {
        assert_eq!(us(text), None, "{text:?}");
    }
    assert_eq!(phone("5125550143", "nowhere"), None);
    assert_eq!(phone("5125550143", ""), None);
}

#[test]
fn an_address_is_trimmed_and_its_domain_lower_cased() {
    assert_eq!(email("  Ann.Lee@Example.COM ").as_deref(), Some("Ann.Lee@example.com"));
    assert_eq!(email("a+b@mail.example.co.uk").as_deref(), Some("a+b@mail.example.co.uk"));
}

#[test]
fn a_spelled_out_address_is_put_together() {
    assert_eq!(email("ann dot lee at example dot com").as_deref(), Some("ann.lee@example.com"));
    assert_eq!(email("Ann underscore 7 AT Example Dot Com").as_deref(), Some("Ann_7@example.com"));
    assert_eq!(email("ann lee at example dot com"), None);
    assert_eq!(email("meet me at noon"), None);
}

#[test]
fn an_implausible_address_is_refused() {
    for text in [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@@example.com",
        "a@b@example.com",
        "ann lee@example.com",
        "ann@exam ple.com",
        "ann@example..com",
        "ann@.com",
        "ann@example.",
        "<ann@example.com>",
        ".ann@example.com",
        "ann@example.com\nBcc: bo@example.com",
    ] {
        assert_eq!(email(text), None, "{text:?}");
    }
    assert_eq!(email(&format!("{}@example.com", "a".repeat(250))), None);
}

#[test]
fn a_name_has_single_spaces_and_no_line_breaks() {
    assert_eq!(name("  Ann \t Lee\n").as_deref(), Some("Ann Lee"));
    assert_eq!(name("Ann\u{0}Lee").as_deref(), Some("Ann Lee"));
    assert_eq!(name("José García-López").as_deref(), Some("José García-López"));
    assert_eq!(name(" \n "), None);
    assert_eq!(name(&"é".repeat(200)).map(|n| n.chars().count()), Some(200));
    assert_eq!(name(&"a".repeat(201)), None);
}

#[test]
fn case_and_spaces_do_not_make_another_person() {
    assert!(same_person("Mary Ann Lee", " mary  annlee"));
    assert!(same_person("ÉLODIE", "élodie"));
    assert!(!same_person("Ann Lee", "Ann Leigh"));
    assert!(!same_person("", " "));
}

#[test]
fn a_masked_number_hides_its_middle() {
    assert_eq!(masked_phone("+15125550143"), "+1•••43");
    assert_eq!(masked_phone("+49301234"), "+4•••34");
    assert_eq!(masked_phone("+123456"), "•••");
    assert_eq!(masked_phone("911"), "•••");
    assert_eq!(masked_phone("Ann Lee"), "•••");
}

proptest! {
    #[test]
    fn no_text_makes_a_detail_panic(text in any::<String>(), country in "[A-Za-z]{0,3}") {
        let _ = (phone(&text, &country), email(&text), name(&text), masked_phone(&text));
    }

    #[test]
    fn a_phone_number_is_e164_and_stays_the_same_when_repeated(
        text in "[+]?[0-9 ().-]{0,22}",
        country in prop::sample::select(vec!["US", "DE", "GB", "IT", "AU", "BR", "IN"]),
    ) {
        if let Some(number) = phone(&text, country) {
            let digits = number.strip_prefix('+').unwrap_or_default();
            prop_assert!((7..=15).contains(&digits.len()), "{}", number);
            prop_assert!(digits.bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(phone(&number, "US"), Some(number));
        }
    }

    #[test]
    fn a_masked_number_hides_at_least_three_digits(number in "[+][0-9]{0,16}") {
        let shown = masked_phone(&number).chars().filter(char::is_ascii_digit).count();
        prop_assert!(shown == 0 || shown + 3 < number.len());
    }

    #[test]
    fn an_address_and_a_name_stay_the_same_when_repeated(text in "[ a-zA-Z.@-]{0,30}") {
        if let Some(address) = email(&text) {
            prop_assert_eq!(email(&address), Some(address));
        }
        if let Some(person) = name(&text) {
            prop_assert!(same_person(&person, &text));
            prop_assert_eq!(name(&person), Some(person));
        }
    }
}
