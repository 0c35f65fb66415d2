//! The seller's working time: what can be booked, by whom and when. Pure; knows no request.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Somebody who can be booked: by default Monday to Friday, nine to five.
#[derive(Debug, Clone)]
pub struct Member {
    /// The id.
    pub id: String,
    /// Opening and closing time in the location's zone.
    pub hours: (Time, Time),
    /// Whether on Saturdays and Sundays too.
    pub weekends: bool,
}

impl Member {
    /// Somebody without peculiarities.
    #[must_use]
    pub fn new(id: &str) -> Self {
        let hours = (time(9, 0, 0, 0), time(17, 0, 0, 0));
        Self { id: id.to_owned(), hours, weekends: false }
    }

    /// The starts of one local day, one after another.
    pub(super) fn starts(
        &self,
        date: Date,
        zone: &TimeZone,
        length: SignedDuration,
    ) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if (weekend && !self.weekends) || length <= SignedDuration::ZERO {
            return starts;
        }
        let instant = |time: Time| {
            let zoned = date.to_datetime(time).to_zoned(zone.clone());
            zoned.map(|zoned| zoned.timestamp())
        };
        let (Ok(mut start), Ok(closes)) = (instant(self.hours.0), instant(self.hours.1)) else {
            return starts;
        };
        while let Ok(end) = start.checked_add(length)
            && end <= closes
        {
            starts.push(start);
            start = end;
        }
        starts
    }
}

/// A service that can be booked.
#[derive(Debug, Clone)]
pub struct Variation {
    /// The id.
    pub id: String,
    /// The name of its item.
    pub name: String,
    /// Its version; another after each change.
    pub version: i64,
    /// How long it takes, minutes.
    pub minutes: i64,
    /// Who does it, by id.
    pub members: Vec<String>,
}

impl Variation {
    /// A service by these members.
    #[must_use]
    pub fn new(id: &str, name: &str, minutes: i64, members: &[&str]) -> Self {
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        Self { id: id.into(), name: name.into(), version: 1_605_808_735_978, minutes, members }
    }

    pub(super) fn length(&self) -> SignedDuration {
        SignedDuration::from_secs(self.minutes.saturating_mul(60))
    }
}
