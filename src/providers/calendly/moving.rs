//! Moving a booking, which Calendly's API cannot do in one request: the booking is made anew at the new
//! time and the old one is cancelled after that, so that at no moment there is none. Owns the order of
//! these steps and where to go on after a crash between them.
//!
//! ```text
//! old stands -> make the new one -> both stand -> cancel the old one -> new stands
//!                  | taken, and the old one is in the way itself
//!                  v
//!               cancel the old one -> none stands -> make the new one -> new stands
//!                                                       | refused
//!                                                       v
//!                                                    make the old one again -> old stands
//! ```
//!
//! Each state shows at Calendly: every booking carries our reference, and the one that was given up for
//! a move says so in its reason. [`Calendly::move_in_progress`] reads it, and asking for the move again
//! goes on from there: nothing is made twice, nothing is left over.

use std::time::Duration;

use hookswitch_actors::ports::{ProviderBooking, ProviderError, ProviderRecord};
use hookswitch_storage::Booking;
use jiff::Timestamp;

use super::find::{Entry, by_reference, newest};
use super::refusal::{Asked, Refusal, accept};
use super::wire::last_part;
use super::{Calendly, map, unreadable};

/// Pauses before the old booking's cancellation is tried again.
const AGAIN_AFTER: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(900)];

/// What Calendly has under one reference while a booking moves.
#[derive(Debug, Default)]
pub(super) struct Moving {
    /// Stands at the new time.
    pub(super) new: Option<Entry>,
    /// Stands elsewhere; after a move there is none.
    pub(super) old: Vec<Entry>,
    /// Stands no longer.
    pub(super) over: Vec<Entry>,
}

impl Moving {
    /// Whether the old booking was given up for the move.
    fn gave_up(&self) -> bool {
        self.over.iter().any(|entry| entry.event.reason() == Some(map::MOVED))
    }

    /// What a look-up says of it.
    pub(super) fn record(&self) -> Option<ProviderRecord> {
        let replaced = self.old.first().map(|entry| entry.invitee.uri.clone());
        let (entry, half_moved) = match (&self.new, self.old.first()) {
            (Some(new), old) => (new, old.is_some()),
            (None, Some(old)) => (old, false),
            (None, None) => (self.over.first()?, self.gave_up()),
        };
        let mut record = ProviderRecord { half_moved, ..entry.record() };
        if half_moved {
            record.replaces = record.replaces.or(replaced);
        }
        Some(record)
    }
}

impl Calendly {
    /// What there is of a booking that is to be at `to`.
    pub(super) async fn move_in_progress(
        &self,
        booking: &Booking,
        to: Timestamp,
    ) -> Result<Moving, ProviderError> {
        let mut found: Vec<Entry> = Vec::new();
        let add = |found: &mut Vec<Entry>, entry: Entry| {
            if found.iter().all(|known| known.invitee.uri != entry.invitee.uri) {
                found.push(entry);
            }
        };
        if let Some(known) = booking.external_ids.last()
            && let Some(entry) = newest(&self.client, known).await?
        {
            add(&mut found, entry);
        }
        let whose = self.whose().await?;
        for entry in by_reference(&self.client, whose, booking, to).await? {
            add(&mut found, entry);
        }
        if !found.iter().any(Entry::stands) && booking.start != to {
            for entry in by_reference(&self.client, whose, booking, booking.start).await? {
                add(&mut found, entry);
            }
        }
        let mut moving = Moving::default();
        for entry in found {
            if !entry.stands() {
                moving.over.push(entry);
            } else if entry.start() == to && moving.new.is_none() {
                moving.new = Some(entry);
            } else {
                moving.old.push(entry);
            }
        }
        Ok(moving)
    }

