//! Which file a name leads to. A file that is open outlives its name: when a folder is removed or
//! another is put in its place, whoever has its files open notices nothing. Knows no journal.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

/// What tells a file from every other one on this machine while it exists. On systems without
/// such numbers all are the same.
pub(super) type Identity = (u64, u64);

/// Of an open file.
pub(super) fn of_file(file: &File) -> io::Result<Identity> {
    file.metadata().map(|metadata| of(&metadata))
}

/// Of what has this name now.
pub(super) fn of_path(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|metadata| of(&metadata))
}

#[cfg(unix)]
fn of(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn of(_: &Metadata) -> Identity {
    (0, 0)
}
