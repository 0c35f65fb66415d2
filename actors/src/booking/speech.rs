//! Dates, times and lists as they are spoken in English. Called wherever a sentence for a caller
//! is built. Knows nothing of slots, zones or calls; another language is another file like this.

use jiff::civil::{Date, Time, Weekday};

use super::when::{LocalTime, Turn};

/// A date with weekday and ordinal, without the year: `Saturday January 20th`.
#[must_use]
pub fn spoken_date(date: Date) -> String {
    let day = date.day();
    format!(
        "{} {} {day}{}",
        weekday_name(date.weekday()),
        month_name(date.month()),
        ordinal_suffix(day)
    )
}

/// A time on the twelve-hour clock, minutes only when there are any: `9 AM`, `2:30 PM`.
/// Seconds are left out; midnight is `12 AM`, noon `12 PM`.
#[must_use]
pub fn spoken_time(time: Time) -> String {
    let half = if time.hour() < 12 { "AM" } else { "PM" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match time.minute() {
        0 => format!("{hour} {half}"),
        minute => format!("{hour}:{minute:02} {half}"),
    }
}

/// The time of day of a moment: `9 AM`; `the second 1:30 AM` when clocks show it twice that day.
#[must_use]
pub fn spoken_start(at: LocalTime) -> String {
    let time = spoken_time(at.time());
    match at.turn() {
        None => time,
        Some(Turn::First) => format!("the first {time}"),
        Some(Turn::Second) => format!("the second {time}"),
    }
}

/// A length of time: `30 minutes`, `1 hour`, `2 hours`, `1 hour and 30 minutes`, `3 days`.
#[must_use]
pub fn spoken_minutes(minutes: u32) -> String {
    let counted = |count: u32, unit: &str| match count {
        1 => format!("1 {unit}"),
        count => format!("{count} {unit}s"),
    };
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) if hours % 24 == 0 => counted(hours / 24, "day"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => {
            format!("{} and {}", counted(hours, "hour"), counted(minutes, "minute"))
        }
    }
}

/// Items joined for the ear: `9 AM`, `9 AM and 10 AM`, `9 AM, 10 AM, and 2 PM`.
/// Empty for no items.
#[must_use]
pub fn spoken_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [head @ .., last] => format!("{}, and {last}", head.join(", ")),
    }
}

/// A phone number digit by digit, in the groups that are given: `plus four four, two zero seven`.
#[must_use]
pub fn spoken_number(groups: &[String]) -> String {
    let groups: Vec<String> = groups.iter().map(|group| spelled(group)).collect();
    groups.join(", ")
}

/// An e-mail address as it is said: `jane dot doe seven at example dot com`.
#[must_use]
pub fn spoken_email(address: &str) -> String {
    spelled(address)
}

/// Runs of letters as they are, everything else one by one by its name.
fn spelled(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut in_letters = false;
    for c in text.chars() {
        let name = match c {
            '0'..='9' => DIGITS[usize::try_from(c.to_digit(10).unwrap_or(0)).unwrap_or(0)],
            '@' => "at",
            '.' => "dot",
            '_' => "underscore",
            '-' => "dash",
            '+' => "plus",
            '\'' => "apostrophe",
            _ => "",
        };
        match (name, words.last_mut()) {
            ("", Some(word)) if in_letters => word.push(c),
            ("", _) => words.push(c.to_string()),
            (name, _) => words.push(name.to_owned()),
        }
        in_letters = name.is_empty();
    }
    words.join(" ")
}

const DIGITS: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

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

/// The English name of a weekday.
#[must_use]
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// The English name of a month, 1 to 12; empty for any other number, which no [`Date`] has.
#[must_use]
pub fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month)
        .ok()
        .and_then(|month| month.checked_sub(1))
        .and_then(|index| NAMES.get(index))
        .copied()
        .unwrap_or_default()
}

fn ordinal_suffix(day: i8) -> &'static str {
    match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
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
