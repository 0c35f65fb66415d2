//! Calendly (API v2 with its Scheduling API of 2025-10): the vendor's whole booking life, through one
//! connection of one org. Owns the order of requests and what is looked up when an answer is not enough;
//! JSON is in `wire`, what answers mean in `map` and `refusal`, moves in `moving`. A booking's id is the
//! URI of its invitee: an event may have several. Facts: Calendly's published reference as of 2026, the
//! codes of refusals from recorded answers; not tried against an account.

mod changes;
mod client;
mod event_type;
mod find;
mod map;
mod moving;
mod notice;
mod refusal;
mod settings;
mod vendor;
mod watching;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::booking::FreeSlot;
use hookswitch_actors::ports::{
    AccessTokens, Allowance, BookingProvider, Changes, DaySlots, ProviderAccount, ProviderBooking,
    ProviderError, ProviderRecord, SharedLimit, SlotQuery, Watch, WatchTarget,
};
use hookswitch_storage::{Act, Booking, ServiceId};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use crate::providers::days;
use client::{Client, Wire};
use event_type::EventTypes;
use refusal::{Asked, Refusal, accept, unreadable};
use settings::{Options, Scope};
use wire::{InviteeBody, OpenBody, UserBody};

pub(super) use vendor::Vendor;

/// Requests a minute of one user, whatever connections are theirs, where the plan is paid; what is less is told
/// with each answer.
const A_MINUTE: u32 = 500;
/// The longest span that open starts are asked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The same for accounts that still have the limit of before July 2026.
const LONGEST_BEFORE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far ahead a span has to begin: Calendly takes none that began before it looks.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// A Calendly account.
struct Calendly {
    client: Client,
    options: Options,
    limit: SharedLimit,
    event_types: EventTypes,
    me: OnceCell<UserBody>,
    /// Calendly has refused a span that is longer than a week.
    by_weeks: AtomicBool,
}

impl Calendly {
    /// The account that `tokens` open, through `wire`; `user` tells whose they are from others.
    fn new(wire: &Arc<Wire>, tokens: Arc<dyn AccessTokens>, options: Options, user: &str) -> Self {
        let allowance = Allowance::new(A_MINUTE, Duration::from_secs(60));
        Self {
            client: Client::new(Arc::clone(wire), tokens),
            options,
            limit: SharedLimit::new(format!("calendly {user}"), allowance),
            event_types: EventTypes::default(),
            me: OnceCell::new(),
            by_weeks: AtomicBool::new(false),
        }
    }

    fn event_type_of(&self, service: &ServiceId) -> Result<&str, ProviderError> {
        let named = self.options.services.get(service.as_str()).map(String::as_str);
        named.ok_or_else(|| {
            ProviderError::NeedsHuman(format!(
                "service `{service}` has no Calendly event type; set options.services.{service}"
            ))
        })
    }

    async fn ask_me(&self) -> Result<UserBody, ProviderError> {
        let answer = accept(Asked::Read, self.client.get(&["users", "me"], &[]).await);
        let answer = answer.map_err(Refusal::into_error)?;
        wire::one(&answer.body).ok_or_else(unreadable)
    }

    /// The user of the token, who never changes.
    async fn me(&self) -> Result<&UserBody, ProviderError> {
        self.me.get_or_try_init(|| self.ask_me()).await
    }

    /// The part of a query that says whose events are meant.
    async fn whose(&self) -> Result<(&'static str, &str), ProviderError> {
        let me = self.me().await?;
        Ok(match self.options.scope {
            Scope::User => ("user", me.uri.as_str()),
            Scope::Organization => ("organization", me.current_organization.as_str()),
        })
    }

    /// The open starts of a span, asked for in parts that Calendly takes.
    async fn open(
        &self,
        event_type: &str,
        span: (Timestamp, Timestamp),
    ) -> Result<Vec<OpenBody>, ProviderError> {
        if !self.by_weeks.load(Ordering::Relaxed) {
            match self.open_in_parts(event_type, span, LONGEST).await {
                Err(Refusal::TooLong) => self.by_weeks.store(true, Ordering::Relaxed),
                other => return other.map_err(Refusal::into_error),
            }
        }
        let open = self.open_in_parts(event_type, span, LONGEST_BEFORE).await;
        open.map_err(Refusal::into_error)
    }

    async fn open_in_parts(
        &self,
        event_type: &str,
        span: (Timestamp, Timestamp),
        longest: SignedDuration,
    ) -> Result<Vec<OpenBody>, Refusal> {
        let mut open = Vec::new();
        for part in map::parts(span, longest) {
            let query = map::open_query(event_type, part);
            let sent = self.client.get(&["event_type_available_times"], &query).await;
            let answer = accept(Asked::Slots, sent)?;
            let page = wire::page::<OpenBody>(&answer.body);
            open.extend(page.ok_or_else(|| Refusal::Clear(unreadable()))?.entries);
        }
        Ok(open)
    }

    /// Whether a start is still open; `None` if that cannot be found out.
    async fn is_open(&self, event_type: &str, start: Timestamp) -> Option<bool> {
        let end = start.checked_add(AHEAD).ok()?;
        let open = self.open_in_parts(event_type, (start, end), LONGEST_BEFORE).await.ok()?;
        Some(open.iter().any(|open| open.start_time == start && open.status == "available"))
    }

