//! The host's working time: what an event type is and when it can be booked. Pure; knows no request.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What every id of Calendly's begins with.
pub(super) const API: &str = "https://api.calendly.com";

/// Something that an event type asks of who books.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its text.
    pub name: String,
    /// `string`, `text`, `phone_number`, `single_select` or `multi_select`.
    pub kind: &'static str,
    /// Whether it has to be answered.
    pub required: bool,
    /// What may be chosen.
    pub choices: Vec<String>,
}

impl Question {
    /// A text that has to be given.
    #[must_use]
    pub fn required(name: &str) -> Self {
        Self { name: name.to_owned(), kind: "string", required: true, choices: Vec::new() }
    }
}

/// Something that can be booked: by default Monday to Friday, nine to five, one after another.
#[derive(Debug, Clone)]
pub struct EventType {
    /// The last part of its URI.
    pub uuid: String,
    /// Its name.
    pub name: String,
    /// Its length, minutes.
    pub minutes: u32,
    /// Minutes from one start to the next.
    pub step_minutes: u32,
    /// People who may come to one event.
    pub places: u32,
    /// What it asks.
    pub questions: Vec<Question>,
    /// Where it may be held: kinds, with a text where the host gave one.
    pub locations: Vec<(&'static str, Option<&'static str>)>,
    /// How its hosts take turns, if it has several.
    pub pooling: Option<&'static str>,
    /// Whether it can be booked at all.
    pub active: bool,
    /// Whether it can be booked on Saturdays and Sundays too.
    pub weekends: bool,
    /// Opening and closing time in the account's zone.
    pub hours: (Time, Time),
}

impl EventType {
    /// An event type without peculiarities.
    #[must_use]
    pub fn new(uuid: &str, name: &str, minutes: u32) -> Self {
        Self {
            uuid: uuid.to_owned(),
            name: name.to_owned(),
            minutes,
            step_minutes: minutes,
            places: 1,
            questions: Vec::new(),
            locations: Vec::new(),
            pooling: None,
            active: true,
            weekends: false,
            hours: (time(9, 0, 0, 0), time(17, 0, 0, 0)),
        }
    }

    /// Its URI.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("{API}/event_types/{}", self.uuid)
    }

    pub(super) fn length(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.minutes))
    }

    /// The starts of one local day.
    pub(super) fn starts(&self, date: Date, zone: &TimeZone) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !self.active || (weekend && !self.weekends) {
            return starts;
        }
        let instant = |time: Time| {
            let zoned = date.to_datetime(time).to_zoned(zone.clone());
            zoned.map(|zoned| zoned.timestamp())
        };
        let (Ok(mut start), Ok(closes)) = (instant(self.hours.0), instant(self.hours.1)) else {
            return starts;
        };
        let step = SignedDuration::from_mins(i64::from(self.step_minutes.max(1)));
        while let Ok(end) = start.checked_add(self.length())
            && end <= closes
        {
            starts.push(start);
            let Ok(next) = start.checked_add(step) else { break };
            start = next;
        }
        starts
    }

    /// As Calendly shows it.
    pub(super) fn show(&self) -> Value {
        let questions: Vec<Value> = self
            .questions
            .iter()
            .enumerate()
            .map(|(position, question)| {
                json!({"name": question.name, "type": question.kind, "position": position,
                    "enabled": true, "required": question.required,
                    "answer_choices": question.choices, "include_other": false})
            })
            .collect();
        let locations: Vec<Value> = self
            .locations
            .iter()
            .map(|(kind, location)| json!({"kind": kind, "location": location}))
            .collect();
        json!({"uri": self.uri(), "name": self.name, "active": self.active,
            "slug": self.name.to_lowercase().replace(' ', "-"), "duration": self.minutes,
            "kind": if self.places > 1 { "group" } else { "solo" }, "pooling_type": self.pooling,
            "type": "StandardEventType", "booking_method": "instant", "secret": false,
            "admin_managed": false, "deleted_at": null, "custom_questions": questions,
            "locations": locations})
    }
}
