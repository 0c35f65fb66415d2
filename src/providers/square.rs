//! Square Appointments: the vendor's whole booking life, through one connection of one org. Owns the
//! order of requests and what is looked up when an answer is not enough; JSON is in `wire`, what
//! answers mean in `map` and `refusal`. Facts: Square's published OpenAPI description of 2025-08-20 and
//! its documentation pages, not tried against an account.
//!
//! ```text
//! book   who is free then? ┐
//!        who is calling?   ┴ profile made if there is none -> create -> made twice? the younger goes
//! move   read (version) -> who is free then? -> update -> made twice? back to where it was
//! cancel read (version) -> cancel
//! ```

mod account;
mod catalog;
mod changes;
mod client;
mod customers;
mod find;
mod map;
mod notice;
mod openings;
mod overlap;
mod refusal;
mod relocate;
mod settings;
mod staff;
mod vendor;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{
    AccessTokens, BookingProvider, Changes, Clock, DaySlots, ProviderAccount, ProviderBooking,
    ProviderError, ProviderRecord, SharedLimit, SlotQuery, Watch, WatchTarget,
};
use hookswitch_storage::{Booking, ServiceId};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;

use account::Account;
use client::{Client, Wire};
use customers::Customers;
use find::Where;
use openings::Subject;
use refusal::{Asked, Refusal, accept};
use settings::Options;
use staff::Staff;
use wire::{BookingBody, Opening};

use super::days::{days, span_of};

pub(super) use vendor::Vendor;

/// How often one booking is asked for, if what was refused can be put right.
const ATTEMPTS: u32 = 2;
/// How often somebody else is looked for who is free, while others are being booked.
const SEARCHES: usize = 3;
/// Span that is searched for one start; Square searches no shorter one.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long looking for a second booking may take, while the caller waits for what is done already.
const SECOND_LOOK: Duration = Duration::from_secs(2);

/// A seller's account at one location.
struct Square {
    client: Client,
    options: Options,
    limit: SharedLimit,
    account: Account,
    customers: Customers,
    staff: Staff,
    clock: Arc<dyn Clock>,
}

impl Square {
    /// The account that `tokens` open, through `wire`.
    fn new(
        wire: &Arc<Wire>,
        tokens: Arc<dyn AccessTokens>,
        options: Options,
        limit: SharedLimit,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let client = Client::new(wire, tokens);
        Self {
            account: Account::new(client.clone(), options.location_id.clone()),
            client,
            options,
            limit,
            customers: Customers::default(),
            staff: Staff::default(),
            clock,
        }
    }

    async fn variation_of(&self, service: &ServiceId) -> Result<&str, ProviderError> {
        if let Some(variation) = self.options.services.get(service.as_str()) {
            return Ok(variation);
        }
        let there_are = catalog::bookable(&self.client, self.options.location_id.as_deref()).await;
        let choice = match there_are.as_slice() {
            [] => String::new(),
            some => format!("; the account has: {}", some.join(", ")),
        };
        Err(ProviderError::NeedsHuman(format!(
            "service `{service}` has no Square service variation; set \
             options.services.{service}{choice}"
        )))
    }

    /// What is asked to be free for a service, without those who are `busy` with us.
    async fn subject(
        &self,
        service: &ServiceId,
        busy: Vec<String>,
    ) -> Result<Option<Subject>, ProviderError> {
        let variation = self.variation_of(service).await?.to_owned();
        let location = self.account.location().await?.to_owned();
        let mut any = self.options.team_members.clone();
        let is_limited = !any.is_empty();
        any.retain(|member| !busy.contains(member));
        if is_limited && any.is_empty() {
            return Ok(None);
        }
        let none = if is_limited { Vec::new() } else { busy };
        Ok(Some(Subject::New { location, variation, any, none }))
    }

    /// Somebody who is free at the booking's start, kept for it; `None` if nobody is.
    async fn pick(&self, booking: &Booking) -> Result<Option<Opening>, ProviderError> {
        let (start, end) = (booking.start, booking.end);
        for _ in 0..SEARCHES {
            let busy = self.staff.busy(&booking.id, start, end);
            let Some(subject) = self.subject(&booking.service_id, busy).await? else {
                return Ok(None);
            };
            let Some(opening) = self.at(&subject, start).await? else { return Ok(None) };
            if self.staff.keep(&booking.id, &opening, end) {
                return Ok(Some(opening));
            }
        }
        Ok(None)
    }

