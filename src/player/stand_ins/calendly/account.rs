//! The account: its bookings, what may become of them, and who wants to hear of it. Called with the lock
//! held; knows no HTTP.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::clock::Clock;
use super::Setup;
use super::answers::No;
use super::calendar::{API, EventType};
use super::input::{self, Wanted, object};
use super::posts::Subscription;
use crate::server::random_text;

/// One person at one event, as the account keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// The URI of the person at the event.
    pub invitee: String,
    /// The URI of the event.
    pub event: String,
    /// Whether it stands.
    pub active: bool,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// The last part of its event type's URI.
    pub event_type: String,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The person's zone.
    pub zone: String,
    /// The person's number for messages.
    pub phone: Option<String>,
    /// Where it is held.
    pub location: Option<Value>,
    /// Answers to the event type's questions.
    pub answers: Vec<Value>,
    /// What came with it.
    pub tracking: Value,
    /// Why it was cancelled.
    pub reason: Option<String>,
    /// The booking that it was moved from by hand.
    pub old_invitee: Option<String>,
    /// The booking that it was moved to by hand.
    pub new_invitee: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

pub struct Account {
    setup: Setup,
    zone: TimeZone,
    clock: Clock,
    bookings: Vec<Kept>,
    subscriptions: Vec<Subscription>,
    application_key: Option<String>,
}

/// The user of the token.
pub(super) fn user() -> String {
    format!("{API}/users/USERWILLOW")
}

/// The user's organisation.
pub(super) fn organization() -> String {
    format!("{API}/organizations/ORGWILLOW")
}

