//! What makes two booking requests the same request: one row per meaning of an org's active
//! bookings. Meanings hold personal data, so only their hash is kept.

use crate::error::StoreError;
use crate::ids::{BookingId, OrgId};
use crate::rows::{Key, Rows, Table, Tx, record};

fn key(org: &OrgId, hash: &[u8]) -> Vec<u8> {
    Key::of(Table::Meanings, org).bytes(hash).done()
}

fn of_booking_key(org: &OrgId, id: BookingId) -> Vec<u8> {
    Key::of(Table::MeaningOfBooking, org).bytes(id.as_bytes()).done()
}

fn hash(meaning: &str) -> [u8; 32] {
    *blake3::hash(meaning.as_bytes()).as_bytes()
}

/// The active booking with a meaning.
pub(crate) fn booking(
    rows: &dyn Rows,
    org: &OrgId,
    meaning: &str,
) -> Result<Option<BookingId>, StoreError> {
    record(rows, Table::Meanings, &key(org, &hash(meaning)))
}

pub(crate) fn put(
    tx: &mut Tx<'_>,
    org: &OrgId,
    meaning: &str,
    id: BookingId,
) -> Result<(), StoreError> {
    let hash = hash(meaning);
    tx.put_bytes(of_booking_key(org, id), hash.to_vec());
    tx.put(Table::Meanings, key(org, &hash), &id)
}

/// Ends whatever meaning a booking has.
pub(crate) fn release(tx: &mut Tx<'_>, org: &OrgId, id: BookingId) -> Result<(), StoreError> {
    if let Some(hash) = tx.get(&of_booking_key(org, id))? {
        tx.delete(key(org, &hash));
        tx.delete(of_booking_key(org, id));
    }
    Ok(())
}