    /// What Square has free at exactly `start`.
    async fn at(
        &self,
        subject: &Subject,
        start: Timestamp,
    ) -> Result<Option<Opening>, ProviderError> {
        let to = start.checked_add(DAY).unwrap_or(Timestamp::MAX);
        let openings = openings::search(&self.client, subject, start, to).await?;
        Ok(openings.into_iter().find(|opening| opening.start_at == start))
    }

    /// The free slots of a query's days.
    async fn free(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let (from, to) = span_of(query)?;
        let from = from.max(query.now);
        let around = match &query.ignore_external {
            None => None,
            Some(moving) => {
                let moving = Subject::Moving(moving.clone());
                match openings::search(&self.client, &moving, from, to).await {
                    Ok(openings) => Some(openings),
                    // Square may not know it any more, or not what was booked.
                    Err(ProviderError::NeedsHuman(_)) => None,
                    Err(other) => return Err(other),
                }
            }
        };
        let openings = match around {
            Some(openings) => openings,
            None => match self.subject(&query.service.id, Vec::new()).await? {
                Some(subject) => openings::search(&self.client, &subject, from, to).await?,
                None => Vec::new(),
            },
        };
        let length = SignedDuration::from_mins(i64::from(query.service.duration_minutes));
        Ok(days(query, &map::slots(&openings, length)))
    }

    async fn make(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        // What the token may do is wanted afterwards, and known by then.
        let (opening, customer, _) = tokio::join!(
            self.pick(booking),
            self.customers.find(&self.client, booking),
            self.account.is_guarded(),
        );
        let mut opening = opening?.ok_or(ProviderError::SlotTaken)?;
        let location = self.account.location().await?;
        let mut customer = match customer? {
            Some(customer) => customer,
            None => self.customers.create(&self.client, booking, 0).await?,
        };
        for attempt in 0..ATTEMPTS {
            let note = self.options.seller_note.as_deref();
            let body = map::create(booking, (location, &customer), &opening, note, attempt);
            let sent = self.client.write(Method::POST, &["bookings"], &body).await;
            let is_last = attempt + 1 == ATTEMPTS;
            match accept(Asked::Create, sent) {
                Ok(answer) => {
                    // A success that cannot be read may have done anything.
                    let made = wire::part(&answer.body, "booking").ok_or(ProviderError::Unknown)?;
                    return self.stands(booking, made).await;
                }
                // The seller removed the profile that we knew.
                Err(Refusal::NoCustomer) if !is_last => {
                    self.customers.forget(booking);
                    customer = self.customers.create(&self.client, booking, attempt + 1).await?;
                }
                Err(Refusal::KeyReused) => return self.made_before(booking, location).await,
                // "Taken", "changed meanwhile" and "filled in wrongly" look alike.
                Err(Refusal::Unclear(reason)) => match self.pick(booking).await {
                    Ok(None) => return Err(ProviderError::SlotTaken),
                    Ok(Some(other)) if !is_last && other != opening => opening = other,
                    _ => return Err(ProviderError::NeedsHuman(reason)),
                },
                Err(other) => return Err(other.into_error()),
            }
        }
        Err(ProviderError::NeedsHuman("Square refuses the booking".into()))
    }

    /// An earlier request of this booking was done after all.
    async fn made_before(
        &self,
        booking: &Booking,
        location: &str,
    ) -> Result<ProviderBooking, ProviderError> {
        let found = find::by_reference(&self.client, location, booking, Where::Anywhere).await;
        let found = found.map_err(|_| ProviderError::Unknown)?;
        found.as_ref().and_then(map::made).ok_or(ProviderError::Unknown)
    }

    /// A booking that was just made: as it is, unless somebody else was given the same time.
    async fn stands(
        &self,
        booking: &Booking,
        made: BookingBody,
    ) -> Result<ProviderBooking, ProviderError> {
        let accepted = map::made(&made).ok_or(ProviderError::Unknown)?;
        if !self.is_raced(booking, &made).await {
            return Ok(accepted);
        }
        match self.call_off(booking, &made).await {
            Ok(()) => Err(ProviderError::SlotTaken),
            Err(Refusal::Clear(ProviderError::Unknown)) => Err(ProviderError::Unknown),
            Err(_) => {
                tracing::warn!(
                    booking.id = %booking.id,
                    "Square has two bookings at this time and would not cancel ours"
                );
                Ok(accepted)
            }
        }
    }