    /// Makes a booking at `start`; gives its id.
    async fn make(&self, booking: &Booking, start: Timestamp) -> Result<String, ProviderError> {
        let event_type = self.event_type_of(&booking.service_id)?;
        let details = self.event_types.get(&self.client, event_type).await?;
        let hosts = details.as_ref().and_then(|details| details.pooling_type.as_deref());
        if hosts == Some("round_robin") && self.options.scope == Scope::User {
            // Another host's booking could not be found again after a lost answer.
            return Err(ProviderError::NeedsHuman(
                "Calendly chooses the host of this event type; set options.scope to \
                 `organization` and use an administrator's token"
                    .into(),
            ));
        }
        let body = map::create(booking, start, event_type, details.as_deref(), &self.options)?;
        let mut sent = accept(Asked::Create, self.client.book(&body).await);
        if matches!(sent, Err(Refusal::NoReminders)) {
            let body = map::without_reminders(body);
            sent = accept(Asked::Create, self.client.book(&body).await);
        }
        match sent {
            Ok(answer) => {
                // A success that cannot be read may have made anything.
                let made: InviteeBody = wire::one(&answer.body).ok_or(ProviderError::Unknown)?;
                Ok(made.uri)
            }
            Err(Refusal::Unanswered) => {
                // The host has changed the questions meanwhile.
                self.event_types.forget(event_type);
                let details = self.event_types.get(&self.client, event_type).await?;
                map::create(booking, start, event_type, details.as_deref(), &self.options)?;
                Err(Refusal::Unanswered.into_error())
            }
            // The same status says "taken" and "filled in wrongly": a start that is still open was
            // not the reason.
            Err(Refusal::Unclear(reason)) => match self.is_open(event_type, start).await {
                Some(false) => Err(ProviderError::SlotTaken),
                _ => Err(ProviderError::NeedsHuman(reason)),
            },
            Err(other) => Err(other.into_error()),
        }
    }
}

#[async_trait]
impl BookingProvider for Calendly {
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(self.limit.clone())
    }

    /// As Calendly's release notes of April 2026 have it, per user; a trial's five a day are told with
    /// the answer that refuses the sixth.
    fn booking_allowances(&self) -> Vec<Allowance> {
        let all: &[(u32, u64)] = match self.options.enterprise {
            true => &[(500, 60)],
            false => &[(10, 60), (50, 3_600), (100, 24 * 3_600)],
        };
        let of = |&(bookings, seconds)| Allowance::new(bookings, Duration::from_secs(seconds));
        all.iter().map(of).collect()
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        // Asked anew, so that a token which was revoked shows.
        self.ask_me().await.map(|user| Some(map::account(&user)))
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let event_type = self.event_type_of(&query.service.id)?;
        let (from, to) = days::span_of(query)?;
        let soonest = query.now.checked_add(AHEAD).unwrap_or(query.now);
        let from = from.max(soonest);
        if from >= to {
            return Ok(days::days(query, &[]));
        }
        let details = self.event_types.get(&self.client, event_type).await?;
        if details.as_ref().and_then(|details| details.active) == Some(false) {
            return Err(ProviderError::NeedsHuman(format!(
                "the event type of options.services.{} is switched off in Calendly",
                query.service.id
            )));
        }
        let minutes = details.and_then(|details| details.duration);
        let minutes = minutes.unwrap_or(query.service.duration_minutes);
        let length = SignedDuration::from_mins(i64::from(minutes));
        let open = self.open(event_type, (from, to)).await?;
        let mut slots: Vec<FreeSlot> = map::slots(open, length);
        if let Some(moving) = &query.ignore_external
            && let Some(moving) = find::newest(&self.client, moving).await?
            && moving.stands()
            && !moving.event.is_shared()
        {
            let start = moving.start();
            let end = moving.event.end_time.or_else(|| start.checked_add(length).ok());
            slots.extend(map::opened_by_moving(&slots, (start, end.unwrap_or(start)), length));
        }
        Ok(days::days(query, &slots))
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let external_id = self.make(booking, booking.start).await?;
        Ok(ProviderBooking { external_id, confirmed: true })
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        self.relocate(booking, start).await
    }

    async fn cancel(&self, booking: &Booking, reason: Option<&str>) -> Result<(), ProviderError> {
        let mut standing = Vec::new();
        if let Some(known) = booking.external_ids.last() {
            standing.extend(find::newest(&self.client, known).await?);
        }
        let is_known = !standing.is_empty();
        standing.retain(find::Entry::stands);
        if standing.is_empty() {
            let whose = self.whose().await?;
            let found = find::by_reference(&self.client, whose, booking, booking.start).await?;
            if !is_known && found.is_empty() {
                return Err(ProviderError::NotFound);
            }
            standing.extend(found.into_iter().filter(find::Entry::stands));
        }
        for entry in &standing {
            self.cancel_event(entry, reason).await?;
        }
        Ok(())
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        let to = match booking.intent.as_ref().map(|intent| &intent.act) {
            Some(Act::Move(to)) => Some(to.start),
            _ => None,
        };
        let known = booking.external_ids.last();
        if let (None, Some(uri)) = (to, known)
            && let Some(entry) = find::newest(&self.client, uri).await?
            && entry.stands()
        {
            return Ok(Some(entry.record()));
        }
        let moving = self.move_in_progress(booking, to.unwrap_or(booking.start)).await?;
        let mut record = moving.record();
        if to.is_none()
            && let Some(record) = &mut record
        {
            record.half_moved = false;
        }
        Ok(record)
    }

    async fn changes(&self, cursor: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        self.changed_since(cursor).await.map(Some)
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        self.subscribe(target).await.map(Some)
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        self.unsubscribe(&watch.id).await
    }
}

#[cfg(test)]
mod tests;
