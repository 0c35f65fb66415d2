//! Brings rows to where the journal stands: lagging ones by applying what they lack, others by
//! building new ones beside them and swapping.

use std::fs;
use std::io;
use std::path::Path;

use super::suspect::open_patiently;
use crate::base::{self, Meta};
use crate::home::Home;
use crate::journal::{self, Position, SegmentFile, Step};
use crate::rows::Changes;
use crate::store::StoreOptions;

/// Rows are applied in batches of about this many.
const BATCH: usize = 4_000;

/// Applies the records that the rows lack; how many it were.
pub(super) fn catch_up(
    db: &sled::Db,
    meta: Meta,
    segments: &[SegmentFile],
) -> Result<(Meta, u64), String> {
    let from = meta.applied;
    let mut player = Player { db, meta, waiting: Changes::new(), reached: from };
    let mut count = 0;
    journal::walk(segments, &mut |step| match step {
        Step::Change(at, _) if at.seq == from.seq && at != from => {
            Err("they belong to another journal".into())
        }
        Step::Change(at, payload) if at.seq > from.seq => {
            count += 1;
            player.take(at, payload)
        }
        Step::Change(..) | Step::Rows(_) => Ok(()),
    })
    .map_err(|error| match error {
        journal::WalkError::Visitor(reason) => reason,
        other => format!("{other:?}"),
    })?;
    Ok((player.finish()?, count))
}

/// Builds the rows anew from the journal and puts them in place of the old ones.
pub(super) fn rebuild(
    home: &Home,
    segments: &[SegmentFile],
    options: &StoreOptions,
) -> Result<(), String> {
    let folder = home.new_sled();
    remove(&folder).map_err(|error| error.to_string())?;
    let db = open_patiently(&folder, options.sled_cache_bytes)?;
    let mut player = Player {
        db: &db,
        meta: Meta::default(),
        waiting: Changes::new(),
        reached: Position::default(),
    };
    let walked = journal::walk(segments, &mut |step| match step {
        Step::Rows(payload) => player.take(Position::default(), payload),
        Step::Change(at, payload) => player.take(at, payload),
    })
    .map_err(|error| format!("{error:?}"))?;
    player.reached = walked.end;
    player.finish()?;
    db.flush().map_err(|error| error.to_string())?;
    drop(db);
    swap(home).map_err(|error| error.to_string())
}

fn swap(home: &Home) -> io::Result<()> {
    remove(&home.old_sled())?;
    if home.sled().exists() {
        fs::rename(home.sled(), home.old_sled())?;
    }
    // A crash between the two leaves no rows at all, which the next start rebuilds.
    fs::rename(home.new_sled(), home.sled())?;
    journal::sync_folder(home.path())?;
    remove(&home.old_sled())
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Applies records in batches.
struct Player<'a> {
    db: &'a sled::Db,
    meta: Meta,
    waiting: Changes,
    reached: Position,
}

impl Player<'_> {
    fn take(&mut self, at: Position, payload: &[u8]) -> Result<(), String> {
        let whole = journal::for_each(payload, |key, value| {
            self.waiting.insert(key.to_vec(), value.map(<[u8]>::to_vec));
        });
        if !whole {
            return Err("a record's changes cannot be read".into());
        }
        self.reached = at;
        if self.waiting.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), String> {
        let changes = std::mem::take(&mut self.waiting);
        let (at, seq) = (self.reached, self.reached.seq);
        base::apply(self.db, changes, &mut self.meta, at, seq).map_err(|error| error.to_string())
    }

    fn finish(mut self) -> Result<Meta, String> {
        self.flush()?;
        Ok(self.meta)
    }
}
