//! Reads the whole journal and checks all of it: frames, checksums, and the chain across segments.
//! Called at start, by `verify`, and by restore on a backup file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::compose::End;
use super::files::SegmentFile;
use super::frame::{HEADER, Kind, Position, RecordHeader, holds_a_header};
use super::header::{self, BadHeader, SegmentHeader, SegmentKind};

/// What the journal holds, in order.
pub(crate) enum Step<'a> {
    /// Some rows of a compacted segment.
    Rows(&'a [u8]),
    /// The changes of one operation, and the position after it.
    Change(Position, &'a [u8]),
}

/// Where the journal stops making sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) file: PathBuf,
    pub(crate) offset: u64,
    pub(crate) problem: &'static str,
}

/// Why a walk ended early.
#[derive(Debug)]
pub(crate) enum WalkError {
    Damage(Damage),
    Newer(PathBuf, u32),
    Io(PathBuf, io::Error),
    /// The visitor failed.
    Visitor(String),
}

/// A last write that did not get whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TornTail {
    pub(crate) file: PathBuf,
    /// End of the last whole record.
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// The position that the first segment starts from.
    pub(crate) base: Position,
    /// The last position.
    pub(crate) end: Position,
    /// Changes seen.
    pub(crate) records: u64,
    /// Rows in the compacted part.
    pub(crate) rows: u64,
    pub(crate) torn: Option<TornTail>,
}

/// The first readable header of some segments: tells the key and the format before all is read.
pub(crate) fn first_header(segments: &[SegmentFile]) -> Option<SegmentHeader> {
    segments.iter().find_map(|segment| Reader::open(segment).ok().map(|(_, header)| header))
}

/// Tells the segments that count from those that a compacted one stands for.
pub(crate) fn current(segments: Vec<SegmentFile>) -> (Vec<SegmentFile>, Vec<SegmentFile>) {
    let compacted = |segment: &SegmentFile| {
        Reader::open(segment).is_ok_and(|(_, header)| header.kind == SegmentKind::Compacted)
    };
    let first = segments.iter().rposition(compacted).unwrap_or(0);
    let mut superseded = segments;
    let kept = superseded.split_off(first);
    (kept, superseded)
}

/// Where a compacted segment's own chain of row records starts.
pub(crate) fn rows_start(base: Position) -> Position {
    let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 compacted rows");
    hasher.update(&base.chain);
    let mut start = Position::default();
    hasher.finalize_xof().fill(&mut start.chain);
    start
}

