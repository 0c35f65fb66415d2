//! What can be booked and what is asked for: appointment types with their working hours, questions of
//! the intake form. Pure; knows no request.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// An appointment type: by default Monday to Friday, nine to five, one after another.
#[derive(Debug, Clone)]
pub struct AppointmentType {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its length, minutes.
    pub minutes: u32,
    /// The calendars that it can be booked in.
    pub calendars: Vec<u64>,
    /// How many share a session; one is no class.
    pub class_size: u32,
    /// Whether all sessions are booked together.
    pub series: bool,
    /// Shortest time until an appointment, minutes.
    pub notice_minutes: u32,
    /// Longest time until one, days.
    pub horizon_days: u32,
    /// Whether it can be booked on Saturdays and Sundays too.
    pub weekends: bool,
    /// Opening and closing time in the account's zone.
    pub hours: (Time, Time),
    /// Whether customers may cancel and move.
    pub changeable: bool,
}

impl AppointmentType {
    /// One without peculiarities, in one calendar.
    #[must_use]
    pub fn new(id: u64, name: &str, minutes: u32, calendar: u64) -> Self {
        Self {
            id,
            name: name.to_owned(),
            minutes,
            calendars: vec![calendar],
            class_size: 1,
            series: false,
            notice_minutes: 0,
            horizon_days: 365,
            weekends: false,
            hours: (time(9, 0, 0, 0), time(17, 0, 0, 0)),
            changeable: true,
        }
    }

    pub(super) fn length(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.minutes))
    }

    /// The starts of one local day.
    pub(super) fn starts(&self, date: Date, zone: &TimeZone) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend && !self.weekends {
            return starts;
        }
        let instant = |time: Time| {
            let zoned = date.to_datetime(time).to_zoned(zone.clone());
            zoned.map(|zoned| zoned.timestamp())
        };
        let (Ok(mut start), Ok(closes)) = (instant(self.hours.0), instant(self.hours.1)) else {
            return starts;
        };
        while let Ok(end) = start.checked_add(self.length())
            && end <= closes
        {
            starts.push(start);
            start = end;
        }
        starts
    }

    pub(super) fn show(&self) -> Value {
        let kind = match (self.series, self.class_size) {
            (true, _) => "series",
            (false, 1) => "service",
            (false, _) => "class",
        };
        json!({"id": self.id, "active": true, "name": self.name, "description": "",
            "duration": self.minutes, "price": "10.00", "category": "", "color": "#469D6E",
            "private": false, "type": kind,
            "classSize": (kind != "service").then_some(self.class_size),
            "paddingBefore": 0, "paddingAfter": 0, "calendarIDs": self.calendars})
    }
}

/// A question of the intake form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its id.
    pub id: u64,
    /// Its words.
    pub name: String,
    /// Whether it must be answered.
    pub required: bool,
    /// `textbox`, `dropdown` and so on.
    pub kind: String,
}

impl Field {
    /// A line of text.
    #[must_use]
    pub fn text(id: u64, name: &str, required: bool) -> Self {
        Self { id, name: name.to_owned(), required, kind: "textbox".to_owned() }
    }

    pub(super) fn show(&self) -> Value {
        json!({"id": self.id, "name": self.name, "required": self.required, "type": self.kind,
            "options": []})
    }
}
