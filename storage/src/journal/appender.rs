//! The writing end of the journal. Whatever the disk does, the file ends with whole records whose
//! operations were answered as done; what was refused is taken back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::frame::{self, Kind, Position};
use super::header::{SegmentHeader, SegmentKind};
use super::identity::{self, Identity};
use super::{SegmentFile, file_name, sync_folder};

/// The writing end.
pub(crate) struct Appender {
    folder: PathBuf,
    key_check: [u8; 16],
    file: File,
    /// Which file that is, whatever its name leads to by now.
    identity: Identity,
    segment: SegmentFile,
    /// Bytes of the other segments.
    others: u64,
    position: Position,
    /// What is on disk for certain.
    durable: Position,
    durable_length: u64,
    /// What was written since; kept because a failed sync may lose it from the system's cache.
    unsynced: Vec<u8>,
    /// The file may hold something else than it should; see [`Appender::repair`].
    doubtful: bool,
    room: Option<Arc<AtomicU64>>,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    length: u64,
    position: Position,
}

impl Appender {
    /// Makes the first segment of a new journal.
    pub(crate) fn create(
        folder: &Path,
        key_check: [u8; 16],
        room: Option<Arc<AtomicU64>>,
    ) -> io::Result<Self> {
        let segment = new_segment(folder, 1, Position::default(), key_check)?;
        Self::resume(folder, key_check, &[segment], Position::default(), room)
    }

