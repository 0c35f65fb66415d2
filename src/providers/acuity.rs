//! Acuity Scheduling (API v1): the vendor's whole booking life, through one connection of one org. Owns
//! the order of requests and what is looked up when an answer is not enough; JSON is in `wire`, what
//! answers mean in `map` and `refusal`. Facts: Acuity's public reference as of 2026, not tried against
//! an account.

mod catalog;
mod client;
mod find;
mod map;
mod refusal;
mod settings;
mod times;
mod vendor;
mod watch;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{
    Allowance, BookingProvider, DaySlots, ProviderAccount, ProviderBooking, ProviderError,
    ProviderRecord, SharedLimit, SlotQuery, Watch, WatchTarget,
};
use hookswitch_storage::{Booking, ServiceId};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;

use catalog::{Catalog, Kind};
use client::{Client, Wire};
use refusal::{Asked, Refusal};
use settings::{Account, Options};
use wire::Appointment;

pub(super) use vendor::Vendor;

/// Requests in any one second.
const PER_SECOND: u32 = 10;
/// Requests under way at once.
const AT_ONCE: usize = 20;
/// How long the notes on a new appointment may take; the appointment stands without them.
const NOTES: Duration = Duration::from_millis(1_500);

/// An Acuity account.
struct Acuity {
    client: Client,
    key: String,
    options: Options,
    catalog: Catalog,
}

impl Acuity {
    /// The account that `account` opens, through `wire`.
    fn new(wire: &Arc<Wire>, account: Account, options: Options) -> Result<Self, ProviderError> {
        let client = Client::new(Arc::clone(wire), account.user_id, &account.api_key)?;
        Ok(Self { client, key: account.api_key, options, catalog: Catalog::default() })
    }

    fn type_of(&self, service: &ServiceId) -> Result<u64, ProviderError> {
        let named = self.options.services.get(service.as_str()).copied();
        named.ok_or_else(|| {
            ProviderError::NeedsHuman(format!(
                "service `{service}` has no Acuity appointment type; set options.services.{service}"
            ))
        })
    }

    /// The query of a change.
    fn quietly(&self) -> Vec<(&'static str, String)> {
        let quiet = self.options.no_email.then(|| ("noEmail", "true".to_owned()));
        quiet.into_iter().collect()
    }

    /// Sends a change; what the appointment became, or why it did not.
    async fn change(
        &self,
        asked: Asked,
        (method, path): (Method, &[&str]),
        body: &Value,
    ) -> Result<Appointment, Refusal> {
        let sent = self.client.change(method, path, &self.quietly(), body).await;
        let answer = sent.map_err(|without| Refusal::Clear(refusal::failure(asked, without)))?;
        // A success that cannot be read may have done anything.
        refusal::accept(asked, answer).and_then(|answer| {
            wire::read(&answer.body).ok_or(Refusal::Clear(ProviderError::Unknown))
        })
    }

    /// Why a booking was refused, as far as more can be found out. The same status says "taken" and
    /// "filled in wrongly": a start that is still free was not the reason.
    async fn reason(
        &self,
        refusal: Refusal,
        booking: &Booking,
        appointment_type: u64,
        kind: Kind,
    ) -> ProviderError {
        if !matches!(refusal, Refusal::Unclear(_)) {
            return refusal.into_error();
        }
        let day = map::date_of(booking.start, booking);
        let zone = &booking.time_zone;
        let wanted = times::Wanted { appointment_type, kind, ..times::Wanted::of_zone(zone) };
        match self.times(&wanted, (day, day)).await {
            Ok(free) if !free.iter().any(|slot| slot.start == booking.start) => {
                ProviderError::SlotTaken
            }
            _ => refusal.into_error(),
        }
    }

    /// Writes the caller's words and our reference where only the business sees them, unless the
    /// appointment already carries both. It stands whatever comes of this.
    async fn annotate(&self, booking: &Booking, id: &str) {
        let says_notes = self.options.form_fields.values().any(|text| text.contains("{notes}"));
        if self.options.reference_field.is_some() && (says_notes || booking.notes.is_none()) {
            return;
        }
        let as_admin = [("admin", "true".to_owned())];
        let (path, body) = (["appointments", id], map::notes(booking));
        let noted = self.client.change(Method::PUT, &path, &as_admin, &body);
        match tokio::time::timeout(NOTES, noted).await {
            Ok(Ok(answer)) if answer.status.is_success() => {}
            _ => tracing::warn!(booking.id = %booking.id, "Acuity did not take the notes"),
        }
    }

    /// Acuity's id of a booking, known or found by our reference.
    async fn id_of(&self, booking: &Booking) -> Result<String, ProviderError> {
        if let Some(id) = booking.external_ids.last() {
            return Ok(id.clone());
        }
        let found = find::by_reference(&self.client, booking, &self.options).await?;
        found.map(|found| found.id).ok_or(ProviderError::NotFound)
    }

