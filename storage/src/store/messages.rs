//! Messages to customers. Every write is promised: it is on disk before the answer, so that what is
//! handed over is known to have been.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{MessageId, OrgId};
use crate::model::{Booking, Channel, Message, MessageState, OfferNotice, Purpose, RemindBooking};
use crate::ops;
use crate::requests::{Begun, Handover, Listing, MessageNews, Page, Reminded};
use crate::trees::messages;
use crate::writer::Grade::Promised;

impl Store {
    /// One message of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn message(
        &self,
        org: &OrgId,
        id: &MessageId,
    ) -> Result<Option<Message>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.read(move |rows| messages::get(rows, &org, &id)).await
    }

    /// The message that says this of a booking as it stands on one way; `None` if there is no cause for one or
    /// the org had no account to send it with.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn message_about(
        &self,
        booking: &Booking,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<Option<Message>, StoreError> {
        let booking = booking.clone();
        self.read(move |rows| ops::messages::about(rows, &booking, purpose, channel)).await
    }

    /// Messages of an org, of one state and on one way if they are given, newest first.
    ///
    /// # Errors
    /// If they cannot be read, or the cursor is not one of this list.
    pub async fn messages(
        &self,
        org: &OrgId,
        state: Option<MessageState>,
        channel: Option<Channel>,
        page: &Page,
    ) -> Result<Listing<Message>, StoreError> {
        let (org, page) = (org.clone(), page.clone());
        self.read(move |rows| messages::of_org(rows, &org, state, channel, &page)).await
    }

    /// Queues the message that tells somebody of a slot that is kept for them; `None` if it is not
    /// kept any more or the org has no account to send it with. A second time gives the first.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn queue_offer(
        &self,
        org: &OrgId,
        notice: OfferNotice,
        now: Timestamp,
    ) -> Result<Option<Message>, StoreError> {
        let org = org.clone();
        self.write(Promised, move |tx| ops::messages::of_offer(tx, &org, &notice, now)).await
    }

    /// Makes a message of a reminder whose time has come, if it is still wanted, and plans the next.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn remind(
        &self,
        org: &OrgId,
        notice: RemindBooking,
        now: Timestamp,
    ) -> Result<Reminded, StoreError> {
        let org = org.clone();
        self.write(Promised, move |tx| ops::reminders::remind(tx, &org, &notice, now)).await
    }

    /// Plans the reminders of some of an org's bookings anew, by the rules as they are now; from where
    /// to go on, if there are more.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn plan_reminders(
        &self,
        org: &OrgId,
        from: Option<String>,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let org = org.clone();
        self.write(Promised, move |tx| ops::reminders::plan_anew(tx, &org, from, now)).await
    }

    /// Writes down that a number (E.164) says that they will come to what it was last reminded of; the
    /// booking, or `None` if there is none such to come.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn confirm_reminded(
        &self,
        org: &OrgId,
        number: &str,
        now: Timestamp,
    ) -> Result<Option<Booking>, StoreError> {
        let (org, number) = (org.clone(), number.to_owned());
        self.write(Promised, move |tx| ops::messages::confirm(tx, &org, &number, now)).await
    }

    /// Writes down that a message is about to be handed over, if it still is to be and the org has not
    /// sent as many as it may.
    ///
    /// # Errors
    /// If the disk refuses it; then it must not be handed over.
    pub async fn begin_message(
        &self,
        org: &OrgId,
        id: &MessageId,
        body: String,
        now: Timestamp,
    ) -> Result<Begun, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.write(Promised, move |tx| ops::messages::begin(tx, &org, &id, body, now)).await
    }

    /// Writes down how handing a message over ended; `None` if there is no such message.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn end_message(
        &self,
        org: &OrgId,
        id: &MessageId,
        handover: Handover,
        now: Timestamp,
    ) -> Result<Option<Message>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.write(Promised, move |tx| ops::messages::end(tx, &org, &id, handover, now)).await
    }

    /// Writes down what the carrier says of a message, and tells whether that changed anything, as what
    /// comes late or twice does not; `None` if it is none of the org's.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn message_news(
        &self,
        news: MessageNews,
    ) -> Result<Option<(Message, bool)>, StoreError> {
        self.write(Promised, move |tx| ops::messages::news(tx, news)).await
    }

    /// Writes down whether a number (E.164) wants messages of an org.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it.
    pub async fn wants_messages(
        &self,
        org: &OrgId,
        number: &str,
        wanted: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (org, number) = (org.clone(), number.to_owned());
        self.write(Promised, move |tx| ops::messages::wants(tx, &org, &number, wanted, now)).await
    }

    /// Since when a number (E.164) wants no messages of an org; `None` if it does not mind.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn opted_out(
        &self,
        org: &OrgId,
        number: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (org, number) = (org.clone(), number.to_owned());
        self.read(move |rows| messages::opted_out(rows, &org, &number)).await
    }
}
