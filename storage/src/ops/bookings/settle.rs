//! Settling what a provider was asked for a booking. Whatever comes out, the claims, the intent
//! and the job that waits for it change with it.

use jiff::Timestamp;

use super::cancel::{self, Wanted};
use super::{claim_to, note, release, relocate, unsettled};
use crate::error::StoreError;
use crate::ids::{BookingId, OrgId};
use crate::model::{Act, Booking, BookingChange, BookingStatus, ChangeKind, Intent, Outcome};
use crate::ops::{answers, messages, waitlist};
use crate::requests::Settlement;
use crate::rows::Tx;
use crate::trees::{bookings, claims};

/// Writes down what the provider's side turned out to be; `None` if there is no such booking. A
/// booking that was cancelled in the meantime stays cancelled; what the provider has of it is then
/// to be cancelled as well.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: BookingId,
    settlement: Settlement,
    by: &str,
    now: Timestamp,
) -> Result<Option<Booking>, StoreError> {
    let Some(old) = bookings::get(tx, org, id)? else { return Ok(None) };
    let change = Change { tx, old, by, now };
    Ok(Some(match settlement {
        Settlement::Confirmed { external_id } => change.done(external_id, None)?,
        Settlement::Accepted { external_id, ask_at } => {
            change.done(Some(external_id), Some(ask_at))?
        }
        Settlement::Pending { ask_at } => change.not_yet(ask_at)?,
        Settlement::Unknown { look_at, promised, ended } => {
            change.unknown(look_at, promised, ended)?
        }
        Settlement::Failed { reason, look_at, taken } => change.failed(reason, look_at, taken)?,
        Settlement::Gone { reason } => change.ended(reason, None, false)?,
    }))
}

/// What becomes of one booking.
pub(super) struct Change<'a, 't> {
    pub(super) tx: &'a mut Tx<'t>,
    pub(super) old: Booking,
    pub(super) by: &'a str,
    pub(super) now: Timestamp,
}

impl Change<'_, '_> {
    /// The provider did it; `ask_at` if it has yet to decide.
    fn done(
        self,
        external_id: Option<String>,
        ask_at: Option<Timestamp>,
    ) -> Result<Booking, StoreError> {
        let Self { tx, old, by, now } = self;
        let active = old.is_active();
        let mut booking = match old.intent.clone() {
            Some(Intent { act: Act::Cancel { reason }, tool_call, call_id, .. }) if active => {
                let wanted = Wanted { reason, tool_call, call_id };
                return cancel::finish(tx, &old, wanted, by, now);
            }
            Some(Intent { act: Act::Move(to), tool_call, call_id, .. }) if active => {
                answers::note(tx, &old.org, call_id.as_ref(), tool_call, old.id, now)?;
                relocate::finish(tx, &old, to, call_id, by, now)?
            }
            Some(Intent { act: Act::Cancel { .. }, .. }) => {
                let mut booking = old.clone();
                booking.intent = None;
                unsettled::end_job(tx, &booking)?;
                return Change { tx, old, by, now }.write(booking, None);
            }
            _ => old.clone(),
        };
        // What a move has written already is the ground for the rest.
        let before = booking.clone();
        if let Some(external_id) = external_id {
            booking.external_ids.retain(|known| *known != external_id);
            booking.external_ids.push(external_id);
        }
        booking.intent = None;
        if active {
            (booking.status, booking.outcome) = match ask_at {
                None => (BookingStatus::Confirmed, Outcome::Confirmed),
                Some(_) => (BookingStatus::Pending, Outcome::Pending),
            };
            match ask_at {
                Some(ask_at) => unsettled::keep_job(tx, &booking, ask_at)?,
                None => unsettled::end_job(tx, &booking)?,
            }
        } else {
            // Ours is gone, so the provider's has to go as well.
            booking.outcome = Outcome::Confirmed;
            booking.intent = Some(make_sure(&booking));
            unsettled::keep_job(tx, &booking, now)?;
        }
        let stands = active && ask_at.is_none();
        let done = Change { tx, old: before, by, now }.write(booking, None)?;
        if stands {
            waitlist::stands(tx, &done, by, now)?;
        }
        Ok(done)
    }

    /// It was surely not asked, or surely did nothing, and will be asked again.
    fn not_yet(self, ask_at: Timestamp) -> Result<Booking, StoreError> {
        let mut booking = self.old.clone();
        let Some(intent) = &mut booking.intent else { return Ok(booking) };
        intent.asked_at = None;
        intent.ended_at = None;
        intent.promised = true;
        if booking.is_active() {
            booking.outcome = Outcome::Pending;
        }
        unsettled::keep_job(self.tx, &booking, ask_at)?;
        self.write(booking, None)
    }

