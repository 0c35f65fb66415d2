//! What a caller said or a model wrote about time, read against the call's pinned "today".
//! Called by the tools before any rule looks at a date. Pure: knows no clock, no org, no opening
//! hours; the zone is named by the caller of `resolve`.

mod clock;
mod date;
mod iso;
mod local;
mod moment;
mod words;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

pub use clock::{Clock, Pick, parse_time, read_time};
pub use date::{Day, in_coming_year, parse_date, read_day};
pub use local::{LocalTime, Turn};
pub use moment::{Moment, parse_moment, read_moment};

use super::speech::en::{spoken_date, weekday_name};
use super::speech::single_line;

/// Longer texts are not read at all: nobody needs more words for a date and a time.
const MAX_TEXT: usize = 100;

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
    #[error("{}", wrong_weekday(*.date, *.named, *.nearest))]
    WrongWeekday {
        /// The date without its weekday.
        date: Date,
        /// The weekday that was named.
        named: Weekday,
        /// The nearest such weekday that is not over.
        nearest: Option<Date>,
    },
    /// `half two` and its like.
    #[error(
        "\"{text}\" could be {} or {}. Which of the two? Please give it as HH:MM.",
        clock_face(*.after),
        clock_face(*.before)
    )]
    AmbiguousTime {
        /// What was written, shortened.
        text: String,
        /// As half past the hour.
        after: Time,
        /// As half an hour before it.
        before: Time,
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

/// The moment of the jump, if clocks in `zone` jump over `wall`.
#[must_use]
pub fn gap_end(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    if !matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return None;
    }
    // Read with the offset after the jump, a skipped time lies just before the jump.
    let before = ambiguous.earlier().ok()?;
    zone.following(before).next().map(|jump| jump.timestamp())
}

fn wrong_weekday(date: Date, named: Weekday, nearest: Option<Date>) -> String {
    let (said, named) = (spoken_date(date), weekday_name(named));
    match nearest {
        None => {
            format!("{said} is not a {named}. Please give the date that is meant as YYYY-MM-DD.")
        }
        Some(nearest) => format!(
            "{said} is not a {named}. Do you mean {said} or {}? \
             Please give the date as YYYY-MM-DD: {date} or {nearest}.",
            spoken_date(nearest)
        ),
    }
}

fn clock_face(time: Time) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
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
