//! How keys are built: a table byte, then the org, then parts that keep their order and cannot
//! run into each other. Called by `trees`.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::OrgId;

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $byte:literal $text:literal $scope:ident,)*) => {
        /// What a row is; the first byte of its key. Bytes are never given to another table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Table {
            $($(#[$doc])* $name = $byte,)*
        }
        impl Table {
            const ALL: &'static [(Self, Scope)] = &[$((Self::$name, Scope::$scope),)*];

            /// The table's name, for errors.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The org comes right after the table byte.
    Org,
    /// Of the whole installation.
    Global,
}

tables! {
    Orgs = 1 "org" Global,
    /// Values that only one org may have.
    UniqueValues = 2 "unique value" Global,
    /// Orgs whose remaining rows still have to be removed.
    DoomedOrgs = 3 "doomed org" Global,
    Connections = 10 "connection" Org,
    /// How far the exchange of changes with a connection's provider has come.
    Syncs = 15 "sync state" Org,
    Customers = 11 "customer" Org,
    CustomersByPhone = 12 "customer index" Org,
    CustomersByEmail = 13 "customer index" Org,
    CustomersByName = 14 "customer index" Org,
    Bookings = 20 "booking" Org,
    BookingsByStart = 21 "booking index" Org,
    BookingsByPhone = 22 "booking index" Org,
    BookingsByCustomer = 23 "booking index" Org,
    BookingsByCall = 24 "booking index" Org,
    Confirmations = 25 "confirmation code" Org,
    Claims = 26 "claim" Org,
    Meanings = 27 "meaning" Org,
    MeaningOfBooking = 28 "meaning" Org,
    BookingsByExternalId = 29 "booking index" Org,
    Answers = 30 "answer" Org,
    AnswersByTime = 31 "answer index" Global,
    Calls = 40 "call" Org,
    CallsByStart = 41 "call index" Org,
    LiveCalls = 42 "live call" Org,
    CallEvents = 43 "call event" Org,
    CallLog = 44 "call log" Org,
    Jobs = 50 "job" Org,
    JobsByDue = 51 "job index" Global,
    Audit = 60 "audit" Org,
    AuditHeads = 61 "audit head" Org,
    /// The chain of operations that belong to no org.
    InstanceAudit = 62 "audit" Global,
    InstanceAuditHead = 63 "audit head" Global,
    Tokens = 70 "token" Global,
    TokensByDigest = 71 "token index" Global,
    Guesses = 80 "guess" Org,
    Callbacks = 81 "callback" Org,
    CallbacksInOrder = 82 "callback index" Org,
    CallbackOfCall = 83 "callback index" Org,
    Waitlist = 84 "waitlist" Org,
    WaitlistLine = 85 "waitlist index" Org,
    KeptSlots = 86 "waitlist index" Org,
    WaitlistDue = 87 "waitlist index" Global,
    Messages = 90 "message" Org,
    MessagesInOrder = 91 "message index" Org,
    MessageOfCause = 92 "message index" Org,
    MessageOfSender = 93 "message index" Org,
    OptOuts = 94 "opt-out" Org,
    /// What a number was last reminded of.
    Reminded = 95 "reminded number" Org,
    MessagePace = 96 "pace of messages" Org,
    /// Tools as they are registered with the voice platform, shared by all orgs.
    Registrations = 100 "registration" Global,
    Agents = 101 "agent" Org,
    ToolLinks = 102 "tool link" Org,
    Snapshots = 103 "assistant snapshot" Org,
    PhoneNumbers = 104 "phone number" Org,
    /// Assistants that nobody has any more and that may still carry what was put there.
    Departures = 105 "departure" Global,
}

impl Table {
    /// The tables in which every key starts with an org.
    pub(crate) fn of_orgs() -> impl Iterator<Item = Self> {
        Self::ALL.iter().filter(|(_, scope)| *scope == Scope::Org).map(|(table, _)| *table)
    }
}

/// A key under construction.
#[derive(Debug, Clone)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// A key of a table of the whole installation.
    pub(crate) fn global(table: Table) -> Self {
        Self(vec![table as u8])
    }

    /// A key of one org's part of a table.
    pub(crate) fn of(table: Table, org: &OrgId) -> Self {
        Self::global(table).text(org.as_str())
    }

    /// Adds a text that ends where it ends: no other text is its beginning.
    #[must_use]
    pub(crate) fn text(mut self, text: &str) -> Self {
        for byte in text.bytes() {
            match byte {
                // Escaped so that the closing zero byte stays the smallest and the only one.
                0 => self.0.extend([1, 1]),
                1 => self.0.extend([1, 2]),
                other => self.0.push(other),
            }
        }
        self.0.push(0);
        self
    }

    /// Adds bytes of a fixed length.
    #[must_use]
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a number that keeps its order.
    #[must_use]
    pub(crate) fn number(self, number: u64) -> Self {
        self.bytes(&number.to_be_bytes())
    }

    /// Adds an instant that keeps its order.
    #[must_use]
    pub(crate) fn time(self, at: Timestamp) -> Self {
        // Nanoseconds of any timestamp fit into 96 bits; the flipped sign bit sorts them.
        let sortable = (at.as_nanosecond() + (1 << 95)).to_be_bytes();
        self.bytes(&sortable[4..])
    }

    /// The finished key.
    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }

    /// All keys that start with this one.
    pub(crate) fn range(self) -> KeyRange {
        let to = successor(&self.0);
        KeyRange { from: self.0, to }
    }
}

