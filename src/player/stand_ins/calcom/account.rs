//! The account: its bookings and what may become of them. Called with the lock held; knows no HTTP.

mod by_hand;
mod holds;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::asked::Query;
use super::super::clock::Clock;
use super::Setup;
use super::answers::No;
use super::calendar::EventType;
use super::hooks::Hooks;
use super::input::{self, Wanted};
use crate::server::random_text;
use holds::Holds;

/// Where a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It stands.
    Accepted,
    /// The host has yet to confirm it.
    Pending,
    /// It was cancelled, or moved away.
    Cancelled,
    /// The host declined it.
    Rejected,
}

/// One booking as the account keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Its id; a move makes a new one.
    pub uid: String,
    /// Where it stands.
    pub status: Standing,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Its event type.
    pub event_type: u64,
    /// The attendee's name.
    pub name: String,
    /// The attendee's address; made from the number where none was given.
    pub email: String,
    /// The attendee's number.
    pub phone: Option<String>,
    /// The attendee's zone.
    pub zone: String,
    /// What came with it.
    pub metadata: Map<String, Value>,
    /// Answers to the event type's questions.
    pub fields: Map<String, Value>,
    /// The booking that it was moved from.
    pub from: Option<String>,
    /// The booking that it was moved to.
    pub to: Option<String>,
    /// Why it was cancelled.
    pub reason: Option<String>,
    /// When it last changed.
    pub updated: Timestamp,
}

impl Kept {
    /// Whether it stands or waits for the host.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(self.status, Standing::Accepted | Standing::Pending)
    }

    fn overlaps(&self, start: Timestamp, end: Timestamp) -> bool {
        self.start < end && start < self.end
    }
}

pub struct Account {
    setup: Setup,
    zone: TimeZone,
    clock: Clock,
    bookings: Vec<Kept>,
    holds: Holds,
    happened: Vec<Happened>,
    pub(super) hooks: Hooks,
}

