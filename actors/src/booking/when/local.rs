//! A moment as the clocks of a place show it, told apart from its twin when clocks are turned back
//! and show the same time twice. Made wherever an instant is to be spoken or written for a caller.
//! Knows no sentence and no slot.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// Which of two moments at which clocks show the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Before the clocks are turned back.
    First,
    /// After it.
    Second,
}

/// What clocks show at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    shown: DateTime,
    offset: Offset,
    turn: Option<Turn>,
}

impl LocalTime {
    /// What clocks in `zone` show at `instant`.
    #[must_use]
    pub fn of(instant: Timestamp, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(instant);
        let shown = offset.to_datetime(instant);
        let turn = match zone.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Fold { before, .. } if before == offset => Some(Turn::First),
            AmbiguousOffset::Fold { .. } => Some(Turn::Second),
            _ => None,
        };
        Self { shown, offset, turn }
    }

    /// The date.
    #[must_use]
    pub fn date(self) -> Date {
        self.shown.date()
    }

    /// The time of day.
    #[must_use]
    pub fn time(self) -> Time {
        self.shown.time()
    }

    /// Date and time of day.
    #[must_use]
    pub fn datetime(self) -> DateTime {
        self.shown
    }

    /// Which of two, if clocks show this time twice; `None` on all other days of the year.
    #[must_use]
    pub fn turn(self) -> Option<Turn> {
        self.turn
    }

    /// How far the clocks are from UTC.
    #[must_use]
    pub fn offset(self) -> Offset {
        self.offset
    }

    /// The time of day as tools write it: `14:30`, and with the offset, `01:30-05:00`, when clocks
    /// show it twice. [`super::parse_time`] and its siblings read both.
    #[must_use]
    pub fn written_time(self) -> String {
        let time = self.time();
        let text = format!("{:02}:{:02}", time.hour(), time.minute());
        if self.turn.is_none() {
            return text;
        }
        let minutes = self.offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.abs();
        format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
