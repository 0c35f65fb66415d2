//! Care of the data: check, backup, compaction.

use std::path::Path;

use super::Store;
use crate::error::StoreError;
use crate::requests::{BackupReport, VerifyReport};

impl Store {
    /// Writes a consistent copy of everything to one file while the store goes on working. An
    /// existing file is replaced only when the copy is whole and on disk. Restore it with
    /// [`crate::restore`]; the key is not in it.
    ///
    /// # Errors
    /// If the file cannot be written or the copy does not agree with the rows.
    pub async fn backup_to(&self, file: &Path) -> Result<BackupReport, StoreError> {
        self.inner.handle.backup(file.to_path_buf()).await
    }

    /// Reads the whole journal and all rows again and compares them, while the store goes on
    /// working. Needs free disk space for a second copy of the rows.
    ///
    /// # Errors
    /// If the check itself could not run; what it finds is in the report.
    pub async fn verify(&self) -> Result<VerifyReport, StoreError> {
        self.inner.handle.verify().await
    }

    /// Compacts the journal now: afterwards nothing that was deleted is left in it.
    ///
    /// # Errors
    /// If it could not be written; the journal is then as it was.
    pub async fn compact(&self) -> Result<(), StoreError> {
        self.inner.handle.compact().await
    }
}
