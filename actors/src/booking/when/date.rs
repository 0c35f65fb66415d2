//! Dates as people say them and models write them, read against "today". Called through its
//! parent. Knows no times and no zones; English words only.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::super::speech::{month_name, weekday_name};
use super::{MAX_TEXT, WhenError, iso, quoted};

/// Reads a date. Understood are
/// - `2026-02-08`, `2026/2/8`, `20260208`, and ISO date-times, of which the date is taken;
/// - `01/20/2026` and `20.1.2026` where only one order of day and month is possible;
/// - `today`, `tomorrow`, `day after tomorrow`, `in 3 days`, `in 2 weeks`;
/// - `Friday`: the first one from today on, today included. `next Friday`, `Friday next
///   week`: the one in the week (Monday to Sunday) after this one. Every answer names the full date, so a caller who meant
///   the other one hears it;
/// - `January 20th`, `20 Jan 2026`, `the 20th`, with or without a weekday. A missing year or month
///   is the next one in which the date is not before `today`.
///
/// # Errors
/// [`WhenError`], for a date that is unreadable, impossible, ambiguous, or that contradicts the
/// weekday beside it.
pub fn parse_date(text: &str, today: Date) -> Result<Date, WhenError> {
    let text = text.trim();
    let unreadable = || WhenError::UnreadableDate { text: quoted(text) };
    if text.len() > MAX_TEXT {
        return Err(unreadable());
    }
    if let Some(head) = iso::head(text) {
        if !head.rest.is_empty() && iso::clock(head.rest).is_none() {
            return Err(unreadable());
        }
        return head.date(text);
    }
    let lower = text.to_lowercase();
    let words = words_of(&lower);
    if let [day, "next", "week"] | ["next", "week", day] = words.as_slice()
        && let Some(day) = weekday(day)
    {
        return in_next_week(day, today).ok_or_else(unreadable);
    }
    let named = match words.as_slice() {
        [day, rest @ ..] if !rest.is_empty() => weekday(day).map(|day| (day, rest)),
        _ => None,
    };
    match named {
        None => calendar_words(&words, today, text)?.ok_or_else(unreadable),
        Some((named, rest)) => {
            let date = calendar_words(rest, today, text)?.ok_or_else(unreadable)?;
            if date.weekday() == named {
                Ok(date)
            } else {
                Err(WhenError::WrongWeekday { date, named })
            }
        }
    }
}

fn words_of(lower: &str) -> Vec<&str> {
    lower
        .split(|c: char| c.is_whitespace() || c == ',')
        .flat_map(|word| {
            // `20-Jan-2026` is three words, `20-01-2026` is one number.
            let hyphen = word.contains(char::is_alphabetic).then_some('-');
            word.split(move |c| Some(c) == hyphen)
        })
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !matches!(*word, "" | "on" | "the" | "of" | "this" | "coming"))
        .collect()
}

fn calendar_words(words: &[&str], today: Date, text: &str) -> Result<Option<Date>, WhenError> {
    let no_such = || WhenError::NoSuchDate { text: quoted(text) };
    Ok(match words {
        ["yesterday"] => today.yesterday().ok(),
        ["today" | "tonight"] => Some(today),
        ["tomorrow"] => today.tomorrow().ok(),
        ["day", "after", "tomorrow"] => today.checked_add(2.days()).ok(),
        ["in", count, unit] => {
            let days = match *unit {
                "day" | "days" => 1,
                "week" | "weeks" => 7,
                _ => return Ok(None),
            };
            let Some((count, "")) = iso::number(count, 1..=3) else {
                return Ok(None);
            };
            today.checked_add((i64::from(count) * days).days()).ok()
        }
        ["next", day] => weekday(day).and_then(|day| in_next_week(day, today)),
        [one] => match (weekday(one), ordinal(one)) {
            (Some(day), _) => coming(day, today),
            (_, Some(day)) => Some(next_with_day(day, today).ok_or_else(no_such)?),
            _ => return numeric(one, today, text),
        },
        [a, b] => match month_and_day(a, b) {
            Some((month, day)) => Some(next_with(month, day, today).ok_or_else(no_such)?),
            None => None,
        },
        [a, b, c] => match (month_and_day(a, b), spoken_year(c)) {
            (Some((month, day)), Some(year)) => {
                Some(Date::new(year, month, day).map_err(|_| no_such())?)
            }
            _ => None,
        },
        _ => None,
    })
}

