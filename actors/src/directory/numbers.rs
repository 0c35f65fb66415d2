//! Phone numbers as a directory needs them: the one that is meant, whether two are the same, and
//! the digits to search for. More tolerant than the rules for bookings, since a number in a
//! directory may be newer, or older, than the numbering plans that we know.

use crate::booking::people;

/// Numbers that no plan knows need at least so many digits: fewer are found inside of strangers'.
const FEWEST: usize = 10;
/// The most digits that a number can have (ITU-T E.164).
const MOST: usize = 15;

/// The number that a text means, in E.164 form; `None` if it is too short or no number at all.
pub(crate) fn meant(text: &str, country: &str) -> Option<String> {
    if let Some(number) = people::phone(text, country) {
        return Some(number);
    }
    let trimmed = text.trim();
    let plain = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-.()/".contains(c);
    if trimmed.starts_with('+') || !trimmed.chars().all(plain) {
        return None;
    }
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    if !(FEWEST..=MOST).contains(&digits.len()) {
        return None;
    }
    let country = country.trim().to_ascii_uppercase();
    let code = phonenumber::metadata::DATABASE.by_id(&country)?.country_code().to_string();
    let has_code = digits.len() > FEWEST && digits.starts_with(&code);
    people::phone(&if has_code { format!("+{digits}") } else { format!("+{code}{digits}") }, "")
}

/// The digits by which a number is found whether it was stored with its country code or without.
pub(crate) fn national_digits(e164: &str) -> String {
    let bare = || e164.chars().filter(char::is_ascii_digit).collect();
    let Ok(number) = phonenumber::parse(None, e164) else { return bare() };
    let all: String = bare();
    let code = number.code().value().to_string();
    all.strip_prefix(&code).filter(|rest| !rest.is_empty()).map_or(all.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_understood_with_and_without_its_country_code() {
        for text in ["6267888831", "626-788-8831", "(626) 788 8831", "16267888831", "+16267888831"]
        {
            assert_eq!(meant(text, "US").as_deref(), Some("+16267888831"), "{text}");
        }
        // No plan has these, and they are numbers all the same.
        for text in ["5551234567", "15551234567", "+15551234567"] {
            assert_eq!(meant(text, "US").as_deref(), Some("+15551234567"), "{text}");
        }
        assert_eq!(meant("030 901820", "DE").as_deref(), Some("+4930901820"));
    }

    #[test]
    fn what_would_find_strangers_is_no_number() {
        for text in
            ["", "8831", "788-8831", "626-788-883", "call me", "1234567890123456", "626788883%"]
        {
            assert_eq!(meant(text, "US"), None, "{text}");
        }
    }

    #[test]
    fn the_country_code_is_no_part_of_what_is_searched_for() {
        for (number, digits) in [
            ("+16267888831", "6267888831"),
            ("+15551234567", "5551234567"),
            ("+4930901820", "30901820"),
            ("+390612345678", "0612345678"),
        ] {
            assert_eq!(national_digits(number), digits);
        }
    }
}
