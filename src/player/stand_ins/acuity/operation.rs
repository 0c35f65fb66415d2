//! What the stand-in can be asked for. Knows no appointment.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::super::trouble::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// The account.
    Me,
    /// The appointment types.
    Types,
    /// The intake forms.
    Forms,
    /// Days with free times.
    Dates,
    /// Free times of a day.
    Times,
    /// Sessions of a class.
    Classes,
    /// A new appointment.
    Create,
    /// A list of appointments.
    List,
    /// One appointment.
    Get,
    /// Notes on one.
    Update,
    /// A move.
    Reschedule,
    /// A cancellation.
    Cancel,
    /// A promise to post.
    Watch,
    /// The promises.
    Watches,
    /// The end of one.
    Unwatch,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

impl Operation {
    /// What a request asks for, and about which appointment or webhook.
    pub(super) fn of(method: &Method, path: &str) -> (Self, u64) {
        let path = path.strip_prefix("/api/v1/").unwrap_or_default();
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let number = |text: &str| text.parse().unwrap_or_default();
        match (method.as_str(), segments.as_slice()) {
            ("GET", ["me"]) => (Self::Me, 0),
            ("GET", ["appointment-types"]) => (Self::Types, 0),
            ("GET", ["forms"]) => (Self::Forms, 0),
            ("GET", ["availability", "dates"]) => (Self::Dates, 0),
            ("GET", ["availability", "times"]) => (Self::Times, 0),
            ("GET", ["availability", "classes"]) => (Self::Classes, 0),
            ("POST", ["appointments"]) => (Self::Create, 0),
            ("GET", ["appointments"]) => (Self::List, 0),
            ("GET", ["appointments", id]) => (Self::Get, number(id)),
            ("PUT", ["appointments", id]) => (Self::Update, number(id)),
            ("PUT", ["appointments", id, "reschedule"]) => (Self::Reschedule, number(id)),
            ("PUT", ["appointments", id, "cancel"]) => (Self::Cancel, number(id)),
            ("POST", ["webhooks"]) => (Self::Watch, 0),
            ("GET", ["webhooks"]) => (Self::Watches, 0),
            ("DELETE", ["webhooks", id]) => (Self::Unwatch, number(id)),
            _ => (Self::Unknown, 0),
        }
    }
}
