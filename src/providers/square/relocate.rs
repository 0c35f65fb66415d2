//! Moving a booking at Square: by its version, to somebody who is free, and back again if that somebody was
//! given away a moment before. Called by `square` alone.

use hookswitch_actors::ports::{ProviderBooking, ProviderError};
use hookswitch_storage::Booking;
use jiff::Timestamp;
use reqwest::Method;

use super::openings::Subject;
use super::refusal::{Asked, Refusal, accept};
use super::wire::{self, BookingBody, Opening};
use super::{ATTEMPTS, Square, map};

impl Square {
    /// Moves a booking to `start`; one that is there already was moved before.
    pub(super) async fn relocate(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let mut body = self.current(booking).await?;
        for attempt in 0..ATTEMPTS {
            let standing = map::made(&body).ok_or(ProviderError::StaleVersion)?;
            if body.start_at == start {
                return Ok(standing);
            }
            let opening = self.pick_anew(booking, &body, start).await?;
            let opening = opening.ok_or(ProviderError::SlotTaken)?;
            let asked = map::reschedule(booking, &body, start, Some(&opening));
            let refusal = match self.update(&body.id, &asked).await {
                Ok(moved) => return self.stays(booking, &body, moved).await,
                Err(Refusal::Clear(error)) => return Err(error),
                Err(refusal) => refusal,
            };
            let newer = self.current(booking).await?;
            let changed = newer.version != body.version;
            body = newer;
            let is_last = attempt + 1 == ATTEMPTS;
            match refusal {
                // Seen to be where it is to be, or read anew and asked for once more.
                _ if body.start_at == start => {}
                Refusal::Stale if changed && !is_last => {}
                Refusal::Stale if changed => return Err(ProviderError::StaleVersion),
                Refusal::Stale | Refusal::Unclear(_) => {
                    return Err(self.not_moved(booking, &body, start, refusal).await);
                }
                other => return Err(other.into_error()),
            }
        }
        let there = map::made(&body).filter(|_| body.start_at == start);
        there.ok_or(ProviderError::StaleVersion)
    }

    /// Somebody who is free at `start` for a booking that is elsewhere now, kept for it.
    async fn pick_anew(
        &self,
        booking: &Booking,
        body: &BookingBody,
        start: Timestamp,
    ) -> Result<Option<Opening>, ProviderError> {
        let length = booking.end.duration_since(booking.start);
        let end = start.checked_add(length).unwrap_or(start);
        let opening = match self.at(&Subject::Moving(body.id.clone()), start).await {
            Err(ProviderError::NeedsHuman(_)) => {
                let busy = self.staff.busy(&booking.id, start, end);
                match self.subject(&booking.service_id, busy).await? {
                    Some(subject) => self.at(&subject, start).await?,
                    None => None,
                }
            }
            found => found?,
        };
        Ok(opening.filter(|opening| self.staff.keep(&booking.id, opening, end)))
    }

    async fn update(&self, id: &str, asked: &serde_json::Value) -> Result<BookingBody, Refusal> {
        let sent = self.client.write(Method::PUT, &["bookings", id], asked).await;
        let answer = accept(Asked::Move, sent)?;
        // A success that cannot be read may have done anything.
        wire::part(&answer.body, "booking").ok_or(Refusal::Clear(ProviderError::Unknown))
    }

    /// Why a booking that is as we know it may not be moved.
    async fn not_moved(
        &self,
        booking: &Booking,
        body: &BookingBody,
        start: Timestamp,
        refusal: Refusal,
    ) -> ProviderError {
        match self.pick_anew(booking, body, start).await {
            Ok(None) => ProviderError::SlotTaken,
            Ok(Some(_)) => match refusal {
                Refusal::Unclear(reason) => self.forbidden(body, reason).await,
                // Somebody was faster, although it still shows as free.
                _ => ProviderError::SlotTaken,
            },
            Err(error) => error,
        }
    }

    /// A booking that was just moved: as it is, unless somebody else was given the same time.
    async fn stays(
        &self,
        booking: &Booking,
        before: &BookingBody,
        moved: BookingBody,
    ) -> Result<ProviderBooking, ProviderError> {
        let accepted = map::made(&moved).ok_or(ProviderError::Unknown)?;
        if !self.is_raced(booking, &moved).await {
            return Ok(accepted);
        }
        let back =
            Opening { start_at: before.start_at, appointment_segments: before.segments().to_vec() };
        let asked = map::reschedule(booking, &moved, before.start_at, Some(&back));
        match self.update(&moved.id, &asked).await {
            Ok(_) => Err(ProviderError::SlotTaken),
            Err(Refusal::Clear(ProviderError::Unknown)) => Err(ProviderError::Unknown),
            Err(_) => {
                tracing::warn!(
                    booking.id = %booking.id,
                    "Square has two bookings at this time and would not move ours back"
                );
                Ok(accepted)
            }
        }
    }
}
