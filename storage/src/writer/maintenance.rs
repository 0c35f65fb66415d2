//! Work on the whole journal while the writer goes on: compaction, backup, check. One at a time,
//! on threads of their own; the writer is only asked where things stand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::message::{Marked, Message, Reply};
use crate::base::View;
use crate::error::StoreError;
use crate::journal::{self, Composer, SegmentFile, SegmentHeader, SegmentKind, Tail};
use crate::requests::{BackupReport, VerifyReport};

/// What the work needs. Clones share it.
#[derive(Clone)]
pub(crate) struct Maintenance {
    inbox: Sender<Message>,
    view: View,
    folder: PathBuf,
    key_check: [u8; 16],
    turn: Arc<Mutex<()>>,
    ended: Arc<AtomicBool>,
}

/// A finished file and what it holds.
struct Composed {
    file: SegmentFile,
    rows: u64,
    end: Marked,
}

impl Maintenance {
    pub(super) fn new(
        inbox: Sender<Message>,
        view: View,
        folder: PathBuf,
        key_check: [u8; 16],
    ) -> Self {
        let turn = Arc::new(Mutex::new(()));
        Self { inbox, view, folder, key_check, turn, ended: Arc::new(AtomicBool::new(false)) }
    }

    fn turn(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ended.load(Ordering::Acquire) { Err(StoreError::Closed) } else { Ok(turn) }
    }

