//! One record of the journal: a header that checks itself, then the payload it checks.

/// Running hash over all records so far.
pub(crate) type Chain = [u8; 16];

/// A place in the journal: how many operations came before, and the hash over them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) seq: u64,
    pub(crate) chain: Chain,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The changes of one operation.
    Change,
    /// Some of the rows of a compacted segment.
    Rows,
    /// The end of a compacted segment's rows.
    End,
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Change => 1,
            Self::Rows => 2,
            Self::End => 3,
        }
    }
}

/// Length of a record's header, bytes.
pub(crate) const HEADER: usize = 44;
const MAGIC: [u8; 4] = *b"HSrc";

/// A record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    pub(crate) kind: Kind,
    /// Length of the payload, bytes.
    pub(crate) length: u32,
    pub(crate) seq: u64,
    /// The chain before this record.
    pub(crate) previous: Chain,
    payload_crc: u32,
}

/// Adds a record to `out`; gives the position after it.
pub(crate) fn append(out: &mut Vec<u8>, kind: Kind, before: Position, payload: &[u8]) -> Position {
    let seq = before.seq + 1;
    let start = out.len();
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[kind.byte(), 0, 0, 0]);
    // Operations are far smaller than 4 GiB; one that is not fails the check on reading.
    out.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(&before.chain);
    out.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    let check = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&check.to_le_bytes());
    out.extend_from_slice(payload);
    Position { seq, chain: next_chain(kind, before.chain, seq, payload) }
}

fn next_chain(kind: Kind, previous: Chain, seq: u64, payload: &[u8]) -> Chain {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&previous).update(&[kind.byte()]).update(&seq.to_le_bytes()).update(payload);
    let mut chain = Chain::default();
    hasher.finalize_xof().fill(&mut chain);
    chain
}

impl RecordHeader {
    /// The header in some bytes, if its own check holds.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..HEADER)?;
        let (body, check) = bytes.split_at(HEADER - 4);
        if !body.starts_with(&MAGIC) || crc32fast::hash(body).to_le_bytes() != check {
            return None;
        }
        let kind = match body[4] {
            1 => Kind::Change,
            2 => Kind::Rows,
            3 => Kind::End,
            _ => return None,
        };
        Some(Self {
            kind,
            length: u32::from_le_bytes(body.get(8..12)?.try_into().ok()?),
            seq: u64::from_le_bytes(body.get(12..20)?.try_into().ok()?),
            previous: body.get(20..36)?.try_into().ok()?,
            payload_crc: u32::from_le_bytes(body.get(36..40)?.try_into().ok()?),
        })
    }

    /// The position after this record, if the payload is the one that was written.
    pub(crate) fn accept(&self, payload: &[u8]) -> Option<Position> {
        if crc32fast::hash(payload) != self.payload_crc {
            return None;
        }
        let chain = next_chain(self.kind, self.previous, self.seq, payload);
        Some(Position { seq: self.seq, chain })
    }
}

/// Whether any whole record header starts somewhere in `bytes`.
pub(crate) fn holds_a_header(bytes: &[u8]) -> bool {
    bytes
        .windows(HEADER)
        .any(|window| window.starts_with(&MAGIC) && RecordHeader::parse(window).is_some())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn sample() -> (Vec<u8>, Position, Position) {
        let before = Position { seq: 41, chain: [7; 16] };
        let mut out = Vec::new();
        let after = append(&mut out, Kind::Change, before, b"payload");
        (out, before, after)
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        let (bytes, before, after) = sample();
        let header = RecordHeader::parse(&bytes).unwrap();
        assert_eq!((header.kind, header.seq, header.previous), (Kind::Change, 42, before.chain));
        assert_eq!(header.length as usize, bytes.len() - HEADER);
        assert_eq!(header.accept(&bytes[HEADER..]), Some(after));
    }

    #[test]
    fn every_single_flipped_bit_is_noticed() {
        let (bytes, _, _) = sample();
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let read = RecordHeader::parse(&bad).and_then(|header| header.accept(&bad[HEADER..]));
            assert_eq!(read, None, "bit {bit}");
        }
    }

    #[test]
    fn the_chain_depends_on_everything_before() {
        let (_, before, after) = sample();
        let mut out = Vec::new();
        let other = Position { chain: [8; 16], ..before };
        assert_ne!(append(&mut out, Kind::Change, other, b"payload").chain, after.chain);
        assert_ne!(append(&mut out, Kind::Change, before, b"payloae").chain, after.chain);
        assert_ne!(append(&mut out, Kind::Rows, before, b"payload").chain, after.chain);
    }

    proptest! {
        #[test]
        fn a_record_is_found_wherever_it_starts(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(!holds_a_header(&noise));
            let mut bytes = noise;
            bytes.extend(sample().0);
            prop_assert!(holds_a_header(&bytes));
        }
    }
}
