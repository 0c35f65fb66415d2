//! Writes a compacted segment: all rows, an end record, and for a backup the changes that came
//! while it was written. Checks what it wrote before anyone relies on it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::changes;
use super::files::SegmentFile;
use super::frame::{self, HEADER, Kind, Position, RecordHeader};
use super::header::SegmentHeader;
use super::walk::{self, Step};
use crate::tally::Tally;

/// Rows are gathered into records of about this size, bytes.
const RECORD: usize = 256 << 10;

/// What the end record of a compacted segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) rows: u64,
    /// The rows hold nothing later than this, so changes up to here must follow them.
    pub(crate) complete_at: Position,
}

impl End {
    fn bytes(self) -> Vec<u8> {
        let mut out = self.rows.to_le_bytes().to_vec();
        out.extend_from_slice(&self.complete_at.seq.to_le_bytes());
        out.extend_from_slice(&self.complete_at.chain);
        out
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 32] = bytes.try_into().ok()?;
        let number = |at: usize| bytes[at..at + 8].try_into().ok().map(u64::from_le_bytes);
        let complete_at = Position { seq: number(8)?, chain: bytes[16..].try_into().ok()? };
        Some(Self { rows: number(0)?, complete_at })
    }
}

/// A stretch of a segment that holds changes.
#[derive(Debug, Clone)]
pub(crate) struct Tail {
    pub(crate) file: PathBuf,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Tail {
    fn open(&self) -> io::Result<io::Take<File>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.from))?;
        Ok(file.take(self.to - self.from))
    }
}

/// A compacted segment being written, in a file that does not count yet.
pub(crate) struct Composer {
    path: PathBuf,
    header: SegmentHeader,
    file: BufWriter<File>,
    at: Position,
    rows: u64,
    waiting: Vec<u8>,
}

impl Composer {
    pub(crate) fn create(path: &Path, header: SegmentHeader) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        let mut file = BufWriter::with_capacity(1 << 16, file);
        file.write_all(&header.bytes())?;
        let at = walk::rows_start(header.base);
        Ok(Self { path: path.to_path_buf(), header, file, at, rows: 0, waiting: Vec::new() })
    }

    pub(crate) fn row(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        changes::put(&mut self.waiting, key, value);
        self.rows += 1;
        if self.waiting.len() < RECORD { Ok(()) } else { self.record() }
    }

    /// How many rows it has got.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    fn record(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut out = Vec::with_capacity(HEADER + self.waiting.len());
        self.at = frame::append(&mut out, Kind::Rows, self.at, &self.waiting);
        self.waiting.clear();
        self.file.write_all(&out)
    }

    /// Ends the rows; `tail` is copied behind them. Gives the finished file, synced.
    pub(crate) fn finish(
        mut self,
        complete_at: Position,
        tail: Option<&Tail>,
    ) -> io::Result<SegmentFile> {
        self.record()?;
        let mut out = Vec::new();
        frame::append(&mut out, Kind::End, self.at, &End { rows: self.rows, complete_at }.bytes());
        self.file.write_all(&out)?;
        if let Some(tail) = tail {
            io::copy(&mut tail.open()?, &mut self.file)?;
        }
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let length = file.metadata()?.len();
        Ok(SegmentFile { number: self.header.number, path: self.path, length })
    }
}

/// Reads a finished file back and tells the sums of the rows that it and the changes of `tail`
/// lead to. `appended` says that the file holds those changes itself.
pub(crate) fn checked_tally(
    file: &SegmentFile,
    tail: &Tail,
    appended: bool,
) -> Result<Tally, String> {
    let mut later: HashMap<Vec<u8>, Option<Tally>> = HashMap::new();
    read_tail(tail, |key, value| {
        later.insert(key.to_vec(), value.map(|value| Tally::of(key, value)));
    })
    .map_err(|error| error.to_string())?;
    let mut total = Tally::default();
    let mut segments = vec![file.clone()];
    if !appended {
        // The changes live in the next segment; without them the end would look cut off.
        let number = tail.file.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        let path = tail.file.clone();
        segments.push(SegmentFile { number: number.unwrap_or_default(), path, length: tail.to });
    }
    let walked = walk::walk(&segments, &mut |step| {
        if let Step::Rows(payload) = step {
            let whole = changes::for_each(payload, |key, value| {
                if !later.contains_key(key)
                    && let Some(value) = value
                {
                    total.add(Tally::of(key, value));
                }
            });
            return if whole { Ok(()) } else { Err("rows cannot be read".into()) };
        }
        Ok(())
    });
    match walked {
        Ok(walked) if walked.torn.is_some() => return Err("its end cannot be read back".into()),
        Ok(_) => {}
        Err(error) => return Err(format!("it cannot be read back: {error:?}")),
    }
    later.into_values().flatten().for_each(|row| total.add(row));
    Ok(total)
}

fn read_tail(tail: &Tail, mut keep: impl FnMut(&[u8], Option<&[u8]>)) -> io::Result<()> {
    let bad = || io::Error::from(io::ErrorKind::InvalidData);
    let mut file = io::BufReader::new(tail.open()?);
    let mut left = tail.to - tail.from;
    while left > 0 {
        let mut bytes = [0; HEADER];
        file.read_exact(&mut bytes)?;
        let header = RecordHeader::parse(&bytes).ok_or_else(bad)?;
        let size = HEADER as u64 + u64::from(header.length);
        left = left.checked_sub(size).ok_or_else(bad)?;
        let mut payload = vec![0; header.length as usize];
        file.read_exact(&mut payload)?;
        header.accept(&payload).ok_or_else(bad)?;
        if !changes::for_each(&payload, &mut keep) {
            return Err(bad());
        }
    }
    Ok(())
}