    /// Goes on behind the last of some checked segments, all of which are on disk.
    pub(crate) fn resume(
        folder: &Path,
        key_check: [u8; 16],
        segments: &[SegmentFile],
        end: Position,
        room: Option<Arc<AtomicU64>>,
    ) -> io::Result<Self> {
        let (last, others) = segments.split_last().ok_or(io::ErrorKind::NotFound)?;
        let file = OpenOptions::new().write(true).open(&last.path)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            key_check,
            identity: identity::of_file(&file)?,
            file,
            others: others.iter().map(|segment| segment.length).sum(),
            segment: last.clone(),
            position: end,
            durable: end,
            durable_length: last.length,
            unsynced: Vec::new(),
            doubtful: false,
            room,
        })
    }

    pub(crate) fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn durable(&self) -> Position {
        self.durable
    }

    /// The segment that is written to, with its present length.
    pub(crate) fn segment(&self) -> &SegmentFile {
        &self.segment
    }

    /// Bytes of the whole journal.
    pub(crate) fn bytes(&self) -> u64 {
        self.others + self.segment.length
    }

    /// Other segments were replaced.
    pub(crate) fn replaced(&mut self, before: u64, after: u64) {
        self.others = self.others.saturating_sub(before) + after;
    }

    fn mark(&self) -> Mark {
        Mark { length: self.segment.length, position: self.position }
    }

    /// Hands the changes of some operations to the operating system, in one write.
    ///
    /// On an error nothing of them stays; otherwise the mark tells where they begin.
    pub(crate) fn write(&mut self, payloads: &[Vec<u8>]) -> io::Result<Mark> {
        self.repair()?;
        self.in_place()?;
        let (mark, from) = (self.mark(), self.unsynced.len());
        for payload in payloads {
            self.position = frame::append(&mut self.unsynced, Kind::Change, self.position, payload);
        }
        if let Err(error) = self.put(from) {
            self.take_back(mark);
            return Err(error);
        }
        Ok(mark)
    }

    fn put(&mut self, from: usize) -> io::Result<()> {
        let bytes = &self.unsynced[from..];
        let room = self.room.as_ref().map_or(u64::MAX, |room| room.load(Ordering::Relaxed));
        let left = room.saturating_sub(self.others + self.segment.length);
        self.file.seek(SeekFrom::Start(self.segment.length))?;
        if (bytes.len() as u64) > left {
            // As a full disk does: some of it goes through.
            let some = usize::try_from(left).unwrap_or(usize::MAX);
            self.file.write_all(&bytes[..some])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write_all(bytes)?;
        self.segment.length += bytes.len() as u64;
        Ok(())
    }

    /// Waits until all that was written is on disk.
    ///
    /// After an error the system may have forgotten what it could not write, so that a second
    /// sync would succeed without it; everything since the last good sync is written anew first.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.repair()?;
        if let Err(error) = self.file.sync_data() {
            self.doubtful = true;
            return Err(error);
        }
        // A file without a name takes everything and keeps nothing.
        self.in_place()?;
        self.durable = self.position;
        self.durable_length = self.segment.length;
        self.unsynced.clear();
        Ok(())
    }

    /// Undoes what was written since a mark, synced or not.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        self.segment.length = mark.length;
        self.position = mark.position;
        let mut undone = self.file.set_len(mark.length);
        if mark.length < self.durable_length {
            (self.durable, self.durable_length) = (mark.position, mark.length);
            undone = undone.and_then(|()| self.file.sync_data());
        }
        let kept = mark.length - self.durable_length;
        self.unsynced.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        self.doubtful |= undone.is_err();
    }

    /// Whether the journal is still where the next start will look for it: the folder may have been
    /// removed, or another store put in its place, while this one has its files open.
    fn in_place(&self) -> io::Result<()> {
        if identity::of_path(&self.segment.path).is_ok_and(|found| found == self.identity) {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "the journal file {} was removed or replaced under the running server; put it back, \
             or stop the server and restore the last backup",
            self.segment.path.display()
        )))
    }

    fn repair(&mut self) -> io::Result<()> {
        if !self.doubtful {
            return Ok(());
        }
        // Nothing may be written to what another store has there.
        self.in_place()?;
        // A new handle has no old error pending.
        self.file = OpenOptions::new().write(true).open(&self.segment.path)?;
        self.file.set_len(self.durable_length)?;
        self.file.seek(SeekFrom::Start(self.durable_length))?;
        self.file.write_all(&self.unsynced)?;
        self.file.sync_all()?;
        self.durable = self.position;
        self.durable_length = self.segment.length;
        self.unsynced.clear();
        self.doubtful = false;
        Ok(())
    }

    /// Finds out whether the disk takes writes again, and leaves nothing behind.
    pub(crate) fn probe(&mut self) -> io::Result<()> {
        self.repair()?;
        self.in_place()?;
        let (mark, from) = (self.mark(), self.unsynced.len());
        // More than a sector, so that a disk with a last free sector does not count as well.
        // Zeros never look like a record; a crash now leaves an unfinished write.
        self.unsynced.extend_from_slice(&[0; 1 << 14]);
        let put = self.put(from);
        let synced = self.file.sync_data();
        self.doubtful |= synced.is_err();
        self.take_back(mark);
        put.and(synced)?;
        self.sync()
    }

    /// Ends this segment and goes on in another; leaves one number free in between, for the
    /// compacted segment that will stand for all up to here.
    pub(crate) fn rotate(&mut self) -> io::Result<()> {
        self.sync()?;
        let number = self.segment.number + 2;
        let segment = new_segment(&self.folder, number, self.position, self.key_check)?;
        self.file = OpenOptions::new().write(true).open(&segment.path)?;
        self.identity = identity::of_file(&self.file)?;
        self.others += self.segment.length;
        self.durable_length = segment.length;
        self.segment = segment;
        Ok(())
    }
}

/// A segment appears under its name only when its header is on disk, so that a damaged header is
/// never an unfinished one.
fn new_segment(
    folder: &Path,
    number: u64,
    base: Position,
    key_check: [u8; 16],
) -> io::Result<SegmentFile> {
    let bytes = SegmentHeader { kind: SegmentKind::Plain, number, base, key_check }.bytes();
    let path = folder.join(file_name(number));
    let unfinished = path.with_extension("log.tmp");
    let mut file = File::create(&unfinished)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    sync_folder(folder)?;
    Ok(SegmentFile { number, path, length: bytes.len() as u64 })
}
