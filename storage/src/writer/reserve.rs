//! Disk space kept for the day when there is none: given up when the disk is full, so that sled
//! can finish what it has begun and reads go on; taken again before anything is written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

/// A file of zeros.
pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
}

impl Reserve {
    /// Takes the space, if there is so much.
    pub(super) fn take(path: PathBuf, bytes: u64) -> Self {
        let reserve = Self { path, bytes };
        if let Err(error) = reserve.restore() {
            tracing::warn!(%error, reserve.bytes, "no disk space could be reserved");
        }
        reserve
    }

    /// Takes the space again.
    pub(super) fn restore(&self) -> io::Result<()> {
        if self.bytes == 0 || fs::metadata(&self.path).is_ok_and(|file| file.len() == self.bytes) {
            return Ok(());
        }
        let written = self.write();
        if written.is_err() {
            self.release();
        }
        written
    }

    fn write(&self) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        let mut left = self.bytes;
        while left > 0 {
            // Written, not only set: a file with holes holds no space.
            let piece = left.min(1 << 16);
            file.write_all(&[0; 1 << 16][..usize::try_from(piece).unwrap_or(0)])?;
            left -= piece;
        }
        file.sync_all()
    }

    /// Gives the space up.
    pub(super) fn release(&self) {
        // If it is not there, there is nothing to give up.
        let _ = fs::remove_file(&self.path);
    }
}
