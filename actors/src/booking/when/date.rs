//! Dates as people say them and models write them, read against "today". Called through its
//! parent. Knows no times and no zones; English words only.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::super::speech::en::{month_name, weekday_name};
use super::clock::Half;
use super::words::{cardinals_and_ordinals, words_of};
use super::{MAX_TEXT, WhenError, iso, quoted};

/// A day as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The likeliest date.
    pub date: Date,
    /// Another one that people mean by the same words: `next Friday`, said on a Tuesday, is three
    /// days ahead for some and ten for others.
    pub other: Option<Date>,
    /// The half of the day that was named with it, as in `tomorrow afternoon`.
    pub(super) half: Option<Half>,
}

impl Day {
    /// Whether the words can mean this date.
    #[must_use]
    pub fn is(&self, date: Date) -> bool {
        self.date == date || self.other == Some(date)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self { date, other: None, half: None }
    }
}

/// Reads a day. Understood are
/// - `2026-02-08`, `2026/2/8`, `20260208`, and ISO date-times, of which the date is taken;
/// - `01/20/2026` and `20.1.2026` where only one order of day and month is possible;
/// - `today`, `tomorrow`, `day after tomorrow`, `in 3 days`, `in two weeks`, `a week from Friday`;
/// - `Friday`: the first one from today on, today included. `next Friday`, `Friday next
///   week`: the one in the week (Monday to Sunday) after this one;
/// - `January 20th`, `20 Jan 2026`, `March third`, `first of May`, `the 20th`, with or without a
///   weekday. A missing year or month is the next one in which the date is not before `today`;
/// - any of them with the part of the day behind it, `tomorrow afternoon`.
///
/// # Errors
/// [`WhenError`], for a date that is unreadable, impossible, ambiguous, or that contradicts the
/// weekday beside it.
pub fn read_day(text: &str, today: Date) -> Result<Day, WhenError> {
    let text = text.trim();
    let unreadable = || WhenError::UnreadableDate { text: quoted(text) };
    if text.len() > MAX_TEXT {
        return Err(unreadable());
    }
    if let Some(head) = iso::head(text) {
        if !head.rest.is_empty() && iso::clock(head.rest).is_none() {
            return Err(unreadable());
        }
        return head.date(text).map(Day::from);
    }
    let mut words = cardinals_and_ordinals(&words_of(text));
    words.retain(|word| !matches!(word.as_str(), "on" | "the" | "of" | "please"));
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    let half = words.last().and_then(|word| Half::of_word(word));
    match words.as_slice() {
        ["tonight"] | ["this", _] if half.is_some() => words = vec!["today"],
        [_, .., "in" | "at", _] if half.is_some() => words.truncate(words.len() - 2),
        [_, .., _] if half.is_some() => words.truncate(words.len() - 1),
        _ => {}
    }
    let day = day_in_words(&words, today, text)?.ok_or_else(unreadable)?;
    Ok(Day { half, ..day })
}

/// As [`read_day`], the likeliest date only. Every answer names the full date, so that a caller
/// who meant another hears it.
///
/// # Errors
/// As [`read_day`].
pub fn parse_date(text: &str, today: Date) -> Result<Date, WhenError> {
    read_day(text, today).map(|day| day.date)
}

/// The same day of the year as `date` in the year in which it comes next, if `date` is of another year
/// than `today`: models that have lost count of the years write the wrong one.
#[must_use]
pub fn in_coming_year(date: Date, today: Date) -> Option<Date> {
    let meant = next_with(date.month(), date.day(), today)?;
    (date.year() != today.year() && date != meant).then_some(meant)
}

fn day_in_words(words: &[&str], today: Date, text: &str) -> Result<Option<Day>, WhenError> {
    let sure = |date: Option<Date>| Ok(date.map(Day::from));
    if let Some(day) = weekday_in_words(words, today) {
        return Ok(day);
    }
    if let [count, unit, "from" | "after", start @ ..] = words
        && !start.is_empty()
        && let Some(days) = span(count, unit)
    {
        let start = match start {
            ["now"] => Some(today.into()),
            start => day_in_words(start, today, text)?,
        };
        return sure(start.and_then(|day| later(day.date, days)));
    }
    if let ["week", "from", start @ ..] = words
        && !start.is_empty()
    {
        let start = day_in_words(start, today, text)?;
        return sure(start.and_then(|day| later(day.date, 7)));
    }
    let named = match words {
        [day, rest @ ..] if !rest.is_empty() && weekday(day).is_some() => {
            weekday(day).map(|day| (day, rest))
        }
        // "The third Friday" is no third that is a Friday.
        [rest @ .., day] if rest.len() > 1 => weekday(day).map(|day| (day, rest)),
        _ => None,
    };
    let Some((named, rest)) = named else {
        return sure(calendar_words(words, today, text)?);
    };
    let Some(date) = calendar_words(rest, today, text)? else { return Ok(None) };
    if date.weekday() == named {
        return sure(Some(date));
    }
    let nearest = nearest_weekday(date, named, today);
    Err(WhenError::WrongWeekday { date, named, nearest })
}

