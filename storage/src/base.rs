//! The row store itself: opening sled, changing rows together with the sums and the position they
//! stand at, in one atomic batch. With `rows/snapshot.rs` the only code that sees sled.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::error::StoreError;
use crate::journal::{Chain, Position};
use crate::patience;
use crate::rows::Changes;
use crate::tally::Tally;

/// How long sled may take to flush or to let go; a full cache on a slow disk needs some of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key of the row that describes all others; no table has byte 0.
const META_KEY: &[u8] = &[0];
const META_LENGTH: usize = 81;
const META_VERSION: u8 = 1;

/// Where the rows stand; written in the same batch as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Meta {
    /// The last journal record that is in the rows.
    pub(crate) applied: Position,
    /// The last journal record that was known to be on disk when this was written.
    pub(crate) durable_seq: u64,
    pub(crate) tally: Tally,
}

impl Meta {
    fn bytes(&self) -> Vec<u8> {
        let mut out = vec![META_VERSION];
        out.extend_from_slice(&self.applied.seq.to_le_bytes());
        out.extend_from_slice(&self.applied.chain);
        out.extend_from_slice(&self.durable_seq.to_le_bytes());
        out.extend_from_slice(&self.tally.rows.to_le_bytes());
        out.extend_from_slice(&self.tally.bytes.to_le_bytes());
        out.extend_from_slice(&self.tally.sum.to_le_bytes());
        let check = blake3::hash(&out);
        out.extend_from_slice(&check.as_bytes()[..16]);
        out
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; META_LENGTH] = bytes.try_into().ok()?;
        let (body, check) = bytes.split_at(META_LENGTH - 16);
        if body[0] != META_VERSION || blake3::hash(body).as_bytes()[..16] != *check {
            return None;
        }
        let number = |at: usize| body[at..at + 8].try_into().ok().map(u64::from_le_bytes);
        let chain: Chain = body[9..25].try_into().ok()?;
        let sum = u128::from_le_bytes(body[49..65].try_into().ok()?);
        Some(Self {
            applied: Position { seq: number(1)?, chain },
            durable_seq: number(25)?,
            tally: Tally { rows: number(33)?, bytes: number(41)?, sum },
        })
    }
}

/// Opens sled's folder, making it if missing.
pub(crate) fn open(folder: &Path, cache_bytes: u64) -> sled::Result<sled::Db> {
    sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(Some(500)).open()
}

/// Reads every row and tells where the rows stand, if they are what they were when they were
/// written. `seen` is called now and then, to show that the work goes on.
pub(crate) fn check(db: &sled::Db, mut seen: impl FnMut()) -> Result<Meta, String> {
    let mut tally = Tally::default();
    let mut meta = None;
    for row in db.iter() {
        let (key, value) = row.map_err(|error| error.to_string())?;
        if key == META_KEY {
            meta = Meta::parse(&value);
        } else {
            tally.add(Tally::of(&key, &value));
        }
        seen();
    }
    match meta {
        Some(meta) if meta.tally == tally => Ok(meta),
        Some(meta) => Err(format!(
            "{} rows were written, {} other or changed ones were found",
            meta.tally.rows, tally.rows
        )),
        None => Err("they do not say where they stand".into()),
    }
}

/// Applies absolute changes and the position they lead to, all or nothing.
pub(crate) fn apply(
    db: &sled::Db,
    changes: Changes,
    meta: &mut Meta,
    applied: Position,
    durable_seq: u64,
) -> sled::Result<()> {
    let mut next = Meta { applied, durable_seq, ..*meta };
    let mut batch = sled::Batch::default();
    for (key, value) in changes {
        if let Some(old) = db.get(&key)? {
            next.tally.remove(Tally::of(&key, &old));
        }
        match value {
            Some(value) => {
                next.tally.add(Tally::of(&key, &value));
                batch.insert(key, value);
            }
            None => batch.remove(key),
        }
    }
    batch.insert(META_KEY, next.bytes());
    db.apply_batch(batch)?;
    *meta = next;
    Ok(())
}