/// Something that became of a booking, by the name that webhooks have for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) trigger: &'static str,
    pub(super) uid: String,
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        let zone = TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC);
        let (bookings, holds, happened) = (Vec::new(), Holds::default(), Vec::new());
        let hooks = Hooks::default();
        Self { clock: Clock::from(setup.now), setup, zone, bookings, holds, happened, hooks }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets its clock on.
    pub(super) fn let_pass(&mut self, time: SignedDuration) {
        self.clock.set_on(time);
    }

    pub(super) fn is_key(&self, key: &str) -> bool {
        key == self.setup.api_key
    }

    pub(super) fn bookings(&self) -> &[Kept] {
        &self.bookings
    }

    pub(super) fn me(&self) -> Value {
        json!({"id": 4711, "username": "willow-street", "email": "desk@willow.example",
            "name": "Willow Street Dental", "avatarUrl": null, "bio": null, "timeFormat": 12,
            "weekStart": "Sunday", "timeZone": self.setup.zone, "defaultScheduleId": 1,
            "organizationId": null})
    }

    pub(super) fn event_type(&self, id: u64) -> Result<&EventType, No> {
        let found = self.setup.event_types.iter().find(|event_type| event_type.id == id);
        found.ok_or_else(|| No::error(404, format!("Event type with id {id} not found")))
    }

    pub(super) fn show_event_type(&self, id: u64) -> Result<Value, No> {
        let found = self.event_type(id)?;
        let mut shown = json!({"id": found.id, "title": found.title, "slug": found.slug(),
            "description": "", "lengthInMinutes": found.minutes, "locations": [],
            "bookingFields": found.fields(), "disableGuests": false, "recurrence": null,
            "metadata": {}, "price": 0, "currency": "usd", "scheduleId": 1, "hidden": false,
            "lockTimeZoneToggleOnBookingPage": false, "forwardParamsSuccessRedirect": null,
            "successRedirectUrl": null, "isInstantEvent": false,
            "bookingRequiresAuthentication": false, "users": [],
            "bookingUrl": format!("https://cal.com/willow-street/{}", found.slug()),
            "minimumBookingNotice": found.notice_minutes, "ownerId": 4711});
        if found.seats > 1 {
            shown["seats"] = json!({"seatsPerTimeSlot": found.seats, "showAttendeeInfo": false,
                "showAvailabilityCount": true});
        }
        if !found.choices.is_empty() {
            shown["lengthInMinutesOptions"] = json!(found.choices);
        }
        Ok(shown)
    }

    /// Free slots by day of the asked zone.
    pub(super) fn slots(&self, query: &Query) -> Result<Value, No> {
        let wanted = query.number("eventTypeId").unwrap_or_default();
        let event_type = self.event_type(wanted)?;
        let (from, to) =
            (input::moment(query, "start", false)?, input::moment(query, "end", true)?);
        let zone = input::zone(query)?;
        let minutes = query.number("duration").and_then(|minutes| u32::try_from(minutes).ok());
        let length = event_type.length(minutes);
        let length = length.ok_or_else(|| No::bad("Invalid duration"))?;
        let moving = query.text("bookingUidToReschedule");
        let show = |at: Timestamp| {
            let zoned = at.to_zoned(zone.clone());
            zoned.strftime("%Y-%m-%dT%H:%M:%S.000%:z").to_string()
        };
        let mut days: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let last = to.to_zoned(self.zone.clone()).date();
        let mut date = from.to_zoned(self.zone.clone()).date();
        while date <= last {
            for start in event_type.starts(date, &self.zone, length) {
                let end = start.checked_add(length).unwrap_or(start);
                if start < from
                    || start > to
                    || self.is_kept(event_type.id, start, end)
                    || self.refuse(event_type, start, end, moving).is_some()
                {
                    continue;
                }
                let slot = match query.text("format") {
                    Some("range") => json!({"start": show(start), "end": show(end)}),
                    _ => json!({"start": show(start)}),
                };
                let day = start.to_zoned(zone.clone()).date().to_string();
                days.entry(day).or_default().push(slot);
            }
            date = date.saturating_add(1.day());
        }
        Ok(json!(days))
    }

    /// Why a start cannot be had.
    fn refuse(
        &self,
        event_type: &EventType,
        start: Timestamp,
        end: Timestamp,
        moving: Option<&str>,
    ) -> Option<No> {
        let now = self.now();
        if start <= now {
            return Some(No::bad("Attempting to book a meeting in the past."));
        }
        let notice = SignedDuration::from_mins(i64::from(event_type.notice_minutes));
        if start.duration_since(now) < notice {
            return Some(No::bad(
                "The event type can't be booked at the \"start\" time provided. This could be \
                 because it's too soon (violating the minimum booking notice) or too far in the \
                 future (outside the event's scheduling window).",
            ));
        }
        let date = start.to_zoned(self.zone.clone()).date();
        let length = end.duration_since(start);
        if !event_type.starts(date, &self.zone, length).contains(&start) {
            return Some(No::taken());
        }
        // Requests that the host has not confirmed keep nobody out.
        let in_the_way = self.bookings.iter().filter(|kept| {
            kept.status == Standing::Accepted
                && kept.overlaps(start, end)
                && Some(kept.uid.as_str()) != moving
        });
        let (same, others): (Vec<&Kept>, Vec<&Kept>) =
            in_the_way.partition(|kept| kept.event_type == event_type.id && kept.start == start);
        let full = same.len() >= usize::try_from(event_type.seats).unwrap_or(usize::MAX);
        (full || !others.is_empty()).then(No::taken)
    }

    /// Makes a booking; as a request if the host has to confirm it.
    pub(super) fn create(&mut self, body: &Value, as_request: bool) -> Result<Value, No> {
        let wanted = input::wanted(body)?;
        let event_type = self.event_type(wanted.event_type)?;
        let length = event_type.length(wanted.minutes);
        let length =
            length.ok_or_else(|| No::bad("Invalid lengthInMinutes for this event type"))?;
        input::complete(&wanted, event_type)?;
        let end = wanted.start.checked_add(length).unwrap_or(wanted.start);
        if let Some(no) = self.refuse(event_type, wanted.start, end, None) {
            return Err(no);
        }
        let waits = as_request || event_type.needs_confirmation;
        let status = if waits { Standing::Pending } else { Standing::Accepted };
        let Wanted { event_type, start, name, phone, zone, metadata, fields, email, .. } = wanted;
        let digits = phone.as_deref().unwrap_or_default().trim_start_matches('+').to_owned();
        let email = email.unwrap_or_else(|| format!("{digits}@sms.cal.com"));
        let kept = Kept {
            uid: random_text(22),
            status,
            start,
            end,
            event_type,
            name,
            email,
            phone,
            zone,
            metadata,
            fields,
            from: None,
            to: None,
            reason: None,
            updated: self.now(),
        };
        let shown = self.show(&kept);
        let trigger = if waits { "BOOKING_REQUESTED" } else { "BOOKING_CREATED" };
        self.note(trigger, &kept.uid);
        self.bookings.push(kept);
        Ok(shown)
    }

    fn note(&mut self, trigger: &'static str, uid: &str) {
        self.happened.push(Happened { trigger, uid: uid.to_owned() });
    }

    /// What happened since this was last asked.
    pub(super) fn happened(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }

    /// One booking.
    pub(super) fn kept(&self, uid: &str) -> Option<&Kept> {
        self.bookings.iter().find(|kept| kept.uid == uid)
    }

    fn place(&self, uid: &str) -> Option<usize> {
        self.bookings.iter().position(|kept| kept.uid == uid)
    }

    pub(super) fn get(&self, uid: &str) -> Result<Value, No> {
        match self.place(uid) {
            Some(place) => Ok(self.show(&self.bookings[place])),
            None => Err(No::error(404, format!("Booking with uid={uid} not found"))),
        }
    }

    /// Moves a booking: a new one, and the old one cancelled.
    pub(super) fn reschedule(&mut self, uid: &str, body: &Value) -> Result<Value, No> {
        let body = input::known(body, "", &["start", "rescheduledBy", "reschedulingReason"])?;
        let start = input::start(body)?;
        let place = self.place(uid).ok_or_else(|| {
            No::error(404, format!("Booking with uid={uid} was not found in the database"))
        })?;
        let old = self.bookings[place].clone();
        let cannot =
            format!("Can't reschedule booking with uid={uid} because it has been cancelled");
        match (&old.to, old.stands()) {
            (_, true) => {}
            (Some(to), false) => {
                let to = format!("{cannot} and rescheduled already to booking with uid={to}.");
                return Err(No::bad(to));
            }
            (None, false) => {
                return Err(No::bad(format!(
                    "{cannot}. Please provide uid of a booking that is not cancelled."
                )));
            }
        }
        let event_type = self.event_type(old.event_type)?;
        let end = start.checked_add(old.end.duration_since(old.start)).unwrap_or(start);
        if let Some(no) = self.refuse(event_type, start, end, Some(uid)) {
            return Err(no);
        }
        Ok(self.moved(place, start, end))
    }

    pub(super) fn cancel(&mut self, uid: &str, body: &Value) -> Result<Value, No> {
        let known = ["cancellationReason", "cancelSubsequentBookings", "seatUid"];
        let body = input::known(body, "", &known)?;
        let reason = body.get("cancellationReason").and_then(Value::as_str).map(str::to_owned);
        let missing = || No::error(404, format!("Booking with uid={uid} not found"));
        let place = self.place(uid).ok_or_else(missing)?;
        let now = self.now();
        let kept = &mut self.bookings[place];
        if kept.status == Standing::Cancelled {
            return Err(No::bad(format!(
                "Can't cancel booking with uid={uid} because it has been cancelled already. Please \
                 provide uid of a booking that is not cancelled."
            )));
        }
        if kept.end < now {
            let message = "Cannot cancel a booking that has already ended".to_owned();
            return Err(No::Bare { status: 400, message });
        }
        (kept.status, kept.updated) = (Standing::Cancelled, now);
        kept.reason = reason;
        self.note("BOOKING_CANCELLED", uid);
        Ok(self.show(&self.bookings[place]))
    }

    /// The bookings that a query asks for, with the page's entry.
    pub(super) fn list(&self, query: &Query) -> Result<(Value, Value), No> {
        let now = self.now();
        let statuses = query.text("status").unwrap_or("upcoming").split(',').collect::<Vec<_>>();
        let bound =
            |name: &str| query.text(name).map(|_| input::moment(query, name, false)).transpose();
        let (after, before) = (bound("afterStart")?, bound("beforeEnd")?);
        let updated = bound("afterUpdatedAt")?;
        let stands_as = |kept: &Kept| match kept.status {
            Standing::Accepted if kept.end >= now => "upcoming",
            Standing::Accepted => "past",
            Standing::Pending => "unconfirmed",
            Standing::Cancelled | Standing::Rejected => "cancelled",
        };
        let mut found: Vec<&Kept> = self
            .bookings
            .iter()
            .filter(|kept| {
                statuses.contains(&stands_as(kept))
                    && after.is_none_or(|after| kept.start >= after)
                    && before.is_none_or(|before| kept.end <= before)
                    && updated.is_none_or(|updated| kept.updated >= updated)
                    && query.text("attendeeEmail").is_none_or(|email| kept.email == email)
            })
            .collect();
        match query.text("sortUpdatedAt") {
            Some("desc") => found.sort_by_key(|kept| std::cmp::Reverse(kept.updated)),
            Some(_) => found.sort_by_key(|kept| kept.updated),
            None => found.sort_by_key(|kept| kept.start),
        }
        let number = |name: &str, otherwise: u64| {
            usize::try_from(query.number(name).unwrap_or(otherwise)).unwrap_or(usize::MAX)
        };
        let (take, skip) = (number("take", 100).clamp(1, 250), number("skip", 0));
        let total = found.len();
        let page: Vec<Value> =
            found.into_iter().skip(skip).take(take).map(|kept| self.show(kept)).collect();
        let left = total.saturating_sub(skip + page.len());
        let pagination = json!({"totalItems": total, "remainingItems": left,
            "returnedItems": page.len(), "itemsPerPage": take, "currentPage": skip / take + 1,
            "totalPages": total.div_ceil(take), "hasNextPage": left > 0,
            "hasPreviousPage": skip > 0});
        Ok((json!(page), pagination))
    }

    fn show(&self, kept: &Kept) -> Value {
        let minutes = kept.end.duration_since(kept.start).as_mins();
        let mut attendee = json!({"name": kept.name, "email": kept.email,
            "displayEmail": kept.email, "timeZone": kept.zone, "language": "en", "absent": false});
        if let Some(phone) = &kept.phone {
            attendee["phoneNumber"] = json!(phone);
        }
        let title = self.event_type(kept.event_type).map(|found| found.title.clone());
        let slug = self.event_type(kept.event_type).map(EventType::slug);
        let mut shown = json!({
            "id": 1 + self.place(&kept.uid).unwrap_or(self.bookings.len()),
            "uid": kept.uid, "title": title.unwrap_or_default(), "description": "",
            "status": kept.status, "start": kept.start, "end": kept.end, "duration": minutes,
            "eventType": {"id": kept.event_type, "slug": slug.unwrap_or_default()},
            "eventTypeId": kept.event_type, "location": "https://example.com/room",
            "hosts": [{"id": 4711, "name": "Willow Street Dental", "email": "desk@willow.example",
                "displayEmail": "desk@willow.example", "username": "willow-street",
                "timeZone": self.setup.zone}],
            "absentHost": false,
            "attendees": [attendee], "bookingFieldsResponses": kept.fields,
            "metadata": kept.metadata, "createdAt": self.setup.now, "updatedAt": kept.updated,
        });
        for (name, value) in [
            ("rescheduledFromUid", &kept.from),
            ("rescheduledToUid", &kept.to),
            ("cancellationReason", &kept.reason),
        ] {
            if let Some(value) = value {
                shown[name] = json!(value);
            }
        }
        shown
    }
}
