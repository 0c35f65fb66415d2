//! Counts of wrong guesses at bookings, by who guesses. Numbers are personal data, so only the hash
//! of who it is makes the key.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::ids::OrgId;
use crate::rows::{Key, Order, Rows, Table, Tx, decode, record};

const TABLE: Table = Table::Guesses;

/// Wrong guesses of one call, or of one number in one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GuessCount {
    pub(crate) codes: u32,
    pub(crate) details: u32,
    /// The day that is counted.
    pub(crate) day: Date,
    /// When it last changed.
    pub(crate) at: Timestamp,
}

/// Who guesses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guesser<'a> {
    Call(&'a str),
    Number(&'a str),
    /// Every call that withholds its number.
    Withheld,
    /// Whoever asks outside of any call.
    Outside,
}

fn key(org: &OrgId, who: Guesser<'_>) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_derive_key("hookswitch 2026 guesser");
    hasher.update(org.as_str().as_bytes());
    let (kind, name) = match who {
        Guesser::Call(id) => (0, id),
        Guesser::Number(number) => (1, number),
        Guesser::Withheld => (2, ""),
        Guesser::Outside => (3, ""),
    };
    hasher.update(&[0, kind]).update(name.as_bytes());
    Key::of(TABLE, org).bytes(hasher.finalize().as_bytes()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    who: Guesser<'_>,
) -> Result<Option<GuessCount>, StoreError> {
    record(rows, TABLE, &key(org, who))
}

pub(crate) fn put(
    tx: &mut Tx<'_>,
    org: &OrgId,
    who: Guesser<'_>,
    count: &GuessCount,
) -> Result<(), StoreError> {
    tx.put(TABLE, key(org, who), count)
}

/// Removes at most `limit` counts of all orgs that last changed before `at`; how many it were.
pub(crate) fn forget_before(
    tx: &mut Tx<'_>,
    at: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let mut old = Vec::new();
    tx.visit(&Key::global(TABLE).range(), Order::Ascending, &mut |key, bytes| {
        if decode::<GuessCount>(TABLE, bytes)?.at < at {
            old.push(key.to_vec());
        }
        Ok(if old.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let count = old.len();
    old.into_iter().for_each(|key| tx.delete(key));
    Ok(count)
}
