//! Reports of opening, checking, backing up and restoring a store, for operators.

use std::path::PathBuf;

/// What was found and done when the store was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// There was no store before.
    pub created: bool,
    /// The rows were rebuilt from the journal; why.
    pub rebuilt: Option<String>,
    /// Journal records that the rows lacked and that were applied.
    pub caught_up: u64,
    /// How many of those the rows had when the store was last closed in order. Above 0, the disk
    /// under the rows has lost or damaged what was written to it.
    pub lost: u64,
    /// A last write that the machine did not finish was cut off.
    pub tail_cut: Option<TailCut>,
    /// Files of an interrupted compaction that were removed.
    pub leftovers: Vec<String>,
    /// Rows after opening.
    pub rows: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
}

/// An unfinished last write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailCut {
    /// The journal file.
    pub file: PathBuf,
    /// Where its last whole record ends, bytes.
    pub offset: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
}

/// What a check of a running store found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Journal records that were read and checked.
    pub records: u64,
    /// Journal files.
    pub segments: usize,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Rows that were compared with the journal's sums.
    pub rows: u64,
    /// What is wrong, one sentence each; empty when all is well.
    pub problems: Vec<String>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub file: PathBuf,
    /// Its size, bytes.
    pub bytes: u64,
    /// Rows in it.
    pub rows: u64,
    /// The last operation in it.
    pub sequence: u64,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreReport {
    /// Rows in the backup, before later records of it are applied.
    pub rows: u64,
    /// The last operation in it.
    pub sequence: u64,
    /// Where the previous store's files were put, if there was one.
    pub replaced: Option<PathBuf>,
}
