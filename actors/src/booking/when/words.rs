//! Numbers as they are spoken, in English, turned into digits before a date or a time is looked
//! for among them. Called by its siblings only. Knows neither dates nor times.

/// The words of a text in lower case, with `two-thirty` as two words and `2026-02-08` as one;
/// commas, brackets and full stops at the end of a word are left out.
pub(super) fn words_of(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
        .flat_map(|word| {
            let hyphen = word.contains(char::is_alphabetic).then_some('-');
            word.split(move |c| Some(c) == hyphen)
        })
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Number words as digits: `two thirty` becomes `2 30`, `twenty five` `25`, `two oh five` `2 05`,
/// `fourteen hundred` `14 00`. Other words stay as they are.
pub(super) fn cardinals(words: &[String]) -> Vec<String> {
    let mut written = Vec::with_capacity(words.len());
    let mut rest = words.iter().map(String::as_str).peekable();
    while let Some(word) = rest.next() {
        let next = rest.peek().copied();
        let (number, used_next) = match (word, next.and_then(unit)) {
            ("oh" | "o" | "zero", Some(unit)) => (format!("0{unit}"), true),
            _ => match (tens(word), next.and_then(unit)) {
                (Some(tens), Some(unit)) => (format!("{}", tens + unit), true),
                _ if word == "hundred" => ("00".to_owned(), false),
                _ => (cardinal(word).map_or_else(|| word.to_owned(), |n| n.to_string()), false),
            },
        };
        written.push(number);
        if used_next {
            rest.next();
        }
    }
    written
}

/// As [`cardinals`], and ordinal words as digits too: `the twenty third` becomes `the 23th`.
pub(super) fn cardinals_and_ordinals(words: &[String]) -> Vec<String> {
    let mut written: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let Some(number) = ordinal(word) else {
            written.push(word.clone());
            continue;
        };
        match written.last().and_then(|last| tens(last)) {
            Some(tens) if number < 10 => {
                written.pop();
                written.push(format!("{}th", tens + number));
            }
            _ => written.push(format!("{number}th")),
        }
    }
    cardinals(&written)
}

fn unit(word: &str) -> Option<u8> {
    cardinal(word).filter(|number| (1..=9).contains(number))
}

fn tens(word: &str) -> Option<u8> {
    match word {
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty" => Some(40),
        "fifty" => Some(50),
        _ => None,
    }
}

fn cardinal(word: &str) -> Option<u8> {
    const NAMES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    let place = NAMES.iter().position(|name| *name == word);
    place.and_then(|place| u8::try_from(place).ok()).or_else(|| tens(word))
}

fn ordinal(word: &str) -> Option<u8> {
    match word {
        "first" => Some(1),
        "second" => Some(2),
        "third" => Some(3),
        "fifth" => Some(5),
        "eighth" => Some(8),
        "ninth" => Some(9),
        "twelfth" => Some(12),
        "twentieth" => Some(20),
        "thirtieth" => Some(30),
        _ => cardinal(word.strip_suffix("th")?).filter(|number| (1..20).contains(number)),
    }
}
