//! Confirmation codes as they are spoken and written down: "K as in kilo, M for mother, seven
//! three, tango, N". Says which full codes a text can mean; never completes a part of one. Knows no
//! booking.

use hookswitch_storage::BookingId;

/// Letters and digits of a full code.
const LENGTH: usize = 6;
/// Longer texts are no code however they are spelled.
const MAX_TEXT: usize = 300;

/// What a caller gave to name a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    /// Our booking id.
    Id(BookingId),
    /// Full codes that it can mean, likeliest first; never empty, capitals and digits only.
    Codes(Vec<String>),
    /// No full code, so it can name nothing.
    Part,
}

/// Reads a reference.
pub(super) fn read(text: &str) -> Reference {
    if let Ok(id) = text.trim().parse() {
        return Reference::Id(id);
    }
    if text.len() > MAX_TEXT {
        return Reference::Part;
    }
    let written: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let mut codes: Vec<String> =
        [written, spoken(text)].into_iter().filter(|code| code.len() == LENGTH).collect();
    codes.dedup();
    if codes.is_empty() { Reference::Part } else { Reference::Codes(codes) }
}

/// The letters and digits that somebody spells.
fn spoken(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut code = String::with_capacity(LENGTH);
    let mut times = 1;
    let mut rest = words.as_slice();
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        let sign = match word.as_str() {
            "double" => {
                times = 2;
                continue;
            }
            "triple" => {
                times = 3;
                continue;
            }
            word if FILLERS.contains(&word) => continue,
            word if word.len() == 1 => {
                rest = without_example(word, after);
                word.to_ascii_uppercase()
            }
            word => sign_of(word).map_or_else(|| word.to_ascii_uppercase(), String::from),
        };
        for _ in 0..times {
            code.push_str(&sign);
        }
        times = 1;
    }
    code
}

/// What follows a letter, without the word by which it is explained: "as in kilo", "for kilo".
fn without_example<'a>(letter: &str, after: &'a [String]) -> &'a [String] {
    let explains = |word: &str| word.starts_with(letter) && word.len() > 1;
    match after {
        [a, b, _, rest @ ..] if a == "as" && b == "in" => rest,
        [ray, rest @ ..] if letter == "x" && ray == "ray" => rest,
        [how, word, rest @ ..]
            if matches!(how.as_str(), "as" | "for" | "like" | "in") && explains(word) =>
        {
            rest
        }
        // "K kilo": the letter and its own word are one letter.
        [word, rest @ ..] if NATO.contains(&word.as_str()) && explains(word) => rest,
        _ => after,
    }
}

fn sign_of(word: &str) -> Option<char> {
    if let Some(digit) = DIGITS.iter().position(|digit| *digit == word) {
        return char::from_digit(u32::try_from(digit).ok()?, 10);
    }
    match word {
        "oh" => Some('0'),
        "niner" => Some('9'),
        "alfa" | "juliett" | "whisky" => word.chars().next().map(|c| c.to_ascii_uppercase()),
        word if NATO.contains(&word) => word.chars().next().map(|c| c.to_ascii_uppercase()),
        _ => None,
    }
}

const FILLERS: &[&str] = &[
    "and",
    "then",
    "is",
    "it",
    "its",
    "s",
    "my",
    "the",
    "number",
    "code",
    "confirmation",
    "reference",
    "booking",
    "dash",
    "hyphen",
    "space",
    "letter",
    "digit",
    "capital",
    "followed",
    "by",
];

const DIGITS: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// The spelling alphabet of the ITU's Radio Regulations, Appendix 14.
const NATO: &[&str] = &[
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn means(text: &str, code: &str) -> bool {
        matches!(read(text), Reference::Codes(codes) if codes.iter().any(|c| c == code))
    }

    #[test]
    fn a_code_is_understood_however_it_is_spelled() {
        for text in [
            "KM73TN",
            "km73tn",
            "KM7-3TN",
            "K M 7 3 T N",
            "k, m, seven, three, t, n.",
            "K as in kilo, M as in mike, 7, 3, T as in tango, N as in november",
            "K for king M for mother 7 3 T like Tom N for Nora",
            "kilo mike seven three tango november",
            "My confirmation number is KM73TN",
            "the code is K M seven three and then T N",
            "K kilo M mike 73 T tango N november",
        ] {
            assert!(means(text, "KM73TN"), "{text}: {:?}", read(text));
        }
        assert!(means("double K seven three T N", "KK73TN"));
        assert!(means("X-ray papa four nine juliett alfa", "XP49JA"));
        assert!(means("A as in apple, N for Nora, 3 4 6 W", "AN346W"));
    }

    #[test]
    fn a_part_is_no_code() {
        for text in ["", "KM73T", "KM73TNA", "my booking", "K as in kilo", "seven three"] {
            assert_eq!(read(text), Reference::Part, "{text}");
        }
        assert_eq!(read(&"K ".repeat(200)), Reference::Part);
    }

    #[test]
    fn an_id_is_an_id() {
        let id = BookingId::random();
        assert_eq!(read(&format!(" {id} ")), Reference::Id(id));
    }

    proptest! {
        #[test]
        fn every_code_is_understood_when_it_is_spelled_by_the_alphabet(code in "[ACEFGHJKMNPRTUWXY34679]{6}") {
            let words: Vec<String> = code
                .chars()
                .map(|c| {
                    let own = NATO.iter().find(|word| word.starts_with(c.to_ascii_lowercase()));
                    match own {
                        Some(word) => format!("{c} as in {word}"),
                        None => DIGITS[c.to_digit(10).unwrap_or(0) as usize].to_owned(),
                    }
                })
                .collect();
            prop_assert!(means(&words.join(", "), &code), "{:?}", words);
        }

        #[test]
        fn whatever_is_said_a_reading_is_a_full_code(text in "\\PC{0,60}") {
            if let Reference::Codes(codes) = read(&text) {
                prop_assert!(codes.len() <= 2);
                prop_assert!(codes.iter().all(|code| code.len() == LENGTH
                    && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())));
            }
        }
    }
}
