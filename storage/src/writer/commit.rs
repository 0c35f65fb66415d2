//! One batch: run, journal, sync, rows, answers.

use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use super::message::{Command, Grade, Ran};
use super::{Writer, unavailable};
use crate::error::StoreError;
use crate::journal;
use crate::recover;
use crate::rows::{Changes, Snapshot, Tx};

/// A batch whose operations have run.
struct Batch {
    /// One per operation that wrote something.
    payloads: Vec<Vec<u8>>,
    /// All changes together.
    changes: Changes,
    promised: bool,
    answers: Vec<(Ran, tokio::sync::OwnedSemaphorePermit)>,
}

impl Writer {
    pub(super) fn commit(&mut self, commands: Vec<Command>) {
        let mut commands = Some(commands);
        let ran = self
            .parts
            .view
            .with(|db| Ok(commands.take().map(|commands| run(&Snapshot(db), commands))));
        let mut batch = match ran {
            Ok(Some(batch)) => batch,
            Ok(None) => return,
            Err(error) => return refuse(commands.unwrap_or_default(), &error),
        };
        let outcome = self.keep(&mut batch);
        if let Err(StoreError::Unavailable { reason }) = &outcome {
            self.set_failing(Some(reason));
        }
        for (ran, permit) in batch.answers {
            (ran.answer)(outcome.clone());
            drop(permit);
        }
    }

    fn keep(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        if batch.payloads.is_empty() {
            return Ok(());
        }
        if let Some(reason) = &self.failing {
            // Nothing is written before the disk has shown that it takes writes; see `recover`.
            return Err(StoreError::Unavailable { reason: reason.clone() });
        }
        let appender = &mut self.parts.appender;
        let mark = appender.write(&batch.payloads).map_err(|error| unavailable(&error))?;
        if batch.promised {
            if let Err(error) = appender.sync() {
                appender.take_back(mark);
                return Err(unavailable(&error));
            }
            self.unsynced_since = None;
        } else {
            self.unsynced_since.get_or_insert_with(Instant::now);
        }
        let (position, durable) = (appender.position(), appender.durable().seq);
        let changes = std::mem::take(&mut batch.changes);
        let applied = self.parts.view.apply(changes, &mut self.parts.meta, position, durable);
        if let Err(reason) = applied {
            tracing::error!(reason, "sled failed; opening it anew");
            self.suspect = true;
            // The journal has the batch: rows that are caught up from it have it, too.
            if self.heal().is_err() {
                self.parts.appender.take_back(mark);
                return Err(StoreError::Unavailable { reason });
            }
            if self.reserve.restore().is_err() {
                self.set_failing(Some(&reason));
            }
        }
        Ok(())
    }

    /// Opens sled anew and brings the rows to where the journal stands.
    pub(super) fn heal(&mut self) -> Result<(), StoreError> {
        self.reserve.release();
        // Without room sled would not open again, and reads would end as well.
        self.parts.appender.probe().map_err(|error| unavailable(&error))?;
        let (home, appender, options) = (&self.parts.home, &self.parts.appender, &self.options);
        let reopened = self.parts.view.reopen(|| recover::reopen(home, appender, options));
        self.parts.meta = reopened.map_err(|error| unavailable(&error))?;
        // What was caught up must be on disk before the reserve is taken again, or sled would
        // fail at once for lack of space.
        self.parts.view.flush().map_err(|reason| StoreError::Unavailable { reason })?;
        self.suspect = false;
        Ok(())
    }
}

fn run(rows: &Snapshot<'_>, commands: Vec<Command>) -> Batch {
    let mut batch = Batch {
        payloads: Vec::new(),
        changes: Changes::new(),
        promised: false,
        answers: Vec::with_capacity(commands.len()),
    };
    for Command { grade, run, permit } in commands {
        let mut tx = Tx::new(rows, &batch.changes);
        // A bug in one operation must not end all writing; its caller hears that it is gone.
        let Ok(ran) = panic::catch_unwind(AssertUnwindSafe(|| run(Ok(&mut tx)))) else { continue };
        let changes = tx.into_changes();
        if ran.keep && !changes.is_empty() {
            batch.payloads.push(journal::encode(&changes));
            batch.changes.extend(changes);
            batch.promised |= grade == Grade::Promised;
        }
        batch.answers.push((ran, permit));
    }
    batch
}

fn refuse(commands: Vec<Command>, error: &StoreError) {
    for Command { run, permit, .. } in commands {
        (run(Err(error.clone())).answer)(Err(error.clone()));
        drop(permit);
    }
}
