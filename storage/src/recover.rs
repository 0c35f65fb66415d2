//! Start: takes the folder, checks the journal, checks the rows against it, and catches them up
//! or rebuilds them. Nothing is changed before everything is known. Called by `Store::open`, and
//! by the writer when sled has failed.

mod decide;
mod rebuild;
mod restore;
mod suspect;

use std::fs;
use std::path::PathBuf;

use crate::base::{Meta, View};
use crate::crypt::MasterKey;
use crate::error::OpenError;
use crate::home::{self, Home};
use crate::journal::{
    self, Appender, Damage, Position, Seal, SealFound, SegmentFile, TornTail, WalkError, Walked,
};
use crate::requests::{OpenReport, TailCut};
use crate::store::StoreOptions;

pub use restore::restore;

/// An opened store, before its writer runs.
pub(crate) struct Opened {
    pub(crate) parts: Parts,
    pub(crate) key: MasterKey,
    pub(crate) report: OpenReport,
}

/// What the writer works with.
pub(crate) struct Parts {
    pub(crate) home: Home,
    pub(crate) appender: Appender,
    pub(crate) view: View,
    pub(crate) meta: Meta,
    pub(crate) key_check: [u8; 16],
}

/// Opens the store or says why not.
pub(crate) fn open(options: &StoreOptions) -> Result<Opened, OpenError> {
    suspect::keep_quiet();
    let home = Home::lock(&options.path)?;
    if home.unfinished_restore().exists() {
        return Err(OpenError::RestoreUnfinished { path: options.path.clone() });
    }
    let folder = home.journal();
    let listing = journal::list(&folder).map_err(OpenError::io("read", &folder))?;
    let is_new = listing.segments.is_empty();
    if is_new
        && (home.sled().exists() || home.old_sled().exists() || folder.join(journal::SEAL).exists())
    {
        return Err(OpenError::JournalLost { journal: folder, path: options.path.clone() });
    }
    let (segments, superseded) = journal::current(listing.segments);
    let header = journal::first_header(&segments);
    let key = home::key(options, is_new)?;
    let key_check = key.check_value();
    if header.is_some_and(|header| header.key_check != key_check) {
        return Err(OpenError::WrongKey { path: options.path.clone() });
    }
    let mut report = OpenReport { created: is_new, ..OpenReport::default() };
    if is_new {
        fs::create_dir_all(&folder).map_err(OpenError::io("make", &folder))?;
        remove_all(&listing.unfinished)?;
        let room = options.journal_room.clone();
        let appender = Appender::create(&folder, key_check, room)
            .and_then(|appender| journal::sync_folder(home.path()).map(|()| appender))
            .map_err(OpenError::io("write", &folder))?;
        let segments = vec![appender.segment().clone()];
        let journal = CheckedJournal { segments, walked: Walked::default() };
        let rows = decide::rows(&home, &journal, options)?;
        let view = View::new(rows.db);
        report.journal_bytes = appender.bytes();
        let parts = Parts { home, appender, view, meta: rows.meta, key_check };
        return Ok(Opened { parts, key, report });
    }

    let mut journal = CheckedJournal::read(segments, options)?;
    let seal = Seal::read(&folder).map_err(OpenError::io("read", &folder.join(journal::SEAL)))?;
    let was_closed = match seal {
        SealFound::Whole(seal) => journal.must_match(&seal, options).map(|()| true)?,
        SealFound::Missing | SealFound::Unreadable => false,
    };
    if let Some(last) = journal.segments.last() {
        // After a kill the last records may be in the system's cache only; what the rows take over
        // from them must not outlive them.
        let file = fs::OpenOptions::new().write(true).open(&last.path);
        file.and_then(|file| file.sync_all()).map_err(OpenError::io("sync", &last.path))?;
    }
    let rows = decide::rows(&home, &journal, options)?;

    // From here on things are put in order; each step may be cut short and done again.
    let torn = journal.walked.torn.clone();
    if let Some(torn) = &torn {
        cut(torn)?;
        journal.forget_torn();
    }
    let leftovers: Vec<PathBuf> =
        listing.unfinished.into_iter().chain(superseded.into_iter().map(|old| old.path)).collect();
    remove_all(&leftovers)?;
    journal::sync_folder(&folder).map_err(OpenError::io("sync", &folder))?;
    Seal::remove(&folder).map_err(OpenError::io("remove the seal in", &folder))?;
    let end = journal.walked.end;
    let room = options.journal_room.clone();
    let appender = Appender::resume(&folder, key_check, &journal.segments, end, room)
        .map_err(OpenError::io("open", &folder))?;
    report.rebuilt = rows.rebuilt;
    report.caught_up = rows.caught_up;
    // The seal is only put on when the rows are on disk up to the journal's end.
    report.lost = if was_closed { rows.caught_up } else { 0 };
    report.tail_cut = torn.map(|TornTail { file, offset, bytes }| TailCut { file, offset, bytes });
    report.leftovers = leftovers
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    report.rows = rows.meta.tally.rows;
    report.journal_bytes = appender.bytes();
    tell(&report);
    let parts = Parts { home, appender, view: View::new(rows.db), meta: rows.meta, key_check };
    Ok(Opened { parts, key, report })
}

