//! What can go wrong in the store, in words for the operator who has to act. Never holds keys,
//! values or personal data.

use std::path::{Path, PathBuf};

use crate::crypt::UnsealError;

/// Why an operation of an open store did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk refused the write; nothing of the operation happened. Worth trying again.
    #[error(
        "storage cannot write now ({reason}); free some disk space or check the disk, writing resumes by itself"
    )]
    Unavailable {
        /// The operating system's words.
        reason: String,
    },
    /// More writes are waiting than may wait; nothing of the operation happened.
    #[error("storage has too many writes waiting; try again in a moment")]
    Busy,
    /// The store was closed.
    #[error("storage is closed")]
    Closed,
    /// The request makes no sense in itself.
    #[error("{field} {problem}")]
    Invalid {
        /// The field of the request.
        field: &'static str,
        /// What is wrong and what to give instead.
        problem: &'static str,
    },
    /// A row does not hold what its table promises.
    #[error(
        "a stored {table} row cannot be read; run `hookswitch verify`, and restart to rebuild the rows from the journal"
    )]
    Damaged {
        /// Kind of row.
        table: &'static str,
    },
    /// A sealed value cannot be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// A backup file could not be written.
    #[error("cannot write the backup {file}: {reason}")]
    Backup {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// A bug inside the store; the operation did not happen.
    #[error("storage failed inside ({0}); the operation did not happen, please report this")]
    Internal(&'static str),
}

/// Why a store was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused something.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another process has the store open.
    #[error(
        "{path} is in use by another hookswitch process; stop that one or choose another --data-dir"
    )]
    Locked {
        /// The data folder.
        path: PathBuf,
    },
    /// There is a store but no key.
    #[error(
        "{path} holds a store but its key is missing: put the key file back at {key_file}, or set HOOKSWITCH_MASTER_KEY"
    )]
    KeyMissing {
        /// The data folder.
        path: PathBuf,
        /// Where the key file should be.
        key_file: PathBuf,
    },
    /// The key file is not one.
    #[error("{key_file} is not a key file: it must hold exactly 64 hexadecimal digits")]
    KeyFile {
        /// The file.
        key_file: PathBuf,
    },
    /// The store was made with another key.
    #[error(
        "{path} was made with another master key; give that one (HOOKSWITCH_MASTER_KEY or {path}.key)"
    )]
    WrongKey {
        /// The data folder.
        path: PathBuf,
    },
    /// The journal does not hold what was written to it.
    #[error(
        "the journal file {file} is damaged at byte {offset} ({problem}); nothing was changed. \
         Restore the last backup with `hookswitch restore FILE --data-dir {data_dir}`"
    )]
    JournalDamaged {
        /// The damaged file.
        file: PathBuf,
        /// Where the damage begins, bytes.
        offset: u64,
        /// What is wrong there.
        problem: String,
        /// The data folder.
        data_dir: PathBuf,
    },
    /// There are rows but no journal.
    #[error(
        "{journal} is missing or empty although {path} holds data; nothing was changed. Put the journal back, \
         or restore the last backup with `hookswitch restore FILE --data-dir {path}`"
    )]
    JournalLost {
        /// The journal's folder.
        journal: PathBuf,
        /// The data folder.
        path: PathBuf,
    },
    /// A restore did not finish.
    #[error(
        "an earlier restore into {path} did not finish; run `hookswitch restore FILE --data-dir {path}` again"
    )]
    RestoreUnfinished {
        /// The data folder.
        path: PathBuf,
    },
    /// The journal was written by a newer version.
    #[error(
        "{file} was written by a newer version of hookswitch (format {version}); use that version"
    )]
    NewerFormat {
        /// The journal file.
        file: PathBuf,
        /// Its format.
        version: u32,
    },
    /// The rows could not be rebuilt from a sound journal.
    #[error(
        "the rows of {path} could not be rebuilt from the journal ({reason}); the journal is whole. Free disk space and start again"
    )]
    Rebuild {
        /// The data folder.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

impl OpenError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}

/// Why a backup was not restored. Unless it says so, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup file is not whole.
    #[error("{file} is not a whole backup (byte {offset}: {problem}); use another backup")]
    NotABackup {
        /// The file.
        file: PathBuf,
        /// Where it stops making sense, bytes.
        offset: u64,
        /// What is wrong there.
        problem: String,
    },
    /// The target cannot be used.
    #[error(transparent)]
    Target(#[from] OpenError),
}
