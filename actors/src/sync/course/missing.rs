//! What it means that a provider has not what was booked there: that it was removed, or only that it is
//! looked for in another account or calendar than it was made in.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use hookswitch_storage::{BookingId, SyncState};
use sha2::{Digest, Sha256};

use super::{Course, Eyes, Trouble};
use crate::bounds::{ABSENT_AFTER, FAREWELL};
use crate::ports::ProviderAccount;
use crate::sync::watches;

/// What is known of where bookings are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The provider has no accounts; it was not asked.
    NoAccounts,
    /// Whose account it is does not show.
    Unknown,
    /// The account is known.
    Known,
}

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
        let basis = self.basis(eyes, state).await?;
        let Some(booking) = eyes.shared.store.booking(&eyes.connection.org, &id).await? else {
            return Ok(());
        };
        let made_before = state.basis_since.is_some_and(|since| booking.created_at < since);
        if made_before || basis == Basis::Unknown {
            tracing::warn!(
                connection.id = %eyes.connection.id, booking.id = %id,
                "not found in the calendar that is connected now; it stays as it is here"
            );
            return Ok(());
        }
        self.plan(id, now, true);
        Ok(())
    }

    /// Sees whether bookings are still looked for where they were made.
    pub(super) async fn basis(
        &mut self,
        eyes: &Eyes<'_>,
        state: &mut SyncState,
    ) -> Result<Basis, Trouble> {
        let (found, account) = match Self::account(eyes).await? {
            None => (Basis::NoAccounts, String::new()),
            Some(ProviderAccount { id: Some(id), .. }) => (Basis::Known, id),
            // It may be the same as before or another.
            Some(ProviderAccount { id: None, .. }) => return Ok(Basis::Unknown),
        };
        let connection = eyes.connection;
        let options = serde_json::to_string(&connection.options).unwrap_or_default();
        let digest = Sha256::digest(format!("{}\n{account}\n{options}", connection.provider));
        let basis: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if state.basis.as_ref() == Some(&basis) {
            return Ok(found);
        }
        let had = state.basis.replace(basis);
        if had.is_none() {
            // It may have been connected to something else before anybody looked.
            state.basis_since = connection.connected_at;
        } else {
            state.basis_since = Some(eyes.shared.clock.now());
            // It was given by another account or calendar.
            (state.cursor, self.ahead) = (None, None);
            self.posted_elsewhere(eyes, state).await?;
        }
        let (org, id) = (&connection.org, &connection.id);
        eyes.shared.store.keep_sync(org, id, state.clone(), None).await?;
        Ok(found)
    }

    /// What posts to us tells of another account or calendar: it is given back as far as the present
    /// access reaches, and asked for anew.
    async fn posted_elsewhere(
        &mut self,
        eyes: &Eyes<'_>,
        state: &mut SyncState,
    ) -> Result<(), Trouble> {
        let follower = Arc::clone(&self.follower);
        let _alone = follower.watching.lock().await;
        if follower.leaves.load(Ordering::Relaxed) {
            return Ok(());
        }
        follower.proven.store(false, Ordering::Relaxed);
        self.watch_at = Instant::now();
        let Some(old) = state.watch.take() else { return Ok(()) };
        state.asking = Some(old.url.clone());
        let (org, id) = (&eyes.connection.org, &eyes.connection.id);
        // On disk before the old one goes, or one that is gone would be taken for good.
        eyes.shared.store.keep_sync(org, id, state.clone(), None).await?;
        Ok(watches::give_back(eyes, &old, FAREWELL).await?)
    }
}
