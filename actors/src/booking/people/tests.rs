//! What becomes of spoken and typed personal details.

use super::super::speech::{spoken_email, spoken_number};
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
fn a_national_number_that_no_plan_knows_is_kept_if_it_is_as_long_as_one() {
    assert_eq!(us("555-123-4567").as_deref(), Some("+15551234567"));
    assert_eq!(us("1 (555) 123 4567").as_deref(), Some("+15551234567"));
    assert_eq!(phone("0555 123 4567", "GB").as_deref(), Some("+445551234567"));
    for text in ["555-1234", "123-4567", "555 123 456", "555 123 456 78"] {
        assert_eq!(us(text), None, "{text}");
    }
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
    assert_eq!(phone("1640", "DE"), None, "a plan has it, but it is too short to be called back");
    assert_eq!(phone("5125550143", "nowhere"), None);
    assert_eq!(phone("5125550143", ""), None);
}

#[test]
fn a_spoken_number_is_put_into_digits() {
    for text in [
        "five one two five five five oh one four three",
        "five one two, double five five, zero one four three",
        "five one two triple five o one four three",
        "five-one-two 555 01 forty three",
        "My number is five twelve, five fifty five, oh one, forty-three",
        "area code 512, then five five five, uh, zero one four three.",
        "plus one five one two five five five zero one four three",
        "+1 five one two 555 0143",
        "one, five one two, five five five, zero one four three",
    ] {
        assert_eq!(us(text).as_deref(), Some("+15125550143"), "{text:?}");
    }
    assert_eq!(us("eight hundred five five five twelve twelve").as_deref(), Some("+18005551212"));
    assert_eq!(us("two one two five five five one thousand").as_deref(), Some("+12125551000"));
    assert_eq!(
        us("plus four four, two oh, seven nine four six, double zero one eight").as_deref(),
        Some("+442079460018")
    );
    assert_eq!(
        phone("oh two oh seven nine four six double oh one eight", "GB").as_deref(),
        Some("+442079460018")
    );
}

#[test]
fn half_a_spoken_number_or_one_among_other_words_is_refused() {
    for text in [
        "five five five one two three four",
        "five one two five five five oh one four three extension five",
        "five one two five five five oh one four something",
        "double trouble",
        "call five one two five five five oh one four three",
        "five hundred and five five five five one two three four",
        "nine one one",
        "plus",
        "my number is",
    ] {
        assert_eq!(us(text), None, "{text:?}");
    }
}

#[test]
fn a_number_is_read_back_in_groups() {
    assert_eq!(groups("+15125550143", "US"), ["512", "555", "0143"]);
    assert_eq!(groups("+15125550143", "DE"), ["+1", "512", "555", "0143"]);
    assert_eq!(groups("+4930901820", "DE"), ["+49", "309", "018", "20"]);
    assert_eq!(groups("+9991234567", "US"), ["+9991234567"]);
}

#[test]
fn a_spoken_address_is_put_together_letter_by_letter() {
    for (text, expected) in [
        ("jane dot doe at gmail dot com", "jane.doe@gmail.com"),
        ("My email is jane underscore doe at gmail dot com.", "jane_doe@gmail.com"),
        ("j a n e at example dot org", "jane@example.org"),
        ("J-A-N-E dot doe at example dot org", "JANE.doe@example.org"),
        ("j doe at example dot co dot uk", "jdoe@example.co.uk"),
        ("jane dash doe seven double two at example dot com", "jane-doe722@example.com"),
        ("b as in boy o b for bravo at example dot com", "bob@example.com"),
        ("jane doe all one word at example dot com", "janedoe@example.com"),
        ("jane plus cleaning at sign example full stop com", "jane+cleaning@example.com"),
        ("jane @ example.com", "jane@example.com"),
        ("jane@example dot com", "jane@example.com"),
        ("jane at g mail dot com", "jane@gmail.com"),
        ("jane dot doe at gmail", "jane.doe@gmail.com"),
        ("Jane@iCloud", "Jane@icloud.com"),
        ("it at example dot com", "it@example.com"),
    ] {
        assert_eq!(read_email(text).as_deref(), Ok(expected), "{text:?}");
    }
    for text in
        ["jane doe at example dot com", "jane at example com", "jane at", "at gmail", "oh at gmail"]
    {
        assert_eq!(email(text), (text == "oh at gmail").then(|| "oh@gmail.com".into()), "{text:?}");
    }
}

#[test]
fn an_ending_that_is_not_certain_is_asked_back_instead_of_completed() {
    let likely = |address: &str| Err(EmailError::NoEnding { likely: address.into() });
    assert_eq!(read_email("jane at yahoo"), likely("jane@yahoo.com"));
    assert_eq!(read_email("jane@hotmail"), likely("jane@hotmail.com"));
    assert_eq!(read_email("jane at work"), Err(EmailError::Unreadable));
}

