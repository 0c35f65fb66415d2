//! Names of people as callers say and spell them and as models type them. Called through its
//! parent. Knows how names are usually written, not whose they are.

use super::addresses::spelled;

/// Longest accepted name, characters.
pub(super) const MAX_NAME: usize = 200;

/// What people say before their name.
const LEAD_INS: [&[&str]; 8] = [
    &["my", "name", "is"],
    &["the", "name", "is"],
    &["name", "is"],
    &["this", "is"],
    &["it", "is"],
    &["it's"],
    &["i'm"],
    &["i", "am"],
];

/// Written before a name, no part of it.
const TITLES: [&str; 10] =
    ["mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "sir", "madam"];

/// Parts of surnames that are written small after a first name.
const PARTICLES: [&str; 23] = [
    "van", "der", "den", "de", "la", "le", "von", "zu", "zur", "ten", "ter", "da", "do", "dos",
    "das", "di", "del", "della", "du", "bin", "ibn", "af", "av",
];

/// A person's name in its usual form: `jane DOE` becomes `Jane Doe`, `dr. ann o'neil` `Ann O'Neil`,
/// `ANN VAN DER BERG` `Ann van der Berg`; letters that were spelled become a word, titles and
/// lead-ins go. Words with capitals of their own, like `McDonald` or `DeShawn`, stay as they are.
/// `None` when nothing is left or when it is longer than 200 characters.
#[must_use]
pub fn person(text: &str) -> Option<String> {
    let name = super::name(text)?;
    let words: Vec<&str> =
        name.split(' ').map(|word| word.trim_matches([',', ';', '!', '?'])).collect();
    let words = join_spelled(without_titles(without_lead_in(&words)));
    // Single letters and numerals are written large by everybody.
    let has_parts = |word: &str| {
        word.split(|c: char| !c.is_alphabetic()).any(|part| part.chars().nth(1).is_some())
    };
    let telling = |word: &&String| has_parts(word) && !is_numeral(word);
    let all_capitals = !words.iter().filter(telling).any(|word| word.contains(char::is_lowercase));
    let written: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(place, word)| usual(word, place > 0, all_capitals))
        .collect();
    super::name(&written.join(" "))
}

/// Whether two names are the same but for case, white space, punctuation and titles. Empty names
/// are nobody's.
#[must_use]
pub fn same_person(a: &str, b: &str) -> bool {
    let letters = |name: &str| -> String {
        let words: Vec<&str> = name.split_whitespace().collect();
        let letters = without_titles(&words).iter().flat_map(|word| word.chars());
        letters.filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let a = letters(a);
    !a.is_empty() && a == letters(b)
}

/// Whether one of two names is the beginning of the other, word by word: "Jane" and "Jane Doe". Empty names are
/// nobody's.
#[must_use]
pub fn begins_alike(a: &str, b: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let all: Vec<&str> = name.split_whitespace().collect();
        without_titles(&all).iter().map(|word| word.to_lowercase()).collect()
    };
    let (a, b) = (words(a), words(b));
    !a.is_empty() && !b.is_empty() && a.iter().zip(&b).all(|(one, other)| one == other)
}

fn is_in(word: &str, list: &[&str]) -> bool {
    let word = word.trim_end_matches('.');
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn without_lead_in<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    let begins = |lead: &&&[&str]| {
        words.len() > lead.len() && lead.iter().zip(words).all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    LEAD_INS.iter().find(begins).map_or(words, |lead| &words[lead.len()..])
}

/// A title alone with a surname stays: it is all that is known of the first name.
fn without_titles<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    match words {
        [title, rest @ ..] if rest.len() > 1 && is_in(title, &TITLES) => without_titles(rest),
        words => words,
    }
}

/// `D-O-E` and `D O E` become `DOE`; a spelling that only repeats the word before it goes, and one
/// that is announced (`Reese spelled R-E-E-C-E`) takes its place.
fn join_spelled(words: &[&str]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let run = words[at..].iter().take_while(|word| is_letter(word)).count();
        let (word, used, was_spelled) = match spelled(words[at]) {
            Some(letters) => (letters, 1, true),
            // Two are initials.
            None if run > 2 => (words[at..at + run].concat(), run, true),
            None => (words[at].to_owned(), 1, false),
        };
        at += used;
        if !was_spelled {
            joined.push(word);
            continue;
        }
        let announced = joined.last().is_some_and(|last| is_in(last, &["spelled", "spelt"]));
        if announced {
            joined.pop();
            joined.pop();
        } else if joined.last().is_some_and(|last| same_person(last, &word)) {
            continue;
        }
        // Spelled letters say nothing about capitals.
        joined.push(word.to_lowercase());
    }
    joined
}

fn is_letter(word: &str) -> bool {
    let mut chars = word.chars();
    matches!((chars.next(), chars.next()), (Some(c), None) if c.is_alphabetic())
}

fn usual(word: &str, follows: bool, all_capitals: bool) -> String {
    let has_small = word.contains(char::is_lowercase);
    let has_capital = word.contains(char::is_uppercase);
    let small = word.to_lowercase();
    if follows && is_in(&small, &PARTICLES) && (!has_capital || !has_small) {
        return small;
    }
    if has_small && has_capital {
        return word.to_owned();
    }
    if follows && is_numeral(&small) {
        return word.to_uppercase();
    }
    // `TJ Smith`: two capitals before words that are not all capitals are initials.
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    if !follows && !has_small && !all_capitals && letters <= 2 {
        return word.to_owned();
    }
    capitalised(&small)
}

fn is_numeral(word: &str) -> bool {
    ["ii", "iii", "iv"].iter().any(|numeral| numeral.eq_ignore_ascii_case(word))
}

/// The first letter of each part in capitals: `o'neil-smith` is `O'Neil-Smith`, `mcdonald` `McDonald`.
fn capitalised(small: &str) -> String {
    let mut name = String::with_capacity(small.len());
    let mut begins = true;
    let mut letters = 0;
    for c in small.chars() {
        if begins && c.is_alphabetic() {
            name.extend(c.to_uppercase());
            begins = false;
            letters = 1;
            continue;
        }
        letters += 1;
        let after_mc = letters == 3 && name.ends_with("Mc");
        if after_mc {
            name.extend(c.to_uppercase());
        } else {
            name.push(c);
        }
        // An apostrophe begins a new part only after a single letter: `O'Neil`, but `Ta'ani`.
        let apostrophe = matches!(c, '\'' | '\u{2019}') && letters == 2;
        begins = c == '-' || c == '.' || apostrophe;
    }
    name
}
