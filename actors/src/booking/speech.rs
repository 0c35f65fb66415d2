//! Dates, times and lists as they are spoken, in the language of the caller. Called wherever a sentence
//! for a caller is built. Knows nothing of slots, zones or calls; each language is a file.

pub mod en;
pub mod es;

use jiff::civil::{Date, Time, Weekday};

use super::locale::in_every_language;
use super::when::LocalTime;

in_every_language! {
    /// A date with weekday, without the year: `Saturday January 20th`.
    fn spoken_date(date: Date) -> String;
    /// A time on the twelve-hour clock, minutes only when there are any: `9 AM`, `2:30 PM`. Seconds are
    /// left out.
    fn spoken_time(time: Time) -> String;
    /// The time of day of a moment; it says which when clocks show it twice that day.
    fn spoken_start(at: LocalTime) -> String;
    /// A length of time: `30 minutes`, `1 hour and 30 minutes`, `3 days`.
    fn spoken_minutes(minutes: u32) -> String;
    /// Items joined for the ear: `9 AM, 10 AM, and 2 PM`. Empty for no items.
    fn spoken_list(items: &[String]) -> String;
    /// A phone number digit by digit, in the groups that are given.
    fn spoken_number(groups: &[String]) -> String;
    /// An e-mail address as it is said.
    fn spoken_email(address: &str) -> String;
    /// The name of a weekday.
    fn weekday_name(day: Weekday) -> &'static str;
    /// The name of a month, 1 to 12; empty for any other number, which no [`Date`] has.
    fn month_name(month: i8) -> &'static str;
}

/// What is said one by one: digits, and signs of addresses and numbers.
const SIGNS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '@', '.', '_', '-', '+', '\''];

/// Runs of letters as they are, everything else one by one by its name.
fn spelled(text: &str, names: &[&'static str; SIGNS.len()]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut in_letters = false;
    for c in text.chars() {
        let name = SIGNS.iter().position(|sign| *sign == c).map_or("", |place| names[place]);
        match (name, words.last_mut()) {
            ("", Some(word)) if in_letters => word.push(c),
            ("", _) => words.push(c.to_string()),
            (name, _) => words.push(name.to_owned()),
        }
        in_letters = name.is_empty();
    }
    words.join(" ")
}

/// The text on one line: line breaks and other control characters, together with the white space
/// around them, become one space; at the ends they vanish. Other characters stay as they are.
///
/// Vapi takes tool results only as single-line strings.
#[must_use]
pub fn single_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for piece in text.split(breaks_line) {
        let piece = piece.trim_matches(' ');
        if piece.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(piece);
    }
    line
}

// The two separators are line ends for JavaScript and for text renderers, yet not "control".
fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn words(items: &[&str]) -> Vec<String> {
        items.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_date_is_spoken_with_weekday_and_ordinal() {
        assert_eq!(spoken_date(date(2024, 1, 20)), "Saturday January 20th");
        assert_eq!(spoken_date(date(2026, 2, 1)), "Sunday February 1st");
        assert_eq!(spoken_date(date(2026, 12, 22)), "Tuesday December 22nd");
        assert_eq!(spoken_date(date(2026, 9, 23)), "Wednesday September 23rd");
        assert_eq!(spoken_date(date(2026, 5, 11)), "Monday May 11th");
        assert_eq!(spoken_date(date(2026, 5, 12)), "Tuesday May 12th");
        assert_eq!(spoken_date(date(2026, 5, 13)), "Wednesday May 13th");
        assert_eq!(spoken_date(date(2026, 7, 31)), "Friday July 31st");
    }

    #[test]
    fn a_time_is_spoken_on_the_twelve_hour_clock() {
        let spoken = |hour, minute| spoken_time(time(hour, minute, 0, 0));
        assert_eq!(spoken(9, 0), "9 AM");
        assert_eq!(spoken(14, 30), "2:30 PM");
        assert_eq!(spoken(12, 0), "12 PM");
        assert_eq!(spoken(0, 0), "12 AM");
        assert_eq!(spoken(0, 5), "12:05 AM");
        assert_eq!(spoken(23, 59), "11:59 PM");
    }

    #[test]
    fn a_list_has_commas_and_a_last_and() {
        assert_eq!(spoken_list(&[]), "");
        assert_eq!(spoken_list(&words(&["9 AM"])), "9 AM");
        assert_eq!(spoken_list(&words(&["9 AM", "10 AM"])), "9 AM and 10 AM");
        assert_eq!(
            spoken_list(&words(&["9 AM", "10 AM", "11 AM", "2 PM"])),
            "9 AM, 10 AM, 11 AM, and 2 PM"
        );
    }

    #[test]
    fn line_breaks_of_every_kind_become_one_space() {
        assert_eq!(single_line("one\r\ntwo"), "one two");
        assert_eq!(single_line("one \n\t\n two\u{2028}three\u{2029}"), "one two three");
        assert_eq!(single_line("a\u{0}b\u{85}c\u{b}d"), "a b c d");
        assert_eq!(single_line("two  spaces stay"), "two  spaces stay");
        assert_eq!(single_line("\n\r"), "");
    }

    proptest! {
        #[test]
        fn a_single_line_has_no_break_and_stays_the_same_when_repeated(text in any::<String>()) {
            let line = single_line(&text);
            prop_assert!(!line.contains(breaks_line));
            prop_assert_eq!(single_line(&line), line);
        }
    }
}
