//! The files of the journal's folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SegmentFile {
    pub(crate) number: u64,
    pub(crate) path: PathBuf,
    /// How much of the file counts, bytes.
    pub(crate) length: u64,
}

/// What is in the folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// By number.
    pub(crate) segments: Vec<SegmentFile>,
    /// Files that an interrupted write left behind; they never counted.
    pub(crate) unfinished: Vec<PathBuf>,
}

/// The name of a segment.
pub(crate) fn file_name(number: u64) -> String {
    format!("{number:08}.log")
}

/// Lists the journal's folder; a missing folder is an empty one.
pub(crate) fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(listing),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        match path.extension().and_then(OsStr::to_str) {
            Some("log") if stem.len() >= 8 => {
                if let Ok(number) = stem.parse() {
                    let length = entry.metadata()?.len();
                    listing.segments.push(SegmentFile { number, path, length });
                }
            }
            Some("tmp") => listing.unfinished.push(path),
            _ => {}
        }
    }
    listing.segments.sort_by_key(|segment| segment.number);
    Ok(listing)
}

/// Makes a folder's entries durable: files that were made, renamed or removed in it.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Only unix can sync a folder; elsewhere the file system keeps entries in order by itself.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
