//! Times told by the hour before or after them: `half past two`, `quarter to three`, `twenty past
//! four`. Called by its parent with number words already in digits.

use jiff::civil::{Time, time};

use super::half::Half;
use super::{Clock, Said, all_digits};

const DAY: i16 = 24 * 60;

/// Whether a word stands between minutes and an hour.
pub(super) fn joins(word: &str) -> bool {
    after(word) || before(word)
}

fn after(word: &str) -> bool {
    matches!(word, "past" | "after")
}

fn before(word: &str) -> bool {
    matches!(word, "to" | "of" | "till" | "til" | "before")
}

pub(super) fn read(words: &[&str], half: Option<Half>) -> Option<Said> {
    match words {
        ["half", hour] => half_hour(hour, half),
        [minutes, join, hour] if joins(join) => {
            let minutes = match *minutes {
                "half" if after(join) => 30,
                "quarter" => 15,
                // `9 to 5` is a span of hours; minutes are told in fives.
                number => all_digits(number).filter(|number| number % 5 == 0)?,
            };
            told(minutes, join, hour, half)
        }
        [minutes, "minutes" | "minute", join, hour] if joins(join) => {
            told(all_digits(minutes)?, join, hour, half)
        }
        _ => None,
    }
}

fn told(minutes: i8, join: &str, hour: &str, half: Option<Half>) -> Option<Said> {
    let minutes = Some(i16::from(minutes)).filter(|minutes| (1..60).contains(minutes))?;
    let (full, clear) = full_hour(hour, half)?;
    let time = shifted(full, if before(join) { -minutes } else { minutes })?;
    Some(Said::One(if clear { Clock::clear(time) } else { Clock::open(time) }))
}

/// `half two`: half past two in Britain, half past one where it is said as in German or Dutch.
fn half_hour(hour: &str, half: Option<Half>) -> Option<Said> {
    let (full, _) = full_hour(hour, half)?;
    Some(Said::HalfHour { after: shifted(full, 30)?, before: shifted(full, -30)? })
}

/// The full hour in minutes after midnight, and whether the half of the day is beyond doubt.
fn full_hour(hour: &str, half: Option<Half>) -> Option<(i16, bool)> {
    let (hour, clear) = match (hour, half) {
        ("noon" | "midday", None) => (12, true),
        ("midnight", None) => (0, true),
        (hour, None) => {
            let hour = all_digits(hour).filter(|hour| (0..24).contains(hour))?;
            (hour, !(1..=12).contains(&hour))
        }
        (hour, Some(half)) => (half.hour(all_digits(hour)?)?, true),
    };
    Some((i16::from(hour) * 60, clear))
}

fn shifted(minutes: i16, by: i16) -> Option<Time> {
    let at = (minutes + by).rem_euclid(DAY);
    Some(time(i8::try_from(at / 60).ok()?, i8::try_from(at % 60).ok()?, 0, 0))
}
