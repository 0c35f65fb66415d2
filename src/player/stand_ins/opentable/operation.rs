//! What the stand-in can be asked for. Knows no reservation.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::super::vendor::Kind;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Anything, in plans.
    Any,
    /// A token.
    Token,
    /// Free tables.
    Availability,
    /// To keep a table.
    Lock,
    /// To give it back.
    Unlock,
    /// To reserve it.
    Reserve,
    /// The reservations of a number.
    Search,
    /// A change.
    Change,
    /// A cancellation.
    Cancel,
    /// Something that does not exist.
    Unknown,
}

impl Kind for Operation {
    const ANY: Self = Self::Any;
}

impl Operation {
    /// What a request asks for, and about which reservation or lock.
    pub(super) fn of(method: &Method, path: &str) -> (Self, String) {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (operation, about) = match (method.as_str(), segments.as_slice()) {
            (_, ["api", "v2", "oauth", "token"]) => (Self::Token, ""),
            ("GET", ["inhouse", "v1", "availability", _]) => (Self::Availability, ""),
            (method, ["inhouse", "v1", "booking", _, rest @ ..]) => match (method, rest) {
                ("POST", ["locks"]) => (Self::Lock, ""),
                ("DELETE", ["locks", token]) => (Self::Unlock, *token),
                ("POST", ["reservations"]) => (Self::Reserve, ""),
                ("POST", ["reservations", "search"]) => (Self::Search, ""),
                ("PUT", ["reservations", id]) => (Self::Change, *id),
                ("DELETE", ["reservations", id]) => (Self::Cancel, *id),
                _ => (Self::Unknown, ""),
            },
            _ => (Self::Unknown, ""),
        };
        (operation, about.to_owned())
    }
}
