//! Bookings. Every write is promised: it is on disk before the answer.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Store;
use crate::error::StoreError;
use crate::ids::{BookingId, ConnectionId, OrgId, ResourceId, ServiceId};
use crate::model::Booking;
use crate::ops::bookings as ops;
use crate::requests::{
    AdoptBooking, AdoptOutcome, AmendBooking, AmendOutcome, BookOutcome, BookingFilter, Busy,
    CancelBooking, CancelOutcome, Listing, MoveBooking, MoveOutcome, NewBooking, Page, Settlement,
};
use crate::trees::{bookings, claims};
use crate::writer::Grade::Promised;

impl Store {
    /// Makes a booking, unless the same one was made before or its range is taken.
    ///
    /// # Errors
    /// If the request makes no sense or the disk refuses it; then nothing happened.
    pub async fn book(&self, new: NewBooking) -> Result<BookOutcome, StoreError> {
        self.write(Promised, move |tx| ops::book(tx, new)).await
    }

    /// Writes down what is known of the provider's side; `None` if there is no such booking.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn settle(
        &self,
        org: &OrgId,
        id: &BookingId,
        settlement: Settlement,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<Booking>, StoreError> {
        let (org, id, by) = (org.clone(), *id, by.to_owned());
        self.write(Promised, move |tx| ops::settle(tx, &org, id, settlement, &by, now)).await
    }

    /// Removes the job that settles a booking, if nothing of it is unsettled at this moment.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn end_settling(&self, org: &OrgId, id: &BookingId) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), *id);
        self.write(Promised, move |tx| ops::end_settling(tx, &org, id)).await
    }

    /// Writes down that the provider of a booking is about to be asked again for what is unsettled,
    /// to be looked at by `look_at`; `None` if nothing is.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn ask_again(
        &self,
        org: &OrgId,
        id: &BookingId,
        now: Timestamp,
        look_at: Timestamp,
    ) -> Result<Option<Booking>, StoreError> {
        let (org, id) = (org.clone(), *id);
        self.write(Promised, move |tx| ops::ask_again(tx, &org, id, now, look_at)).await
    }

    /// Writes down that the caller was told that what is unsettled will be seen to.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn promise(&self, org: &OrgId, id: &BookingId) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), *id);
        self.write(Promised, move |tx| ops::promise(tx, &org, id)).await
    }

    /// Claims where a booking is to move beside where it is, and writes down that its provider is
    /// about to be asked; [`Store::settle`] ends it, a job looks at it by `look_at`.
    ///
    /// # Errors
    /// If the request makes no sense or the disk refuses it; then nothing happened.
    pub async fn begin_move(
        &self,
        to: MoveBooking,
        look_at: Timestamp,
    ) -> Result<MoveOutcome, StoreError> {
        self.write(Promised, move |tx| ops::begin_move(tx, to, look_at)).await
    }

    /// Writes down that the provider of a booking is about to be asked to cancel it;
    /// [`Store::settle`] ends it, a job looks at it by `look_at`.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn begin_cancel(
        &self,
        request: CancelBooking,
        look_at: Timestamp,
    ) -> Result<CancelOutcome, StoreError> {
        self.write(Promised, move |tx| ops::begin_cancel(tx, request, look_at)).await
    }

    /// Moves a booking; its old range is freed in the same operation.
    ///
    /// # Errors
    /// If the request makes no sense or the disk refuses it; then nothing happened.
    pub async fn move_booking(&self, to: MoveBooking) -> Result<MoveOutcome, StoreError> {
        self.write(Promised, move |tx| ops::relocate(tx, to)).await
    }

    /// Puts right for whom a booking is and how they are reached; what they were told elsewhere is told
    /// to them again.
    ///
    /// # Errors
    /// If the name is empty or the disk refuses it; then nothing happened.
    pub async fn amend_booking(&self, to: AmendBooking) -> Result<AmendOutcome, StoreError> {
        self.write(Promised, move |tx| ops::amend(tx, to)).await
    }

    /// Cancels a booking and frees its range.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn cancel(&self, request: CancelBooking) -> Result<CancelOutcome, StoreError> {
        self.write(Promised, move |tx| ops::cancel(tx, request)).await
    }

    /// One booking of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn booking(
        &self,
        org: &OrgId,
        id: &BookingId,
    ) -> Result<Option<Booking>, StoreError> {
        let (org, id) = (org.clone(), *id);
        self.read(move |rows| bookings::get(rows, &org, id)).await
    }

    /// The booking with a confirmation code. Only the full code finds it; case, spaces and
    /// hyphens do not matter.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn booking_by_confirmation(
        &self,
        org: &OrgId,
        code: &str,
    ) -> Result<Option<Booking>, StoreError> {
        let Some(code) = ops::normalised_code(code) else { return Ok(None) };
        let org = org.clone();
        self.read(move |rows| bookings::by_confirmation(rows, &org, &code)).await
    }

    /// Takes over what a provider's calendar has of a booking, unless it changed here meanwhile.
    ///
    /// # Errors
    /// If the times make no sense or the disk refuses it; then nothing happened.
    pub async fn adopt(&self, request: AdoptBooking) -> Result<AdoptOutcome, StoreError> {
        self.write(Promised, move |tx| ops::adopt(tx, request)).await
    }

    /// The booking that the provider of a connection knows or knew by an id. One that was last written
    /// by a version without this index is not found.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn booking_by_external_id(
        &self,
        org: &OrgId,
        connection: &ConnectionId,
        id: &str,
    ) -> Result<Option<Booking>, StoreError> {
        let (org, connection, id) = (org.clone(), connection.clone(), id.to_owned());
        self.read(move |rows| bookings::by_external_id(rows, &org, &connection, &id)).await
    }

    /// The bookings of an org that match, by start.
    ///
    /// # Errors
    /// If they cannot be read, or the cursor is not one of this list.
    pub async fn bookings(
        &self,
        org: &OrgId,
        filter: &BookingFilter,
        page: &Page,
    ) -> Result<Listing<Booking>, StoreError> {
        let (org, filter, page) = (org.clone(), filter.clone(), page.clone());
        self.read(move |rows| bookings::matching(rows, &org, &filter, &page)).await
    }

    /// Of the days from `first` to `last`, in the org's zone, those with as many bookings of a service as it
    /// may have; the booking of `except` does not count.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn full_days(
        &self,
        org: &OrgId,
        service: &ServiceId,
        (first, last): (Date, Date),
        except: Option<BookingId>,
    ) -> Result<Vec<Date>, StoreError> {
        let (org, service) = (org.clone(), service.clone());
        self.read(move |rows| ops::full_days(rows, (&org, &service), (first, last), except)).await
    }

    /// What occupies a resource between `from` (inclusive) and `to` (exclusive), by start.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn busy(
        &self,
        org: &OrgId,
        resource: &ResourceId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Busy>, StoreError> {
        let (org, resource) = (org.clone(), resource.clone());
        self.read(move |rows| {
            let claims = claims::overlapping(rows, &org, &resource, from, to)?;
            Ok(claims.into_iter().map(Busy::from).collect())
        })
        .await
    }
}