/// Keys from `from` (inclusive) to `to` (exclusive).
#[derive(Debug, Clone)]
pub(crate) struct KeyRange {
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
}

impl KeyRange {
    /// The range without what lies before `key`.
    #[must_use]
    pub(crate) fn starting(mut self, key: Key) -> Self {
        self.from = self.from.max(key.0);
        self
    }

    /// The range without `key` and what lies after it.
    #[must_use]
    pub(crate) fn ending(mut self, key: Key) -> Self {
        self.to = self.to.min(key.0);
        self
    }

    /// Whether no key can be in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.from >= self.to
    }
}

fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if last < u8::MAX {
            next.push(last + 1);
            break;
        }
    }
    next
}

/// Hexadecimal text of a key's tail, as an opaque cursor.
pub(super) fn cursor_of(tail: &[u8]) -> String {
    use std::fmt::Write;
    tail.iter().fold(String::with_capacity(tail.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The key's tail of a cursor.
pub(super) fn tail_of(cursor: &str) -> Result<Vec<u8>, StoreError> {
    let invalid = StoreError::Invalid {
        field: "cursor",
        problem: "is not one that this list gave; start again without it",
    };
    if !cursor.len().is_multiple_of(2) || cursor.len() > 2_000 {
        return Err(invalid);
    }
    let digits: Option<Vec<u8>> =
        cursor.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.ok_or(invalid)?;
    Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_parts_do(a in ".{0,6}", b in ".{0,6}", m in 0..u64::MAX, n in 0..u64::MAX) {
            let key = |text: &str, number| Key::global(Table::Calls).text(text).number(number).done();
            prop_assert_eq!(key(&a, m).cmp(&key(&b, n)), (&a, m).cmp(&(&b, n)));
        }

        #[test]
        fn times_sort_as_they_follow(a in i64::MIN / 100..i64::MAX / 100, b in i64::MIN / 100..i64::MAX / 100) {
            let at = |ns: i64| Timestamp::from_nanosecond(i128::from(ns) * 90).unwrap();
            let key = |ns| Key::global(Table::Calls).time(at(ns)).done();
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }

        #[test]
        fn a_cursor_gives_back_its_tail(tail in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(tail_of(&cursor_of(&tail)).unwrap(), tail);
        }
    }

    #[test]
    fn one_orgs_range_never_meets_another_orgs_keys() {
        let short: OrgId = "org_a".parse().unwrap();
        let long: OrgId = "org_ab".parse().unwrap();
        let range = Key::of(Table::Calls, &short).range();
        let other = Key::of(Table::Calls, &long).number(0).done();
        assert!(other < range.from || other >= range.to);
    }

    #[test]
    fn the_earliest_and_the_latest_time_keep_their_order() {
        let key = |at| Key::global(Table::Calls).time(at).done();
        assert!(key(Timestamp::MIN) < key(Timestamp::UNIX_EPOCH));
        assert!(key(Timestamp::UNIX_EPOCH) < key(Timestamp::MAX));
    }

    #[test]
    fn no_two_tables_share_a_byte() {
        let mut bytes: Vec<u8> = Table::ALL.iter().map(|(table, _)| *table as u8).collect();
        let count = bytes.len();
        bytes.sort_unstable();
        bytes.dedup();
        assert_eq!(bytes.len(), count);
    }
}
