//! OpenTable (in-house booking, the interface for phone agents): a table's whole booking life, through
//! one connection for one restaurant. Owns the order of requests: a table is kept for minutes, then
//! reserved; JSON is in `wire`, what answers mean in `map` and `refusal`. Open to partners with an
//! agreement only. Facts: samples of the partner documentation as far as they are public, not tried
//! against an account; what no sample shows is read in the way that does no harm.

mod client;
mod map;
mod refusal;
mod settings;
mod vendor;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{
    AccessTokens, Allowance, BookingProvider, DaySlots, ProviderAccount, ProviderBooking,
    ProviderError, ProviderRecord, ProviderState, SharedLimit, SlotQuery,
};
use hookswitch_storage::Booking;
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};
use reqwest::Method;

use client::{Client, Wire};
use map::Table;
use refusal::{Asked, Refusal};
use settings::Options;
use wire::{Availability, Found, Lock, Reservation};

use super::days::days;

pub(super) use vendor::Vendor;

/// Requests per second. A partner's limit is part of its agreement and no figure is public; this is
/// our own caution.
const PER_SECOND: u32 = 10;
/// Questions of one search that are under way at once.
const AT_ONCE: usize = 4;
/// Minutes to either side of a time that is looked at by itself; tables start every quarter.
const NEAR: u16 = 15;
/// How long giving a table back may take; it comes free by itself after minutes.
const GIVING_BACK: Duration = Duration::from_secs(1);

/// One restaurant at OpenTable.
struct OpenTable {
    client: Client,
    rid: String,
    options: Options,
}

/// An id for a request that nothing is compared with.
fn any_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl OpenTable {
    fn new(wire: &Arc<Wire>, tokens: Arc<dyn AccessTokens>, options: Options) -> Self {
        let rid = options.restaurant_id.to_string();
        Self { client: Client::new(wire, tokens), rid, options }
    }

    /// The tables around a time.
    async fn tables(
        &self,
        at: DateTime,
        reach: u16,
        party: u32,
    ) -> Result<Vec<Table>, ProviderError> {
        let query = map::query(at, reach, party);
        let sent = self.client.get(&["availability", &self.rid], &query).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Times, without))?;
        let answer = refusal::accept(Asked::Times, answer).map_err(|refusal| match refusal {
            Refusal::Unclear => ProviderError::NeedsHuman(
                "OpenTable refuses the question for free tables; try options.window_minutes of 60"
                    .into(),
            ),
            other => other.into_error(),
        })?;
        let read = wire::read::<Availability>(&answer.body);
        read.and_then(|read| map::tables(read, &self.options)).ok_or_else(refusal::unreadable)
    }

    /// The table for one start; `None` if there is none.
    async fn table(&self, start: Timestamp, party: u32) -> Result<Option<Table>, ProviderError> {
        let at = self.wall_clock(start)?;
        let near = self.tables(at, NEAR, party).await?;
        Ok(near.into_iter().find(|table| table.time == at))
    }

    fn wall_clock(&self, at: Timestamp) -> Result<DateTime, ProviderError> {
        map::wall_clock(at, &self.options.zone).ok_or_else(|| {
            ProviderError::OutsidePolicy("the restaurant's clock shows that time twice".into())
        })
    }

    /// Keeps a table for minutes.
    async fn lock(&self, table: &Table, party: u32) -> Result<String, ProviderError> {
        let body = map::lock(table, party, &self.options);
        let path = ["booking", &self.rid, "locks"];
        let sent = self.client.send_body(Method::POST, &path, &body, &any_id()).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Lock, without))?;
        let answer = refusal::accept(Asked::Lock, answer).map_err(Refusal::into_error)?;
        let lock = wire::read::<Lock>(&answer.body).ok_or_else(refusal::unreadable)?;
        Ok(lock.reservation_token)
    }

    /// Gives a table back that is not reserved after all, so that the next look sees it. No sample
    /// shows this for phone agents, the sister interface has it: whatever comes of it is fine.
    async fn give_back(&self, token: &str) {
        let path = ["booking", &self.rid, "locks", token];
        let id = any_id();
        let _ = tokio::time::timeout(GIVING_BACK, self.client.delete(&path, &id)).await;
    }

    /// Reserves a table that is kept.
    async fn reserve(&self, booking: &Booking, token: &str) -> Result<Reservation, Refusal> {
        let body = map::reserve(booking, token, &self.options).map_err(Refusal::Clear)?;
        let path = ["booking", &self.rid, "reservations"];
        // The same request if it is ever sent again for the same booking.
        let id = booking.id.to_string();
        let sent = self.client.send_body(Method::POST, &path, &body, &id).await;
        let answer =
            sent.map_err(|without| Refusal::Clear(refusal::failure(Asked::Reserve, without)))?;
        let answer = refusal::accept(Asked::Reserve, answer)?;
        let made = wire::read::<Reservation>(&answer.body);
        made.filter(|made| !made.reservation_id.is_empty())
            .ok_or(Refusal::Clear(ProviderError::Unknown))
    }

    /// The reservations of a booking's number.
    async fn of_caller(&self, booking: &Booking) -> Result<Vec<Reservation>, ProviderError> {
        // Without a number nothing is ever reserved.
        let Ok(phone) = map::phone(booking) else { return Ok(Vec::new()) };
        let path = ["booking", &self.rid, "reservations", "search"];
        let sent = self.client.search(&path, &map::search(&phone), &any_id()).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Read, without))?;
        let answer = refusal::accept(Asked::Read, answer).map_err(Refusal::into_error)?;
        let found = wire::read::<Found>(&answer.body).ok_or_else(refusal::unreadable)?;
        Ok(found.reservations)
    }

    /// OpenTable's id of a booking, known or found.
    async fn id_of(&self, booking: &Booking) -> Result<String, ProviderError> {
        if let Some(id) = booking.external_ids.last() {
            return Ok(id.clone());
        }
        let found = self.of_caller(booking).await?;
        let ours = map::ours(&found, booking, &self.options);
        ours.map(|ours| ours.reservation_id.clone()).ok_or(ProviderError::NotFound)
    }

    /// The free tables of a query's days.
    async fn free(&self, query: &SlotQuery) -> Result<Vec<FreeSlot>, ProviderError> {
        let reach = self.options.window_minutes;
        // A day before and after, as far as the org's days are not the restaurant's.
        let here = |at: Timestamp| self.options.zone.to_datetime(at).date();
        let (from, to) = super::days::span_of(query)?;
        let last = here(to.checked_sub(1.seconds()).unwrap_or(to));
        let all = here(from).series(1.day()).take_while(|day| *day <= last);
        let asked = all.flat_map(|day| map::windows(day, reach));
        let found = stream::iter(asked).map(|at| self.tables(at, reach, query.places));
        let tables: Vec<Table> = found.buffered(AT_ONCE).try_concat().await?;
        let minutes = query.service.duration_minutes;
        let mut slots: Vec<FreeSlot> = tables
            .iter()
            .filter_map(|table| {
                let start = map::moment(table.time, &self.options.zone)?;
                Some(FreeSlot::new(start, map::end(start, minutes)?))
            })
            .collect();
        slots.sort_by_key(|slot| slot.start);
        slots.dedup();
        Ok(slots)
    }
}