/// A weekday and nothing but the week that it is in. The outer `None` is for other words.
fn weekday_in_words(words: &[&str], today: Date) -> Option<Option<Day>> {
    let (day, which) = match words {
        [day] => (weekday(day)?, Which::Bare),
        ["this" | "coming" | "upcoming", day]
        | ["this", "coming" | "upcoming", day]
        | [day, "this", "week"] => (weekday(day)?, Which::This),
        ["next", day] => (weekday(day)?, Which::Next),
        [day, "next", "week"] | ["next", "week", day] => (weekday(day)?, Which::NextWeek),
        [day, "week"] | ["week", day] | ["a", "week", day] => (weekday(day)?, Which::WeekAfter),
        _ => return None,
    };
    let ahead =
        i64::from((7 + day.to_monday_zero_offset() - today.weekday().to_monday_zero_offset()) % 7);
    let in_next_week =
        i64::from(7 + day.to_monday_zero_offset() - today.weekday().to_monday_zero_offset());
    let (days, other) = match which {
        Which::Bare if ahead == 0 => (0, Some(7)),
        Which::Bare | Which::This => (ahead, None),
        Which::WeekAfter => (ahead + 7, None),
        Which::NextWeek => (in_next_week, None),
        // Before the weekend the coming one is "this" for some, "next" for others; on the weekend
        // the week that has yet to begin is the one or the other.
        Which::Next if ahead != in_next_week && ahead > 0 => (in_next_week, Some(ahead)),
        Which::Next if in_next_week < 7 && is_weekend(today) => {
            (in_next_week, Some(in_next_week + 7))
        }
        Which::Next => (in_next_week, None),
    };
    let date = later(today, days);
    Some(date.map(|date| Day { other: other.and_then(|days| later(today, days)), ..date.into() }))
}

enum Which {
    Bare,
    This,
    Next,
    NextWeek,
    /// `Tuesday week`: a week after the coming one.
    WeekAfter,
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn later(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

fn nearest_weekday(date: Date, named: Weekday, today: Date) -> Option<Date> {
    (1..=6)
        .flat_map(|days| [later(date, days), later(date, -days)])
        .flatten()
        .find(|near| near.weekday() == named && *near >= today)
}

/// Days of `3 days`, `a week`, `2 fortnights`.
fn span(count: &str, unit: &str) -> Option<i64> {
    let days = match unit {
        "day" | "days" | "days'" => 1,
        "week" | "weeks" | "weeks'" => 7,
        "fortnight" | "fortnights" => 14,
        _ => return None,
    };
    let count = match (count, iso::number(count, 1..=3)) {
        ("a" | "one", _) => 1,
        (_, Some((count, ""))) => i64::from(count),
        _ => return None,
    };
    Some(count * days)
}

fn calendar_words(words: &[&str], today: Date, text: &str) -> Result<Option<Date>, WhenError> {
    let no_such = || WhenError::NoSuchDate { text: quoted(text) };
    Ok(match words {
        ["yesterday"] => today.yesterday().ok(),
        ["today" | "tonight"] => Some(today),
        ["tomorrow"] => today.tomorrow().ok(),
        ["day", "after", "tomorrow"] => later(today, 2),
        ["in", count, unit] | ["in", count, unit, "time"] => {
            span(count, unit).and_then(|days| later(today, days))
        }
        [day, "this", "month"] => match ordinal(day) {
            Some(day) => Some(in_month(day, today, 0).ok_or_else(no_such)?),
            None => None,
        },
        [day, "next", "month"] | ["next", "month", day] => match ordinal(day) {
            Some(day) => Some(in_month(day, today, 1).ok_or_else(no_such)?),
            None => None,
        },
        [one] => match ordinal(one) {
            Some(day) => Some(next_with_day(day, today).ok_or_else(no_such)?),
            None => return numeric(one, today, text),
        },
        [a, b] => match month_and_day(a, b) {
            Some((month, day)) => Some(next_with(month, day, today).ok_or_else(no_such)?),
            None => None,
        },
        [a, b, year @ ..] => match (month_and_day(a, b), spoken_year(year)) {
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

fn in_month(day: i8, today: Date, ahead: i32) -> Option<Date> {
    let month = today.first_of_month().checked_add(ahead.months()).ok()?;
    Date::new(month.year(), month.month(), day).ok()
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

/// A year as said in an appointment, `2026`, `twenty twenty six`, `two thousand twenty six`;
/// anything else with four digits is more likely a time.
fn spoken_year(words: &[&str]) -> Option<i16> {
    let small = |word: &str| small(word).map(i16::from);
    match words {
        [year] => match iso::number(year, 4..=4)? {
            (year @ 1900..2200, "") => i16::try_from(year).ok(),
            _ => None,
        },
        ["20", year] => Some(2000 + small(year)?),
        ["2", "thousand", year] | ["2", "thousand", "and", year] => Some(2000 + small(year)?),
        _ => None,
    }
}
