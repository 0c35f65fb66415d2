//! The door to everything that is remembered. Each operation checks and writes in one go, so no
//! two callers can come between each other. Called by the actors and by `server.rs`.

mod agents;
mod bookings;
mod callbacks;
mod calls;
mod care;
mod connections;
mod customers;
mod departures;
mod guesses;
mod messages;
mod options;
mod orgs;
mod phone_numbers;
mod registrations;
mod syncs;
mod upkeep;
mod waitlist;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use crate::crypt::{MasterKey, Sealed, Secret};
use crate::error::{OpenError, StoreError};
use crate::ids::OrgId;
use crate::recover;
use crate::requests::OpenReport;
use crate::rows::{Rows, Tx};
use crate::writer::{Grade, Handle};

pub use options::StoreOptions;

/// An open store. Clones share it; the last one dropped closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: MasterKey,
    report: OpenReport,
    handle: Handle,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in a folder, or makes one. Checks everything that was ever written; what
    /// can be put right is put right and reported in [`Store::opened`].
    ///
    /// # Errors
    /// If the folder is in use, the key is not the store's, or the journal is damaged. Then
    /// nothing was changed.
    pub async fn open(options: StoreOptions) -> Result<Self, OpenError> {
        let path = options.path.clone();
        let opening = tokio::task::spawn_blocking(move || {
            let recover::Opened { parts, key, report } = recover::open(&options)?;
            let handle = Handle::start(parts, &options)
                .map_err(OpenError::io("start the writer of", &options.path))?;
            let inner = Arc::new(Inner { path: options.path, key, report, handle });
            Ok(Self { inner })
        });
        let store: Self = match opening.await {
            Ok(opened) => opened?,
            Err(_) => {
                let reason = "opening failed inside; please report this".to_owned();
                return Err(OpenError::Rebuild { path, reason });
            }
        };
        // A removal that was interrupted goes on; until it is done the org is already invisible.
        if let Err(error) = store.finish_removals().await {
            tracing::warn!(%error, "rows of a removed org are still there");
        }
        Ok(store)
    }

    /// What was found and done when the store was opened.
    #[must_use]
    pub fn opened(&self) -> &OpenReport {
        &self.inner.report
    }

    /// Finishes all waiting writes, seals the journal and lets go of the folder. Later operations
    /// are refused with [`StoreError::Closed`]; closing twice does no harm.
    ///
    /// # Errors
    /// If the last writes could not be made durable.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.handle.stop().await
    }

    /// False while the last write failed: bookings are refused until the disk takes writes again.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.inner.handle.is_healthy()
    }

    /// How many [`Store::hear`] and [`Store::log`] writes were dropped because too many waited or
    /// the disk refused them, since the store was opened.
    #[must_use]
    pub fn dropped_writes(&self) -> u64 {
        self.inner.handle.dropped()
    }

    /// Seals a secret for one field of one org.
    #[must_use]
    pub fn seal(&self, org: &OrgId, field: &str, secret: &[u8]) -> Sealed {
        self.inner.key.seal(org, field, secret)
    }

    /// Opens a sealed secret of the same field of the same org.
    ///
    /// # Errors
    /// If it was changed, belongs elsewhere, or another key sealed it.
    pub fn unseal(&self, org: &OrgId, field: &str, sealed: &Sealed) -> Result<Secret, StoreError> {
        Ok(self.inner.key.unseal(org, field, sealed)?)
    }

    /// Reads rows that no write changes meanwhile, off the async threads (sled blocks).
    async fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&dyn Rows) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let reader = self.inner.handle.reader();
        let reading = tokio::task::spawn_blocking(move || reader.read(query));
        reading.await.unwrap_or(Err(StoreError::Internal("a read panicked")))
    }

    /// Runs one operation on the writer thread and waits until its promise holds.
    async fn write<T: Send + 'static>(
        &self,
        grade: Grade,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.handle.write(grade, operation).await
    }

    /// As [`Store::write`], in line before this returns; refuses when too many wait.
    fn enqueue<T, O>(
        &self,
        grade: Grade,
        operation: O,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, O>
    where
        T: Send + 'static,
        O: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.handle.enqueue(grade, operation)
    }
}
