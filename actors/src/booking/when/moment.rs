//! A date with a time, in one text or in two, and every way in which they can be meant. Called
//! through its parent. Which reading holds is for the caller of this to
//! find out.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::clock::{Clock, Pick, read_time};
use super::date::{Day, read_day};
use super::{LocalTime, MAX_TEXT, Resolved, WhenError, iso, quoted, resolve};

/// A date and time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Local time of whatever zone the caller of this module knows to be meant.
    Local {
        /// What clocks show.
        at: DateTime,
        /// Which of two is meant if they show it twice.
        pick: Option<Pick>,
    },
    /// With an offset or `Z`: one instant, whatever the zone.
    Fixed {
        /// The instant.
        instant: Timestamp,
        /// The local time as written, without its offset. Models often put the right local time
        /// beside a wrong offset, so an offered slot may be matched by this too.
        written: DateTime,
    },
}

impl Moment {
    /// Date and time as written.
    #[must_use]
    pub fn written(&self) -> DateTime {
        match *self {
            Self::Local { at, .. } => at,
            Self::Fixed { written, .. } => written,
        }
    }

    /// The instants that can be meant in `zone`: none for a time that clocks jump over, or whose
    /// offset is not one of theirs; two for one that they show twice, unless it was said which.
    #[must_use]
    pub fn instants(&self, zone: &TimeZone) -> Vec<Timestamp> {
        let (at, pick) = match *self {
            Self::Fixed { instant, .. } => return vec![instant],
            Self::Local { at, pick } => (at, pick),
        };
        let mut instants = match resolve(at, zone) {
            Resolved::Gap => Vec::new(),
            Resolved::One(only) => vec![only],
            Resolved::Fold { first, second } => vec![first, second],
        };
        instants.retain(|start| picks(pick, LocalTime::of(*start, zone)));
        instants
    }

    /// Whether clocks that show `shown` at `instant` show what was meant, or what was written
    /// beside a wrong offset.
    #[must_use]
    pub fn means(&self, instant: Timestamp, shown: LocalTime) -> bool {
        match *self {
            Self::Fixed { instant: meant, written } => {
                instant == meant || shown.datetime() == written
            }
            Self::Local { at, pick } => shown.datetime() == at && picks(pick, shown),
        }
    }
}

fn picks(pick: Option<Pick>, shown: LocalTime) -> bool {
    match (pick, shown.turn()) {
        (None, _) | (Some(Pick::Turn(_)), None) => true,
        (Some(Pick::Turn(pick)), Some(turn)) => pick == turn,
        (Some(Pick::Offset(offset)), _) => shown.offset() == offset,
    }
}

/// Reads a date and a time that were given apart, or together in `time` when `date` is empty:
/// ISO 8601 with or without seconds, fraction, offset or `Z`, with `T` or a space; or words in
/// either order (`tomorrow at 2pm`, `half past nine on Friday`), each as [`read_day`] and
/// [`read_time`] read it. Gives every way in which the words can be meant, likeliest first; never
/// an empty list.
///
/// # Errors
/// [`WhenError`]; words that can be split in two ways (`9 January 20`) are refused, not guessed.
pub fn read_moment(date: &str, time: &str, today: Date) -> Result<Vec<Moment>, WhenError> {
    if date.trim().is_empty() {
        return in_one(time, today);
    }
    let day = read_day(date, today)?;
    match read_time(time) {
        Ok(clock) if iso::head(time.trim()).is_none() => Ok(readings(day, clock)),
        // Some models repeat the date in the time.
        read => match in_one(time, today) {
            Ok(readings) if readings.iter().any(|reading| day.is(reading.written().date())) => {
                Ok(readings)
            }
            _ => Err(read.err().unwrap_or(WhenError::UnreadableTime { text: quoted(time) })),
        },
    }
}

/// As [`read_moment`] with both in one text, the likeliest reading only.
///
/// # Errors
/// As [`read_moment`].
pub fn parse_moment(text: &str, today: Date) -> Result<Moment, WhenError> {
    in_one(text, today).map(|readings| readings[0])
}

fn in_one(text: &str, today: Date) -> Result<Vec<Moment>, WhenError> {
    let text = text.trim();
    let unreadable = || WhenError::UnreadableMoment { text: quoted(text) };
    if text.len() > MAX_TEXT {
        return Err(unreadable());
    }
    if let Some(head) = iso::head(text)
        && let Some((time, offset)) = iso::clock(head.rest)
    {
        let written = head.date(text)?.to_datetime(time);
        let moment = match offset {
            None => Moment::Local { at: written, pick: None },
            Some(offset) => Moment::Fixed {
                instant: offset.to_timestamp(written).map_err(|_| unreadable())?,
                written,
            },
        };
        return Ok(vec![moment]);
    }
    if let Ok(day) = read_day(text, today) {
        return Err(WhenError::MissingTime { date: day.date });
    }
    if read_time(text).is_ok() {
        return Err(WhenError::MissingDate { text: quoted(text) });
    }
    split(text, today)?.ok_or_else(unreadable)
}

/// Every date with every time; never empty.
fn readings(day: Day, clock: Clock) -> Vec<Moment> {
    let clock = day.half.map_or(clock, |half| clock.in_half(half));
    let dates = [Some(day.date), day.other].into_iter().flatten();
    dates
        .flat_map(|date| {
            let times = [Some(clock.time), clock.other].into_iter().flatten();
            times.map(move |time| Moment::Local { at: date.to_datetime(time), pick: clock.pick })
        })
        .collect()
}

/// Tries every place at which a date may end and a time begin, or the other way round.
fn split(text: &str, today: Date) -> Result<Option<Vec<Moment>>, WhenError> {
    let text = text.replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Option<Vec<Moment>> = None;
    let mut better_error = None;
    for middle in 1..words.len() {
        let (left, right) = (words[..middle].join(" "), words[middle..].join(" "));
        for (date, time) in [(&left, &right), (&right, &left)] {
            let day = match read_day(date, today) {
                Err(WhenError::UnreadableDate { .. }) => continue,
                day => day,
            };
            match (day, read_time(time)) {
                (Ok(day), Ok(clock)) => {
                    let reading = readings(day, clock);
                    if found.as_ref().is_some_and(|other| *other != reading) {
                        return Ok(None);
                    }
                    found = Some(reading);
                }
                (Err(error), Ok(_)) | (Ok(_), Err(error @ WhenError::AmbiguousTime { .. })) => {
                    better_error = Some(error);
                }
                _ => {}
            }
        }
    }
    match (found, better_error) {
        (None, Some(error)) => Err(error),
        (found, _) => Ok(found),
    }
}
