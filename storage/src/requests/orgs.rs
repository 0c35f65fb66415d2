//! Outcomes of changes to organisations and their connections.

use crate::model::{Connection, Org};

/// What became of a new org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateOrg {
    /// It is on disk.
    Created,
    /// Another org has this value, which must be unique over all orgs.
    Conflict {
        /// The field, as in the settings (`phone_numbers`).
        field: &'static str,
        /// The value.
        value: String,
    },
}

/// What became of changed settings.
#[derive(Debug, Clone, PartialEq)]
pub enum PutSettings {
    /// Saved; this is the org with its new version.
    Saved(Box<Org>),
    /// The org changed in the meantime; this is how it stands.
    Stale(Box<Org>),
    /// There is no such org.
    NotFound,
    /// Another org has this value, which must be unique over all orgs.
    Conflict {
        /// The field, as in the settings (`phone_numbers`).
        field: &'static str,
        /// The value.
        value: String,
    },
}

/// What became of renewed credentials.
#[derive(Debug, Clone, PartialEq)]
pub enum Renewal {
    /// They are on disk.
    Kept,
    /// Others had been entered meanwhile; this is the connection as it stands, with those.
    Changed(Box<Connection>),
    /// The connection is gone.
    Gone,
}
