//! The account: its appointments and what may become of them. Called with the lock held; knows no HTTP.

mod shown;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::clock::Clock;
use super::Setup;
use super::answers::No;
use super::input;
use super::offer::AppointmentType;
use super::posts::{self, Post, Webhook};

/// One appointment as the account keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Its id; it stays through every move.
    pub id: u64,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Its appointment type.
    pub appointment_type: u64,
    /// The calendar that it is in.
    pub calendar: u64,
    /// The customer's first name.
    pub first_name: String,
    /// The customer's last name.
    pub last_name: String,
    /// The customer's address.
    pub email: String,
    /// The customer's number.
    pub phone: String,
    /// The customer's zone.
    pub zone: String,
    /// Answers to the intake form, by field.
    pub fields: BTreeMap<u64, String>,
    /// What only the business sees.
    pub notes: String,
    /// Whether it was cancelled.
    pub canceled: bool,
    /// What the customer was told about that.
    pub cancel_note: Option<String>,
}

/// Webhooks that an account has room for.
const WEBHOOKS: usize = 25;

pub struct Account {
    setup: Setup,
    zone: TimeZone,
    clock: Clock,
    kept: Vec<Kept>,
    webhooks: Vec<Webhook>,
    last_id: u64,
    /// When the requests of the last second came.
    recent: Vec<Instant>,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        let zone = TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC);
        let (kept, webhooks) = (Vec::new(), Vec::new());
        Self {
            zone,
            clock: Clock::from(setup.now),
            setup,
            kept,
            webhooks,
            last_id: 54_320,
            recent: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What `Authorization` has to be, after its scheme and unpacked.
    pub(super) fn credentials(&self) -> String {
        format!("{}:{}", self.setup.user_id, self.setup.api_key)
    }

    /// Whether a request that comes now is one too many for this second; refused ones count as well.
    pub(super) fn is_too_many(&mut self, now: Instant) -> bool {
        self.recent.retain(|past| now.duration_since(*past) < Duration::from_secs(1));
        self.recent.push(now);
        self.recent.len() > self.setup.per_second
    }

    pub(super) fn change_key(&mut self, key: &str) {
        key.clone_into(&mut self.setup.api_key);
    }

    pub(super) fn appointments(&self) -> &[Kept] {
        &self.kept
    }

    pub(super) fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn type_of(&self, id: Option<u64>) -> Result<&AppointmentType, No> {
        let id = id.ok_or(No::of("required_appointment_type_id"))?;
        let found = self.setup.types.iter().find(|known| known.id == id);
        found.ok_or(No::of("invalid_appointment_type"))
    }

    /// The calendars that are meant.
    fn calendars(offered: &AppointmentType, wanted: Option<u64>) -> Result<Vec<u64>, No> {
        match wanted {
            None => Ok(offered.calendars.clone()),
            Some(one) if offered.calendars.contains(&one) => Ok(vec![one]),
            Some(_) => Err(No::of("invalid_calendar")),
        }
    }

    /// How many more a start takes in a calendar.
    fn room(
        &self,
        offered: &AppointmentType,
        calendar: u64,
        start: Timestamp,
        moving: &[u64],
    ) -> usize {
        let end = start.checked_add(offered.length()).unwrap_or(start);
        let in_the_way = self.kept.iter().filter(|kept| {
            !kept.canceled
                && kept.calendar == calendar
                && kept.start < end
                && start < kept.end
                && !moving.contains(&kept.id)
        });
        let (same, others): (Vec<&Kept>, Vec<&Kept>) =
            in_the_way.partition(|kept| kept.appointment_type == offered.id && kept.start == start);
        let size = usize::try_from(offered.class_size).unwrap_or(usize::MAX);
        if others.is_empty() { size.saturating_sub(same.len()) } else { 0 }
    }

    /// The calendar that takes a start, or why none does.
    fn place(
        &self,
        offered: &AppointmentType,
        wanted: Option<u64>,
        start: Timestamp,
        moving: &[u64],
    ) -> Result<u64, No> {
        let calendars = Self::calendars(offered, wanted)?;
        let now = self.now();
        let soonest = SignedDuration::from_mins(i64::from(offered.notice_minutes));
        let latest = SignedDuration::from_hours(24 * i64::from(offered.horizon_days));
        let ahead = start.duration_since(now);
        if ahead <= soonest {
            return Err(No::of("not_available_min_hours_in_advance"));
        }
        if ahead > latest {
            return Err(No::of("not_available_max_days_in_advance"));
        }
        let date = start.to_zoned(self.zone.clone()).date();
        let open = offered.starts(date, &self.zone).contains(&start);
        let roomy = |calendar: &u64| open && self.room(offered, *calendar, start, moving) > 0;
        let taken = if wanted.is_some() { "not_available" } else { "no_available_calendar" };
        calendars.into_iter().find(roomy).ok_or(No::of(taken))
    }

    /// Free starts of one local day, with how many each takes.
    fn free(&self, offered: &AppointmentType, query: &Query, day: Date) -> Vec<(Timestamp, usize)> {
        let moving = input::numbers(query, "ignoreAppointmentIDs[]");
        let wanted = query.number("calendarID");
        let calendars = Self::calendars(offered, wanted).unwrap_or_default();
        let open = offered.starts(day, &self.zone).into_iter();
        let open = open.filter(|start| self.place(offered, wanted, *start, &moving).is_ok());
        open.map(|start| {
            let room = calendars.iter().map(|one| self.room(offered, *one, start, &moving)).sum();
            (start, room)
        })
        .collect()
    }

    /// Makes an appointment, as a customer would.
    pub(super) fn create(&mut self, body: &Value) -> Result<Value, No> {
        let start = input::moment(body, &self.zone)?;
        let offered = self.type_of(body.get("appointmentTypeID").and_then(Value::as_u64))?.clone();
        let required =
            |name: &str, code| input::text(body, name).map(str::to_owned).ok_or(No::of(code));
        let first_name = required("firstName", "required_first_name")?;
        let last_name = required("lastName", "required_last_name")?;
        let email = required("email", "required_email")?;
        if !email.contains('@') {
            return Err(No::of("invalid_email"));
        }
        let zone = input::text(body, "timezone");
        input::zone(zone, &self.zone)?;
        let fields = self.fields(body)?;
        let calendar = body.get("calendarID").and_then(Value::as_u64);
        let calendar = self.place(&offered, calendar, start, &[])?;
        let kept = Kept {
            id: self.next_id(),
            start,
            end: start.checked_add(offered.length()).unwrap_or(start),
            appointment_type: offered.id,
            calendar,
            first_name,
            last_name,
            email,
            phone: input::text(body, "phone").unwrap_or_default().to_owned(),
            zone: zone.unwrap_or(&self.setup.zone).to_owned(),
            fields,
            notes: String::new(),
            canceled: false,
            cancel_note: None,
        };
        let shown = self.show(&kept);
        self.kept.push(kept);
        Ok(shown)
    }

    fn fields(&self, body: &Value) -> Result<BTreeMap<u64, String>, No> {
        let mut fields = BTreeMap::new();
        for field in body.get("fields").and_then(Value::as_array).into_iter().flatten() {
            let id = field.get("id").and_then(Value::as_u64).unwrap_or_default();
            let value =
                field.get("value").and_then(Value::as_str).ok_or(No::of("invalid_fields"))?;
            if !self.setup.fields.iter().any(|known| known.id == id) {
                return Err(No::of("invalid_fields"));
            }
            fields.insert(id, value.to_owned());
        }
        let unanswered = |id: u64| fields.get(&id).is_none_or(|value| value.trim().is_empty());
        match self.setup.fields.iter().any(|field| field.required && unanswered(field.id)) {
            true => Err(No::of("required_field")),
            false => Ok(fields),
        }
    }

    pub(super) fn book_elsewhere(&mut self, kind: u64, calendar: u64, start: Timestamp) -> u64 {
        let length = self.type_of(Some(kind)).map(AppointmentType::length).unwrap_or_default();
        let id = self.next_id();
        self.kept.push(Kept {
            id,
            start,
            end: start.checked_add(length).unwrap_or(start),
            appointment_type: kind,
            calendar,
            first_name: "Somebody".into(),
            last_name: "Else".into(),
            email: "somebody@example.com".into(),
            phone: String::new(),
            zone: self.setup.zone.clone(),
            fields: BTreeMap::new(),
            notes: String::new(),
            canceled: false,
            cancel_note: None,
        });
        id
    }

    fn at(&self, id: u64) -> Result<usize, No> {
        self.kept.iter().position(|kept| kept.id == id).ok_or(No::NOT_FOUND)
    }

    /// Moves an appointment; its id stays.
    pub(super) fn reschedule(&mut self, id: u64, body: &Value) -> Result<Value, No> {
        let at = self.at(id)?;
        let start = input::moment(body, &self.zone)?;
        let kept = self.kept[at].clone();
        let offered = self.type_of(Some(kept.appointment_type))?;
        if kept.canceled {
            return Err(No::of("reschedule_canceled"));
        }
        if !offered.changeable {
            return Err(No::of("reschedule_not_allowed"));
        }
        let calendar = match body.get("calendarID") {
            // Left where it is.
            None => Some(kept.calendar),
            Some(Value::Null) => None,
            Some(given) => Some(given.as_u64().ok_or(No::of("invalid_calendar"))?),
        };
        let calendar = self.place(offered, calendar, start, &[id])?;
        let end = start.checked_add(offered.length()).unwrap_or(start);
        let moved = Kept { start, end, calendar, ..kept };
        self.kept[at] = moved;
        Ok(self.show(&self.kept[at]))
    }

    pub(super) fn cancel(&mut self, id: u64, body: &Value) -> Result<Value, No> {
        let at = self.at(id)?;
        let changeable = self.type_of(Some(self.kept[at].appointment_type))?.changeable;
        if self.kept[at].canceled || !changeable {
            return Err(No::of("cancel_not_allowed"));
        }
        self.kept[at].canceled = true;
        self.kept[at].cancel_note = input::text(body, "cancelNote").map(str::to_owned);
        Ok(self.show(&self.kept[at]))
    }

    /// Changes details; notes only as an administrator.
    pub(super) fn update(&mut self, id: u64, query: &Query, body: &Value) -> Result<Value, No> {
        let at = self.at(id)?;
        if query.is("admin")
            && let Some(notes) = input::text(body, "notes")
        {
            notes.clone_into(&mut self.kept[at].notes);
        }
        Ok(self.show(&self.kept[at]))
    }

    pub(super) fn move_by_hand(&mut self, id: u64, start: Timestamp) -> bool {
        let Ok(at) = self.at(id) else { return false };
        let kept = &mut self.kept[at];
        let length = kept.end.duration_since(kept.start);
        (kept.start, kept.end) = (start, start.checked_add(length).unwrap_or(start));
        true
    }

    pub(super) fn cancel_by_hand(&mut self, id: u64) -> bool {
        self.at(id).map(|at| self.kept[at].canceled = true).is_ok()
    }

    pub(super) fn watch(&mut self, body: &Value) -> Result<Value, No> {
        let (event, target) = (input::text(body, "event"), input::text(body, "target"));
        let (Some(event), Some(target)) = (event, target) else {
            return Err(No::of("bad_request"));
        };
        if self.webhooks.len() >= WEBHOOKS {
            return Err(No::of("bad_request"));
        }
        let (event, target) = (event.to_owned(), target.to_owned());
        let webhook = Webhook { id: self.next_id(), event, target, status: "active".into() };
        self.webhooks.push(webhook.clone());
        Ok(json!(webhook))
    }

    pub(super) fn unwatch(&mut self, id: u64) -> Result<(), No> {
        let before = self.webhooks.len();
        self.webhooks.retain(|webhook| webhook.id != id);
        if self.webhooks.len() == before { Err(No::NOT_FOUND) } else { Ok(()) }
    }

    pub(super) fn post(&self, id: u64, action: &str) -> Option<Post> {
        let kept = &self.kept[self.at(id).ok()?];
        let about = [kept.id, kept.calendar, kept.appointment_type];
        posts::post(action, about, &self.setup.api_key)
    }

    /// The days of a month, in order.
    fn days_of(month: Date) -> impl Iterator<Item = Date> {
        month.series(1.day()).take_while(move |day| day.month() == month.month())
    }
}
