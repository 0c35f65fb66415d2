//! The one thread that writes. Takes operations in batches, checks each against the rows and what
//! its batch wrote so far, appends them to the journal in one write, syncs if anything was
//! promised, applies them to the rows, then answers. Called by `store` through [`Handle`].

mod commit;
mod handle;
mod maintenance;
mod message;
mod reserve;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::journal::Seal;
use crate::recover::Parts;
use crate::store::StoreOptions;
use maintenance::Maintenance;
use message::{Marked, Message, Reply};
use reserve::Reserve;

pub(crate) use handle::Handle;
pub(crate) use message::Grade;

/// Most operations of one batch.
const BATCH: usize = 1_024;
/// How long a context write may wait for its sync.
const SYNC_AFTER: Duration = Duration::from_millis(200);
/// How often a disk that refused a write is tried again.
const PROBE_AFTER: Duration = Duration::from_millis(500);

/// What the writer tells everyone.
#[derive(Debug, Default)]
struct Health {
    failing: AtomicBool,
    dropped: AtomicU64,
}

struct Writer {
    parts: Parts,
    options: StoreOptions,
    inbox: Receiver<Message>,
    health: Arc<Health>,
    maintenance: Maintenance,
    /// When the oldest write that is not synced was made.
    unsynced_since: Option<Instant>,
    /// Why the disk refused the last write. Set, nothing is written until [`Writer::recover`].
    failing: Option<String>,
    next_probe: Instant,
    next_heal: Instant,
    reserve: Reserve,
    /// sled has failed and must be opened anew before anything is written.
    suspect: bool,
    /// The journal is not compacted below this size; rises when a compaction fails.
    compact_above: u64,
}

