//! Phone numbers in words: `five one two, double five five, oh one four three`. Called by its
//! parent before it looks for digits. Knows no numbering plan.

/// Longest text that is read, bytes; fifteen digits with pauses and a lead-in need less.
const MAX_SPOKEN: usize = 240;

/// The number in digits, with `+` in front if it was said; `None` for a text without words, or with
/// any word that does not belong to a number: half a number must not pass for a whole one.
pub(super) fn spoken(text: &str) -> Option<String> {
    if text.len() > MAX_SPOKEN || !text.contains(char::is_alphabetic) {
        return None;
    }
    let lower = text.to_lowercase();
    let mut words = lower
        .split(|c: char| {
            c.is_whitespace() || ",;.-()/\u{2010}\u{2011}\u{2012}\u{2013}…".contains(c)
        })
        .filter(|word| !word.is_empty())
        .skip_while(|word| LEAD_IN.contains(word))
        .filter(|word| !PAUSES.contains(word))
        .peekable();
    let mut number = String::new();
    let mut multiplied = false;
    while let Some(word) = words.next() {
        let again = std::mem::take(&mut multiplied);
        match word {
            "plus" if number.is_empty() => number.push('+'),
            "double" => number.push_str(&digit(words.next()?)?.to_string().repeat(2)),
            "triple" | "treble" => number.push_str(&digit(words.next()?)?.to_string().repeat(3)),
            "quadruple" => number.push_str(&digit(words.next()?)?.to_string().repeat(4)),
            "hundred" | "thousand" if number.ends_with(|c: char| c.is_ascii_digit()) && !again => {
                number.push_str(if word == "hundred" { "00" } else { "000" });
                multiplied = true;
            }
            // "Five hundred and five" is 505 to some and 5005 to others.
            "and" if !again => {}
            word => match tens(word) {
                Some(tens) => {
                    let unit = words.peek().and_then(|next| unit(next)).filter(|unit| *unit != '0');
                    number.push(tens);
                    number.push(unit.unwrap_or('0'));
                    if unit.is_some() {
                        words.next();
                    }
                }
                None => number.push_str(&written(word, number.is_empty())?),
            },
        }
    }
    (!number.is_empty()).then_some(number)
}

/// What people say before a number.
const LEAD_IN: [&str; 16] = [
    "my", "number", "phone", "is", "it", "it's", "its", "the", "that's", "this", "yes", "yeah",
    "sure", "okay", "ok", "so",
];

/// What people say within one.
const PAUSES: [&str; 10] =
    ["um", "uh", "er", "erm", "then", "pause", "dash", "hyphen", "area", "code"];

fn written(word: &str, first: bool) -> Option<String> {
    if let Some(digit) = unit(word) {
        return Some(digit.to_string());
    }
    if let Some(place) = TEENS.iter().position(|name| *name == word) {
        return Some((10 + place).to_string());
    }
    let digits = if first { word.strip_prefix('+').unwrap_or(word) } else { word };
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.to_owned())
}

fn digit(word: &str) -> Option<char> {
    let mut written = word.chars();
    match (written.next(), written.next()) {
        (Some(digit @ '0'..='9'), None) => Some(digit),
        _ => unit(word),
    }
}

pub(super) fn unit(word: &str) -> Option<char> {
    Some(match word {
        "zero" | "oh" | "o" | "nought" | "naught" => '0',
        "one" => '1',
        "two" => '2',
        "three" => '3',
        "four" => '4',
        "five" => '5',
        "six" => '6',
        "seven" => '7',
        "eight" => '8',
        "nine" => '9',
        _ => return None,
    })
}

const TEENS: [&str; 10] = [
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

fn tens(word: &str) -> Option<char> {
    Some(match word {
        "twenty" => '2',
        "thirty" => '3',
        "forty" | "fourty" => '4',
        "fifty" => '5',
        "sixty" => '6',
        "seventy" => '7',
        "eighty" => '8',
        "ninety" => '9',
        _ => return None,
    })
}
