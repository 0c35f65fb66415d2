//! Times of day as people say them and models write them. Called through its parent. Knows
//! nothing of dates beyond stepping over an ISO date that stands before the time.

mod half;
mod relative;

use jiff::civil::Time;
use jiff::tz::Offset;

use super::words::{cardinals, words_of};
use super::{MAX_TEXT, Turn, WhenError, iso, quoted};
pub(super) use half::Half;

/// A time of day as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The time; by the twenty-four-hour clock if nothing says which half of the day is meant.
    pub time: Time,
    /// What else the words can mean, twelve hours away: 14:30 for `2:30`. `None` when they are
    /// clear, as `2:30 pm`, `14:30` and `02:30` are.
    pub other: Option<Time>,
    /// Which of two is meant if clocks show the time twice that day.
    pub pick: Option<Pick>,
}

/// Which of two moments at which clocks show the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Said in words: `the second 1:30 AM`.
    Turn(Turn),
    /// Written beside the time: `01:30-05:00`.
    Offset(Offset),
}

/// Reads a time of day: `14:30`, `1430`, `9`, `9am`, `2.30pm`, `2 p.m.`, `9 30`, `two thirty`,
/// `nine o'clock`, `half past two`, `quarter to three`, `twenty past four`, `8 in the evening`,
/// `noon`, `midnight`, `the second 1:30 AM`, `01:30-05:00`; or an ISO date-time without an
/// offset, of which the time is taken. `24:00` is not a time; midnight is 00:00.
///
/// # Errors
/// [`WhenError::UnreadableTime`]; [`WhenError::AmbiguousTime`] for `half two`, which is half past
/// one or half past two depending on who says it.
pub fn read_time(text: &str) -> Result<Clock, WhenError> {
    let unreadable = || WhenError::UnreadableTime { text: quoted(text) };
    let text = text.trim();
    if text.len() > MAX_TEXT {
        return Err(unreadable());
    }
    if let Some(head) = iso::head(text) {
        return match iso::clock(head.rest) {
            Some((time, None)) => Ok(Clock::clear(time)),
            _ => Err(unreadable()),
        };
    }
    if let Some((time, Some(offset))) = iso::clock_alone(text) {
        return Ok(Clock { pick: Some(Pick::Offset(offset)), ..Clock::clear(time) });
    }
    let (rest, turn) = split_turn(text);
    let said = read(&rest).ok_or_else(unreadable)?;
    if let Said::HalfHour { after, before } = said {
        return Err(WhenError::AmbiguousTime { text: quoted(text), after, before });
    }
    let Said::One(clock) = said else { return Err(unreadable()) };
    Ok(Clock { pick: turn.map(Pick::Turn), ..clock })
}

/// As [`read_time`], the likeliest time only.
///
/// # Errors
/// As [`read_time`].
pub fn parse_time(text: &str) -> Result<Time, WhenError> {
    read_time(text).map(|clock| clock.time)
}

impl Clock {
    fn clear(time: Time) -> Self {
        Self { time, other: None, pick: None }
    }

    fn open(time: Time) -> Self {
        let other = Time::new((time.hour() + 12) % 24, time.minute(), time.second(), 0).ok();
        Self { time, other, pick: None }
    }

    /// The same words beside others that name the half of the day, as in `tomorrow afternoon`.
    pub(super) fn in_half(self, half: Half) -> Self {
        let Some(other) = self.other else { return self };
        let time = half.of_two(self.time, other);
        Self { time, other: None, ..self }
    }
}

/// What a text without its turn says.
enum Said {
    One(Clock),
    /// `half two`.
    HalfHour {
        after: Time,
        before: Time,
    },
}

/// Takes `the first`, `the second`, `earlier` or `later` from either end.
fn split_turn(text: &str) -> (String, Option<Turn>) {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let turn = |word: &str| match word.to_ascii_lowercase().as_str() {
        "first" | "1st" | "earlier" => Some(Turn::First),
        "second" | "2nd" | "later" => Some(Turn::Second),
        _ => None,
    };
    let is = |word: &&&str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    let whole = (text.to_owned(), None);
    let from = usize::from(words.first().filter(|w| is(w, "the")).is_some());
    if let Some(found) = words.get(from).and_then(|word| turn(word))
        && let Some(rest) = words.get(from + 1..).filter(|rest| !rest.is_empty())
        // "The second at nine" is a day and a time.
        && !is(&&rest[0], "at")
    {
        return (rest.join(" "), Some(found));
    }
    let mut rest = words.as_slice();
    if let [head @ .., "time"] = rest {
        rest = head;
    }
    let Some((last, mut head)) = rest.split_last() else { return whole };
    let Some(found) = turn(last) else { return whole };
    if let [before @ .., "the"] = head {
        head = before;
    }
    if head.is_empty() { whole } else { (head.join(" "), Some(found)) }
}

fn read(text: &str) -> Option<Said> {
    let lower = text.to_lowercase();
    let lower = lower.trim();
    let (rest, half) = half::split(lower.strip_suffix(" please").unwrap_or(lower))?;
    let words = cardinals(&words_of(rest));
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while let ["at" | "about" | "around" | "roughly" | "by" | "a", ..] = words.as_slice() {
        words.remove(0);
    }
    if let Some(last) = words.last_mut() {
        *last = last.strip_suffix("ish").unwrap_or(last);
    }
    while let [.., "" | "sharp" | "exactly" | "hours" | "o'clock" | "o\u{2019}clock" | "oclock"] =
        words.as_slice()
    {
        words.pop();
    }
    if let Some(time) = named(&words) {
        return half.is_none().then_some(Said::One(Clock::clear(time)));
    }
    if words.contains(&"half")
        || words.contains(&"quarter")
        || words.iter().any(|w| relative::joins(w))
    {
        return relative::read(&words, half);
    }
    digits(&words.join(" "), half).map(Said::One)
}

fn named(words: &[&str]) -> Option<Time> {
    match words {
        ["noon" | "midday"] | ["12", "noon" | "midday"] => Some(jiff::civil::time(12, 0, 0, 0)),
        ["midnight"] | ["12", "midnight"] => Some(Time::midnight()),
        _ => None,
    }
}

/// `9`, `930`, `1430`, `9:30`, `9.30`, `9 30`, `09:30:00`.
fn digits(text: &str, half: Option<Half>) -> Option<Clock> {
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
        half.map_or(Some(written_hour), |half| half.hour(written_hour))?,
        minute.map_or(Some(0), two_digits)?,
        second.map_or(Some(0), two_digits)?,
        0,
    )
    .ok()?;
    // `02:30` and `10:30` are how the twenty-four-hour clock is written; `10 30` is how `ten
    // thirty` is.
    let written_in_full =
        hour.len() == 2 && minute.is_some() && (hour.starts_with('0') || !text.contains(' '));
    if half.is_some() || !(1..=12).contains(&written_hour) || written_in_full {
        Some(Clock::clear(time))
    } else {
        Some(Clock::open(time))
    }
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2).then(|| all_digits(text))?
}

fn all_digits(text: &str) -> Option<i8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}
