//! Outcomes of changes to organisations.

use crate::model::Org;

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