/// What readers find.
enum Rows {
    Open(sled::Db),
    /// sled failed and did not come back yet.
    Failed,
    Closed,
}

/// The rows that readers see. Readers come in together, the writer alone, so that nobody sees
/// half an operation.
#[derive(Clone)]
pub(crate) struct View {
    rows: Arc<RwLock<Rows>>,
    opened: Arc<AtomicU64>,
}

impl View {
    pub(crate) fn new(db: sled::Db) -> Self {
        Self { rows: Arc::new(RwLock::new(Rows::Open(db))), opened: Arc::default() }
    }

    /// Reads while the writer waits.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&sled::Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &*self.rows.read().unwrap_or_else(PoisonError::into_inner) {
            Rows::Open(db) => read(db),
            Rows::Failed => {
                Err(StoreError::Unavailable { reason: "the rows cannot be opened".into() })
            }
            Rows::Closed => Err(StoreError::Closed),
        }
    }

    /// Applies changes while readers wait.
    pub(crate) fn apply(
        &self,
        changes: Changes,
        meta: &mut Meta,
        applied: Position,
        durable_seq: u64,
    ) -> Result<(), String> {
        match &*self.rows.write().unwrap_or_else(PoisonError::into_inner) {
            Rows::Open(db) => panic::catch_unwind(AssertUnwindSafe(|| {
                apply(db, changes, meta, applied, durable_seq).map_err(|error| error.to_string())
            }))
            .unwrap_or_else(|_| Err("sled panicked".into())),
            Rows::Failed | Rows::Closed => Err("the rows are not open".into()),
        }
    }

    /// Hands all rows to the disk.
    pub(crate) fn flush(&self) -> Result<(), String> {
        let db = match &*self.rows.read().unwrap_or_else(PoisonError::into_inner) {
            Rows::Open(db) => db.clone(),
            Rows::Failed | Rows::Closed => return Err("the rows are not open".into()),
        };
        patience::within(PATIENCE, move || db.flush().map(drop).map_err(|error| error.to_string()))?
    }

    /// Replaces sled's handle by a fresh one while readers wait.
    pub(crate) fn reopen<E>(
        &self,
        open: impl FnOnce() -> Result<(sled::Db, Meta), E>,
    ) -> Result<Meta, E> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *rows, Rows::Failed);
        // sled may panic or hang on its way out; the rows are checked afterwards anyway.
        let _ = patience::within(PATIENCE, move || drop(old));
        let (db, meta) = open()?;
        *rows = Rows::Open(db);
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(meta)
    }

    /// How often sled was opened anew; tells a reader's old trouble from a new one.
    pub(crate) fn times_opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Lets go of sled for good.
    pub(crate) fn close(&self) {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut *rows, Rows::Closed);
        let closed = patience::within(PATIENCE, move || {
            if let Rows::Open(db) = old { db.flush().map(drop) } else { Ok(()) }
        });
        if !matches!(closed, Ok(Ok(()))) {
            tracing::warn!("rows could not be flushed; the next start catches them up");
        }
    }

    /// Shows every row, some at a time, so that the writer never waits long. A row that changes
    /// meanwhile is shown as it was or as it is.
    pub(crate) fn each_row(
        &self,
        mut show: impl FnMut(&[u8], &[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        const AT_ONCE: usize = 500;
        // The first key after the meta row.
        let mut from = vec![0, 0];
        loop {
            let piece = self.with(|db| {
                let rows = db.range(from.clone()..).take(AT_ONCE);
                Ok(rows.collect::<sled::Result<Vec<_>>>())
            });
            let piece =
                piece.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
            let Some((last, _)) = piece.last() else { return Ok(()) };
            from = last.to_vec();
            from.push(0);
            for (key, value) in &piece {
                show(key, value)?;
            }
        }
    }
}