impl Writer {
    fn run(mut self) {
        loop {
            let message = match self.wait() {
                None => match self.inbox.recv() {
                    Ok(message) => message,
                    Err(_) => return self.stop(None),
                },
                Some(wait) => match self.inbox.recv_timeout(wait) {
                    Ok(message) => message,
                    Err(RecvTimeoutError::Timeout) => {
                        self.tick();
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return self.stop(None),
                },
            };
            let mut next = Some(message);
            let mut batch = Vec::new();
            while let Some(Message::Command(command)) = next {
                batch.push(command);
                next = if batch.len() < BATCH { self.inbox.try_recv().ok() } else { None };
            }
            if !batch.is_empty() {
                self.commit(batch);
                self.tick();
                self.compact_if_large();
            }
            match next {
                Some(Message::Mark(reply)) => self.answer_mark(reply),
                Some(Message::Rotate(reply)) => self.answer_rotate(reply),
                Some(Message::Replaced { before, after }) => {
                    self.parts.appender.replaced(before, after);
                    self.compact_above = self.options.compact_min_bytes;
                    // It may have grown again meanwhile, and nothing more may be written.
                    self.compact_if_large();
                }
                Some(Message::RowsFailed { times_opened, reply }) => {
                    self.see_after_rows(times_opened, reply);
                }
                Some(Message::Stop(reply)) => return self.stop(reply),
                Some(Message::Command(_)) | None => {}
            }
        }
    }

    fn wait(&self) -> Option<Duration> {
        let sync = self.unsynced_since.map(|since| since + SYNC_AFTER);
        let probe = self.failing.is_some().then_some(self.next_probe);
        let until = [sync, probe].into_iter().flatten().min()?;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// What is due: the sync of context writes, another try of a disk that refused.
    fn tick(&mut self) {
        let now = Instant::now();
        if self.unsynced_since.is_some_and(|since| now >= since + SYNC_AFTER) {
            self.sync();
        }
        if self.failing.is_some() && now >= self.next_probe {
            self.next_probe = now + PROBE_AFTER;
            self.recover();
        }
    }

    /// Finds out whether the disk takes writes again, and puts in order what it has left undone.
    fn recover(&mut self) {
        let healed = !self.suspect || self.heal().is_ok();
        // Flushed first, so that the reserve does not take what sled still needs.
        let flushed = healed && self.parts.view.flush().is_ok();
        self.suspect |= healed && !flushed;
        if flushed && self.reserve.restore().is_ok() && self.parts.appender.probe().is_ok() {
            self.unsynced_since = None;
            self.set_failing(None);
        }
    }

    /// A reader could not read: once sled has failed to write, it refuses reads as well.
    fn see_after_rows(&mut self, times_opened: u64, reply: Reply<()>) {
        let mut outcome = Ok(());
        // Otherwise sled was opened anew since the reader tried.
        if self.parts.view.times_opened() == times_opened {
            self.suspect = true;
            self.set_failing(Some("the rows cannot be read"));
            outcome = Err(StoreError::Unavailable { reason: "the rows cannot be opened".into() });
            if Instant::now() >= self.next_heal {
                outcome = self.heal();
                self.next_heal = Instant::now() + PROBE_AFTER;
            }
        }
        let _ = reply.send(outcome);
    }

    fn sync(&mut self) {
        match self.parts.appender.sync() {
            Ok(()) => self.unsynced_since = None,
            Err(error) => {
                // Tried again by the probe.
                self.unsynced_since = None;
                self.set_failing(Some(&error.to_string()));
            }
        }
    }

    fn answer_mark(&mut self, reply: Reply<Marked>) {
        let marked = match self.parts.appender.sync() {
            Ok(()) => {
                self.unsynced_since = None;
                Ok(self.marked(Vec::new()))
            }
            Err(error) => Err(unavailable(&error)),
        };
        let _ = reply.send(marked);
    }

    fn answer_rotate(&mut self, reply: Reply<Marked>) {
        let folder = self.parts.home.journal();
        let rotated = crate::journal::list(&folder)
            .and_then(|before| self.parts.appender.rotate().map(|()| before.segments));
        let rotated = rotated.map(|old| {
            self.unsynced_since = None;
            self.marked(old)
        });
        let _ = reply.send(rotated.map_err(|error| unavailable(&error)));
    }

    fn marked(&self, older: Vec<crate::journal::SegmentFile>) -> Marked {
        let appender = &self.parts.appender;
        Marked {
            position: appender.position(),
            segment: appender.segment().clone(),
            tally: self.parts.meta.tally,
            older,
        }
    }

    fn compact_if_large(&mut self) {
        let bytes = self.parts.appender.bytes();
        let live = self.parts.meta.tally.bytes;
        if bytes > self.compact_above.max(live.saturating_mul(4)) && self.failing.is_none() {
            // Until it has worked, the next one waits until the journal has grown a lot.
            if self.maintenance.start_compaction() {
                self.compact_above = bytes.saturating_mul(2);
            }
        }
    }

    fn stop(mut self, reply: Option<Reply<()>>) {
        let synced = self.parts.appender.sync();
        // A compaction or backup may be waiting for an answer from here; without one it gives up.
        let inbox = self.inbox;
        let idle = self.maintenance.end(|| while inbox.try_recv().is_ok() {});
        if synced.is_ok()
            && !self.suspect
            && let Err(reason) = seal(&self.parts)
        {
            tracing::warn!(reason, "the data could not be sealed; the journal is whole");
        }
        self.parts.view.close();
        drop(idle);
        // The folder is free before the caller hears that it is.
        drop(self.parts.home);
        drop(inbox);
        if let Some(reply) = reply {
            let _ = reply.send(synced.map_err(|error| unavailable(&error)));
        }
    }

    fn set_failing(&mut self, reason: Option<&str>) {
        match (&self.failing, reason) {
            (None, Some(reason)) => {
                self.next_probe = Instant::now() + PROBE_AFTER;
                self.reserve.release();
                tracing::error!(
                    reason,
                    "the disk refuses writes; trying again until it takes them"
                );
            }
            (Some(_), None) => tracing::info!("the disk takes writes again"),
            _ => {}
        }
        self.failing = reason.map(str::to_owned);
        self.health.failing.store(reason.is_some(), Ordering::Relaxed);
    }
}

/// Seals the journal. The rows go to disk first: behind a seal, rows that lag are rows that the
/// disk has lost.
fn seal(parts: &Parts) -> Result<(), String> {
    parts.view.flush()?;
    let (home, appender) = (&parts.home, &parts.appender);
    let segment = appender.segment();
    let seal = Seal { segment: segment.number, length: segment.length, end: appender.position() };
    let sealed = home.sync_sled().and_then(|()| seal.write(&home.journal()));
    sealed.map_err(|error| error.to_string())
}

fn unavailable(reason: &impl ToString) -> StoreError {
    StoreError::Unavailable { reason: reason.to_string() }
}
