//! Bookings of an org and the index rows that follow them. Index rows hold the booking's key.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, ConnectionId, OrgId};
use crate::model::Booking;
use crate::requests::{BookingFilter, Listing, Page};
use crate::rows::{Key, Order, Rows, Table, Tx, list, record};

const TABLE: Table = Table::Bookings;

fn key(org: &OrgId, id: BookingId) -> Vec<u8> {
    Key::of(TABLE, org).bytes(id.as_bytes()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: BookingId,
) -> Result<Option<Booking>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

fn index_keys(booking: &Booking) -> Vec<Vec<u8>> {
    let org = &booking.org;
    let entry = |prefix: Key| prefix.time(booking.start).bytes(booking.id.as_bytes()).done();
    let by = |table| Key::of(table, org);
    let mut keys = vec![
        entry(by(Table::BookingsByStart)),
        entry(by(Table::BookingsByCustomer).bytes(booking.customer_id.as_bytes())),
        confirmation_key(org, &booking.confirmation),
    ];
    let phone = booking.customer_phone.as_deref();
    keys.extend(phone.map(|phone| entry(by(Table::BookingsByPhone).text(phone))));
    let call = booking.call_id.as_ref();
    keys.extend(call.map(|call| entry(by(Table::BookingsByCall).text(call.as_str()))));
    let there = |id: &String| external_key(org, &booking.connection_id, id);
    keys.extend(booking.external_ids.iter().map(there));
    keys
}

fn external_key(org: &OrgId, connection: &ConnectionId, id: &str) -> Vec<u8> {
    Key::of(Table::BookingsByExternalId, org).text(connection.as_str()).text(id).done()
}

/// The booking that a connection's provider knows or knew by an id.
pub(crate) fn by_external_id(
    rows: &dyn Rows,
    org: &OrgId,
    connection: &ConnectionId,
    id: &str,
) -> Result<Option<Booking>, StoreError> {
    match rows.get(&external_key(org, connection, id))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

fn confirmation_key(org: &OrgId, code: &str) -> Vec<u8> {
    Key::of(Table::Confirmations, org).text(code).done()
}

/// Writes a booking and its index rows; `previous` is the record as it stood.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    booking: &Booking,
    previous: Option<&Booking>,
) -> Result<(), StoreError> {
    for old in previous.map(index_keys).unwrap_or_default() {
        tx.delete(old);
    }
    let target = key(&booking.org, booking.id);
    for index in index_keys(booking) {
        tx.put_bytes(index, target.clone());
    }
    tx.put(TABLE, target, booking)
}

/// The booking with a full confirmation code, as it is stored.
pub(crate) fn by_confirmation(
    rows: &dyn Rows,
    org: &OrgId,
    code: &str,
) -> Result<Option<Booking>, StoreError> {
    match rows.get(&confirmation_key(org, code))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

/// The bookings that match, by start.
pub(crate) fn matching(
    rows: &dyn Rows,
    org: &OrgId,
    filter: &BookingFilter,
    page: &Page,
) -> Result<Listing<Booking>, StoreError> {
    // The narrowest index that fits; the rest is filtered.
    let prefix = if let Some(call) = &filter.call {
        Key::of(Table::BookingsByCall, org).text(call.as_str())
    } else if let Some(customer) = filter.customer {
        Key::of(Table::BookingsByCustomer, org).bytes(customer.as_bytes())
    } else if let Some(phone) = &filter.phone {
        Key::of(Table::BookingsByPhone, org).text(phone)
    } else {
        Key::of(Table::BookingsByStart, org)
    };
    let edge = |at: Timestamp| prefix.clone().time(at);
    let within = |mut range: crate::rows::KeyRange| {
        if let Some(from) = filter.from {
            range = range.starting(edge(from));
        }
        if let Some(to) = filter.to {
            range = range.ending(edge(to));
        }
        range
    };
    list(rows, TABLE, prefix.clone(), within, Order::Ascending, page, |booking: &Booking| {
        filter.made_from.is_none_or(|from| booking.created_at >= from)
            && filter.status.is_none_or(|status| booking.status == status)
            && filter.outcome.is_none_or(|outcome| booking.outcome == outcome)
            && filter.customer.is_none_or(|customer| booking.customer_id == customer)
            && (filter.phone.is_none() || booking.customer_phone == filter.phone)
            && (filter.call.is_none() || booking.call_id == filter.call)
            && filter.connection.as_ref().is_none_or(|id| booking.connection_id == *id)
    })
}