    /// Whether a booking that was just written took somebody's time who had been given away a moment
    /// before. Not being able to look is no reason to take back what was done.
    async fn is_raced(&self, booking: &Booking, written: &BookingBody) -> bool {
        if self.account.is_guarded().await {
            return false;
        }
        let length = booking.end.duration_since(booking.start);
        let end = written.end().or_else(|| written.start_at.checked_add(length).ok());
        let look = overlap::was_raced(&self.client, written, end.unwrap_or(written.start_at));
        match tokio::time::timeout(SECOND_LOOK, look).await {
            Ok(Ok(raced)) => raced,
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(
                    booking.id = %booking.id,
                    "whether Square has two bookings at this time could not be seen"
                );
                false
            }
        }
    }

    async fn call_off(&self, booking: &Booking, body: &BookingBody) -> Result<(), Refusal> {
        let path = ["bookings", body.id.as_str(), "cancel"];
        let asked = map::cancel(booking, body);
        let sent = self.client.write(Method::POST, &path, &asked).await;
        accept(Asked::Cancel, sent).map(|_| ())
    }

    /// The booking as Square has it now.
    async fn look(&self, booking: &Booking) -> Result<Option<BookingBody>, ProviderError> {
        for id in booking.external_ids.iter().rev() {
            if let Some(found) = find::one(&self.client, id).await? {
                return Ok(Some(found));
            }
        }
        let location = self.account.location().await?;
        find::by_reference(&self.client, location, booking, Where::AtItsStart).await
    }

    async fn current(&self, booking: &Booking) -> Result<BookingBody, ProviderError> {
        self.look(booking).await?.ok_or(ProviderError::NotFound)
    }

    /// Why a booking may not be changed that stands and is free to be: by the seller's rules for
    /// customers, where the token has no more rights than one.
    async fn forbidden(&self, booking: &BookingBody, reason: String) -> ProviderError {
        let otherwise = ProviderError::NeedsHuman(reason);
        if !self.account.is_guarded().await {
            return otherwise;
        }
        let Ok(profile) = self.account.profile().await else { return otherwise };
        if profile.allow_user_cancel == Some(false) {
            return ProviderError::NeedsHuman(
                "the seller does not let customers change bookings; allow it in Square's booking \
                 settings, or connect with the seller's own permissions"
                    .into(),
            );
        }
        let window = profile.business_appointment_settings.unwrap_or_default();
        let window = window.cancellation_window_seconds.map(SignedDuration::from_secs);
        let left = booking.start_at.duration_since(self.clock.now());
        if window.is_some_and(|window| left < window) {
            let why = "it is too late to change the appointment";
            return ProviderError::OutsidePolicy(why.into());
        }
        otherwise
    }
}

#[async_trait]
impl BookingProvider for Square {
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(self.limit.clone())
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        self.account.seller().await.map(Some)
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        // Each of the requests is given up in time; so is what they take together.
        let asking = tokio::time::timeout(self.client.patience(), self.free(query));
        asking.await.unwrap_or_else(|_| Err(refusal::unreadable()))
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let made = self.make(booking).await;
        // Whoever was booked, or may have been, is kept until Square shows it.
        if !matches!(made, Ok(_) | Err(ProviderError::Unknown)) {
            self.staff.release(&booking.id);
        }
        made
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let moved = self.relocate(booking, start).await;
        if !matches!(moved, Ok(_) | Err(ProviderError::Unknown)) {
            self.staff.release(&booking.id);
        }
        moved
    }

    async fn cancel(&self, booking: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        let mut body = self.current(booking).await?;
        for attempt in 0..ATTEMPTS {
            if body.is_off() {
                break;
            }
            let refusal = match self.call_off(booking, &body).await {
                Ok(()) => break,
                Err(Refusal::Clear(error)) => return Err(error),
                Err(refusal) => refusal,
            };
            // It changed meanwhile, maybe by an answer of ours that was lost.
            let newer = self.current(booking).await?;
            let changed = newer.version != body.version;
            body = newer;
            let is_last = attempt + 1 == ATTEMPTS;
            match refusal {
                _ if body.is_off() => {}
                Refusal::Stale if changed && !is_last => {}
                Refusal::Unclear(reason) => return Err(self.forbidden(&body, reason).await),
                other => return Err(other.into_error()),
            }
        }
        self.staff.release(&booking.id);
        Ok(())
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        Ok(self.look(booking).await?.as_ref().map(map::record))
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        let location = self.account.location().await?;
        changes::since(&self.client, location, cursor, self.clock.now()).await.map(Some)
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        notice::watch(&self.client, target).await
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        notice::unwatch(&self.client, watch).await
    }
}

#[cfg(test)]
mod tests;
