//! Small whole records for tests, with times counted in minutes from one fixed moment.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part; tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hookswitch_storage::*;
use jiff::Timestamp;

/// `minutes` after 2026-02-02 00:00 UTC.
pub(crate) fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-02-02T00:00:00Z".parse().unwrap();
    Timestamp::from_second(start.as_second() + minutes * 60).unwrap()
}

pub(crate) fn key() -> MasterKey {
    MasterKey::from_bytes([7; 32])
}

pub(crate) fn options(path: &Path) -> StoreOptions {
    let mut options = StoreOptions::new(path);
    options.master_key = Some(key());
    options.sled_cache_bytes = 16 << 20;
    options.reserve_bytes = 0;
    options
}

pub(crate) async fn open(path: &Path) -> Store {
    Store::open(options(path)).await.unwrap()
}

pub(crate) fn settings(name: &str) -> Settings {
    Settings {
        name: name.into(),
        timezone: "Europe/Berlin".into(),
        country: "DE".into(),
        business_hours: BusinessHours::default(),
        closed_dates: BTreeSet::new(),
        services: Vec::new(),
        default_service: None,
        phone_numbers: BTreeSet::new(),
        vapi_phone_number_ids: BTreeSet::new(),
        assistant_ids: Vec::new(),
        departments: Default::default(),
        webhook_auth: Vec::new(),
        booking: BookingRules::default(),
        tool_names: NamingSet::Snake,
        prompt: None,
        disabled_tools: Default::default(),
        retention_days: None,
        default_connection: None,
        customerconnect: None,
        twilio: None,
        smtp: None,
        messages: MessageRules::default(),
        calls: hookswitch_storage::CallRules::default(),
        inbound: Vec::new(),
        vapi_numbers: BTreeMap::new(),
        locale: hookswitch_storage::Locale::default(),
        vapi_credential_id: None,
    }
}

pub(crate) fn new_org() -> Org {
    Org {
        id: OrgId::random(),
        webhook_id: WebhookId::random(),
        created_at: at(0),
        version: 1,
        settings: settings("Praxis Nord"),
    }
}

/// An org that is in the store.
pub(crate) async fn org_in(store: &Store) -> OrgId {
    let org = new_org();
    let id = org.id.clone();
    let created = store.create_org(org, Vec::new(), "admin", at(0)).await.unwrap();
    assert_eq!(created, CreateOrg::Created);
    id
}

pub(crate) fn resource(name: &str) -> ResourceId {
    name.parse().unwrap()
}

/// A booking of `length` minutes for a person of their own.
pub(crate) fn booking(org: &OrgId, start: i64, length: i64) -> NewBooking {
    let id = BookingId::random();
    NewBooking {
        id,
        org: org.clone(),
        customer: CustomerDraft {
            name: "Ada Lovelace".into(),
            phone: Some("+4930123456".into()),
            email: None,
        },
        service_id: "cut".parse().unwrap(),
        connection_id: "con_builtin".parse().unwrap(),
        resource: resource("chair"),
        capacity: 1,
        places: 1,
        party_size: None,
        start: at(start),
        end: at(start + length),
        occupied_until: at(start + length),
        time_zone: "Europe/Berlin".into(),
        status: BookingStatus::Confirmed,
        outcome: Outcome::Confirmed,
        ask_provider: None,
        notes: None,
        source: Source::Phone,
        call_id: None,
        tool_call: None,
        meaning: None,
        caller: None,
        by: "test".into(),
        now: at(0),
    }
}

pub(crate) fn tool_call(id: &str, arguments: &str) -> Option<ToolCallRef> {
    Some(ToolCallRef { id: id.parse().unwrap(), arguments_hash: arguments.into() })
}

pub(crate) fn moved(booking: &Booking, start: i64, length: i64) -> MoveBooking {
    MoveBooking {
        org: booking.org.clone(),
        id: booking.id,
        start: at(start),
        end: at(start + length),
        occupied_until: at(start + length),
        capacity: 1,
        party: None,
        time_zone: booking.time_zone.clone(),
        meaning: None,
        tool_call: None,
        call_id: None,
        caller: None,
        by: "test".into(),
        now: at(1),
    }
}

