//! Calendly's JSON as it comes, read leniently: what is not needed may be missing or odd, what is
//! needed makes the whole unreadable when it is not there.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where an event or an invitee stands at Calendly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Active,
    Canceled,
}

/// One scheduled event: a time that is taken, by one person or by a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct EventBody {
    pub(super) uri: String,
    pub(super) status: Status,
    pub(super) start_time: Timestamp,
    #[serde(default)]
    pub(super) end_time: Option<Timestamp>,
    #[serde(default)]
    pub(super) updated_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) invitees_counter: Option<Counter>,
    #[serde(default)]
    pub(super) cancellation: Option<Cancellation>,
}

/// Why an event was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Cancellation {
    #[serde(default)]
    pub(super) reason: Option<String>,
}

/// How many people come to an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Counter {
    #[serde(default)]
    pub(super) active: u32,
}

impl EventBody {
    pub(super) fn stands(&self) -> bool {
        self.status == Status::Active
    }

    /// Why it was cancelled, if that was said.
    pub(super) fn reason(&self) -> Option<&str> {
        self.cancellation.as_ref()?.reason.as_deref()
    }

    /// Whether somebody else comes too, as far as Calendly says.
    pub(super) fn is_shared(&self) -> bool {
        self.invitees_counter.as_ref().is_some_and(|counter| counter.active > 1)
    }
}

/// One person at an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct InviteeBody {
    pub(super) uri: String,
    /// Its event.
    pub(super) event: String,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) tracking: Option<Tracking>,
    /// Where it was moved from in Calendly's own pages.
    #[serde(default)]
    pub(super) old_invitee: Option<String>,
    /// Where it was moved to.
    #[serde(default)]
    pub(super) new_invitee: Option<String>,
}

impl InviteeBody {
    /// Our reference, if it carries one.
    pub(super) fn reference(&self) -> Option<&str> {
        self.tracking.as_ref()?.utm_content.as_deref()
    }
}

/// What comes back as it was sent with a booking.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Tracking {
    #[serde(default)]
    pub(super) utm_content: Option<String>,
}

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct EventTypeBody {
    #[serde(default)]
    pub(super) duration: Option<u32>,
    #[serde(default)]
    pub(super) active: Option<bool>,
    #[serde(default)]
    pub(super) pooling_type: Option<String>,
    #[serde(default)]
    pub(super) custom_questions: Vec<Question>,
    #[serde(default)]
    pub(super) locations: Option<Vec<Location>>,
}

/// Something that an event type asks of who books.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Question {
    pub(super) name: String,
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) position: u32,
    #[serde(default)]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) answer_choices: Vec<String>,
    #[serde(default)]
    pub(super) include_other: bool,
}

/// A place that an event type may be held at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Location {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) location: Option<String>,
}

/// An open start.
#[derive(Debug, Deserialize)]
pub(super) struct OpenBody {
    pub(super) status: String,
    pub(super) start_time: Timestamp,
}

/// The user of a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct UserBody {
    pub(super) uri: String,
    pub(super) current_organization: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
}

/// A subscription to changes.
#[derive(Debug, Deserialize)]
pub(super) struct SubscriptionBody {
    pub(super) uri: String,
    #[serde(default)]
    pub(super) callback_url: String,
}

/// A post about a change.
#[derive(Debug, Deserialize)]
pub(super) struct PostBody {
    pub(super) event: String,
    #[serde(default)]
    pub(super) payload: Value,
}

#[derive(Deserialize)]
struct One<T> {
    resource: T,
}

#[derive(Deserialize)]
struct Many {
    collection: Vec<Value>,
    #[serde(default)]
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(default)]
    next_page_token: Option<String>,
}

/// The single thing of an answer.
pub(super) fn one<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice::<One<T>>(body).ok().map(|answer| answer.resource)
}

/// One page of a list.
pub(super) struct Page<T> {
    pub(super) entries: Vec<T>,
    /// Whether an entry could not be read, so that it may be the one.
    pub(super) has_unread: bool,
    /// What the next page is asked for by.
    pub(super) next: Option<String>,
}

/// A page of a list. `None` if it is none.
pub(super) fn page<T: DeserializeOwned>(body: &[u8]) -> Option<Page<T>> {
    let Many { collection, pagination } = serde_json::from_slice(body).ok()?;
    let count = collection.len();
    let read = collection.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    let entries: Vec<T> = read.collect();
    let has_unread = entries.len() < count;
    let next = pagination.and_then(|pagination| pagination.next_page_token);
    Some(Page { entries, has_unread, next: next.filter(|token| !token.is_empty()) })
}

/// What an answer that is an error says: its messages, codes and names of fields, one a line. Only for
/// the code to read: vendors quote what they were sent.
pub(super) fn said(body: &[u8]) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let mut lines = Vec::new();
    let mut gather = |value: &Value| {
        for name in ["title", "parameter", "code", "message"] {
            lines.extend(value.get(name).and_then(Value::as_str).map(str::to_owned));
        }
    };
    gather(&body);
    body.get("details").and_then(Value::as_array).into_iter().flatten().for_each(gather);
    lines.join("\n")
}

/// The last part of a URI: what paths name its thing by.
pub(super) fn last_part(uri: &str) -> Option<&str> {
    let part = uri.trim_end_matches('/').rsplit('/').next()?;
    is_name(part).then_some(part)
}

/// The parts of an invitee's URI: its event's and its own.
pub(super) fn event_and_invitee(uri: &str) -> Option<(&str, &str)> {
    let (before, invitee) = uri.trim_end_matches('/').rsplit_once("/invitees/")?;
    let event = before.rsplit('/').next()?;
    (is_name(event) && is_name(invitee)).then_some((event, invitee))
}

/// Whether a text can be a part of one of Calendly's URIs; nothing else is put into a path.
fn is_name(part: &str) -> bool {
    let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !part.is_empty() && part.len() <= 100 && part.bytes().all(of_a_name)
}
