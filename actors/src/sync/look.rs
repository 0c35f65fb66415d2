//! One booking: what its provider has of it is taken over, unless we are changing it ourselves. Looks
//! and writes; what follows from what was found is in `judge`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_storage::{
    AdoptBooking, AdoptOutcome, AtProvider, Booking, BookingId, Connection, StoreError,
};

use super::{judge, tell};
use crate::bounds::{LOOK_AFTER, PROVIDER_LOOK};
use crate::calls::Shared;
use crate::ports::ProviderError;
use crate::provider::ProviderHandle;

/// Why a look or a question came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The provider.
    Provider(ProviderError),
    /// Storage.
    Store(StoreError),
}

impl From<ProviderError> for Trouble {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What came of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// It stands here as there, or is none of the exchange's affair.
    Done,
    /// It changes here just now: look again after this.
    Again(Duration),
    /// The provider has none.
    Missing,
}

/// A connection that is looked through.
pub(super) struct Eyes<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) provider: &'a ProviderHandle,
    pub(super) connection: &'a Connection,
}

impl Eyes<'_> {
    /// Looks at a booking. One that the provider has `not` is taken to be gone there.
    pub(super) async fn look(&self, id: BookingId, vanished: bool) -> Result<Looked, Trouble> {
        let Some(booking) = self.shared.store.booking(&self.connection.org, &id).await? else {
            return Ok(Looked::Done);
        };
        if !self.is_followed(&booking) {
            return Ok(Looked::Done);
        }
        if booking.intent.is_some() {
            // What we are about ourselves is settled first; it may be newer.
            return Ok(Looked::Again(LOOK_AFTER));
        }
        let until = Instant::now() + PROVIDER_LOOK;
        let there = match self.provider.find(booking.clone(), until).await {
            Ok(Some(record)) => judge::there(&booking, &record, self.shared.clock.now()),
            Ok(None) | Err(ProviderError::NotFound) if vanished => {
                AtProvider::Gone { reason: judge::VANISHED.to_owned() }
            }
            Ok(None) | Err(ProviderError::NotFound) => return Ok(Looked::Missing),
            Err(error) => return Err(error.into()),
        };
        self.adopt(booking, there).await
    }

    fn is_followed(&self, booking: &Booking) -> bool {
        booking.is_active()
            && booking.connection_id == self.connection.id
            && !booking.external_ids.is_empty()
    }

    async fn adopt(&self, seen: Booking, there: AtProvider) -> Result<Looked, Trouble> {
        let request = AdoptBooking {
            seen: seen.clone(),
            there,
            by: format!("provider:{}", self.connection.provider),
            now: self.shared.clock.now(),
        };
        match self.shared.store.adopt(request).await {
            Ok(AdoptOutcome::Same) => Ok(Looked::Done),
            Ok(AdoptOutcome::Stale) => Ok(Looked::Again(LOOK_AFTER)),
            Ok(AdoptOutcome::Adopted { booking, collides }) => {
                self.provider.forget_slots();
                self.shared.bell.ring();
                tell::adopted(self.shared, &seen, &booking, collides).await;
                Ok(Looked::Done)
            }
            Err(StoreError::Invalid { field, problem }) => {
                tracing::warn!(
                    org.id = %seen.org, booking.id = %seen.id, field, problem,
                    "what the provider's calendar has of a booking cannot be taken over"
                );
                Ok(Looked::Done)
            }
            Err(error) => Err(error.into()),
        }
    }
}