/// Reads and checks the segments that count, oldest first.
pub(crate) fn walk(
    segments: &[SegmentFile],
    visit: &mut dyn FnMut(Step<'_>) -> Result<(), String>,
) -> Result<Walked, WalkError> {
    let mut walked = Walked::default();
    let mut must_reach: Option<Position> = None;
    for (index, segment) in segments.iter().enumerate() {
        let (mut reader, header) = Reader::open(segment)?;
        let first = index == 0;
        let expected = match (first, header.kind) {
            (true, SegmentKind::Compacted) => header.base,
            (true, SegmentKind::Plain) => Position::default(),
            (false, _) => walked.end,
        };
        if header.number != segment.number {
            return Err(reader.damage(0, "it carries the name of another segment"));
        }
        if header.base != expected || (!first && header.kind == SegmentKind::Compacted) {
            return Err(reader.damage(
                0,
                "it does not continue the segments before it; one is missing or was cut",
            ));
        }
        if first {
            (walked.base, walked.end) = (header.base, header.base);
            if header.kind == SegmentKind::Compacted {
                let end = reader.rows(header.base, visit)?;
                walked.rows = end.rows;
                must_reach = Some(end.complete_at);
            }
        }
        let last = index + 1 == segments.len();
        loop {
            if must_reach
                .is_some_and(|must| must.seq == walked.end.seq && must.chain != walked.end.chain)
            {
                return Err(reader.damage(
                    reader.offset,
                    "it does not lead to where the compacted segment says",
                ));
            }
            match reader.next(Kind::Change, walked.end)? {
                Next::End => break,
                Next::Record(after) => {
                    visit(Step::Change(after, &reader.payload)).map_err(WalkError::Visitor)?;
                    walked.end = after;
                    walked.records += 1;
                }
                Next::Bad(problem) if !last || reader.is_followed_by_a_record()? => {
                    return Err(reader.damage(reader.offset, problem));
                }
                Next::Bad(_) => {
                    let bytes = segment.length - reader.offset;
                    let file = segment.path.clone();
                    walked.torn = Some(TornTail { file, offset: reader.offset, bytes });
                    break;
                }
            }
        }
        if last && must_reach.is_some_and(|must| must.seq > walked.end.seq) {
            return Err(
                reader.damage(reader.offset, "records that were durable are missing at its end")
            );
        }
    }
    Ok(walked)
}

enum Next {
    End,
    Record(Position),
    Bad(&'static str),
}

/// Reads one segment.
struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    /// End of the last whole record.
    offset: u64,
    length: u64,
    payload: Vec<u8>,
}

impl Reader {
    fn open(segment: &SegmentFile) -> Result<(Self, SegmentHeader), WalkError> {
        let path = segment.path.clone();
        let file = File::open(&path).map_err(io_error(&path))?;
        let mut reader = Self {
            file: BufReader::with_capacity(1 << 16, file),
            path,
            offset: 0,
            length: segment.length,
            payload: Vec::new(),
        };
        let mut bytes = [0; header::LENGTH];
        if reader.length < bytes.len() as u64 {
            return Err(reader.damage(0, "it is shorter than its header"));
        }
        reader.fill(&mut bytes)?;
        reader.offset = bytes.len() as u64;
        match SegmentHeader::parse(&bytes) {
            Ok(header) => Ok((reader, header)),
            Err(BadHeader::Damaged) => Err(reader.damage(0, "its header is damaged")),
            Err(BadHeader::Newer(version)) => Err(WalkError::Newer(reader.path, version)),
        }
    }

    fn damage(&self, offset: u64, problem: &'static str) -> WalkError {
        WalkError::Damage(Damage { file: self.path.clone(), offset, problem })
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), WalkError> {
        self.file.read_exact(bytes).map_err(io_error(&self.path))
    }

    /// Reads the next record into `payload` and moves behind it if it is whole and in its place.
    fn next(&mut self, kind: Kind, before: Position) -> Result<Next, WalkError> {
        let left = self.length - self.offset;
        if left == 0 {
            return Ok(Next::End);
        }
        if left < HEADER as u64 {
            return Ok(Next::Bad("a record's header is cut short"));
        }
        let mut bytes = [0; HEADER];
        self.fill(&mut bytes)?;
        let Some(header) = RecordHeader::parse(&bytes) else {
            return Ok(Next::Bad("a record's header is damaged"));
        };
        if left < HEADER as u64 + u64::from(header.length) {
            return Ok(Next::Bad("a record is cut short"));
        }
        let mut payload = std::mem::take(&mut self.payload);
        payload.resize(header.length as usize, 0);
        self.fill(&mut payload)?;
        self.payload = payload;
        let Some(after) = header.accept(&self.payload) else {
            return Ok(Next::Bad("a record is damaged"));
        };
        if header.kind != kind || header.seq != before.seq + 1 || header.previous != before.chain {
            return Ok(Next::Bad("a record does not continue the one before it"));
        }
        self.offset += HEADER as u64 + u64::from(header.length);
        Ok(Next::Record(after))
    }

    /// Reads the rows of a compacted segment up to their end record.
    fn rows(
        &mut self,
        base: Position,
        visit: &mut dyn FnMut(Step<'_>) -> Result<(), String>,
    ) -> Result<End, WalkError> {
        let mut at = rows_start(base);
        let mut rows = 0;
        loop {
            let start = self.offset;
            match self.next(Kind::Rows, at)? {
                Next::Record(after) => {
                    let whole = super::changes::for_each(&self.payload, |_, _| rows += 1);
                    if !whole {
                        return Err(self.damage(start, "its rows cannot be read"));
                    }
                    visit(Step::Rows(&self.payload)).map_err(WalkError::Visitor)?;
                    at = after;
                }
                Next::End => return Err(self.damage(start, "its rows have no end")),
                Next::Bad(problem) => {
                    // The same bytes may be the end record; anything else is damage.
                    self.seek(start)?;
                    let Next::Record(_) = self.next(Kind::End, at)? else {
                        return Err(self.damage(start, problem));
                    };
                    let end = End::parse(&self.payload).filter(|end| end.rows == rows);
                    return end.ok_or_else(|| self.damage(start, "rows are missing"));
                }
            }
        }
    }

    fn seek(&mut self, offset: u64) -> Result<(), WalkError> {
        self.file.seek(SeekFrom::Start(offset)).map(drop).map_err(io_error(&self.path))
    }

    /// Whether any whole record header stands behind the bad place: then it is not the last write.
    fn is_followed_by_a_record(&mut self) -> Result<bool, WalkError> {
        self.seek(self.offset + 1)?;
        let mut left = self.length - self.offset - 1;
        let mut window: Vec<u8> = Vec::new();
        while left > 0 {
            // The end of the previous piece stays, so that no header is cut in two.
            window.drain(..window.len().saturating_sub(HEADER - 1));
            let kept = window.len();
            let piece = left.min(1 << 20);
            window.resize(kept + usize::try_from(piece).unwrap_or(1 << 20), 0);
            let mut fresh = window.split_off(kept);
            self.fill(&mut fresh)?;
            window.append(&mut fresh);
            left -= piece;
            if holds_a_header(&window) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> WalkError {
    let path = path.to_path_buf();
    move |error| WalkError::Io(path, error)
}
