//! Decides what the rows are worth, given a checked journal: sound, lagging, or to be rebuilt.

use super::rebuild;
use super::suspect::{self, Found};
use super::{CheckedJournal, OpenError};
use crate::base::Meta;
use crate::home::Home;
use crate::store::StoreOptions;

/// Rows that agree with the journal.
pub(super) struct SoundRows {
    pub(super) db: sled::Db,
    pub(super) meta: Meta,
    /// Why they were rebuilt, if they were.
    pub(super) rebuilt: Option<String>,
    /// Records that they lacked.
    pub(super) caught_up: u64,
}

/// Makes the rows agree with the journal, or refuses if the journal lacks what the rows know was
/// durable. A torn last write of the journal is left to the caller to cut off.
pub(super) fn rows(
    home: &Home,
    journal: &CheckedJournal,
    options: &StoreOptions,
) -> Result<SoundRows, OpenError> {
    let end = journal.end();
    let found = suspect::inspect(&home.sled(), options.sled_cache_bytes, options.sled_patience);
    let reason = match found {
        Found::Sound(_, meta) if meta.durable_seq > end.seq => {
            return Err(
                journal.damaged_end("records that were durable are missing at its end", options)
            );
        }
        Found::Sound(db, meta) => match fits(&meta, journal) {
            Ok(()) if meta.applied == end => {
                return Ok(SoundRows { db, meta, rebuilt: None, caught_up: 0 });
            }
            Ok(()) => match rebuild::catch_up(&db, meta, &journal.segments) {
                Ok((meta, caught_up)) => {
                    return Ok(SoundRows { db, meta, rebuilt: None, caught_up });
                }
                Err(reason) => reason,
            },
            Err(reason) => reason.to_owned(),
        },
        // A new store has no rows yet and nothing to tell about.
        Found::Missing if end.seq == 0 => String::new(),
        Found::Missing => "the folder is missing".to_owned(),
        Found::Unusable(reason) => reason,
    };
    let failed = |reason| OpenError::Rebuild { path: options.path.clone(), reason };
    rebuild::rebuild(home, &journal.segments, options).map_err(failed)?;
    match suspect::inspect(&home.sled(), options.sled_cache_bytes, options.sled_patience) {
        Found::Sound(db, meta) if meta.applied == end => {
            let rebuilt = (!reason.is_empty()).then_some(reason);
            Ok(SoundRows { db, meta, rebuilt, caught_up: 0 })
        }
        Found::Sound(..) => Err(failed("they do not reach the journal's end".into())),
        Found::Missing => Err(failed("the new folder has gone".into())),
        Found::Unusable(reason) => Err(failed(reason)),
    }
}

fn fits(meta: &Meta, journal: &CheckedJournal) -> Result<(), &'static str> {
    let (base, end) = (journal.walked.base, journal.end());
    let at = meta.applied;
    if at.seq > end.seq {
        Err("they are ahead of the journal")
    } else if at.seq < base.seq {
        Err("they are older than the journal")
    } else if (at.seq == end.seq && at != end) || (at.seq == base.seq && at != base) {
        Err("they belong to another journal")
    } else {
        Ok(())
    }
}
