//! Names, phone numbers and e-mail addresses as callers speak them and models type them, brought
//! to one form before anything compares or stores them. Called by the tools and by caller look-up.
//! Knows no customer record; never fails loudly, since an unusable detail is asked for again.

use phonenumber::{Mode, PhoneNumber, country};

/// Longest accepted name, characters.
const MAX_NAME: usize = 200;
/// Longest accepted address, bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL: usize = 254;
/// Longer texts are no phone number however they are punctuated.
const MAX_PHONE_TEXT: usize = 40;
/// Digits of an international number: the longest by ITU-T E.164, the shortest in real use.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A phone number in E.164 form (`+15125550143`), or `None` when the text is none.
///
/// `country` is the org's ISO 3166 code (`US`), by which numbers without a country code are read;
/// an unknown code leaves only numbers with `+`. A number with `+` and 7 to 15 digits is kept even
/// when no numbering plan knows it: it may be newer than our metadata. Extensions are not numbers
/// that can be called back, so a text with one is refused, as is every text with letters.
#[must_use]
pub fn phone(text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text);
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
    valid_e164(Some(country), &digits)
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
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// An e-mail address, trimmed and with its domain in lower case; `None` when it is not plausible:
/// one `@`, a dot inside the domain, no spaces. The part before the `@` keeps its case, since
/// mail servers may tell cases apart. A spelled-out address (`ann dot lee at example dot com`) is
/// put together first.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains('@') { plausible_email(text) } else { plausible_email(&put_together(text)) }
}

fn plausible_email(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let domain_is_plausible = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    let local_is_plausible = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local
            .contains(|c: char| c.is_whitespace() || c.is_control() || "\",:;<>()[]\\".contains(c));
    (text.len() <= MAX_EMAIL && domain_is_plausible && local_is_plausible)
        .then(|| format!("{local}@{}", domain.to_lowercase()))
}

fn put_together(spoken: &str) -> String {
    let mut address = String::with_capacity(spoken.len());
    let mut after_word = false;
    for word in spoken.split_whitespace() {
        let sign = match word.to_ascii_lowercase().as_str() {
            "at" => Some('@'),
            "dot" | "period" => Some('.'),
            "underscore" => Some('_'),
            "dash" | "hyphen" => Some('-'),
            "plus" => Some('+'),
            _ => None,
        };
        match sign {
            Some(sign) => address.push(sign),
            None => {
                // Two words in a row are no address; the kept space makes the check refuse it.
                if after_word {
                    address.push(' ');
                }
                address.push_str(word);
            }
        }
        after_word = sign.is_none();
    }
    address
}

/// A person's name, trimmed, inner white space and control characters collapsed to one space;
/// `None` when nothing is left or when it is longer than 200 characters.
#[must_use]
pub fn name(text: &str) -> Option<String> {
    let name = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    (!name.is_empty() && name.chars().count() <= MAX_NAME).then_some(name)
}

/// Whether two names are the same but for case and white space. Empty names are nobody's.
#[must_use]
pub fn same_person(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    let a = letters(a);
    !a.is_empty() && a == letters(b)
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

/// Whether phone numbers of this ISO 3166 country (two capital letters) are known.
#[must_use]
pub fn is_country(code: &str) -> bool {
    code.parse::<phonenumber::country::Id>().is_ok()
}

/// An e-mail address for those who need not know it: `jane@example.com` becomes `j•••@•••`.
#[must_use]
pub fn masked_email(address: &str) -> String {
    let first: String = address.chars().take(1).collect();
    format!("{first}•••@•••")
}

#[cfg(test)]
mod tests;
