//! Square's JSON as it comes, read leniently: what is not needed may be missing or odd, what is
//! needed makes the whole unreadable when it is not there.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where a booking stands at Square.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Pending,
    Accepted,
    Declined,
    CancelledByCustomer,
    CancelledBySeller,
    NoShow,
    /// One that was invented later.
    #[serde(other)]
    Other,
}

/// A part of an appointment: one service by one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Segment {
    #[serde(default)]
    pub(super) team_member_id: String,
    /// Missing in bookings that were made on the web.
    #[serde(default)]
    pub(super) service_variation_id: Option<String>,
    #[serde(default)]
    pub(super) service_variation_version: Option<i64>,
    #[serde(default)]
    pub(super) duration_minutes: Option<i64>,
    #[serde(default)]
    pub(super) intermission_minutes: Option<i64>,
}

/// One booking.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct BookingBody {
    pub(super) id: String,
    #[serde(default)]
    pub(super) version: Option<i64>,
    pub(super) status: Status,
    pub(super) start_at: Timestamp,
    #[serde(default)]
    pub(super) customer_note: Option<String>,
    #[serde(default)]
    pub(super) seller_note: Option<String>,
    #[serde(default)]
    pub(super) appointment_segments: Option<Vec<Segment>>,
    #[serde(default)]
    pub(super) created_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) updated_at: Option<Timestamp>,
}

impl BookingBody {
    /// Whether it still keeps its time, or waits to.
    pub(super) fn is_standing(&self) -> bool {
        matches!(self.status, Status::Accepted | Status::Pending | Status::Other)
    }

    /// Whether it was called off by either side.
    pub(super) fn is_off(&self) -> bool {
        use Status::{CancelledByCustomer, CancelledBySeller, Declined};
        matches!(self.status, Declined | CancelledByCustomer | CancelledBySeller)
    }

    pub(super) fn segments(&self) -> &[Segment] {
        self.appointment_segments.as_deref().unwrap_or_default()
    }

    /// When it ends, if its parts say how long they take.
    pub(super) fn end(&self) -> Option<Timestamp> {
        end(self.start_at, self.segments())
    }
}

/// When an appointment of these parts ends that begins at `start`.
pub(super) fn end(start: Timestamp, segments: &[Segment]) -> Option<Timestamp> {
    if segments.is_empty() {
        return None;
    }
    let mut minutes = 0i64;
    for (place, segment) in segments.iter().enumerate() {
        minutes = minutes.checked_add(segment.duration_minutes.filter(|minutes| *minutes > 0)?)?;
        if place + 1 < segments.len() {
            minutes = minutes.checked_add(segment.intermission_minutes.unwrap_or(0).max(0))?;
        }
    }
    start.checked_add(SignedDuration::from_secs(minutes.checked_mul(60)?)).ok()
}

/// One free start, with the parts that a booking at it has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Opening {
    pub(super) start_at: Timestamp,
    pub(super) appointment_segments: Vec<Segment>,
}

/// A profile of the seller's customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct CustomerBody {
    pub(super) id: String,
    #[serde(default)]
    pub(super) given_name: Option<String>,
    #[serde(default)]
    pub(super) family_name: Option<String>,
    #[serde(default)]
    pub(super) company_name: Option<String>,
}

/// A place of business.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct LocationBody {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) business_name: Option<String>,
    #[serde(default)]
    pub(super) merchant_id: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
}

/// What the seller lets customers do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ProfileBody {
    #[serde(default)]
    pub(super) booking_enabled: Option<bool>,
    #[serde(default)]
    pub(super) allow_user_cancel: Option<bool>,
    #[serde(default)]
    pub(super) support_seller_level_writes: Option<bool>,
    #[serde(default)]
    pub(super) business_appointment_settings: Option<AppointmentSettings>,
}

/// The seller's rules for appointments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct AppointmentSettings {
    #[serde(default)]
    pub(super) cancellation_window_seconds: Option<i64>,
}

/// What a token may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct TokenBody {
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

/// A subscription to what happens.
#[derive(Debug, Deserialize)]
pub(super) struct SubscriptionBody {
    pub(super) id: String,
    pub(super) signature_key: String,
}

/// What is in an answer under `name`; `None` if it is not there or is something else.
pub(super) fn part<T: DeserializeOwned>(body: &[u8], name: &str) -> Option<T> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    serde_json::from_value(body.get_mut(name)?.take()).ok()
}

/// The token of an answer, which has no envelope.
pub(super) fn token(body: &[u8]) -> Option<TokenBody> {
    serde_json::from_slice(body).ok()
}

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) entries: Vec<T>,
    /// Whether there was an entry that could not be read.
    pub(super) unread: bool,
    /// Where the next page begins.
    pub(super) cursor: Option<String>,
}

/// The page of an answer whose list is called `name`; a list that is not there is empty. `None` if it
/// is no page.
pub(super) fn page<T: DeserializeOwned>(body: &[u8], name: &str) -> Option<Page<T>> {
    let Value::Object(mut body) = serde_json::from_slice(body).ok()? else { return None };
    let listed = match body.remove(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(listed)) => listed,
        Some(_) => return None,
    };
    let cursor = body.get("cursor").and_then(Value::as_str).filter(|cursor| !cursor.is_empty());
    let cursor = cursor.map(str::to_owned);
    let count = listed.len();
    let entries: Vec<T> =
        listed.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect();
    Some(Page { unread: entries.len() < count, entries, cursor })
}

/// One of the reasons of a refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ErrorBody {
    #[serde(default)]
    pub(super) category: String,
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) field: String,
    /// Only for the code to read: it quotes what was sent.
    #[serde(default)]
    pub(super) detail: String,
}

/// The reasons of a refusal; none if it gives none.
pub(super) fn errors(body: &[u8]) -> Vec<ErrorBody> {
    page(body, "errors").map(|page| page.entries).unwrap_or_default()
}
