//! The waitlist. Every write is promised: it is on disk before the answer.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{OrgId, ResourceId, WaitlistId};
use crate::model::WaitlistEntry;
use crate::ops;
use crate::requests::{JoinOutcome, JoinWaitlist, LeaveWaitlist, Listing, Page, WaitlistFilter};
use crate::trees::waitlist;
use crate::writer::Grade::Promised;

impl Store {
    /// Gives somebody a place in the line, or changes the one they have for this service.
    ///
    /// # Errors
    /// If the request makes no sense, the org does not exist or the disk refuses it; then nothing
    /// happened.
    pub async fn join_waitlist(&self, wish: JoinWaitlist) -> Result<JoinOutcome, StoreError> {
        self.write(Promised, move |tx| ops::waitlist::join(tx, wish)).await
    }

    /// Takes somebody out of the line; gives the places they left. A slot that was kept for them
    /// goes to the next in line.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn leave_waitlist(
        &self,
        wish: LeaveWaitlist,
    ) -> Result<Vec<WaitlistEntry>, StoreError> {
        self.write(Promised, move |tx| ops::waitlist::leave(tx, &wish)).await
    }

    /// Sees to places whose time has come at `now`: slots that nobody came for go to the next in
    /// line, places whose window is over end. Some at a time; how many it were.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn lapse_waitlist(&self, now: Timestamp) -> Result<usize, StoreError> {
        if self.read(move |rows| waitlist::due(rows, now, 1)).await?.is_empty() {
            return Ok(0);
        }
        self.write(Promised, move |tx| ops::waitlist::lapse(tx, now)).await
    }

    /// One place of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn waitlist_entry(
        &self,
        org: &OrgId,
        id: &WaitlistId,
    ) -> Result<Option<WaitlistEntry>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.read(move |rows| waitlist::get(rows, &org, &id)).await
    }

    /// The places of an org that match: who stands in the line first come first, then who did.
    ///
    /// # Errors
    /// If they cannot be read, or the cursor is not one of this list.
    pub async fn waitlist(
        &self,
        org: &OrgId,
        filter: &WaitlistFilter,
        page: &Page,
    ) -> Result<Listing<WaitlistEntry>, StoreError> {
        let (org, filter, page) = (org.clone(), filter.clone(), page.clone());
        self.read(move |rows| waitlist::matching(rows, &org, &filter, &page)).await
    }

    /// The places for which a slot is kept at `now`, of one resource or of all, by start within a
    /// resource; each has its offer. What they are being booked for is claimed, and not among them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn kept_slots(
        &self,
        org: &OrgId,
        resource: Option<&ResourceId>,
        now: Timestamp,
    ) -> Result<Vec<WaitlistEntry>, StoreError> {
        let (org, resource) = (org.clone(), resource.cloned());
        self.read(move |rows| ops::waitlist::kept(rows, &org, resource.as_ref(), now)).await
    }
}