/// `01/20/2026`, `20.1.2026`, `1/20`: two orders, of which both, one or none may be possible.
fn numeric(word: &str, today: Date, text: &str) -> Result<Option<Date>, WhenError> {
    let Some(separator) = word.chars().find(|c| matches!(c, '/' | '-' | '.')) else {
        return Ok(None);
    };
    let parts: Vec<&str> = word.split(separator).collect();
    let (a, b, year) = match parts.as_slice() {
        [a, b, year] => match iso::number(year, 4..=4) {
            Some((year, "")) => (a, b, i16::try_from(year).ok()),
            _ => return Ok(None),
        },
        // `2.30` and `9-10` are more likely a time and a range than a date.
        [a, b] if separator == '/' => (a, b, None),
        _ => return Ok(None),
    };
    let (Some(a), Some(b)) = (small(a), small(b)) else {
        return Ok(None);
    };
    let read = |month, day| match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => next_with(month, day, today),
    };
    match (read(a, b), read(b, a)) {
        (Some(month_first), Some(day_first)) if month_first != day_first => {
            Err(WhenError::AmbiguousDate { text: quoted(text), month_first, day_first })
        }
        (Some(date), _) | (None, Some(date)) => Ok(Some(date)),
        (None, None) => Err(WhenError::NoSuchDate { text: quoted(text) }),
    }
}

fn coming(day: Weekday, today: Date) -> Option<Date> {
    let ahead = (7 + day.to_monday_zero_offset() - today.weekday().to_monday_zero_offset()) % 7;
    today.checked_add(ahead.days()).ok()
}

fn in_next_week(day: Weekday, today: Date) -> Option<Date> {
    let ahead = 7 + day.to_monday_zero_offset() - today.weekday().to_monday_zero_offset();
    today.checked_add(ahead.days()).ok()
}

/// The first such date from today on. February 29th may be eight years away.
fn next_with(month: i8, day: i8, today: Date) -> Option<Date> {
    (0..=8)
        .filter_map(|ahead| Date::new(today.year().checked_add(ahead)?, month, day).ok())
        .find(|date| *date >= today)
}

fn next_with_day(day: i8, today: Date) -> Option<Date> {
    let first = today.first_of_month();
    (0..=12)
        .filter_map(|ahead: i32| {
            let month = first.checked_add(ahead.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| *date >= today)
}

fn month_and_day(a: &str, b: &str) -> Option<(i8, i8)> {
    let day = |word| ordinal(word).or_else(|| small(word));
    match (month(a), month(b)) {
        (Some(month), None) => Some((month, day(b)?)),
        (None, Some(month)) => Some((month, day(a)?)),
        _ => None,
    }
}

fn month(word: &str) -> Option<i8> {
    (1..=12).find(|month| is_name(word, month_name(*month)) || (*month == 9 && word == "sept"))
}

fn weekday(word: &str) -> Option<Weekday> {
    match word {
        "tues" => Some(Weekday::Tuesday),
        "weds" => Some(Weekday::Wednesday),
        "thur" | "thurs" => Some(Weekday::Thursday),
        _ => Weekday::Monday.cycle_forward().take(7).find(|day| is_name(word, weekday_name(*day))),
    }
}

/// Whether a lower-case word is the name or its first three letters.
fn is_name(word: &str, name: &str) -> bool {
    word.eq_ignore_ascii_case(name) || (word.len() == 3 && name[..3].eq_ignore_ascii_case(word))
}

/// `1st`, `22nd`; any ordinal ending goes with any number, as speech recognition mixes them up.
fn ordinal(word: &str) -> Option<i8> {
    ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).and_then(small)
}

/// A number of one or two digits.
fn small(word: &str) -> Option<i8> {
    match iso::number(word, 1..=2)? {
        (number, "") => i8::try_from(number).ok(),
        _ => None,
    }
}

/// A year as said in an appointment; anything else with four digits is more likely a time.
fn spoken_year(word: &str) -> Option<i16> {
    match iso::number(word, 4..=4)? {
        (year @ 1900..2200, "") => i16::try_from(year).ok(),
        _ => None,
    }
}