    /// Moves an appointment, within its calendar or to any.
    async fn moved(
        &self,
        booking: &Booking,
        (id, start): (&str, Timestamp),
        anywhere: bool,
    ) -> Result<Appointment, Refusal> {
        let path = ["appointments", id, "reschedule"];
        let body = map::reschedule(booking, start, &self.options, anywhere);
        self.change(Asked::Move, (Method::PUT, &path), &body).await
    }
}

#[async_trait]
impl BookingProvider for Acuity {
    /// Acuity counts by address: every organisation of this server asks from the same one, and what one
    /// of them is told to wait holds for all.
    fn shared_limit(&self) -> Option<SharedLimit> {
        Some(SharedLimit {
            key: "acuity".into(),
            allowance: Allowance::per_second(PER_SECOND, PER_SECOND),
            at_once: u32::try_from(AT_ONCE).ok(),
            rests_together: true,
        })
    }

    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        let sent = self.client.get(&["me"], &[]).await;
        let answer = sent.map_err(|without| refusal::failure(Asked::Times, without))?;
        let answer = refusal::accept(Asked::Times, answer).map_err(Refusal::into_error)?;
        map::account(&answer.body).map(Some).ok_or_else(refusal::unreadable)
    }

    /// Each day is a request.
    fn days_ahead(&self) -> u32 {
        2
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        let asked = self.free(query);
        let answered = tokio::time::timeout(self.client.patience(), asked).await;
        answered.unwrap_or_else(|_| Err(refusal::unreadable()))
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        let appointment_type = self.type_of(&booking.service_id)?;
        let (details, required) = tokio::join!(
            self.catalog.details(&self.client, appointment_type),
            self.catalog.required(&self.client, appointment_type),
        );
        let (details, required) = (details?.unwrap_or_default(), required?);
        if details.kind == Kind::Series {
            return Err(times::is_a_series());
        }
        let body = map::create(booking, appointment_type, &required, &self.options)?;
        let path: [&str; 1] = ["appointments"];
        match self.change(Asked::Create, (Method::POST, &path), &body).await {
            Ok(appointment) => {
                let made = map::made(&appointment).ok_or(ProviderError::Unknown)?;
                self.annotate(booking, &made.external_id).await;
                Ok(made)
            }
            Err(refusal) => {
                Err(self.reason(refusal, booking, appointment_type, details.kind).await)
            }
        }
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        start: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        let id = self.id_of(booking).await?;
        let mut moved = self.moved(booking, (&id, start), false).await;
        if matches!(moved, Err(Refusal::NotHere | Refusal::Unclear(_))) {
            // It may be there already, by an answer of ours that was lost.
            let there = find::by_id(&self.client, &id).await?.ok_or(ProviderError::NotFound)?;
            if there.datetime == start && !there.canceled {
                return map::made(&there).ok_or(ProviderError::StaleVersion);
            }
            if moved == Err(Refusal::NotHere) && self.options.calendar_id.is_none() {
                moved = self.moved(booking, (&id, start), true).await;
            }
        }
        let moved = moved.map_err(Refusal::into_error)?;
        // A success that did not move it is none.
        let there = (moved.datetime == start).then(|| map::made(&moved)).flatten();
        there.ok_or(ProviderError::Unknown)
    }

    async fn cancel(&self, booking: &Booking, reason: Option<&str>) -> Result<(), ProviderError> {
        let id = self.id_of(booking).await?;
        let path = ["appointments", id.as_str(), "cancel"];
        let body = map::cancel(reason);
        match self.change(Asked::Cancel, (Method::PUT, &path), &body).await {
            Ok(_) => Ok(()),
            Err(Refusal::Clear(error @ ProviderError::NeedsHuman(_))) => {
                // Twice is refused like anything else that cannot be cancelled.
                match find::by_id(&self.client, &id).await {
                    Ok(Some(there)) if there.canceled => Ok(()),
                    _ => Err(error),
                }
            }
            Err(other) => Err(other.into_error()),
        }
    }

    async fn find(&self, booking: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        for id in booking.external_ids.iter().rev() {
            if let Some(there) = find::by_id(&self.client, id).await? {
                return Ok(Some(map::record(&there, &self.options)));
            }
        }
        let found = find::by_reference(&self.client, booking, &self.options).await?;
        Ok(found.map(|found| map::record(&found, &self.options)))
    }

    async fn watch(&self, target: &WatchTarget) -> Result<Option<Watch>, ProviderError> {
        watch::watch(&self.client, target, &self.key).await.map(Some)
    }

    async fn unwatch(&self, watch: &Watch) -> Result<(), ProviderError> {
        watch::unwatch(&self.client, watch).await
    }
}

#[cfg(test)]
mod tests;
