//! Schemas of stored types that are written as one of a few names. Storage knows no schemas, so
//! the names are taken from how its types are written.

use hookswitch_storage::{
    BookingStatus, CallbackState, CapacityCounts, Channel, Direction, HmacEncoding, HmacHash,
    InboundWhen, JobState, Locale, MessageState, NamingSet, OutagePolicy, Outcome, RequiredField,
    Role, SmtpSecurity, TransferMode, Urgency, WaitlistState,
};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

fn one_of<T: Serialize>(values: &[T]) -> Schema {
    json_schema!({"type": "string", "enum": json!(values)})
}

/// As [`one_of`], for a field that may be absent.
fn one_of_or_none<T: Serialize>(values: &[T]) -> Schema {
    let mut names = json!(values);
    if let Some(names) = names.as_array_mut() {
        names.push(Value::Null);
    }
    json_schema!({"enum": names})
}

pub(in crate::http) fn role(_: &mut SchemaGenerator) -> Schema {
    one_of(&[Role::Viewer, Role::Supervisor, Role::Org, Role::Admin])
}

pub(in crate::http) fn booking_status(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[BookingStatus::Pending, BookingStatus::Confirmed, BookingStatus::Cancelled])
}

pub(in crate::http) fn outcome(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[Outcome::Confirmed, Outcome::Pending, Outcome::Unknown, Outcome::Failed])
}

pub(in crate::http) fn callback_state(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[CallbackState::Open, CallbackState::InProgress, CallbackState::Done])
}

pub(in crate::http) fn waitlist_state(_: &mut SchemaGenerator) -> Schema {
    use WaitlistState::{Booked, Expired, Left, Offered, Waiting};
    one_of_or_none(&[Waiting, Offered, Booked, Expired, Left])
}

pub(in crate::http) fn message_state(_: &mut SchemaGenerator) -> Schema {
    use MessageState::{Accepted, Delivered, Failed, Queued, Sending, Sent, Skipped};
    one_of_or_none(&[Queued, Sending, Accepted, Sent, Delivered, Failed, Skipped])
}

pub(in crate::http) fn channel(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[Channel::Sms, Channel::Email])
}

pub(in crate::http) fn urgency(_: &mut SchemaGenerator) -> Schema {
    one_of(&[Urgency::Low, Urgency::Normal, Urgency::Urgent])
}

pub(in crate::http) fn locale(_: &mut SchemaGenerator) -> Schema {
    one_of(&[Locale::En, Locale::Es])
}

pub(in crate::http) fn inbound_when(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[InboundWhen::Open, InboundWhen::Closed])
}

pub(in crate::http) fn job_state(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[JobState::Waiting, JobState::Dead, JobState::Done])
}

pub(in crate::http) fn transfer_mode(_: &mut SchemaGenerator) -> Schema {
    use TransferMode as Mode;
    one_of(&[
        Mode::BlindTransfer,
        Mode::BlindTransferAddSummaryToSipHeader,
        Mode::WarmTransferSayMessage,
        Mode::WarmTransferSaySummary,
        Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSayMessage,
        Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSaySummary,
        Mode::WarmTransferTwiml,
        Mode::WarmTransferExperimental,
    ])
}

pub(in crate::http) fn direction(_: &mut SchemaGenerator) -> Schema {
    one_of(&[Direction::Inbound, Direction::Outbound])
}

pub(in crate::http) fn naming_set(_: &mut SchemaGenerator) -> Schema {
    one_of(&[NamingSet::Snake, NamingSet::Camel])
}

pub(in crate::http) fn outage_policy(_: &mut SchemaGenerator) -> Schema {
    one_of(&[OutagePolicy::Defaults, OutagePolicy::TakeMessage, OutagePolicy::Transfer])
}

pub(in crate::http) fn capacity_counts(_: &mut SchemaGenerator) -> Schema {
    one_of(&[CapacityCounts::Bookings, CapacityCounts::Guests])
}

pub(in crate::http) fn smtp_security(_: &mut SchemaGenerator) -> Schema {
    one_of(&[SmtpSecurity::Starttls, SmtpSecurity::Tls, SmtpSecurity::None])
}

pub(in crate::http) fn required_fields(_: &mut SchemaGenerator) -> Schema {
    let names = one_of(&[
        RequiredField::CustomerName,
        RequiredField::CustomerPhone,
        RequiredField::CustomerEmail,
    ]);
    json_schema!({"type": ["array", "null"], "items": names})
}

pub(in crate::http) fn hmac_hash(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[HmacHash::Sha256, HmacHash::Sha512, HmacHash::Sha1])
}

pub(in crate::http) fn hmac_encoding(_: &mut SchemaGenerator) -> Schema {
    one_of_or_none(&[HmacEncoding::Hex, HmacEncoding::Base64])
}
