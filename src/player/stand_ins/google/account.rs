//! The account: its calendars, their events and what may become of them. Called with the lock held;
//! knows no HTTP.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::clock::Clock;
use super::answers::No;
use super::channels::{Channels, Post};
use super::event::{self, Kept};
use super::{Access, Calendar, Setup};
use crate::server::random_text;

pub struct Account {
    setup: Setup,
    zone: TimeZone,
    clock: Clock,
    events: Vec<Kept>,
    changes: u64,
    oldest_sync: u64,
    channels: Channels,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        let zone = TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC);
        let clock = Clock::from(setup.now);
        let (events, channels) = (Vec::new(), Channels::default());
        Self { setup, zone, clock, events, changes: 0, oldest_sync: 0, channels }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn is_token(&self, token: &str) -> bool {
        token == self.setup.access_token
    }

    pub(super) fn change_token(&mut self, token: &str) {
        token.clone_into(&mut self.setup.access_token);
    }

    pub(super) fn forget_sync_tokens(&mut self) {
        self.changes += 1;
        self.oldest_sync = self.changes;
    }

    pub(super) fn events(&self) -> &[Kept] {
        &self.events
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    pub(super) fn oldest_sync(&self) -> u64 {
        self.oldest_sync
    }

    pub(super) fn page(&self) -> usize {
        self.setup.page
    }

    pub(super) fn zone_name(&self) -> &str {
        &self.setup.zone
    }

    pub(super) fn role(&self, calendar: &Calendar) -> &'static str {
        match calendar.access {
            Access::Owner => "owner",
            Access::Writer => "writer",
            Access::Reader => "reader",
            Access::FreeBusy => "freeBusyReader",
        }
    }

    fn calendar(&self, id: &str) -> Option<Calendar> {
        let mut calendars = self.setup.calendars.iter();
        let found = match id {
            "primary" => calendars.next(),
            id => calendars.find(|calendar| calendar.id == id),
        };
        found.cloned()
    }

    /// A calendar as the account's list has it.
    pub(super) fn listed(&self, id: &str) -> Result<Value, No> {
        let primary = self.setup.calendars.first().map(|calendar| &calendar.id);
        let found = self.calendar(id).ok_or_else(No::missing)?;
        Ok(json!({
            "kind": "calendar#calendarListEntry", "id": found.id, "summary": found.summary,
            "timeZone": self.setup.zone, "accessRole": self.role(&found),
            "primary": primary == Some(&found.id),
        }))
    }

    /// A calendar whose events the account may see.
    pub(super) fn shown(&self, id: &str) -> Result<Calendar, No> {
        let found = self.calendar(id).filter(|found| found.access != Access::FreeBusy);
        found.ok_or_else(No::missing)
    }

    /// A calendar whose events the account may change.
    fn writable(&self, id: &str) -> Result<Calendar, No> {
        let found = self.shown(id)?;
        if found.access == Access::Reader {
            let message = "You need to have writer access to this calendar.";
            return Err(No::new(403, "requiredAccessLevel", message));
        }
        Ok(found)
    }

    fn changed(&mut self, calendar: &str) -> u64 {
        self.changes += 1;
        self.channels.tell(calendar);
        self.changes
    }

    fn add(&mut self, calendar: &str, id: String, fields: Map<String, Value>) -> Result<Value, No> {
        let (start, end) = event::span(&fields, &self.zone)?;
        let changed = self.changed(calendar);
        let calendar = calendar.to_owned();
        let kept = Kept { id, calendar, start, end, fields, removed: false, changed };
        let shown = kept.show();
        self.events.push(kept);
        Ok(shown)
    }

    pub(super) fn insert(&mut self, calendar: &str, body: &Value) -> Result<Value, No> {
        let calendar = self.writable(calendar)?;
        let fields = body.as_object().ok_or_else(|| No::bad("parseError", "Parse Error"))?;
        let id = match fields.get("id").and_then(Value::as_str) {
            None => random_text(26),
            Some(id) if event::is_id(id) => id.to_owned(),
            Some(_) => return Err(No::bad("invalid", "Invalid resource id value.")),
        };
        if self.place(&calendar.id, &id).is_some() {
            let message = "The requested identifier already exists.";
            return Err(No::new(409, "duplicate", message));
        }
        event::check_guests(fields)?;
        self.add(&calendar.id, id, fields.clone())
    }

    fn place(&self, calendar: &str, id: &str) -> Option<usize> {
        self.events.iter().position(|event| event.calendar == calendar && event.id == id)
    }

    fn known(&self, calendar: &Calendar, id: &str) -> Result<usize, No> {
        self.place(&calendar.id, id).ok_or_else(No::missing)
    }

    pub(super) fn get(&self, calendar: &str, id: &str) -> Result<Value, No> {
        let calendar = self.shown(calendar)?;
        Ok(self.events[self.known(&calendar, id)?].show())
    }

    pub(super) fn patch(
        &mut self,
        calendar: &str,
        id: &str,
        body: &Value,
        etag: Option<&str>,
    ) -> Result<Value, No> {
        let calendar = self.writable(calendar)?;
        let place = self.known(&calendar, id)?;
        let mut kept = self.events[place].clone();
        if etag.is_some_and(|etag| etag != "*" && etag != kept.etag()) {
            return Err(No::stale());
        }
        event::lay_over(&mut kept.fields, body.as_object().unwrap_or(&Map::new()));
        event::check_guests(&kept.fields)?;
        (kept.start, kept.end) = event::span(&kept.fields, &self.zone)?;
        kept.changed = self.changed(&calendar.id);
        let shown = kept.show();
        self.events[place] = kept;
        Ok(shown)
    }

    pub(super) fn delete(
        &mut self,
        calendar: &str,
        id: &str,
        etag: Option<&str>,
    ) -> Result<(), No> {
        let calendar = self.writable(calendar)?;
        let place = self.known(&calendar, id)?;
        if self.events[place].removed {
            return Err(No::deleted());
        }
        if etag.is_some_and(|etag| etag != "*" && etag != self.events[place].etag()) {
            return Err(No::stale());
        }
        self.remove(place);
        Ok(())
    }

    fn remove(&mut self, place: usize) {
        let calendar = self.events[place].calendar.clone();
        self.events[place].changed = self.changed(&calendar);
        self.events[place].removed = true;
    }

    pub(super) fn free_busy(&self, body: &Value) -> Result<Value, No> {
        let moment = |name: &str| {
            let moment: Option<Timestamp> = body[name].as_str().and_then(|text| text.parse().ok());
            moment.ok_or_else(|| No::bad("required", "Missing time range."))
        };
        let (from, to) = (moment("timeMin")?, moment("timeMax")?);
        if to <= from {
            return Err(No::bad("timeRangeEmpty", "The specified time range is empty."));
        }
        let mut told = Map::new();
        for item in body["items"].as_array().into_iter().flatten() {
            let id = item["id"].as_str().unwrap_or_default();
            let Some(calendar) = self.calendar(id) else {
                let error = json!({"domain": "global", "reason": "notFound"});
                told.insert(id.to_owned(), json!({"busy": [], "errors": [error]}));
                continue;
            };
            let busy: Vec<Value> = self
                .events
                .iter()
                .filter(|event| event.calendar == calendar.id && event.keeps_busy())
                .filter(|event| event.overlaps(Some(from), Some(to)))
                .map(|event| json!({"start": event.start.max(from), "end": event.end.min(to)}))
                .collect();
            told.insert(id.to_owned(), json!({"busy": busy}));
        }
        Ok(json!({"kind": "calendar#freeBusy", "timeMin": from, "timeMax": to, "calendars": told}))
    }

    pub(super) fn watch(&mut self, calendar: &str, body: &Value) -> Result<Value, No> {
        let calendar = self.shown(calendar)?;
        let now = self.now();
        self.channels.open(&calendar.id, body, now)
    }

    pub(super) fn stop(&mut self, body: &Value) -> Result<(), No> {
        self.channels.close(body)
    }

    pub(super) fn posts(&mut self) -> Vec<Post> {
        self.channels.posts()
    }

    pub(super) fn put_by_hand(&mut self, calendar: &str, fields: Value) -> String {
        let id = random_text(26);
        let calendar =
            self.calendar(calendar).map_or_else(|| calendar.to_owned(), |found| found.id);
        if let Value::Object(fields) = fields {
            // What cannot be an event is none; the tests see that.
            let _ = self.add(&calendar, id.clone(), fields);
        }
        id
    }

    pub(super) fn move_by_hand(&mut self, id: &str, start: Timestamp, end: Timestamp) -> bool {
        let Some(place) = self.events.iter().position(|event| event.id == id) else { return false };
        let calendar = self.events[place].calendar.clone();
        let changed = self.changed(&calendar);
        let kept = &mut self.events[place];
        (kept.start, kept.end, kept.changed) = (start, end, changed);
        kept.fields.insert("start".into(), json!({"dateTime": start}));
        kept.fields.insert("end".into(), json!({"dateTime": end}));
        true
    }

    pub(super) fn remove_by_hand(&mut self, id: &str) -> bool {
        let place = self.events.iter().position(|event| event.id == id && event.stands());
        if let Some(place) = place {
            self.remove(place);
        }
        place.is_some()
    }
}
