//! Cal.com (API v2): the vendor's whole booking life, through one connection of one org. Owns the
//! order of requests and what is looked up when an answer is not enough; JSON is in `wire`, what
//! answers mean in `map` and `refusal`. Facts: Cal.com's published OpenAPI description and source
//! of API v2 as of 2026, not tried against an account.

mod changes;
mod client;
mod event_type;
mod find;
mod hold;
mod hooks;
mod map;
mod refusal;
mod settings;
mod vendor;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{
    Allowance, BookingProvider, Changes, DaySlots, ProviderAccount, ProviderBooking, ProviderError,
    ProviderRecord, SharedLimit, SlotQuery, Watch, WatchTarget,
};
use hookswitch_storage::{Booking, ServiceId};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use client::{Client, Family, Wire};
use event_type::EventTypes;
use hold::Holds;
use refusal::{Asked, Refusal};
use settings::Options;
use wire::BookingBody;

use crate::providers::days::days;

pub(super) use vendor::Vendor;

/// A Cal.com account.
struct Calcom {
    client: Arc<Client>,
    options: Options,
    event_types: EventTypes,
    holds: Holds,
    limit: SharedLimit,
}

impl Calcom {
    /// The account that `key` opens, through `wire`.
    fn new(wire: &Arc<Wire>, key: &[u8], options: Options) -> Result<Self, ProviderError> {
        let client = Client::new(Arc::clone(wire), key, &options.bookings_api_version)?;
        let client = Arc::new(client);
        let holds = Holds::new(Arc::clone(&client), options.hold_slots);
        let limit = limit(key, options.requests_per_minute);
        Ok(Self { client, options, event_types: EventTypes::default(), holds, limit })
    }

    fn event_type_of(&self, service: &ServiceId) -> Result<u64, ProviderError> {
        let named = self.options.services.get(service.as_str()).copied();
        named.ok_or_else(|| {
            ProviderError::NeedsHuman(format!(
                "service `{service}` has no Cal.com event type; set options.services.{service}"
            ))
        })
    }

    /// Whether a start is still listed as free; `None` if that cannot be found out.
    async fn is_listed(&self, event_type: u64, start: Timestamp, end: Timestamp) -> Option<bool> {
        let query = map::slots_query(event_type, (start, end), "UTC", None, None);
        let answer = self.client.get(Family::Slots, &["slots"], &query).await.ok()?;
        let slots = map::slots(&answer, SignedDuration::ZERO)?;
        Some(slots.iter().any(|slot| slot.start == start))
    }

    /// Sends a change of a booking; what it became, or why it did not.
    async fn change(
        &self,
        asked: Asked,
        uid: &str,
        verb: &str,
        body: &serde_json::Value,
    ) -> Result<BookingBody, Refusal> {
        let sent = self.client.post(Family::Bookings, &["bookings", uid, verb], body).await;
        let answer = sent.map_err(|failure| Refusal::of_failure(asked, failure))?;
        // A success that cannot be read may have done anything.
        refusal::accept(asked, answer).and_then(|answer| {
            wire::booking(&answer.body).ok_or(Refusal::Clear(ProviderError::Unknown))
        })
    }

    /// The provider's id under which a booking was last known, or is found by our reference.
    async fn uid_of(&self, booking: &Booking) -> Result<String, ProviderError> {
        if let Some(uid) = booking.external_ids.last() {
            return Ok(uid.clone());
        }
        let found = find::by_reference(&self.client, booking).await?;
        found.map(|body| body.uid).ok_or(ProviderError::NotFound)
    }
}

/// What Cal.com allows a key, whatever connections use it and whatever each of them was told.
fn limit(key: &[u8], per_minute: u32) -> SharedLimit {
    // The key itself is not to be kept in one more place.
    let key = format!("calcom {:x}", Sha256::digest(key));
    SharedLimit::new(key, Allowance::new(per_minute, Duration::from_secs(60)))
}

