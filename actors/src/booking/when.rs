//! What a caller said or a model wrote about time, read against the call's pinned "today".
//! Called by the tools before any rule looks at a date. Pure: knows no clock, no org, no opening
//! hours; the zone is named by the caller of `resolve`.

mod clock;
mod date;
mod iso;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

pub use clock::{other_half_of_day, parse_time};
pub use date::parse_date;

use super::speech::{single_line, spoken_date, weekday_name};

/// Longer texts are not read at all: nobody needs more words for a date and a time.
const MAX_TEXT: usize = 100;

/// A date and time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Without an offset: local time of whatever zone the caller of this module knows to be meant.
    Local(DateTime),
    /// With an offset or `Z`: one instant, whatever the zone.
    Fixed {
        /// The instant.
        instant: Timestamp,
        /// The local time as written, without its offset. Models often put the right local time
        /// beside a wrong offset, so an offered slot may be matched by this too.
        written: DateTime,
    },
}

/// What a local time means in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// One instant.
    One(Timestamp),
    /// None: the clocks jump over it (or it lies beyond the years that instants can have).
    Gap,
    /// Two: the clocks are turned back over it.
    Fold {
        /// The earlier instant, before the clocks are turned back.
        first: Timestamp,
        /// The later one.
        second: Timestamp,
    },
}

/// Why a text about time was not understood. Each text is a sentence that can be said to the
/// caller: what was not understood and what to give instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Not a date in any known form.
    #[error("I could not read \"{text}\" as a date. Please give it as YYYY-MM-DD.")]
    UnreadableDate {
        /// What was written, shortened.
        text: String,
    },
    /// Not a time in any known form.
    #[error("I could not read \"{text}\" as a time. Please give it as HH:MM, for example 14:30.")]
    UnreadableTime {
        /// What was written, shortened.
        text: String,
    },
    /// Not a date with a time in any known form, or in more than one.
    #[error(
        "I could not read \"{text}\" as a date and a time. Please give them as YYYY-MM-DD HH:MM."
    )]
    UnreadableMoment {
        /// What was written, shortened.
        text: String,
    },
    /// Well formed, but not in the calendar (`2026-02-30`).
    #[error("There is no such date as \"{text}\". Please give another one as YYYY-MM-DD.")]
    NoSuchDate {
        /// What was written, shortened.
        text: String,
    },
    /// Day and month could be either way round.
    #[error(
        "\"{text}\" could be {} or {}. Please give the date as YYYY-MM-DD: {month_first} or {day_first}.",
        spoken_date(*.month_first),
        spoken_date(*.day_first)
    )]
    AmbiguousDate {
        /// What was written, shortened.
        text: String,
        /// Read with the month first.
        month_first: Date,
        /// Read with the day first.
        day_first: Date,
    },
    /// A weekday and a date that do not go together.
    #[error(
        "{date} is a {}, not a {}. Please give the date that is meant as YYYY-MM-DD.",
        weekday_name(.date.weekday()),
        weekday_name(*.named)
    )]
    WrongWeekday {
        /// The date without its weekday.
        date: Date,
        /// The weekday that was named.
        named: Weekday,
    },
    /// A date alone where a time is needed too.
    #[error("I also need a time on {}. Please give it as HH:MM, for example 14:30.", spoken_date(*.date))]
    MissingTime {
        /// The date that was understood.
        date: Date,
    },
    /// A time alone where a date is needed too.
    #[error("I also need the date for \"{text}\". Please give it as YYYY-MM-DD.")]
    MissingDate {
        /// What was written, shortened.
        text: String,
    },
}

/// Reads a date with a time: ISO 8601 with or without seconds, fraction, offset or `Z`, with `T`
/// or a space; or a date and a time in words, in either order (`tomorrow at 2pm`, `9 AM on
/// Friday`), each as [`parse_date`] and [`parse_time`] read it.
///
/// # Errors
/// [`WhenError`]; words that can be split in two ways (`9 January 20`) are refused, not guessed.
pub fn parse_moment(text: &str, today: Date) -> Result<Moment, WhenError> {
    let text = text.trim();
    let unreadable = || WhenError::UnreadableMoment { text: quoted(text) };
    if text.len() > MAX_TEXT {
        return Err(unreadable());
    }
    if let Some(head) = iso::head(text)
        && let Some((time, offset)) = iso::clock(head.rest)
    {
        let written = head.date(text)?.to_datetime(time);
        return match offset {
            None => Ok(Moment::Local(written)),
            Some(offset) => offset
                .to_timestamp(written)
                .map(|instant| Moment::Fixed { instant, written })
                .map_err(|_| unreadable()),
        };
    }
    if let Ok(date) = parse_date(text, today) {
        return Err(WhenError::MissingTime { date });
    }
    if parse_time(text).is_ok() {
        return Err(WhenError::MissingDate { text: quoted(text) });
    }
    in_words(text, today)?.map(Moment::Local).ok_or_else(unreadable)
}

/// Tries every place at which a date may end and a time begin, or the other way round.
fn in_words(text: &str, today: Date) -> Result<Option<DateTime>, WhenError> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Option<DateTime> = None;
    let mut better_error = None;
    for middle in 1..words.len() {
        let (left, right) = (words[..middle].join(" "), words[middle..].join(" "));
        for (date, time) in [(&left, &right), (&right, &left)] {
            let Ok(time) = parse_time(time) else { continue };
            match parse_date(date, today) {
                Ok(date) => {
                    let reading = date.to_datetime(time);
                    if found.is_some_and(|other| other != reading) {
                        return Ok(None);
                    }
                    found = Some(reading);
                }
                Err(WhenError::UnreadableDate { .. }) => {}
                Err(error) => better_error = Some(error),
            }
        }
    }
    match (found, better_error) {
        (None, Some(error)) => Err(error),
        (found, _) => Ok(found),
    }
}

/// Finds the instants at which clocks in `zone` show `local`.
#[must_use]
pub fn resolve(local: DateTime, zone: &TimeZone) -> Resolved {
    let (first, second) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset.to_timestamp(local), None),
        AmbiguousOffset::Gap { .. } => return Resolved::Gap,
        AmbiguousOffset::Fold { before, after } => {
            (before.to_timestamp(local), Some(after.to_timestamp(local)))
        }
    };
    match (first, second) {
        (Ok(only), None) => Resolved::One(only),
        (Ok(first), Some(Ok(second))) => Resolved::Fold { first, second },
        _ => Resolved::Gap,
    }
}

/// A text for an error: one line, short, without quotation marks that would end the quotation.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let line = single_line(text).replace('"', "'");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
