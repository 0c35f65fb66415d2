//! E-mail addresses, typed or spoken: `jane dot doe at gmail dot com`, `j a n e underscore seven at
//! icloud`. Called through its parent. Completes nothing that could be completed in two ways.

use super::numbers::unit;

/// Longest accepted address, bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const MAX_EMAIL: usize = 254;
/// Longest text that is read, bytes: a spoken address is a few times as long as a typed one.
const MAX_SPOKEN: usize = 1_000;

/// Providers whose addresses all end in the same way.
const WHOLE: [(&str, &str); 3] =
    [("gmail", "gmail.com"), ("googlemail", "googlemail.com"), ("icloud", "icloud.com")];
/// Providers with addresses in many countries, and the ending that is likeliest.
const LIKELY: [(&str, &str); 9] = [
    ("yahoo", "yahoo.com"),
    ("hotmail", "hotmail.com"),
    ("outlook", "outlook.com"),
    ("live", "live.com"),
    ("aol", "aol.com"),
    ("msn", "msn.com"),
    ("proton", "proton.me"),
    ("protonmail", "protonmail.com"),
    ("gmx", "gmx.com"),
];

/// Why an address could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// It is none, or its words could be put together in more than one way.
    #[error("not a readable e-mail address; ask for it again, letter by letter if need be")]
    Unreadable,
    /// Only its end is missing.
    #[error("the end of the e-mail address is missing; ask whether it is {likely}")]
    NoEnding {
        /// The whole address as it is likeliest.
        likely: String,
    },
}

/// An e-mail address, trimmed and with its domain in lower case: one `@`, a dot inside the domain,
/// no spaces. The part before the `@` keeps its case, since mail servers may tell cases apart. A
/// spoken address is put together first; letters and digits that follow each other are joined,
/// words only if `all one word` is said.
///
/// # Errors
/// [`EmailError`]; never a guess.
pub fn read_email(text: &str) -> Result<String, EmailError> {
    let text = text.trim().trim_end_matches(['.', ',', '!', '?', ';']).trim_end();
    if text.len() > MAX_SPOKEN {
        return Err(EmailError::Unreadable);
    }
    let spoken = text.contains(char::is_whitespace);
    let typed = if spoken { put_together(text) } else { Some(text.to_owned()) };
    let typed = typed.ok_or(EmailError::Unreadable)?;
    let Some((local, domain)) = typed.split_once('@') else { return Err(EmailError::Unreadable) };
    let lower = domain.to_lowercase();
    let ending = |list: &[(&str, &str)]| {
        list.iter().find(|(name, _)| *name == lower).map(|(_, whole)| format!("{local}@{whole}"))
    };
    if let Some(whole) = ending(&WHOLE) {
        return plausible(&whole).ok_or(EmailError::Unreadable);
    }
    if let Some(likely) = ending(&LIKELY).and_then(|likely| plausible(&likely)) {
        return Err(EmailError::NoEnding { likely });
    }
    plausible(&typed).ok_or(EmailError::Unreadable)
}

fn plausible(text: &str) -> Option<String> {
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

/// What a piece of a spoken address is; only words must not follow each other.
#[derive(PartialEq)]
enum Piece {
    Sign,
    Character,
    Word,
}

fn put_together(spoken: &str) -> Option<String> {
    let spaced = spoken.replace('@', " @ ");
    let words: Vec<&str> = spaced
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let one_word = lower.windows(2).any(|pair| matches!(pair, ["one", "word"] | ["no", "spaces"]));
    let mut address = String::with_capacity(spoken.len());
    let mut last = Piece::Sign;
    let mut at = lead_in(&lower);
    while at < words.len() {
        let rest = &lower[at..];
        let (piece, text, used) = match rest {
            ["all", "one", "word", ..] => {
                at += 3;
                continue;
            }
            ["one", "word", ..] | ["no", "spaces", ..] | ["all", "lowercase", ..] => {
                at += 2;
                continue;
            }
            ["lowercase" | "capital" | "uppercase", ..] => {
                at += 1;
                continue;
            }
            ["at", "sign", ..] => (Piece::Sign, "@".to_owned(), 2),
            ["full", "stop", ..] => (Piece::Sign, ".".to_owned(), 2),
            ["under", "score", ..] => (Piece::Sign, "_".to_owned(), 2),
            ["double", again, ..] => (Piece::Character, character(again)?.repeat(2), 2),
            ["triple", again, ..] => (Piece::Character, character(again)?.repeat(3), 2),
            // `b as in boy`, `b for boy`.
            [letter, "as", "in", word, ..] if stands_for(letter, word) => {
                (Piece::Character, (*letter).to_owned(), 4)
            }
            [letter, "for" | "like", word, ..] if stands_for(letter, word) => {
                (Piece::Character, (*letter).to_owned(), 3)
            }
            [word, ..] => match (sign(word), character(word)) {
                (Some(sign), _) => (Piece::Sign, sign.to_owned(), 1),
                (None, Some(_)) if word.len() == 1 => (Piece::Character, words[at].to_owned(), 1),
                (None, Some(digit)) => (Piece::Character, digit, 1),
                _ if word.bytes().all(|b| b.is_ascii_digit()) => {
                    (Piece::Character, (*word).to_owned(), 1)
                }
                _ => match spelled(words[at]) {
                    Some(letters) => (Piece::Character, letters, 1),
                    None => (Piece::Word, words[at].to_owned(), 1),
                },
            },
            [] => break,
        };
        if last == Piece::Word && piece == Piece::Word && !one_word {
            return None;
        }
        address.push_str(&text);
        last = piece;
        at += used;
    }
    Some(address)
}

/// How many words of `my e-mail address is` begin the text.
fn lead_in(words: &[&str]) -> usize {
    let known = |word: &&&str| {
        matches!(
            **word,
            "my" | "email" | "e-mail" | "address" | "is" | "it's" | "it" | "the" | "that's"
        )
    };
    let count = words.iter().take_while(known).count();
    // An address may begin with such a word itself: `it at example dot com`.
    match words.get(count) {
        Some(next) if sign(next).is_some() => count.saturating_sub(1),
        _ => count,
    }
}

fn sign(word: &str) -> Option<&'static str> {
    Some(match word {
        "at" | "@" => "@",
        "dot" | "period" | "point" | "." => ".",
        "underscore" | "_" => "_",
        "dash" | "hyphen" | "minus" | "-" => "-",
        "plus" | "+" => "+",
        _ => return None,
    })
}

/// A single letter or digit, as it is or as a word.
fn character(word: &str) -> Option<String> {
    let mut written = word.chars();
    match (written.next(), written.next()) {
        (Some(one), None) if one.is_ascii_alphanumeric() => Some(one.to_string()),
        // "Oh" may be the letter as well as the digit.
        _ if word == "oh" => None,
        _ => unit(word).map(String::from),
    }
}

fn stands_for(letter: &str, word: &str) -> bool {
    letter.len() == 1 && word.len() > 1 && word.starts_with(letter)
}

/// `j-a-n-e`: a word spelled with hyphens.
pub(super) fn spelled(word: &str) -> Option<String> {
    let letters: Vec<&str> = word.split('-').collect();
    let each_is_one = letters.iter().all(|letter| letter.chars().count() == 1);
    (letters.len() > 2 && each_is_one).then(|| letters.concat())
}
