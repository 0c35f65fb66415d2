//! Slots that are kept for a while: hidden from everybody who asks what is free, the one who keeps them
//! included, and no obstacle to a booking, as at Cal.com.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::input;
use super::{Account, No};
use crate::server::random_text;

/// For how long a slot is kept unless its owner says otherwise, minutes.
const KEPT_FOR: i64 = 5;

/// The slots that are kept, by the ids of their reservations.
pub(super) type Holds = BTreeMap<String, Hold>;

/// A slot that is kept.
pub(super) struct Hold {
    event_type: u64,
    start: Timestamp,
    end: Timestamp,
    minutes: i64,
    until: Timestamp,
}

fn refused(message: &str) -> No {
    No::error(422, message)
}

impl Account {
    pub(in super::super) fn reserve(&mut self, body: &Value) -> Result<Value, No> {
        const KNOWN: [&str; 4] =
            ["eventTypeId", "slotStart", "slotDuration", "reservationDuration"];
        let body = input::known(body, "", &KNOWN)?;
        let number = |name: &str| body.get(name).and_then(Value::as_u64);
        let wanted = number("eventTypeId");
        let wanted = wanted.ok_or_else(|| No::invalid("eventTypeId", "must be a number"))?;
        let start = body.get("slotStart").and_then(Value::as_str);
        let start: Option<Timestamp> = start.and_then(|text| text.parse().ok());
        let start = start
            .ok_or_else(|| No::invalid("slotStart", "must be a valid ISO 8601 date string"))?;
        let event_type = self.event_type(wanted)?;
        let length = number("slotDuration").and_then(|minutes| u32::try_from(minutes).ok());
        let length = event_type.length(length).ok_or_else(|| No::bad("Invalid slotDuration"))?;
        let end = start.checked_add(length).unwrap_or(start);
        if self.is_kept(wanted, start, end) {
            return Err(refused(
                "This time slot is already reserved by another user. Please choose a different time.",
            ));
        }
        if self.refuse(event_type, start, end, None).is_some() {
            return Err(refused("Can't reserve a slot if the event is already booked."));
        }
        let minutes = number("reservationDuration").and_then(|minutes| i64::try_from(minutes).ok());
        let minutes = minutes.unwrap_or(KEPT_FOR);
        let until = self.now().checked_add(SignedDuration::from_mins(minutes));
        let until = until.unwrap_or(Timestamp::MAX);
        let uid = random_text(36);
        let hold = Hold { event_type: wanted, start, end, minutes, until };
        let shown = show(&uid, &hold);
        self.holds.insert(uid, hold);
        Ok(shown)
    }

    pub(in super::super) fn reserved(&self, uid: &str) -> Result<Value, No> {
        let hold = self.holds.get(uid).filter(|hold| hold.until > self.now());
        let hold = hold.ok_or_else(|| No::error(404, "Reserved slot not found"))?;
        Ok(show(uid, hold))
    }

    pub(in super::super) fn release(&mut self, uid: &str) {
        self.holds.remove(uid);
    }

    /// The starts that are kept at this moment.
    pub(in super::super) fn held(&self) -> Vec<Timestamp> {
        let now = self.now();
        self.holds.values().filter(|hold| hold.until > now).map(|hold| hold.start).collect()
    }

    pub(super) fn is_kept(&self, event_type: u64, start: Timestamp, end: Timestamp) -> bool {
        let now = self.now();
        let mut of_type = self.holds.values().filter(|hold| hold.event_type == event_type);
        of_type.any(|hold| hold.until > now && hold.start < end && start < hold.end)
    }
}

fn show(uid: &str, hold: &Hold) -> Value {
    json!({"eventTypeId": hold.event_type, "slotStart": hold.start, "slotEnd": hold.end,
        "slotDuration": hold.end.duration_since(hold.start).as_mins(), "reservationUid": uid,
        "reservationDuration": hold.minutes, "reservationUntil": hold.until})
}
