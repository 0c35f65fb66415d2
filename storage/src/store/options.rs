//! How a store is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::crypt::MasterKey;

/// Where a store is and how it behaves. The defaults suit one machine with hundreds of orgs.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The data folder; made if missing.
    pub path: PathBuf,
    /// The master key; if `None`, the key file `<path>.key` is read.
    pub master_key: Option<MasterKey>,
    /// Whether a missing key file may be made when there is no store yet.
    pub key_file_allowed: bool,
    /// The journal is compacted when it is larger than this, bytes, and than four times what lives.
    pub compact_min_bytes: u64,
    /// Memory that sled may use for rows, bytes.
    pub sled_cache_bytes: u64,
    /// Disk space that is set aside, bytes: given up when the disk is full, so that reads go on
    /// and what was begun can be finished; 0 for none.
    pub reserve_bytes: u64,
    /// How long sled may do nothing visible while it opens its files, before the rows are rebuilt
    /// from the journal.
    pub sled_patience: Duration,
    /// Most bytes that the journal may take up, for rehearsing a full disk; beyond them writes
    /// fail as they would then.
    pub journal_room: Option<Arc<AtomicU64>>,
}

impl StoreOptions {
    /// The defaults for a data folder.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            master_key: None,
            key_file_allowed: true,
            compact_min_bytes: 64 << 20,
            sled_cache_bytes: 256 << 20,
            reserve_bytes: 4 << 20,
            sled_patience: Duration::from_secs(30),
            journal_room: None,
        }
    }

    /// Where the key file is: beside the data folder, so that a copy of the folder has no key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".key");
        name.into()
    }
}
