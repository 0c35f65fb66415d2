//! What it means that a provider has not what was booked there: that it was removed, or only that it is
//! looked for in another account or calendar than it was made in.

use std::time::Instant;

use hookswitch_storage::{BookingId, SyncState};
use sha2::{Digest, Sha256};

use super::{Course, Eyes, Trouble};
use crate::bounds::{ABSENT_AFTER, PROVIDER_LOOK};

impl Course {
    /// The provider has not what we booked there. It counts only when it is said twice, a while apart,
    /// of a booking that was made in what is looked through now.
    pub(super) async fn missed(
        &mut self,
        eyes: &Eyes<'_>,
        state: &mut SyncState,
        id: BookingId,
    ) -> Result<(), Trouble> {
        let now = Instant::now();
        let first = *self.missing.entry(id).or_insert(now);
        let sure_at = first + ABSENT_AFTER;
        if now < sure_at {
            self.plan(id, sure_at, false);
            return Ok(());
        }
        self.missing.remove(&id);
        self.basis(eyes, state).await?;
        let Some(booking) = eyes.shared.store.booking(&eyes.connection.org, &id).await? else {
            return Ok(());
        };
        if state.basis_since.is_some_and(|since| booking.created_at < since) {
            tracing::warn!(
                connection.id = %eyes.connection.id, booking.id = %id,
                "not found in the calendar that is connected now; it stays as it is here"
            );
            return Ok(());
        }
        self.plan(id, now, true);
        Ok(())
    }

    /// Sees whether bookings are still looked for where they were made; whether the provider was asked.
    pub(super) async fn basis(
        &mut self,
        eyes: &Eyes<'_>,
        state: &mut SyncState,
    ) -> Result<bool, Trouble> {
        let account = eyes.provider.account(Instant::now() + PROVIDER_LOOK).await?;
        let asked = account.is_some();
        let account = account.map(|account| account.id).unwrap_or_default();
        let connection = eyes.connection;
        let options = serde_json::to_string(&connection.options).unwrap_or_default();
        let digest = Sha256::digest(format!("{}\n{account}\n{options}", connection.provider));
        let basis: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if state.basis.as_ref() == Some(&basis) {
            return Ok(asked);
        }
        let had = state.basis.replace(basis);
        if had.is_some() {
            state.basis_since = Some(eyes.shared.clock.now());
            // It was given by another account or calendar.
            (state.cursor, self.ahead) = (None, None);
        }
        let (org, id) = (&connection.org, &connection.id);
        eyes.shared.store.keep_sync(org, id, state.clone(), None).await?;
        Ok(asked)
    }
}
