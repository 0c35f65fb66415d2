//! What the host does by hand, in Cal.com itself: nothing of it asks us.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Account, Kept, Standing};
use crate::server::random_text;

impl Account {
    pub(in super::super) fn change_key(&mut self, key: &str) {
        key.clone_into(&mut self.setup.api_key);
    }

    pub(in super::super) fn book_elsewhere(&mut self, event_type: u64, start: Timestamp) {
        let length = self.event_type(event_type).ok().and_then(|found| found.length(None));
        let end = start.checked_add(length.unwrap_or_default()).unwrap_or(start);
        self.bookings.push(Kept {
            uid: random_text(22),
            status: Standing::Accepted,
            start,
            end,
            event_type,
            name: "Somebody Else".into(),
            email: "somebody@example.com".into(),
            phone: None,
            zone: self.setup.zone.clone(),
            metadata: Map::new(),
            fields: Map::new(),
            from: None,
            to: None,
            reason: None,
            updated: self.now(),
        });
    }

    pub(super) fn moved(&mut self, place: usize, start: Timestamp, end: Timestamp) -> Value {
        let (old, updated) = (self.bookings[place].clone(), self.now());
        let from = Some(old.uid.clone());
        let moved = Kept { uid: random_text(22), start, end, from, updated, ..old };
        let old = &mut self.bookings[place];
        (old.status, old.updated) = (Standing::Cancelled, updated);
        old.to = Some(moved.uid.clone());
        let shown = self.show(&moved);
        let asks = moved.status == Standing::Pending;
        self.note(if asks { "BOOKING_REQUESTED" } else { "BOOKING_RESCHEDULED" }, &moved.uid);
        self.bookings.push(moved);
        shown
    }

    /// What the host moves by hand, whatever is there; its new id.
    pub(in super::super) fn move_by_hand(
        &mut self,
        uid: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> Option<String> {
        let place = self.place(uid).filter(|place| self.bookings[*place].stands())?;
        self.moved(place, start, end);
        self.bookings.last().map(|moved| moved.uid.clone())
    }

    pub(in super::super) fn set_standing(&mut self, uid: &str, standing: Standing) -> bool {
        let place = self.place(uid);
        if let Some(place) = place {
            let now = self.now();
            (self.bookings[place].status, self.bookings[place].updated) = (standing, now);
            let trigger = match standing {
                Standing::Accepted => "BOOKING_CREATED",
                Standing::Pending => "BOOKING_REQUESTED",
                Standing::Cancelled => "BOOKING_CANCELLED",
                Standing::Rejected => "BOOKING_REJECTED",
            };
            self.note(trigger, uid);
        }
        place.is_some()
    }
}
