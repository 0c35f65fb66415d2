//! What the stand-in can be asked for. Knows no appointment.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

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
    pub(super) fn of(method: &Method, path: &str) -> (Self, String) {
        let path = path.strip_prefix("/api/v1/").unwrap_or_default();
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let (operation, about) = match (method.as_str(), segments.as_slice()) {
            ("GET", ["me"]) => (Self::Me, ""),
            ("GET", ["appointment-types"]) => (Self::Types, ""),
            ("GET", ["forms"]) => (Self::Forms, ""),
            ("GET", ["availability", "dates"]) => (Self::Dates, ""),
            ("GET", ["availability", "times"]) => (Self::Times, ""),
            ("GET", ["availability", "classes"]) => (Self::Classes, ""),
            ("POST", ["appointments"]) => (Self::Create, ""),
            ("GET", ["appointments"]) => (Self::List, ""),
            ("GET", ["appointments", id]) => (Self::Get, *id),
            ("PUT", ["appointments", id]) => (Self::Update, *id),
            ("PUT", ["appointments", id, "reschedule"]) => (Self::Reschedule, *id),
            ("PUT", ["appointments", id, "cancel"]) => (Self::Cancel, *id),
            ("POST", ["webhooks"]) => (Self::Watch, ""),
            ("GET", ["webhooks"]) => (Self::Watches, ""),
            ("DELETE", ["webhooks", id]) => (Self::Unwatch, *id),
            _ => (Self::Unknown, ""),
        };
        (operation, about.to_owned())
    }
}
