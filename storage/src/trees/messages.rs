//! Messages of an org: as they are listed, by what gave cause for them, by the carrier's id. And the
//! numbers that want none, what each was last reminded of, how many messages went of late.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, MessageId, OrgId};
use crate::model::{Channel, Message, MessageState};
use crate::requests::{Listing, Page};
use crate::rows::{Key, Order, Rows, Table, Tx, list, record};

const TABLE: Table = Table::Messages;

fn key(org: &OrgId, id: &MessageId) -> Vec<u8> {
    Key::of(TABLE, org).text(id.as_str()).done()
}

/// Read backwards: the newest first.
fn order_key(message: &Message) -> Vec<u8> {
    let prefix = Key::of(Table::MessagesInOrder, &message.org).time(message.created_at);
    prefix.text(message.id.as_str()).done()
}

fn cause_key(org: &OrgId, cause: &str) -> Vec<u8> {
    Key::of(Table::MessageOfCause, org).text(cause).done()
}

fn sender_key(org: &OrgId, external_id: &str) -> Vec<u8> {
    Key::of(Table::MessageOfSender, org).text(external_id).done()
}

fn opt_out_key(org: &OrgId, number: &str) -> Vec<u8> {
    Key::of(Table::OptOuts, org).text(number).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: &MessageId,
) -> Result<Option<Message>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

/// The message that something gave cause for.
pub(crate) fn of_cause(
    rows: &dyn Rows,
    org: &OrgId,
    cause: &str,
) -> Result<Option<Message>, StoreError> {
    match rows.get(&cause_key(org, cause))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

/// The message that the carrier knows by an id.
pub(crate) fn of_sender(
    rows: &dyn Rows,
    org: &OrgId,
    external_id: &str,
) -> Result<Option<Message>, StoreError> {
    match rows.get(&sender_key(org, external_id))? {
        Some(target) => record(rows, TABLE, &target),
        None => Ok(None),
    }
}

/// Writes a new message under its cause.
pub(crate) fn create(tx: &mut Tx<'_>, message: &Message, cause: &str) -> Result<(), StoreError> {
    let target = key(&message.org, &message.id);
    tx.put_bytes(order_key(message), target.clone());
    tx.put_bytes(cause_key(&message.org, cause), target.clone());
    tx.put(TABLE, target, message)
}

/// Writes a message in place of its earlier state.
pub(crate) fn put(tx: &mut Tx<'_>, message: &Message) -> Result<(), StoreError> {
    let target = key(&message.org, &message.id);
    if let Some(external_id) = &message.external_id {
        tx.put_bytes(sender_key(&message.org, external_id), target.clone());
    }
    tx.put(TABLE, target, message)
}

/// Messages of an org, of one state and on one way if they are given, newest first.
pub(crate) fn of_org(
    rows: &dyn Rows,
    org: &OrgId,
    state: Option<MessageState>,
    channel: Option<Channel>,
    page: &Page,
) -> Result<Listing<Message>, StoreError> {
    list(
        rows,
        TABLE,
        Key::of(Table::MessagesInOrder, org),
        |range| range,
        Order::Descending,
        page,
        |message: &Message| {
            state.is_none_or(|state| message.state == state)
                && channel.is_none_or(|channel| message.channel == channel)
        },
    )
}

/// Since when a number wants no messages of an org; `None` if it does not mind.
pub(crate) fn opted_out(
    rows: &dyn Rows,
    org: &OrgId,
    number: &str,
) -> Result<Option<Timestamp>, StoreError> {
    record(rows, Table::OptOuts, &opt_out_key(org, number))
}

pub(crate) fn opt_out(
    tx: &mut Tx<'_>,
    org: &OrgId,
    number: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.put(Table::OptOuts, opt_out_key(org, number), &now)
}

pub(crate) fn opt_in(tx: &mut Tx<'_>, org: &OrgId, number: &str) {
    tx.delete(opt_out_key(org, number));
}

/// What a number was last reminded of by a text: a booking, and its start as it was told.
pub(crate) fn reminded(
    rows: &dyn Rows,
    org: &OrgId,
    number: &str,
) -> Result<Option<(BookingId, Timestamp)>, StoreError> {
    record(rows, Table::Reminded, &Key::of(Table::Reminded, org).text(number).done())
}

pub(crate) fn note_reminded(
    tx: &mut Tx<'_>,
    org: &OrgId,
    number: &str,
    of: (BookingId, Timestamp),
) -> Result<(), StoreError> {
    tx.put(Table::Reminded, Key::of(Table::Reminded, org).text(number).done(), &of)
}

/// How many messages were handed over of late: minutes since 1970, and how many in each, oldest first.
pub(crate) fn pace(rows: &dyn Rows, org: &OrgId) -> Result<Vec<(i64, u32)>, StoreError> {
    let counts = record(rows, Table::MessagePace, &Key::of(Table::MessagePace, org).done())?;
    Ok(counts.unwrap_or_default())
}

pub(crate) fn put_pace(
    tx: &mut Tx<'_>,
    org: &OrgId,
    counts: &[(i64, u32)],
) -> Result<(), StoreError> {
    tx.put(Table::MessagePace, Key::of(Table::MessagePace, org).done(), &counts)
}