pub(crate) fn cancelled(booking: &Booking) -> CancelBooking {
    CancelBooking {
        org: booking.org.clone(),
        id: booking.id,
        reason: Some("ill".into()),
        tool_call: None,
        call_id: None,
        by: "test".into(),
        now: at(2),
    }
}

/// The provider's answer was lost.
pub(crate) fn unknown_outcome() -> Settlement {
    Settlement::Unknown { look_at: at(10), promised: false, ended: true }
}

/// The booking of an outcome that must be `Booked`.
pub(crate) fn booked(outcome: BookOutcome) -> Booking {
    match outcome {
        BookOutcome::Booked(booking) => *booking,
        other => panic!("not booked: {other:?}"),
    }
}

pub(crate) fn call(org: &OrgId, id: &str) -> CallKey {
    CallKey { org: org.clone(), call: id.parse().unwrap() }
}

pub(crate) fn call_record(key: &CallKey, started: i64, ended: Option<i64>) -> CallRecord {
    CallRecord {
        key: key.clone(),
        direction: Direction::Inbound,
        caller: Caller::default(),
        started_at: at(started),
        ended_at: ended.map(at),
        ended_reason: None,
        report: None,
        awaits_callback: false,
    }
}

pub(crate) fn said(seq: u64, text: &str) -> StoredEvent {
    let event = CallEvent::Transcript {
        speaker: Speaker::Caller,
        text: text.into(),
        is_final: true,
        from_copy: false,
    };
    StoredEvent { seq, at: at(0), event }
}

pub(crate) fn answer(id: &str, hash: &str, minutes: i64) -> AnswerRecord {
    AnswerRecord {
        tool_call_id: id.parse().unwrap(),
        arguments_hash: hash.into(),
        booking: None,
        answer: Some(serde_json::json!({"result": id})),
        at: at(minutes),
    }
}

pub(crate) fn connection(org: &OrgId) -> Connection {
    Connection::new(org.clone(), "builtin", at(0))
}

/// A mail server of an org, with these to whom news for the business go.
pub(crate) fn mail(notify: &[&str]) -> Smtp {
    Smtp {
        host: "mail.example.com".into(),
        port: 587,
        security: SmtpSecurity::Starttls,
        username: None,
        password: None,
        from: "desk@example.com".into(),
        notify: notify.iter().map(|&to| to.to_owned()).collect(),
    }
}

pub(crate) fn job(org: &OrgId, due: i64) -> Job {
    Job {
        id: JobId::random(),
        org: org.clone(),
        kind: "reminder".into(),
        payload: serde_json::json!({"n": due}),
        due: at(due),
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    }
}

/// A wish to be called back, in a call or outside of any.
pub(crate) fn callback(org: &OrgId, call: Option<&str>, minutes: i64) -> RequestCallback {
    RequestCallback {
        id: CallbackId::random(),
        org: org.clone(),
        name: Some("Ada Lovelace".into()),
        phone: "+4930123456".into(),
        preferred_time: None,
        about: Some("a bill".into()),
        urgency: None,
        call_id: call.map(|call| call.parse().unwrap()),
        source: Source::Phone,
        by: "call:c".into(),
        now: at(minutes),
    }
}

/// Everything an org has, as comparable text; two stores with the same rows give the same.
pub(crate) async fn everything(store: &Store, org: &OrgId) -> String {
    let all = Page::first(Page::MAX);
    let bookings = store.bookings(org, &BookingFilter::default(), &all).await.unwrap();
    let calls = store.calls(org, CallState::Any, &all).await.unwrap();
    let mut histories = Vec::new();
    for call in &calls.items {
        histories.push(store.call_history(&call.key).await.unwrap());
    }
    let busy = store.busy(org, &resource("chair"), at(-10_000_000), at(10_000_000)).await.unwrap();
    let callbacks = store.callbacks(org, None, &all).await.unwrap();
    let waitlist = store.waitlist(org, &WaitlistFilter::default(), &all).await.unwrap();
    let kept = store.kept_slots(org, None, at(-10_000_000)).await.unwrap();
    format!(
        "{:?}\n{bookings:?}\n{busy:?}\n{histories:?}\n{callbacks:?}\n{waitlist:?}\n{kept:?}\n{:?}\n{:?}\n{:?}",
        store.org(org).await.unwrap(),
        store.audit(org, &all).await.unwrap(),
        store.jobs(org).await.unwrap(),
        store.connections(org).await.unwrap(),
    )
}