    /// Lets nothing new begin and waits until nothing runs; `meanwhile` is called again and again.
    pub(super) fn end(&self, mut meanwhile: impl FnMut()) -> MutexGuard<'_, ()> {
        self.ended.store(true, Ordering::Release);
        loop {
            meanwhile();
            match self.turn.try_lock() {
                Ok(turn) => return turn,
                Err(TryLockError::Poisoned(turn)) => return turn.into_inner(),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn ask(&self, question: impl FnOnce(Reply<Marked>) -> Message) -> Result<Marked, StoreError> {
        let (reply, answered) = oneshot::channel();
        self.inbox.send(question(reply)).map_err(|_| StoreError::Closed)?;
        answered.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Starts a compaction in the background; false if other work is running.
    pub(super) fn start_compaction(&self) -> bool {
        if self.turn.try_lock().is_err() {
            return false;
        }
        let work = self.clone();
        let name = "hookswitch-compaction".to_owned();
        let started = thread::Builder::new().name(name).spawn(move || match work.compact() {
            Ok(()) | Err(StoreError::Closed) => {}
            Err(error) => tracing::warn!(%error, "the journal could not be compacted; it is whole"),
        });
        started.is_ok()
    }

    /// Ends a turn and lets the writer look whether a compaction has become due during it.
    fn finish(&self, turn: MutexGuard<'_, ()>, before: u64, after: u64) {
        drop(turn);
        // A stopped writer needs to know nothing.
        let _ = self.inbox.send(Message::Replaced { before, after });
    }

    /// Replaces all full segments by one with only what lives.
    pub(super) fn compact(&self) -> Result<(), StoreError> {
        let turn = self.turn()?;
        let begun = self.ask(Message::Rotate)?;
        // The writer left this number free.
        let number = begun.segment.number - 1;
        let path = self.folder.join(journal::file_name(number));
        let unfinished = path.with_extension("log.tmp");
        let composed = self.compose(&unfinished, number, &begun, false);
        let put_in_place = composed.and_then(|composed| {
            fs::rename(&unfinished, &path)?;
            journal::sync_folder(&self.folder)?;
            Ok(composed.file.length)
        });
        let after = put_in_place.map_err(|problem| {
            let _ = fs::remove_file(&unfinished);
            problem.into_error()
        })?;
        // From here on the old segments do not count; a crash leaves them to the next start.
        let mut before = 0;
        for old in begun.older {
            if let Err(error) = fs::remove_file(&old.path) {
                tracing::warn!(%error, "a segment that no longer counts could not be removed");
            }
            before += old.length;
        }
        let synced = journal::sync_folder(&self.folder);
        self.finish(turn, before, after);
        tracing::info!(before, after, "journal compacted");
        synced.map_err(|error| super::unavailable(&error))
    }

    /// Writes a copy of everything to one file.
    pub(super) fn backup(&self, file: &Path) -> Result<BackupReport, StoreError> {
        let turn = self.turn()?;
        let mut name = file.to_path_buf().into_os_string();
        name.push(".tmp");
        let unfinished = PathBuf::from(name);
        let begun = self.ask(Message::Mark)?;
        let composed = self.compose(&unfinished, 1, &begun, true).and_then(|composed| {
            fs::rename(&unfinished, file)?;
            let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
            journal::sync_folder(parent.unwrap_or(Path::new(".")))?;
            Ok(composed)
        });
        self.finish(turn, 0, 0);
        match composed {
            Ok(Composed { file: written, rows, end }) => Ok(BackupReport {
                file: file.to_path_buf(),
                bytes: written.length,
                rows,
                sequence: end.position.seq,
            }),
            Err(problem) => {
                let _ = fs::remove_file(&unfinished);
                Err(match problem {
                    Problem::Store(error) => error,
                    Problem::Other(reason) => {
                        StoreError::Backup { file: file.to_path_buf(), reason }
                    }
                })
            }
        }
    }

    /// Reads the journal again and compares all rows with the sums kept of them.
    pub(super) fn verify(&self) -> Result<VerifyReport, StoreError> {
        let turn = self.turn()?;
        let begun = self.ask(Message::Mark)?;
        let mut report = VerifyReport::default();
        let listing = journal::list(&self.folder).map_err(|error| super::unavailable(&error))?;
        let (mut segments, _) = journal::current(listing.segments);
        if let Some(last) = segments.last_mut() {
            last.length = begun.segment.length;
        }
        report.segments = segments.len();
        report.journal_bytes = segments.iter().map(|segment| segment.length).sum();
        match journal::walk(&segments, &mut |_| Ok(())) {
            Ok(walked) => {
                report.records = walked.records;
                if let Some(torn) = &walked.torn {
                    report.problems.push(format!(
                        "the journal file {} cannot be read from byte {} on; back up now and restore from that",
                        torn.file.display(),
                        torn.offset,
                    ));
                } else if walked.end != begun.position {
                    report.problems.push(
                        "the journal does not end where it should; back up now and restore from that"
                            .into(),
                    );
                }
            }
            Err(journal::WalkError::Damage(damage)) => report.problems.push(format!(
                "the journal file {} is damaged at byte {} ({}); back up now and restore from that",
                damage.file.display(),
                damage.offset,
                damage.problem,
            )),
            Err(error) => report.problems.push(format!("the journal cannot be read: {error:?}")),
        }
        // A backup that is thrown away reads every row and compares the sums.
        let unfinished = self.folder.join("verify.tmp");
        match self.compose(&unfinished, 1, &begun, true) {
            Ok(composed) => report.rows = composed.rows,
            Err(Problem::Store(error)) => return Err(error),
            Err(Problem::Other(problem)) => {
                report
                    .problems
                    .push(format!("the rows: {problem}; restart to rebuild them from the journal"));
            }
        }
        let _ = fs::remove_file(&unfinished);
        self.finish(turn, 0, 0);
        Ok(report)
    }

    /// Writes all rows to a file and checks that they and the changes since `begun` lead to where
    /// the writer is when they are written. `append` puts those changes into the file as well.
    fn compose(
        &self,
        path: &Path,
        number: u64,
        begun: &Marked,
        append: bool,
    ) -> Result<Composed, Problem> {
        let kind = SegmentKind::Compacted;
        let (base, key_check) = (begun.position, self.key_check);
        let mut composer = Composer::create(path, SegmentHeader { kind, number, base, key_check })?;
        self.view.each_row(|key, value| {
            if self.ended.load(Ordering::Acquire) {
                return Err("the store is being closed".into());
            }
            composer.row(key, value).map_err(|error| error.to_string())
        })?;
        // A row may be as late as now; whoever reads the file must find the changes up to here.
        let end = self.ask(Message::Mark)?;
        let (from, to) = (begun.segment.length, end.segment.length);
        let tail = Tail { file: begun.segment.path.clone(), from, to };
        let rows = composer.rows();
        let file = composer.finish(end.position, append.then_some(&tail))?;
        if journal::checked_tally(&file, &tail, append)? != end.tally {
            return Err(Problem::Other("they are not the ones that were written".into()));
        }
        Ok(Composed { file, rows, end })
    }
}

/// Why a file was not composed.
enum Problem {
    Store(StoreError),
    Other(String),
}

impl Problem {
    fn into_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Other(reason) => StoreError::Unavailable { reason },
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<String> for Problem {
    fn from(reason: String) -> Self {
        Self::Other(reason)
    }
}
