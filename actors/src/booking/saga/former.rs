//! Bookings that were made in an account or calendar which their connection may no longer open: that such a
//! one is not found says nothing about whether it stands. Asks the provider for nothing but to look.

use std::time::Instant;

use hookswitch_storage::{Act, Booking, StoreError};

use crate::calls::Shared;
use crate::ports::{ProviderError, ProviderRecord};
use crate::provider::ProviderHandle;

/// Whether what is asked is to cancel a booking that is older than what its connection opens now.
pub(super) async fn may_stand_elsewhere(
    shared: &Shared,
    booking: &Booking,
) -> Result<bool, StoreError> {
    let act = booking.intent.as_ref().map(|intent| &intent.act);
    if !matches!(act, Some(Act::Cancel { .. })) {
        return Ok(false);
    }
    let (store, org, id) = (&shared.store, &booking.org, &booking.connection_id);
    let Some(connection) = store.connection(org, id).await? else { return Ok(false) };
    let since = store.sync_state(org, id).await?.basis_since.max(connection.connected_at);
    Ok(since.is_some_and(|since| booking.created_at < since))
}

/// What is said of one that is not found.
pub(super) fn out_of_sight() -> ProviderError {
    ProviderError::NeedsHuman(
        "it was booked in an account or calendar that is no longer connected; cancel it there"
            .into(),
    )
}

/// Looks for such a booking before it is cancelled: providers take one that is not there for cancelled.
///
/// # Errors
/// If it is not found or cannot be looked for.
pub(super) async fn is_in_sight(
    provider: &ProviderHandle,
    booking: &Booking,
    until: Instant,
) -> Result<ProviderRecord, ProviderError> {
    provider.find(booking.clone(), until).await?.ok_or_else(out_of_sight)
}