#[async_trait]
impl BookingProvider for OpenTable {
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(SharedLimit::new("opentable", Allowance::per_second(PER_SECOND, PER_SECOND)))
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        // There is no account to be asked for: whether the restaurant is open to us shows here.
        let now = self.options.zone.to_datetime(Timestamp::now());
        self.tables(now, NEAR, 2).await?;
        let name = format!("restaurant {}", self.rid);
        Ok(Some(ProviderAccount { id: Some(self.rid.clone()), name }))
    }

    /// Each day is several requests.
    fn days_ahead(&self) -> u32 {
        1
    }

    fn moves_with_party(&self) -> bool {
        true
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        Ok(days(query, &self.free(query).await?))
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        // What is missing is asked for before a table is kept from others.
        map::reserve(booking, "", &self.options)?;
        let party = map::party(booking);
        let table = self.table(booking.start, party).await?.ok_or(ProviderError::SlotTaken)?;
        let token = self.lock(&table, party).await?;
        match self.reserve(booking, &token).await {
            Ok(made) => Ok(ProviderBooking { external_id: made.reservation_id, confirmed: true }),
            // It may be reserved: what is kept stays kept.
            Err(Refusal::Clear(ProviderError::Unknown)) => Err(ProviderError::Unknown),
            Err(other) => {
                self.give_back(&token).await;
                Err(other.into_error())
            }
        }
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let time = self.wall_clock(start)?;
        let id = self.id_of(booking).await?;
        let path = ["booking", self.rid.as_str(), "reservations", &id];
        let body = map::change(booking, time);
        let sent = self.client.send_body(Method::PUT, &path, &body, &any_id()).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Change, without))?;
        let answer = match refusal::accept(Asked::Change, answer) {
            Ok(answer) => answer,
            // A table that is still free was not the reason.
            Err(Refusal::Unclear) => {
                return Err(match self.table(start, map::party_to_be(booking)).await {
                    Ok(None) => ProviderError::SlotTaken,
                    _ => Refusal::Unclear.into_error(),
                });
            }
            Err(other) => return Err(other.into_error()),
        };
        let moved = wire::read::<Reservation>(&answer.body).ok_or(ProviderError::Unknown)?;
        // A success that did not move it is none.
        if moved.date_time.is_some_and(|there| there != time) {
            return Err(ProviderError::Unknown);
        }
        let kept = if moved.reservation_id.is_empty() { id } else { moved.reservation_id };
        Ok(ProviderBooking { external_id: kept, confirmed: true })
    }

    async fn cancel(&self, booking: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        let id = self.id_of(booking).await?;
        let path = ["booking", self.rid.as_str(), "reservations", &id];
        let sent = self.client.delete(&path, &any_id()).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Cancel, without))?;
        match refusal::accept(Asked::Cancel, answer) {
            // How a success looks is not public.
            Ok(_) => Ok(()),
            Err(Refusal::Gone) => match self.find(booking).await? {
                None => Ok(()),
                Some(there) if there.state == ProviderState::Cancelled => Ok(()),
                Some(_) => Err(Refusal::Unclear.into_error()),
            },
            Err(other) => Err(other.into_error()),
        }
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        let found = self.of_caller(booking).await?;
        match map::ours(&found, booking, &self.options) {
            Some(ours) => {
                map::record(ours, booking, &self.options).map(Some).ok_or_else(refusal::unreadable)
            }
            // One that does not say its id or its time may be the one.
            None if found.iter().any(|one| one.reservation_id.is_empty()) => {
                Err(refusal::unreadable())
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
