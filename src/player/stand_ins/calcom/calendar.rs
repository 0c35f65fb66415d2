//! The host's working time: what an event type is and when it can be booked. Pure; knows no request.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Something that can be booked: by default Monday to Friday, nine to five, one after another.
#[derive(Debug, Clone)]
pub struct EventType {
    /// Its id.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// Its length, minutes.
    pub minutes: u32,
    /// Lengths that an attendee may choose from; none means that there is no choice.
    pub choices: Vec<u32>,
    /// Shortest time until a booking, minutes.
    pub notice_minutes: u32,
    /// Whether the host confirms each booking.
    pub needs_confirmation: bool,
    /// Bookings that may share a start.
    pub seats: u32,
    /// Fields beside Cal.com's own that must be filled, by slug; texts.
    pub required_fields: Vec<String>,
    /// Whether an attendee needs a phone number.
    pub requires_phone: bool,
    /// Whether it can be booked on Saturdays and Sundays too.
    pub weekends: bool,
    /// Opening and closing time in the account's zone.
    pub hours: (Time, Time),
}

impl EventType {
    /// An event type without peculiarities.
    #[must_use]
    pub fn new(id: u64, title: &str, minutes: u32) -> Self {
        Self {
            id,
            title: title.to_owned(),
            minutes,
            choices: Vec::new(),
            notice_minutes: 0,
            needs_confirmation: false,
            seats: 1,
            required_fields: Vec::new(),
            requires_phone: false,
            weekends: false,
            hours: (time(9, 0, 0, 0), time(17, 0, 0, 0)),
        }
    }

    pub(super) fn slug(&self) -> String {
        self.title.to_lowercase().replace(' ', "-")
    }

    /// How long a booking takes, if that length may be had.
    pub(super) fn length(&self, wanted: Option<u32>) -> Option<SignedDuration> {
        let minutes = match wanted {
            None => self.minutes,
            Some(wanted) if self.choices.contains(&wanted) => wanted,
            Some(_) => return None,
        };
        Some(SignedDuration::from_mins(i64::from(minutes)))
    }

    /// The starts of one local day.
    pub(super) fn starts(
        &self,
        date: Date,
        zone: &TimeZone,
        length: SignedDuration,
    ) -> Vec<Timestamp> {
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
        while let Ok(end) = start.checked_add(length)
            && end <= closes
        {
            starts.push(start);
            start = end;
        }
        starts
    }

    /// The fields as Cal.com shows them.
    pub(super) fn fields(&self) -> Vec<Value> {
        let field = |kind: &str, slug: &str, required: bool, is_default: bool| {
            json!({"type": kind, "slug": slug, "label": slug, "placeholder": "",
                "required": required, "hidden": false, "isDefault": is_default})
        };
        let own = |kind: &str, slug: &str, required: bool| field(kind, slug, required, true);
        let mut fields = vec![
            own("name", "name", true),
            own("email", "email", !self.requires_phone),
            field("phone", "attendeePhoneNumber", self.requires_phone, false),
            own("radioInput", "location", false),
            own("text", "title", false),
            own("textarea", "notes", false),
            own("multiemail", "guests", false),
            own("textarea", "rescheduleReason", false),
        ];
        let demanded = self.required_fields.iter().map(|slug| field("text", slug, true, false));
        fields.extend(demanded);
        fields
    }
}