#[async_trait]
impl BookingProvider for Calcom {
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(self.limit.clone())
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        let sent = self.client.get(Family::Plain, &["me"], &[]).await;
        let answer = sent.map_err(|failure| refusal::failure(Asked::Read, failure))?;
        let answer = refusal::accept(Asked::Read, answer).map_err(Refusal::into_error)?;
        map::account(&answer.body).map(Some).ok_or_else(refusal::unreadable)
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let event_type = self.event_type_of(&query.service.id)?;
        let details = self.event_types.get(&self.client, event_type).await?;
        let wanted = SignedDuration::from_mins(i64::from(query.service.duration_minutes));
        let choice = details.as_ref().and_then(|details| details.choice(wanted));
        let length = match (choice, &details) {
            (None, Some(details)) => details.length().unwrap_or(wanted),
            _ => wanted,
        };
        let span = map::span_of(query)?;
        let zone = query.zone.iana_name().unwrap_or("UTC");
        let moving = query.ignore_external.as_deref();
        let asked = map::slots_query(event_type, span, zone, choice, moving);
        let sent = self.client.get(Family::Slots, &["slots"], &asked).await;
        let answer = sent.map_err(|failure| refusal::failure(Asked::Read, failure))?;
        let answer = refusal::accept(Asked::Slots, answer).map_err(Refusal::into_error)?;
        let slots = map::slots(&answer, length).ok_or_else(refusal::unreadable)?;
        Ok(days(query, &slots))
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let event_type = self.event_type_of(&booking.service_id)?;
        let details = self.event_types.get(&self.client, event_type).await?;
        let body = map::create(booking, event_type, details.as_deref(), &self.options)?;
        let hold = self.holds.take(booking, event_type, details.as_deref()).await?;
        let sent = self.client.post(Family::Bookings, &["bookings"], &body).await;
        let answer = sent.map_err(|failure| refusal::failure(Asked::Create, failure))?;
        let refusal = match refusal::accept(Asked::Create, answer) {
            Ok(answer) => {
                let made = wire::booking(&answer.body).ok_or(ProviderError::Unknown)?;
                return map::made(&made).ok_or(ProviderError::Unknown);
            }
            Err(refusal) => refusal,
        };
        // While it is kept it is listed to nobody, us included.
        if let Some(hold) = hold {
            hold.release().await;
        }
        match refusal {
            // The same status says "taken" and "filled in wrongly": a start that is still free was
            // not the reason.
            Refusal::Unclear(reason) => {
                match self.is_listed(event_type, booking.start, booking.end).await {
                    Some(false) => Err(ProviderError::SlotTaken),
                    _ => Err(ProviderError::NeedsHuman(reason)),
                }
            }
            other => Err(other.into_error()),
        }
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let uid = self.uid_of(booking).await?;
        let body = map::reschedule(start);
        match self.change(Asked::Move, &uid, "reschedule", &body).await {
            Ok(moved) => return map::made(&moved).ok_or(ProviderError::Unknown),
            Err(Refusal::Over) => {}
            Err(other) => return Err(other.into_error()),
        }
        // It was moved or cancelled meanwhile, maybe by an answer of ours that was lost.
        let newest = find::newest(&self.client, &uid).await?.ok_or(ProviderError::NotFound)?;
        match map::made(&newest) {
            Some(there) if newest.start == start => Ok(there),
            Some(_) if newest.uid != uid => {
                let moved = self.change(Asked::Move, &newest.uid, "reschedule", &body).await;
                let moved = moved.map_err(Refusal::into_error)?;
                map::made(&moved).ok_or(ProviderError::Unknown)
            }
            _ => Err(ProviderError::StaleVersion),
        }
    }

    async fn cancel(&self, booking: &Booking, reason: Option<&str>) -> Result<(), ProviderError> {
        let uid = self.uid_of(booking).await?;
        let body = map::cancel(reason);
        match self.change(Asked::Cancel, &uid, "cancel", &body).await {
            Ok(_) => return Ok(()),
            Err(Refusal::Over) => {}
            Err(other) => return Err(other.into_error()),
        }
        // A booking that was moved reads as cancelled and lives on under another id.
        let newest = find::newest(&self.client, &uid).await?;
        let Some(newest) = newest.filter(|newest| newest.uid != uid && newest.is_standing()) else {
            return Ok(());
        };
        match self.change(Asked::Cancel, &newest.uid, "cancel", &body).await {
            Ok(_) | Err(Refusal::Over) => Ok(()),
            Err(other) => Err(other.into_error()),
        }
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        for uid in booking.external_ids.iter().rev() {
            if let Some(newest) = find::newest(&self.client, uid).await? {
                return Ok(Some(map::record(&newest)));
            }
        }
        let found = find::by_reference(&self.client, booking).await?;
        Ok(found.as_ref().map(map::record))
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        changes::since(&self.client, cursor).await
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        hooks::watch(&self.client, target).await.map(Some)
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        hooks::unwatch(&self.client, &watch.id).await
    }
}

#[cfg(test)]
mod tests;
