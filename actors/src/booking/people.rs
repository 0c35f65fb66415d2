//! Names, phone numbers and e-mail addresses as callers speak them and models type them, brought
//! to one form before anything compares or stores them. Called by the tools and by caller look-up.
//! Knows no customer record; never fails loudly, since an unusable detail is asked for again.

mod addresses;
mod names;
mod numbers;

use phonenumber::{Mode, PhoneNumber, country};

pub use addresses::{EmailError, read_email};
use names::MAX_NAME;
pub use names::{begins_alike, person, same_person};

/// Longer texts are no phone number however they are punctuated.
const MAX_PHONE_TEXT: usize = 40;
/// Digits of an international number: the longest by ITU-T E.164, the shortest in real use.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A phone number in E.164 form (`+15125550143`), or `None` when the text is none.
///
/// `country` is the org's ISO 3166 code (`US`), by which numbers without a country code are read;
/// an unknown code leaves only numbers with `+`. A number with `+` and 7 to 15 digits, or one as
/// long as the country's numbers are, is kept even when no numbering plan knows it: it may be newer
/// than our metadata. Extensions are not numbers that can be called back, so a text with one is
/// refused, as is every text with words other than those of a spoken number
/// (`five one two, double five five, oh one four three`).
#[must_use]
pub fn phone(text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
    if let Some(digits) = numbers::spoken(text) {
        return phone(&digits, country);
    }
    if text.len() > MAX_PHONE_TEXT {
        return None;
    }
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = digits_of(rest)?;
    if international {
        let kept = format!("+{digits}");
        return valid_e164(None, &kept)
            .or_else(|| PHONE_DIGITS.contains(&digits.len()).then_some(kept));
    }
    let country: country::Id = country.trim().to_ascii_uppercase().parse().ok()?;
    valid_e164(Some(country), &digits).or_else(|| possible_e164(country, &digits))
}

/// A number as long as the country's are, although no plan has given it out: it may be newer than
/// our metadata, and losing it would be worse than keeping it.
fn possible_e164(country: country::Id, digits: &str) -> Option<String> {
    let plan = phonenumber::metadata::DATABASE.by_id(country.as_ref())?;
    let code = plan.country_code().to_string();
    let kinds = [plan.descriptors().fixed_line(), plan.descriptors().mobile()];
    let is_possible = |national: &&str| {
        let as_long = |length: &u16| usize::from(*length) == national.len();
        PHONE_DIGITS.contains(&national.len())
            && kinds.iter().flatten().any(|kind| kind.possible_length().iter().any(as_long))
    };
    // What is dialled before a national number is no part of it.
    let without_trunk = plan.national_prefix().and_then(|trunk| digits.strip_prefix(trunk));
    let readings = [without_trunk, Some(digits), digits.strip_prefix(&*code)];
    let national = readings.into_iter().flatten().find(is_possible)?;
    Some(format!("+{code}{national}"))
}

/// The digits of a number that has nothing but digits and the usual punctuation.
fn digits_of(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2013}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some(digits)
}

fn valid_e164(country: Option<country::Id>, text: &str) -> Option<String> {
    let number: PhoneNumber = phonenumber::parse(country, text).ok()?;
    let kept = number.format().mode(Mode::E164).to_string();
    // Plans have a few short ones, which nobody can call back from elsewhere.
    let is_whole = PHONE_DIGITS.contains(&(kept.len() - 1));
    (is_whole && phonenumber::is_valid(&number)).then_some(kept)
}

/// An e-mail address as [`read_email`] reads it; `None` when it cannot be read for certain.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    read_email(text).ok()
}

/// A name of anything, trimmed, inner white space and control characters collapsed to one space;
/// [`person`] is for those of people. `None` when nothing is left or when it is longer than 200 characters.
#[must_use]
pub fn name(text: &str) -> Option<String> {
    let name = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    (!name.is_empty() && name.chars().count() <= MAX_NAME).then_some(name)
}

/// A phone number for logs and viewers: `+15125550143` becomes `+1•••43`. The dots are always
/// three, whatever they hide; what is left cannot be dialled or guessed.
#[must_use]
pub fn masked_phone(number: &str) -> String {
    const HIDDEN: &str = "•••";
    let Some(digits) = digits_of(number.strip_prefix('+').unwrap_or(number)) else {
        return HIDDEN.into();
    };
    if digits.len() < 7 {
        return HIDDEN.into();
    }
    let head = if number.starts_with('+') { &number[..2] } else { "" };
    // Only ASCII digits are left, so byte positions are digit positions.
    format!("{head}{HIDDEN}{}", &digits[digits.len() - 2..])
}

/// Reads the table of the world's phone numbers, which takes a moment the first time; a caller
/// must not wait for it.
pub fn warm_up() {
    let _ = phone("+12015550123", "US");
}

/// The digits of a number in E.164 form in the groups in which they are read back: `512`, `555`,
/// `0143` for a number of the North American plan in an org of that plan, else with `+` and the
/// country code as the first group. One group for what no numbering plan knows.
#[must_use]
pub fn groups(number: &str, country: &str) -> Vec<String> {
    let parsed: Option<PhoneNumber> =
        phonenumber::parse(None, number).ok().filter(phonenumber::is_valid);
    let digits = number.strip_prefix('+').unwrap_or(number);
    let code = parsed.map(|parsed| parsed.code().value().to_string());
    let Some((code, rest)) =
        code.and_then(|code| digits.strip_prefix(&code).map(|rest| (code.clone(), rest)))
    else {
        return vec![number.to_owned()];
    };
    let home: Option<country::Id> = country.trim().to_ascii_uppercase().parse().ok();
    let home = home.and_then(|id| phonenumber::metadata::DATABASE.by_id(id.as_ref()));
    let at_home = code == "1" && rest.len() == 10 && home.is_some_and(|h| h.country_code() == 1);
    let mut groups = if at_home { Vec::new() } else { vec![format!("+{code}")] };
    let mut rest = rest;
    while rest.len() > 4 {
        let (group, after) = rest.split_at(3);
        groups.push(group.to_owned());
        rest = after;
    }
    groups.push(rest.to_owned());
    groups
}

/// Whether phone numbers of this ISO 3166 country (two capital letters) are known.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.parse::<phonenumber::country::Id>().is_ok()
}

/// The country that an E.164 number is of, as ISO 3166 code.
#[must_use]
pub fn country_of(number: &str) -> Option<String> {
    let country = phonenumber::parse(None, number).ok()?.country().id()?;
    Some(country.as_ref().to_owned())
}

/// An e-mail address for those who need not know it: `jane@example.com` becomes `j•••@•••`.
#[must_use]
pub fn masked_email(address: &str) -> String {
    let first: String = address.chars().take(1).collect();
    format!("{first}•••@•••")
}

#[cfg(test)]
mod tests;
