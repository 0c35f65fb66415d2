//! The seal of a clean stop: where the journal ended. It is there only while the store is closed,
//! and tells damage of the last record from a write that the machine did not finish.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::frame::{Chain, Position};
use super::sync_folder;

/// The seal's file name.
pub(crate) const SEAL: &str = "seal";
const MAGIC: [u8; 8] = *b"hkswseal";
const LENGTH: usize = 52;

/// Where the journal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Number of the last segment.
    pub(crate) segment: u64,
    /// Its length, bytes.
    pub(crate) length: u64,
    /// The last position.
    pub(crate) end: Position,
}

/// What was found in place of a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealFound {
    Missing,
    Unreadable,
    Whole(Seal),
}

impl Seal {
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.segment.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
        out.extend_from_slice(&self.end.seq.to_le_bytes());
        out.extend_from_slice(&self.end.chain);
        out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
        let unfinished = folder.join("seal.tmp");
        let mut file = File::create(&unfinished)?;
        file.write_all(&out)?;
        file.sync_all()?;
        fs::rename(unfinished, folder.join(SEAL))?;
        sync_folder(folder)
    }

    pub(crate) fn read(folder: &Path) -> io::Result<SealFound> {
        let bytes = match fs::read(folder.join(SEAL)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(SealFound::Missing),
            bytes => bytes?,
        };
        Ok(Self::parse(&bytes).map_or(SealFound::Unreadable, SealFound::Whole))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        let (body, check) = bytes.split_at(LENGTH - 4);
        if !body.starts_with(&MAGIC) || crc32fast::hash(body).to_le_bytes() != check {
            return None;
        }
        let number = |at: usize| body[at..at + 8].try_into().ok().map(u64::from_le_bytes);
        let chain: Chain = body[32..48].try_into().ok()?;
        let end = Position { seq: number(24)?, chain };
        Some(Self { segment: number(8)?, length: number(16)?, end })
    }

    /// Breaks the seal, before anything is written again.
    pub(crate) fn remove(folder: &Path) -> io::Result<()> {
        match fs::remove_file(folder.join(SEAL)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => sync_folder(folder),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_seal_reads_as_written_until_it_is_changed_or_removed() {
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal { segment: 3, length: 400, end: Position { seq: 9, chain: [5; 16] } };
        assert_eq!(Seal::read(folder.path()).unwrap(), SealFound::Missing);
        seal.write(folder.path()).unwrap();
        assert_eq!(Seal::read(folder.path()).unwrap(), SealFound::Whole(seal));
        let file = folder.path().join(SEAL);
        let mut bytes = fs::read(&file).unwrap();
        bytes[20] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert_eq!(Seal::read(folder.path()).unwrap(), SealFound::Unreadable);
        Seal::remove(folder.path()).unwrap();
        assert_eq!(Seal::read(folder.path()).unwrap(), SealFound::Missing);
    }
}
