//! Sums over all rows: how many, how large, and a hash that does not depend on their order and can
//! be kept up to date row by row. They tell whether rows were lost or changed behind our back.

/// Sums over a set of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    /// Bytes of keys and values.
    pub(crate) bytes: u64,
    /// Wrapping sum of a 128-bit hash of each row.
    pub(crate) sum: u128,
}

impl Tally {
    /// The sums of a single row.
    pub(crate) fn of(key: &[u8], value: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new();
        // The length keeps key and value apart.
        hasher.update(&(key.len() as u64).to_le_bytes()).update(key).update(value);
        let mut short = [0; 16];
        hasher.finalize_xof().fill(&mut short);
        Self { rows: 1, bytes: (key.len() + value.len()) as u64, sum: u128::from_le_bytes(short) }
    }

    pub(crate) fn add(&mut self, row: Self) {
        self.rows = self.rows.wrapping_add(row.rows);
        self.bytes = self.bytes.wrapping_add(row.bytes);
        self.sum = self.sum.wrapping_add(row.sum);
    }

    pub(crate) fn remove(&mut self, row: Self) {
        self.rows = self.rows.wrapping_sub(row.rows);
        self.bytes = self.bytes.wrapping_sub(row.bytes);
        self.sum = self.sum.wrapping_sub(row.sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_rows_does_not_matter_and_what_left_leaves_no_trace() {
        let rows: [(&[u8], &[u8]); 3] = [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")];
        let mut forth = Tally::default();
        let mut back = Tally::default();
        rows.iter().for_each(|(key, value)| forth.add(Tally::of(key, value)));
        rows.iter().rev().for_each(|(key, value)| back.add(Tally::of(key, value)));
        assert_eq!(forth, back);
        rows.iter().for_each(|(key, value)| back.remove(Tally::of(key, value)));
        assert_eq!(back, Tally::default());
    }

    #[test]
    fn a_byte_that_moves_from_key_to_value_is_noticed() {
        assert_ne!(Tally::of(b"ab", b"c").sum, Tally::of(b"a", b"bc").sum);
    }
}
