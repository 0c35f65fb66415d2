//! Times of day as people say them and models write them. Called through its parent. Knows
//! nothing of dates beyond stepping over an ISO date that stands before the time.

use jiff::civil::Time;

use super::{MAX_TEXT, WhenError, iso, quoted};

/// Reads a time of day: `14:30`, `14:30:00`, `1430`, `9`, `9am`, `2:30 pm`, `2 p.m.`, `9 30`,
/// `9 o'clock`, `8 in the evening`, `noon`, `midnight`; or an ISO date-time without an offset, of
/// which the time is taken.
///
/// Without AM or PM the twenty-four-hour clock is meant, so `2:30` is read as at night;
/// [`other_half_of_day`] tells what else it may mean. `24:00` is not a time; midnight is 00:00.
///
/// # Errors
/// [`WhenError::UnreadableTime`].
pub fn parse_time(text: &str) -> Result<Time, WhenError> {
    read(text)
        .map(|reading| reading.time)
        .ok_or_else(|| WhenError::UnreadableTime { text: quoted(text) })
}

/// The other time that the same words can mean, twelve hours away: 14:30 for `2:30`, 21:00 for
/// `9`. `None` when they are clear, as `2:30 pm`, `14:30` and `02:30` are, or not a time.
#[must_use]
pub fn other_half_of_day(text: &str) -> Option<Time> {
    let Reading { time, clear: false } = read(text)? else {
        return None;
    };
    Time::new((time.hour() + 12) % 24, time.minute(), time.second(), 0).ok()
}

struct Reading {
    time: Time,
    /// Whether the half of the day is beyond doubt.
    clear: bool,
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

fn read(text: &str) -> Option<Reading> {
    let text = text.trim();
    if text.len() > MAX_TEXT {
        return None;
    }
    if let Some(head) = iso::head(text) {
        let (time, offset) = iso::clock(head.rest)?;
        return offset.is_none().then_some(Reading { time, clear: true });
    }
    let lower = text.to_lowercase();
    let words = lower.strip_prefix("at ").unwrap_or(&lower).trim();
    match words {
        "noon" | "midday" | "12 noon" => return whole_hour(12),
        "midnight" | "12 midnight" => return whole_hour(0),
        _ => {}
    }
    let (rest, half) = split_half(words);
    let rest = ["o'clock", "o\u{2019}clock", "oclock"]
        .iter()
        .find_map(|suffix| rest.trim_end().strip_suffix(suffix))
        .unwrap_or(rest);
    digits(rest.trim(), half)
}

fn whole_hour(hour: i8) -> Option<Reading> {
    Some(Reading { time: Time::new(hour, 0, 0, 0).ok()?, clear: true })
}

fn split_half(words: &str) -> (&str, Option<Half>) {
    const PHRASES: [(&str, Half); 4] = [
        (" in the morning", Half::Morning),
        (" in the afternoon", Half::Afternoon),
        (" in the evening", Half::Afternoon),
        (" at night", Half::Afternoon),
    ];
    for (phrase, half) in PHRASES {
        if let Some(rest) = words.strip_suffix(phrase) {
            return (rest, Some(half));
        }
    }
    // `pm`, `p.m.`, `p. m.`: letters from the end, with dots and spaces between them.
    let loose = |text: &'_ str| text.trim_end_matches(['.', ' ']).len();
    let Some(before_m) = words[..loose(words)].strip_suffix('m') else {
        return (words, None);
    };
    let before_m = &before_m[..loose(before_m)];
    if let Some(rest) = before_m.strip_suffix('a') {
        (rest, Some(Half::Morning))
    } else if let Some(rest) = before_m.strip_suffix('p') {
        (rest, Some(Half::Afternoon))
    } else {
        (words, None)
    }
}

/// `9`, `930`, `1430`, `9:30`, `9.30`, `9 30`, `09:30:00`.
fn digits(text: &str, half: Option<Half>) -> Option<Reading> {
    let mut parts = text.split([':', '.', ' ']);
    let first = parts.next()?;
    let (hour, minute) = match (parts.next(), first.len()) {
        (Some(minute), 1..=2) => (first, Some(minute)),
        (None, 1..=2) => (first, None),
        (None, 3..=4) if first.is_ascii() => {
            let (hour, minute) = first.split_at(first.len() - 2);
            (hour, Some(minute))
        }
        _ => return None,
    };
    let second = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let written_hour = all_digits(hour)?;
    let time = Time::new(
        in_half(written_hour, half)?,
        minute.map_or(Some(0), two_digits)?,
        second.map_or(Some(0), two_digits)?,
        0,
    )
    .ok()?;
    let clear = half.is_some()
        || !(1..=12).contains(&written_hour)
        || (hour.len() == 2 && minute.is_some());
    Some(Reading { time, clear })
}

fn in_half(hour: i8, half: Option<Half>) -> Option<i8> {
    match (half, hour) {
        (None, _) => Some(hour),
        (Some(Half::Morning), 12) => Some(0),
        (Some(Half::Morning), 0..12) => Some(hour),
        (Some(Half::Afternoon), 1..12) => Some(hour + 12),
        // People also say `14:30 pm`, and there is nothing else they could mean.
        (Some(Half::Afternoon), 12..24) => Some(hour),
        _ => None,
    }
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2).then(|| all_digits(text))?
}

fn all_digits(text: &str) -> Option<i8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}