impl Account {
    pub(super) fn new(setup: Setup) -> Self {
        let zone = TimeZone::get(&setup.zone).unwrap_or(TimeZone::UTC);
        let (bookings, subscriptions) = (Vec::new(), Vec::new());
        Self {
            clock: Clock::from(setup.now),
            setup,
            zone,
            bookings,
            subscriptions,
            application_key: None,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn is_token(&self, token: &str) -> bool {
        token == self.setup.token
    }

    pub(super) fn set_token(&mut self, token: &str) {
        token.clone_into(&mut self.setup.token);
    }

    pub(super) fn sign_as_application(&mut self, key: &str) {
        self.application_key = Some(key.to_owned());
    }

    pub(super) fn application_key(&self) -> Option<&str> {
        self.application_key.as_deref()
    }

    pub(super) fn bookings(&self) -> &[Kept] {
        &self.bookings
    }

    pub(super) fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    pub(super) fn me(&self) -> Value {
        json!({"uri": user(), "name": "Willow Street Dental", "slug": "willow-street",
            "email": "desk@willow.example", "timezone": self.setup.zone, "avatar_url": null,
            "scheduling_url": "https://calendly.com/willow-street",
            "current_organization": organization(), "created_at": self.setup.now,
            "updated_at": self.setup.now})
    }

    pub(super) fn event_type(&self, uuid: &str) -> Result<&EventType, No> {
        let found = self.setup.event_types.iter().find(|event_type| event_type.uuid == uuid);
        found.ok_or_else(No::not_found)
    }

    fn event_type_by_uri(&self, uri: &str) -> Result<&EventType, No> {
        let found = self.setup.event_types.iter().find(|event_type| event_type.uri() == uri);
        found.ok_or_else(No::not_found)
    }

    /// Open starts.
    pub(super) fn open(&self, query: &Query) -> Result<Vec<Value>, No> {
        let event_type = self.event_type_by_uri(query.text("event_type").unwrap_or_default())?;
        let (from, to) = (input::needed(query, "start_time")?, input::needed(query, "end_time")?);
        if from < self.now() {
            return Err(No::invalid("start_time", "must be in the future"));
        }
        let days = self.setup.longest_span_days;
        if to.duration_since(from) > SignedDuration::from_hours(24 * i64::from(days)) {
            let message = format!("date range can be no greater than {days} days");
            return Err(No::invalid("end_time", &message));
        }
        let mut open = Vec::new();
        let last = to.to_zoned(self.zone.clone()).date();
        let mut date = from.to_zoned(self.zone.clone()).date();
        while date <= last {
            for start in event_type.starts(date, &self.zone) {
                if start >= from && start < to && self.refuse(event_type, start).is_none() {
                    open.push(json!({"status": "available", "start_time": start,
                        "invitees_remaining": event_type.places,
                        "scheduling_url": "https://calendly.com/willow-street/one"}));
                }
            }
            date = date.saturating_add(1.day());
        }
        Ok(open)
    }

    /// Why a start cannot be had.
    fn refuse(&self, event_type: &EventType, start: Timestamp) -> Option<No> {
        if start <= self.now() {
            return Some(No::invalid("event.start_time", "must be in the future"));
        }
        let date = start.to_zoned(self.zone.clone()).date();
        if !event_type.starts(date, &self.zone).contains(&start) {
            return Some(No::taken());
        }
        let end = start.checked_add(event_type.length()).unwrap_or(start);
        let in_the_way =
            self.bookings.iter().filter(|kept| kept.active && kept.start < end && start < kept.end);
        let (same, others): (Vec<&Kept>, Vec<&Kept>) =
            in_the_way.partition(|kept| kept.event_type == event_type.uuid && kept.start == start);
        let full = same.len() >= usize::try_from(event_type.places).unwrap_or(usize::MAX);
        (full || !others.is_empty()).then(No::taken)
    }

    /// Makes a booking.
    pub(super) fn create(&mut self, body: &Value) -> Result<Value, No> {
        if !self.setup.may_book {
            return Err(No::new(403, "Please upgrade your Calendly account to Standard"));
        }
        let wanted = input::wanted(body)?;
        let event_type = self.event_type_by_uri(&wanted.event_type)?;
        input::complete(&wanted, event_type)?;
        if let Some(no) = self.refuse(event_type, wanted.start) {
            return Err(no);
        }
        let event_type = event_type.clone();
        let invitee = self.add(&event_type, wanted, None);
        self.invitee(&invitee)
    }

    fn add(&mut self, event_type: &EventType, wanted: Wanted, from: Option<String>) -> String {
        let now = self.now();
        let end = wanted.start.checked_add(event_type.length()).unwrap_or(wanted.start);
        let together = self.bookings.iter().find(|kept| {
            kept.active && kept.event_type == event_type.uuid && kept.start == wanted.start
        });
        let event = together.map_or_else(
            || format!("{API}/scheduled_events/{}", random_text(16)),
            |kept| kept.event.clone(),
        );
        let invitee = format!("{event}/invitees/{}", random_text(16));
        let Wanted { start, name, email, zone, phone, location, answers, tracking, .. } = wanted;
        self.bookings.push(Kept {
            invitee: invitee.clone(),
            event,
            active: true,
            start,
            end,
            event_type: event_type.uuid.clone(),
            name,
            email,
            zone,
            phone,
            location,
            answers,
            tracking,
            reason: None,
            old_invitee: from,
            new_invitee: None,
            created_at: now,
            updated_at: now,
        });
        invitee
    }

    pub(super) fn book_elsewhere(&mut self, event_type: &str, start: Timestamp) {
        let Ok(event_type) = self.event_type(event_type).cloned() else { return };
        let wanted = Wanted {
            event_type: event_type.uri(),
            start,
            name: "Somebody Else".into(),
            email: "somebody@example.com".into(),
            zone: self.setup.zone.clone(),
            phone: None,
            location: None,
            answers: Vec::new(),
            tracking: Value::Null,
        };
        self.add(&event_type, wanted, None);
    }

    /// Cancels an event for everybody who comes to it.
    pub(super) fn cancel(&mut self, event: &str, body: &Value) -> Result<Value, No> {
        let reason = match body {
            Value::Null => None,
            body => object(body, "", &["reason"])?.get("reason").and_then(Value::as_str),
        };
        let reason = reason.unwrap_or_default().to_owned();
        if reason.chars().count() > 10_000 {
            return Err(No::invalid("reason", "is too long"));
        }
        let now = self.now();
        let is_it = |kept: &&mut Kept| kept.event.ends_with(&format!("/{event}"));
        let mut people: Vec<&mut Kept> = self.bookings.iter_mut().filter(is_it).collect();
        let first = people.first().ok_or_else(No::not_found)?;
        if people.iter().all(|kept| !kept.active) {
            return Err(No::new(403, "Event is already canceled"));
        }
        if first.end < now {
            return Err(No::new(403, "Event in the past"));
        }
        for kept in &mut people {
            kept.active = false;
            kept.reason = Some(reason.clone());
            kept.updated_at = now;
        }
        Ok(json!({"canceled_by": "Willow Street Dental", "reason": reason,
            "canceler_type": "host", "created_at": now}))
    }

    pub(super) fn cancel_by_hand(&mut self, invitee: &str, reason: &str) -> bool {
        let Some(kept) = self.kept(invitee) else { return false };
        let event = kept.event.rsplit('/').next().unwrap_or_default().to_owned();
        self.cancel(&event, &json!({"reason": reason})).is_ok()
    }

    /// A new booking that the old one points to; what came with the old one does not come along.
    pub(super) fn move_by_hand(&mut self, invitee: &str, start: Timestamp) -> Option<String> {
        let old = self.kept(invitee)?.clone();
        let event_type = self.event_type(&old.event_type).ok()?.clone();
        let wanted = Wanted {
            event_type: event_type.uri(),
            start,
            name: old.name,
            email: old.email,
            zone: old.zone,
            phone: old.phone,
            location: old.location,
            answers: old.answers,
            tracking: Value::Null,
        };
        let moved = self.add(&event_type, wanted, Some(old.invitee));
        let now = self.now();
        let kept = self.bookings.iter_mut().find(|kept| kept.invitee == invitee)?;
        kept.active = false;
        kept.updated_at = now;
        kept.new_invitee = Some(moved.clone());
        Some(moved)
    }

    /// The booking with this URI.
    pub(super) fn kept(&self, invitee: &str) -> Option<&Kept> {
        self.bookings.iter().find(|kept| kept.invitee == invitee)
    }

    pub(super) fn subscribe(&mut self, body: &Value) -> Result<Value, No> {
        let fields = ["url", "events", "organization", "user", "scope", "signing_key"];
        let given = object(body, "", &fields)?;
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
        let scope = text("scope").filter(|scope| ["user", "organization"].contains(&&**scope));
        let scope = scope.ok_or_else(|| No::invalid("scope", "is invalid"))?;
        let is_ours = text("organization") == Some(organization())
            && (scope == "organization" || text("user") == Some(user()));
        if !is_ours {
            return Err(No::new(403, "You do not have permission to access this resource."));
        }
        let url = text("url").filter(|url| url.starts_with("https://"));
        let url = url.ok_or_else(|| No::invalid("url", "must be https"))?;
        if self.subscriptions.iter().any(|known| known.callback_url == url) {
            return Err(No::new(409, "Hook with this url already exists"));
        }
        let events = given.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
        let events = events.iter().filter_map(|event| event.as_str().map(str::to_owned)).collect();
        let uri = format!("{API}/webhook_subscriptions/{}", random_text(16));
        let signing_key = text("signing_key");
        let made = Subscription { uri, callback_url: url, events, scope, signing_key };
        let shown = made.show(self.now());
        self.subscriptions.push(made);
        Ok(shown)
    }

    pub(super) fn unsubscribe(&mut self, uuid: &str) -> Result<(), No> {
        let before = self.subscriptions.len();
        self.subscriptions.retain(|known| !known.uri.ends_with(&format!("/{uuid}")));
        if self.subscriptions.len() < before { Ok(()) } else { Err(No::not_found()) }
    }
}
