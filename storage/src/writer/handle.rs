//! The async side of the writer: puts operations in line and waits for their answers.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::maintenance::Maintenance;
use super::message::{Command, Grade, Message, Ran};
use super::reserve::Reserve;
use super::{Health, Writer};
use crate::base::View;
use crate::error::StoreError;
use crate::recover::Parts;
use crate::requests::{BackupReport, VerifyReport};
use crate::rows::{Rows, Snapshot, Tx};
use crate::store::StoreOptions;

/// Most promised and context writes that may wait. More callers than this wait to get in line.
const QUEUE: usize = 8_192;
/// Most heard writes that may wait. More are dropped.
const HEARD: usize = 8_192;

/// The way to the writer thread. Dropping it stops the writer cleanly.
pub(crate) struct Handle {
    inbox: Sender<Message>,
    queue: Arc<Semaphore>,
    heard: Arc<Semaphore>,
    health: Arc<Health>,
    view: View,
    maintenance: Maintenance,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Handle {
    /// Starts the writer of an opened store.
    pub(crate) fn start(parts: Parts, options: &StoreOptions) -> io::Result<Self> {
        let (sender, inbox) = mpsc::channel();
        let health = Arc::new(Health::default());
        let view = parts.view.clone();
        let folder = parts.home.journal();
        let maintenance = Maintenance::new(sender.clone(), view.clone(), folder, parts.key_check);
        let reserve = Reserve::take(parts.home.path().join("reserve"), options.reserve_bytes);
        let writer = Writer {
            parts,
            options: options.clone(),
            inbox,
            health: Arc::clone(&health),
            maintenance: maintenance.clone(),
            unsynced_since: None,
            failing: None,
            next_probe: Instant::now(),
            next_heal: Instant::now(),
            reserve,
            suspect: false,
            compact_above: options.compact_min_bytes,
        };
        let thread =
            thread::Builder::new().name("hookswitch-writer".into()).spawn(move || writer.run())?;
        Ok(Self {
            inbox: sender,
            queue: Arc::new(Semaphore::new(QUEUE)),
            heard: Arc::new(Semaphore::new(HEARD)),
            health,
            view,
            maintenance,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// The way to the rows.
    pub(crate) fn reader(&self) -> Reader {
        Reader { view: self.view.clone(), inbox: self.inbox.clone() }
    }

    pub(crate) fn is_healthy(&self) -> bool {
        !self.health.failing.load(Ordering::Relaxed)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.health.dropped.load(Ordering::Relaxed)
    }

    /// Gets in line, waiting for a place if need be, and waits for the answer.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        grade: Grade,
        operation: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.queue).acquire_owned().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        self.send(grade, operation, permit).await
    }

    /// Gets in line before this returns, or not at all.
    pub(crate) fn enqueue<T, O>(
        &self,
        grade: Grade,
        operation: O,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, O>
    where
        T: Send + 'static,
        O: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let line = if grade == Grade::Heard { &self.heard } else { &self.queue };
        let sent = match Arc::clone(line).try_acquire_owned() {
            Ok(permit) => Ok(self.send(grade, operation, permit)),
            Err(_) => {
                if grade == Grade::Heard {
                    self.health.dropped.fetch_add(1, Ordering::Relaxed);
                }
                Err(StoreError::Busy)
            }
        };
        async move { sent?.await }
    }

    /// Puts an operation in line; the future waits for its answer.
    fn send<T, O>(
        &self,
        grade: Grade,
        operation: O,
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static + use<T, O>
    where
        T: Send + 'static,
        O: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answered) = oneshot::channel();
        let health = Arc::clone(&self.health);
        let run = move |tx: Result<&mut Tx<'_>, StoreError>| {
            let outcome = tx.and_then(operation);
            let keep = outcome.is_ok();
            let answer = move |batch: Result<(), StoreError>| {
                let outcome = batch.and(outcome);
                if grade == Grade::Heard && outcome.is_err() {
                    health.dropped.fetch_add(1, Ordering::Relaxed);
                }
                // The caller may have stopped waiting; the operation stands all the same.
                let _ = reply.send(outcome);
            };
            Ran { keep, answer: Box::new(answer) }
        };
        let command = Command { grade, run: Box::new(run), permit };
        let sent = self.inbox.send(Message::Command(command)).is_ok();
        async move {
            if !sent {
                return Err(StoreError::Closed);
            }
            answered.await.unwrap_or(Err(StoreError::Closed))
        }
    }

    /// Stops the writer after everything in line.
    pub(crate) async fn stop(&self) -> Result<(), StoreError> {
        let (reply, answered) = oneshot::channel();
        if self.inbox.send(Message::Stop(Some(reply))).is_err() {
            return Ok(());
        }
        // No answer: another caller stopped it first.
        answered.await.unwrap_or(Ok(()))
    }

    pub(crate) async fn backup(&self, file: PathBuf) -> Result<BackupReport, StoreError> {
        let maintenance = self.maintenance.clone();
        blocking(move || maintenance.backup(&file)).await
    }

    pub(crate) async fn verify(&self) -> Result<VerifyReport, StoreError> {
        let maintenance = self.maintenance.clone();
        blocking(move || maintenance.verify()).await
    }

    pub(crate) async fn compact(&self) -> Result<(), StoreError> {
        let maintenance = self.maintenance.clone();
        blocking(move || maintenance.compact()).await
    }
}

/// Reads rows. Blocks.
pub(crate) struct Reader {
    view: View,
    inbox: Sender<Message>,
}

impl Reader {
    /// Runs a query over rows that no write changes meanwhile.
    pub(crate) fn read<T>(
        &self,
        query: impl Fn(&dyn Rows) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let read = || self.view.with(|db| query(&Snapshot(db)));
        let times_opened = self.view.times_opened();
        match read() {
            Err(StoreError::Unavailable { .. }) => {
                // A full disk can make sled refuse reads; the writer opens it anew.
                let (reply, answered) = oneshot::channel();
                let asked = self.inbox.send(Message::RowsFailed { times_opened, reply });
                asked.map_err(|_| StoreError::Closed)?;
                answered.blocking_recv().unwrap_or(Err(StoreError::Closed))?;
                read()
            }
            answer => answer,
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(StoreError::Internal("maintenance panicked")))
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.inbox.send(Message::Stop(None));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Waiting keeps the promise of a sealed journal also where nobody called close.
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
