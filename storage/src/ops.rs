//! The rules of each write: read what is, decide, write what follows, in one operation that nobody
//! can come between. Called by `store` on the writer thread; sees rows, never files.

pub(crate) mod agents;
pub(crate) mod answers;
pub(crate) mod audit;
pub(crate) mod bookings;
pub(crate) mod callbacks;
pub(crate) mod calls;
pub(crate) mod connections;
pub(crate) mod customers;
pub(crate) mod departures;
pub(crate) mod guesses;
pub(crate) mod jobs;
pub(crate) mod messages;
pub(crate) mod orgs;
pub(crate) mod phone_numbers;
pub(crate) mod registrations;
pub(crate) mod reminders;
pub(crate) mod syncs;
pub(crate) mod tokens;
pub(crate) mod waitlist;

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::rows::Rows;
use crate::trees;

/// An org's rows exist only while the org does.
fn require_org(rows: &dyn Rows, org: &OrgId) -> Result<(), StoreError> {
    if trees::orgs::exists(rows, org)? {
        return Ok(());
    }
    Err(StoreError::Invalid { field: "org", problem: "does not exist; create it first" })
}