/// Brings the rows to where the running journal stands, after sled has failed. The old handle is
/// gone by now.
pub(crate) fn reopen(
    home: &Home,
    appender: &Appender,
    options: &StoreOptions,
) -> Result<(sled::Db, Meta), OpenError> {
    let folder = home.journal();
    let listing = journal::list(&folder).map_err(OpenError::io("read", &folder))?;
    let (mut segments, _) = journal::current(listing.segments);
    if let Some(last) = segments.last_mut() {
        last.length = appender.segment().length;
    }
    let journal = CheckedJournal::read(segments, options)?;
    let rows = decide::rows(home, &journal, options)?;
    Ok((rows.db, rows.meta))
}

/// A journal that was read from end to end.
struct CheckedJournal {
    segments: Vec<SegmentFile>,
    walked: Walked,
}

impl CheckedJournal {
    fn read(segments: Vec<SegmentFile>, options: &StoreOptions) -> Result<Self, OpenError> {
        match journal::walk(&segments, &mut |_| Ok(())) {
            Ok(walked) => Ok(Self { segments, walked }),
            Err(error) => Err(refusal(error, options)),
        }
    }

    fn must_match(&self, seal: &Seal, options: &StoreOptions) -> Result<(), OpenError> {
        let Some(last) = self.segments.last() else { return Ok(()) };
        let offset = self.walked.torn.as_ref().map_or(last.length, |torn| torn.offset);
        let whole = seal.segment == last.number
            && seal.length == last.length
            && seal.end == self.walked.end
            && self.walked.torn.is_none();
        if whole {
            return Ok(());
        }
        let problem = "it does not end as it did when the store was last closed";
        Err(refusal(
            WalkError::Damage(Damage { file: last.path.clone(), offset, problem }),
            options,
        ))
    }

    fn end(&self) -> Position {
        self.walked.end
    }

    /// Damage at the end of the journal.
    fn damaged_end(&self, problem: &'static str, options: &StoreOptions) -> OpenError {
        let (file, offset) = match (&self.walked.torn, self.segments.last()) {
            (Some(torn), _) => (torn.file.clone(), torn.offset),
            (None, Some(last)) => (last.path.clone(), last.length),
            (None, None) => (options.path.clone(), 0),
        };
        refusal(WalkError::Damage(Damage { file, offset, problem }), options)
    }

    fn forget_torn(&mut self) {
        if let (Some(torn), Some(last)) = (self.walked.torn.take(), self.segments.last_mut()) {
            last.length = torn.offset;
        }
    }
}

fn refusal(error: WalkError, options: &StoreOptions) -> OpenError {
    let data_dir = options.path.clone();
    match error {
        WalkError::Damage(Damage { file, offset, problem }) => {
            OpenError::JournalDamaged { file, offset, problem: problem.into(), data_dir }
        }
        WalkError::Newer(file, version) => OpenError::NewerFormat { file, version },
        WalkError::Io(path, source) => OpenError::Io { doing: "read", path, source },
        WalkError::Visitor(reason) => OpenError::Rebuild { path: data_dir, reason },
    }
}

fn cut(torn: &TornTail) -> Result<(), OpenError> {
    let cut = || {
        let file = fs::OpenOptions::new().write(true).open(&torn.file)?;
        file.set_len(torn.offset)?;
        file.sync_all()
    };
    cut().map_err(OpenError::io("cut the unfinished last write off", &torn.file))
}

fn remove_all(files: &[PathBuf]) -> Result<(), OpenError> {
    files.iter().try_for_each(|file| fs::remove_file(file).map_err(OpenError::io("remove", file)))
}

fn tell(report: &OpenReport) {
    if let Some(reason) = &report.rebuilt {
        tracing::warn!(reason, rows = report.rows, "rows were rebuilt from the journal");
    }
    if report.lost > 0 {
        tracing::warn!(
            records = report.lost,
            "rows that were on disk when the store was last closed had gone and were caught up from \
             the journal; look after the disk"
        );
    }
    if let Some(tail) = &report.tail_cut {
        let file = tail.file.display();
        tracing::warn!(%file, tail.offset, tail.bytes, "an unfinished last write was cut off the journal");
    }
    tracing::info!(rows = report.rows, caught_up = report.caught_up, "store opened");
}
