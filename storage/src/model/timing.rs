//! When messages are sent, as an operator sets it: how long before an appointment, not at night, how
//! many in an hour. Local times are resolved in a zone here; what is sent is decided elsewhere.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// An org's rules for messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageRules {
    /// How long before an appointment its customer is reminded of it, each once; none by default, since
    /// a business may remind by other means and nobody wants to be reminded twice.
    pub reminders: Vec<Lead>,
    /// When nobody is sent what can wait; `None` by default: whoever sets no reminders sends hardly
    /// anything that could.
    pub quiet_hours: Option<QuietHours>,
    /// The most messages that are handed over within an hour, at least 1.
    pub hourly_limit: u32,
}

impl Default for MessageRules {
    fn default() -> Self {
        Self { reminders: Vec::new(), quiet_hours: None, hourly_limit: 1_000 }
    }
}

/// How long before an appointment. Written as a number and `d`, `h` or `m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Lead {
    /// At the same local time so many days before, also where clocks are changed in between.
    Days(u32),
    /// So many minutes before.
    Minutes(u32),
}

/// A text that is no lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 10 minutes to 60 days before the appointment, as `2h`, `45m` or `1d`")]
pub struct InvalidLead;

impl Lead {
    /// Shortest and longest, minutes.
    const RANGE: std::ops::RangeInclusive<u32> = 10..=60 * 24 * 60;

    /// When that is for an appointment that starts at `start` and was agreed in `zone` (IANA; UTC if
    /// nobody knows it). A local time that is skipped is the one after the gap, and of one that comes
    /// twice it is the first. `None` before the beginning of time.
    #[must_use]
    pub fn before(self, start: Timestamp, zone: &str) -> Option<Timestamp> {
        match self {
            Self::Minutes(minutes) => {
                start.checked_sub(SignedDuration::from_mins(i64::from(minutes))).ok()
            }
            Self::Days(days) => {
                let local = start.to_zoned(named(zone));
                Some(local.checked_sub(Span::new().days(i64::from(days))).ok()?.timestamp())
            }
        }
    }
}

impl FromStr for Lead {
    type Err = InvalidLead;

    fn from_str(text: &str) -> Result<Self, InvalidLead> {
        let text = text.trim();
        let unit = text.chars().last().filter(char::is_ascii).ok_or(InvalidLead)?;
        let count = &text[..text.len() - 1];
        let plain = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
        let count: u32 = count.parse().ok().filter(|_| plain).ok_or(InvalidLead)?;
        let (lead, factor) = match unit {
            'd' => (Self::Days(count), 24 * 60),
            'h' => (Self::Minutes(count.saturating_mul(60)), 60),
            'm' => (Self::Minutes(count), 1),
            _ => return Err(InvalidLead),
        };
        let fits = Self::RANGE.contains(&count.saturating_mul(factor));
        fits.then_some(lead).ok_or(InvalidLead)
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
        }
    }
}

impl TryFrom<String> for Lead {
    type Error = InvalidLead;

    fn try_from(text: String) -> Result<Self, InvalidLead> {
        text.parse()
    }
}

impl From<Lead> for String {
    fn from(lead: Lead) -> Self {
        lead.to_string()
    }
}

/// Local times between which nobody is sent what can wait. `from` differs from `to`; where it is the
/// later of the two, they reach over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When they begin.
    pub from: Time,
    /// When they are over.
    pub to: Time,
}

impl QuietHours {
    /// The quiet time that `at` lies in, in a zone (IANA): when it began, and when it is over. Of a
    /// local time that comes twice it begins with the first and ends with the second.
    #[must_use]
    pub fn around(self, at: Timestamp, zone: &str) -> Option<(Timestamp, Timestamp)> {
        let zone = named(zone);
        let today = zone.to_datetime(at).date();
        let days = [today.yesterday().ok(), Some(today)];
        days.into_iter()
            .flatten()
            .filter_map(|day| self.of(day, &zone))
            .find(|(begin, end)| (*begin..*end).contains(&at))
    }

    /// When the quiet time that begins on a day begins and ends.
    fn of(self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let last = if self.to > self.from { day } else { day.tomorrow().ok()? };
        let begin = zone.to_ambiguous_zoned(day.to_datetime(self.from)).compatible().ok()?;
        let end = zone.to_ambiguous_zoned(last.to_datetime(self.to)).later().ok()?;
        Some((begin.timestamp(), end.timestamp()))
    }
}

fn named(zone: &str) -> TimeZone {
    TimeZone::get(zone).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
