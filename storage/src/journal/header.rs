//! The header of a segment: whose it is, which one, and where it continues.

use super::frame::{Chain, Position};

/// Length of a segment's header, bytes.
pub(crate) const LENGTH: usize = 68;
const MAGIC: [u8; 8] = *b"hkswjrnl";
const VERSION: u32 = 1;

/// What a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentKind {
    /// Changes.
    Plain,
    /// All rows at about `base`, then changes.
    Compacted,
}

/// A segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) kind: SegmentKind,
    pub(crate) number: u64,
    /// The position before its first change.
    pub(crate) base: Position,
    /// Tells whether a master key is the one that the store was made with.
    pub(crate) key_check: [u8; 16],
}

/// Why some bytes are not a segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadHeader {
    Damaged,
    Newer(u32),
}

impl SegmentHeader {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let kind: u32 = match self.kind {
            SegmentKind::Plain => 0,
            SegmentKind::Compacted => 1,
        };
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&self.number.to_le_bytes());
        out.extend_from_slice(&self.base.seq.to_le_bytes());
        out.extend_from_slice(&self.base.chain);
        out.extend_from_slice(&self.key_check);
        let check = crc32fast::hash(&out);
        out.extend_from_slice(&check.to_le_bytes());
        out
    }

    pub(crate) fn parse(bytes: &[u8; LENGTH]) -> Result<Self, BadHeader> {
        let (body, check) = bytes.split_at(LENGTH - 4);
        if !body.starts_with(&MAGIC) || crc32fast::hash(body).to_le_bytes() != check {
            return Err(BadHeader::Damaged);
        }
        let number = |at: usize| body[at..at + 8].try_into().map_or(0, u64::from_le_bytes);
        let half = |at: usize| body[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
        let hash = |at: usize| Chain::try_from(&body[at..at + 16]).unwrap_or_default();
        let version = half(8);
        if version > VERSION {
            return Err(BadHeader::Newer(version));
        }
        let kind = match half(12) {
            0 => SegmentKind::Plain,
            1 => SegmentKind::Compacted,
            _ => return Err(BadHeader::Damaged),
        };
        let base = Position { seq: number(24), chain: hash(32) };
        Ok(Self { kind, number: number(16), base, key_check: hash(48) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_header_reads_as_written_and_every_flipped_bit_is_noticed() {
        let header = SegmentHeader {
            kind: SegmentKind::Compacted,
            number: 12,
            base: Position { seq: 99, chain: [3; 16] },
            key_check: [4; 16],
        };
        let bytes: [u8; LENGTH] = header.bytes().try_into().unwrap();
        assert_eq!(SegmentHeader::parse(&bytes), Ok(header));
        for bit in 0..LENGTH * 8 {
            let mut bad = bytes;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SegmentHeader::parse(&bad), Err(BadHeader::Damaged), "bit {bit}");
        }
    }
}