    fn unknown(
        self,
        look_at: Timestamp,
        promised: bool,
        ended: bool,
    ) -> Result<Booking, StoreError> {
        let mut booking = self.old.clone();
        let Some(intent) = &mut booking.intent else { return Ok(booking) };
        intent.promised |= promised;
        intent.asked_at = intent.asked_at.or(Some(self.now));
        if ended {
            intent.ended_at = intent.ended_at.or(Some(self.now));
        }
        if booking.is_active() {
            booking.outcome = Outcome::Unknown;
        }
        unsettled::keep_job(self.tx, &booking, look_at)?;
        self.write(booking, None)
    }

    fn failed(
        self,
        reason: String,
        look_at: Option<Timestamp>,
        taken: bool,
    ) -> Result<Booking, StoreError> {
        let Some(intent) = self.old.intent.clone().filter(|intent| intent.act != Act::Create)
        else {
            return self.ended(reason, look_at, taken);
        };
        let Self { tx, old, by, now } = self;
        let mut booking = old.clone();
        booking.intent = None;
        if booking.is_active() {
            booking.outcome = intent.outcome_before;
        }
        if booking.is_requested() {
            unsettled::keep_job(tx, &booking, now)?;
        } else {
            unsettled::end_job(tx, &booking)?;
        }
        let Act::Move(to) = &intent.act else {
            return Change { tx, old, by, now }.write(booking, Some(reason));
        };
        claims::delete(tx, &booking.org, &booking.resource, &claim_to(&booking, to));
        let stays = Change { tx, old, by, now }.write(booking, Some(reason))?;
        waitlist::fell_through(tx, &stays, taken.then_some(to.start), by, now)?;
        if !taken {
            waitlist::freed_target(tx, &stays, to, now)?;
        }
        Ok(stays)
    }

    /// There is no booking, whatever was asked. What it claimed goes to who waits for it, unless the
    /// provider says that it is `taken`.
    pub(super) fn ended(
        self,
        reason: String,
        look_at: Option<Timestamp>,
        taken: bool,
    ) -> Result<Booking, StoreError> {
        let Self { tx, old, by, now } = self;
        let mut booking = old.clone();
        booking.outcome = Outcome::Failed;
        let intent = booking.intent.take();
        if let Some(Intent { act: Act::Create, tool_call, call_id, .. }) = &intent {
            answers::forget_note(tx, &booking.org, call_id.as_ref(), tool_call.as_ref())?;
        }
        if old.is_active() {
            release(tx, &old)?;
            booking.status = BookingStatus::Cancelled;
        }
        match look_at {
            Some(look_at) => {
                booking.intent = Some(make_sure(&booking));
                unsettled::keep_job(tx, &booking, look_at)?;
            }
            None => unsettled::end_job(tx, &booking)?,
        }
        let ended = Change { tx, old: old.clone(), by, now }.write(booking, Some(reason))?;
        if old.is_active() {
            waitlist::fell_through(tx, &ended, taken.then_some(old.start), by, now)?;
            if !taken {
                waitlist::freed(tx, &old, None, now)?;
            }
            if let Some(Act::Move(to)) = intent.map(|intent| intent.act) {
                waitlist::freed_target(tx, &old, &to, now)?;
            }
        }
        Ok(ended)
    }

    /// Writes the booking as it is to be; what is news goes into its history.
    pub(super) fn write(
        self,
        mut booking: Booking,
        reason: Option<String>,
    ) -> Result<Booking, StoreError> {
        let Self { tx, old, by, now } = self;
        if booking == old {
            return Ok(booking);
        }
        let known = |one: &Booking| (one.status, one.outcome, one.external_ids.clone());
        let is_news = known(&old) != known(&booking) || reason.is_some();
        if is_news {
            booking.updated_at = now;
            let (kind, from_start, call_id) = (ChangeKind::Settled, None, None);
            booking.history.push(BookingChange { at: now, kind, from_start, reason, call_id });
        }
        bookings::put(tx, &booking, Some(&old))?;
        if is_news {
            let fields = ["outcome", "status", "external_ids"];
            note(tx, &booking, "booking.settled", &fields, by, now)?;
        }
        messages::of_booking(tx, Some(&old), &booking, now)?;
        Ok(booking)
    }
}

/// That the provider has none of a booking which is cancelled here.
fn make_sure(booking: &Booking) -> Intent {
    Intent {
        act: Act::Cancel { reason: None },
        asked_at: None,
        ended_at: None,
        promised: true,
        outcome_before: booking.outcome,
        tool_call: None,
        call_id: booking.call_id.clone(),
    }
}
