//! The numeric, year-first forms that models write (ISO 8601 and its near relatives): date, time
//! of day, offset. Called by its siblings only. Knows no words and no "today".

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::{WhenError, quoted};

/// A year-first date at the start of a text, not yet checked against the calendar.
pub(super) struct Head<'a> {
    year: i16,
    month: i8,
    day: i8,
    /// What follows it.
    pub(super) rest: &'a str,
}

impl Head<'_> {
    /// The date, or an error that names `text`.
    pub(super) fn date(&self, text: &str) -> Result<Date, WhenError> {
        Date::new(self.year, self.month, self.day)
            .map_err(|_| WhenError::NoSuchDate { text: quoted(text) })
    }
}

/// Splits `2026-02-08...`, `2026/2/8...`, `2026.02.08...` or `20260208...`.
pub(super) fn head(text: &str) -> Option<Head<'_>> {
    let (year, rest) = number(text, 4..=4)?;
    let (separator, rest) = match rest.chars().next()? {
        c @ ('-' | '/' | '.') => (Some(c), &rest[1..]),
        _ => (None, rest),
    };
    let (month, rest) = number(rest, if separator.is_some() { 1..=2 } else { 2..=2 })?;
    let rest = match separator {
        Some(c) => rest.strip_prefix(c)?,
        None => rest,
    };
    let (day, rest) = number(rest, if separator.is_some() { 1..=2 } else { 2..=2 })?;
    Some(Head {
        year: i16::try_from(year).ok()?,
        month: i8::try_from(month).ok()?,
        day: i8::try_from(day).ok()?,
        rest,
    })
}

/// Reads all of `T14:30`, ` 14:30:00.250+01:00`, `T143000Z`: time of day and offset after a date.
pub(super) fn clock(text: &str) -> Option<(Time, Option<Offset>)> {
    let text = match text.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None if text.starts_with(char::is_whitespace) => text.trim_start(),
        None => return None,
    };
    let (hour, rest) = number(text, 2..=2)?;
    let extended = rest.starts_with(':');
    let (minute, mut rest) = next_pair(rest, extended)?;
    let mut second = 0;
    let mut nanosecond = 0;
    if let Some((value, after)) = next_pair(rest, extended) {
        (second, rest) = (value, after);
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let digits = fraction.get(..count.min(9)).filter(|digits| !digits.is_empty())?;
            nanosecond = format!("{digits:0<9}").parse().ok()?;
            rest = &fraction[count..];
        }
    }
    let time = Time::new(
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        nanosecond,
    )
    .ok()?;
    match rest.trim() {
        "" => Some((time, None)),
        rest => Some((time, Some(offset(rest)?))),
    }
}

/// Reads all of `14:30:00+01:00`: as [`clock`], with no date before it.
pub(super) fn clock_alone(text: &str) -> Option<(Time, Option<Offset>)> {
    clock(&format!("T{text}"))
}

/// `Z`, `UTC`, `+01:00`, `-0530`, `+02`; a zone in brackets after it (RFC 9557) adds nothing.
fn offset(text: &str) -> Option<Offset> {
    let text = text.split_once('[').map_or(text, |(offset, _)| offset).trim();
    if ["z", "utc", "gmt"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix(['-', '\u{2212}'])?),
    };
    let (hours, rest) = number(rest, 2..=2)?;
    let minutes = match rest {
        "" => 0,
        rest => match next_pair(rest, rest.starts_with(':'))? {
            (minutes @ 0..60, "") => minutes,
            _ => return None,
        },
    };
    let seconds = i32::from(hours) * 3_600 + i32::from(minutes) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

fn next_pair(text: &str, extended: bool) -> Option<(u16, &str)> {
    let text = if extended { text.strip_prefix(':')? } else { text };
    number(text, 2..=2)
}

/// Takes as many ASCII digits as `count` allows from the start of the text.
pub(super) fn number(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<(u16, &str)> {
    let digits = text.bytes().take(*count.end()).take_while(u8::is_ascii_digit).count();
    if !count.contains(&digits) {
        return None;
    }
    let (digits, rest) = text.split_at(digits);
    Some((digits.parse().ok()?, rest))
}