#[test]
fn a_name_is_written_as_names_are() {
    for (text, expected) in [
        ("jane DOE", "Jane Doe"),
        ("JANE DOE", "Jane Doe"),
        ("jane o'neil", "Jane O'Neil"),
        ("JANE O\u{2019}NEIL", "Jane O\u{2019}Neil"),
        ("ann mcdonald", "Ann McDonald"),
        ("Ann McDonald", "Ann McDonald"),
        ("JAN VAN DER BERG", "Jan van der Berg"),
        ("Jan van der Berg", "Jan van der Berg"),
        ("Jan Van der Berg", "Jan Van der Berg"),
        ("josé garcía-lópez", "José García-López"),
        ("dr. jane doe", "Jane Doe"),
        ("Mrs. Ruiz", "Mrs. Ruiz"),
        ("mr doe", "Mr Doe"),
        ("my name is jane doe", "Jane Doe"),
        ("This is Ann Ruiz", "Ann Ruiz"),
        ("J A N E", "Jane"),
        ("Ann Ruiz, R-U-I-Z", "Ann Ruiz"),
        ("Ann Reese spelled R E E C E", "Ann Reece"),
        ("Ann R-U-I-Z", "Ann Ruiz"),
        ("J. R. Smith", "J. R. Smith"),
        ("TJ Smith", "TJ Smith"),
        ("TJ É", "Tj É"),
        ("jane doe iii", "Jane Doe III"),
        ("DeShawn Li", "DeShawn Li"),
        ("王小明", "王小明"),
    ] {
        assert_eq!(person(text).as_deref(), Some(expected), "{text:?}");
    }
    assert_eq!(person(" , "), None);
    assert!(same_person("Dr. Jane O\u{2019}Neil", "jane oneil"));
    assert!(!same_person("Mrs. Ruiz", "Mr. Ruiz"));
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

#[test]
fn initials_between_hyphens_do_not_tell_how_the_other_words_are_meant() {
    let usual = person("AA a-é");
    assert!(usual.is_some());
    assert_eq!(usual.as_deref().and_then(person), usual);
}

proptest! {
    #![proptest_config(crate::booking::trials::trials(64))]

    #[test]
    fn no_text_makes_a_detail_panic(text in any::<String>(), country in "[A-Za-z]{0,3}") {
        let _ = (phone(&text, &country), email(&text), name(&text), masked_phone(&text));
        let _ = (person(&text), groups(&text, &country), same_person(&text, &country));
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
    fn no_spoken_words_make_a_detail_panic(
        text in "((plus|double|triple|hundred|and|oh|five|twenty|é|7|at|dot|as in|j|the|spelled|-|@|o'|mc|dr\\.) ?){0,9}",
    ) {
        let _ = (phone(&text, "US"), email(&text), person(&text));
    }

    #[test]
    fn a_number_that_is_read_back_is_understood_as_itself(
        text in "([2-9][0-9]{2}[2-9][0-9]{6}|[+][1-9][0-9]{7,13})",
    ) {
        if let Some(number) = us(&text) {
            let spoken = spoken_number(&groups(&number, "US"));
            // A number that no plan knows is one group.
            prop_assert_eq!(us(&spoken), Some(number), "{}", spoken);
        }
    }

    #[test]
    fn an_address_that_is_read_back_is_understood_as_itself(
        address in "[a-z]{2,6}[0-9]{0,3}([._+-][a-z]{3,6}[0-9]{0,2}){0,2}@[a-z]{3,8}(-[a-z]{2,5})?[.](com|org|co[.]uk)",
    ) {
        // Names of signs and digits cannot be told from the signs and digits themselves.
        let words = address.split(|c: char| !c.is_alphabetic());
        let mut names = words.filter(|word| {
            super::numbers::unit(word).is_some()
                || ["at", "dot", "plus", "dash", "point", "minus", "double", "triple", "is", "it", "my", "the", "full", "under"].contains(word)
        });
        prop_assume!(names.next().is_none());
        prop_assert_eq!(email(&spoken_email(&address)), Some(address.clone()), "{}", address);
    }

    #[test]
    fn a_name_in_its_usual_form_stays_the_same(text in "[ a-zA-Z.'é-]{0,30}") {
        if let Some(name) = person(&text) {
            prop_assert_eq!(person(&name), Some(name), "{}", text);
        }
    }

    #[test]
    fn an_address_and_a_name_stay_the_same_when_repeated(text in "[ a-zA-Z.@-]{0,30}") {
        if let Some(address) = email(&text) {
            prop_assert_eq!(email(&address), Some(address));
        }
        if let Some(named) = name(&text) {
            prop_assert!(same_person(&named, &text) || !text.contains(char::is_alphanumeric));
            prop_assert_eq!(name(&named), Some(named));
        }
    }
}