    /// Moves a booking, or goes on with a move that was begun.
    pub(super) async fn relocate(
        &self,
        booking: &Booking,
        to: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let moving = self.move_in_progress(booking, to).await?;
        // Nobody else's appointment is given up for this one.
        moving.old.iter().try_for_each(refuse_shared)?;
        let new = match moving.new.as_ref().map(|new| new.invitee.uri.clone()) {
            Some(new) => new,
            None if !moving.old.is_empty() => match self.make(booking, to).await {
                Err(ProviderError::SlotTaken) if is_in_the_way(&moving.old, booking, to) => {
                    return self.swap(booking, to, &moving.old).await;
                }
                made => made?,
            },
            None if moving.gave_up() => return self.instead(booking, to).await,
            None if moving.over.is_empty() => return Err(ProviderError::NotFound),
            None => return Err(ProviderError::StaleVersion),
        };
        for old in &moving.old {
            self.leave(old).await?;
        }
        Ok(ProviderBooking { external_id: new, confirmed: true })
    }

    /// Cancels what a moved booking leaves behind. What cannot be done now is in doubt as a whole: the
    /// look-up finds the move half done, and it is gone on with.
    async fn leave(&self, old: &Entry) -> Result<(), ProviderError> {
        let mut pauses = AGAIN_AFTER.iter();
        loop {
            match self.cancel_event(old, Some(map::MOVED)).await {
                Ok(()) => return Ok(()),
                Err(error) => {
                    let Some(pause) = pauses.next().filter(|_| error.is_outage()) else {
                        tracing::warn!(%error, "a moved booking still stands at its old time too");
                        return Err(ProviderError::Unknown);
                    };
                    tokio::time::sleep(*pause).await;
                }
            }
        }
    }

    /// Gives up the old time first, since it is what keeps the new one from being free.
    async fn swap(
        &self,
        booking: &Booking,
        to: Timestamp,
        old: &[Entry],
    ) -> Result<ProviderBooking, ProviderError> {
        // The new one, and the old one again if that cannot be had.
        if !self.client.has_room_for_bookings(2) {
            return Err(ProviderError::Unavailable { retry_after: None });
        }
        for old in old {
            self.cancel_event(old, Some(map::MOVED)).await?;
        }
        self.instead(booking, to).await
    }

    /// Makes the new booking in place of one that was given up for it, or that one again.
    async fn instead(
        &self,
        booking: &Booking,
        to: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let refusal = match self.make(booking, to).await {
            Ok(external_id) => return Ok(ProviderBooking { external_id, confirmed: true }),
            Err(error) if error.is_outage() => return Err(ProviderError::Unknown),
            Err(refusal) => refusal,
        };
        match self.make(booking, booking.start).await {
            Ok(_) => Err(refusal),
            Err(error) => {
                tracing::error!(booking.id = %booking.id, %error, "a booking lost its time while it moved");
                Err(ProviderError::Unknown)
            }
        }
    }

    /// Cancels one event, if it is one person's alone. One that is cancelled already is success.
    pub(super) async fn cancel_event(
        &self,
        entry: &Entry,
        reason: Option<&str>,
    ) -> Result<(), ProviderError> {
        refuse_shared(entry)?;
        let uuid = last_part(&entry.event.uri).ok_or_else(unreadable)?;
        let path = ["scheduled_events", uuid, "cancellation"];
        match accept(Asked::Cancel, self.client.post(&path, &map::cancel(reason)).await) {
            Ok(_) | Err(Refusal::Over | Refusal::Clear(ProviderError::NotFound)) => Ok(()),
            Err(other) => Err(other.into_error()),
        }
    }
}

/// Calendly cancels an event for everybody who comes to it.
fn refuse_shared(entry: &Entry) -> Result<(), ProviderError> {
    if entry.event.is_shared() {
        return Err(ProviderError::NeedsHuman(
            "others come to the same event, and Calendly's API would cancel it for them too; take \
             this person out in Calendly"
                .into(),
        ));
    }
    Ok(())
}

/// Whether the old booking's own time overlaps the new one's.
fn is_in_the_way(old: &[Entry], booking: &Booking, to: Timestamp) -> bool {
    let length = booking.end.duration_since(booking.start);
    let ends = |start: Timestamp| start.checked_add(length).unwrap_or(start);
    old.iter().any(|entry| {
        let end = entry.event.end_time.unwrap_or_else(|| ends(entry.start()));
        entry.start() < ends(to) && to < end
    })
}
