//! Customers of an org, found by number, address or name. Index rows hold the customer's key.

use std::ops::ControlFlow;

use crate::error::StoreError;
use crate::ids::{CustomerId, OrgId};
use crate::model::Customer;
use crate::rows::{Key, KeyRange, Order, Rows, Table, Tx, record};

const TABLE: Table = Table::Customers;

fn key(org: &OrgId, id: CustomerId) -> Vec<u8> {
    Key::of(TABLE, org).bytes(id.as_bytes()).done()
}

pub(crate) fn get(
    rows: &dyn Rows,
    org: &OrgId,
    id: CustomerId,
) -> Result<Option<Customer>, StoreError> {
    record(rows, TABLE, &key(org, id))
}

/// The index rows of a customer.
fn index_keys(customer: &Customer) -> Vec<Vec<u8>> {
    let (org, id) = (&customer.org, customer.id);
    let entry = |prefix: Key| prefix.bytes(id.as_bytes()).done();
    let mut keys = vec![entry(name_prefix(org, &customer.name))];
    keys.extend(customer.phone.as_deref().map(|phone| entry(phone_prefix(org, phone))));
    keys.extend(customer.email.as_deref().map(|email| entry(email_prefix(org, email))));
    keys
}

fn phone_prefix(org: &OrgId, phone: &str) -> Key {
    Key::of(Table::CustomersByPhone, org).text(phone)
}

fn email_prefix(org: &OrgId, email: &str) -> Key {
    Key::of(Table::CustomersByEmail, org).text(&email.trim().to_lowercase())
}

fn name_prefix(org: &OrgId, name: &str) -> Key {
    let squeezed: String = name.to_lowercase().split_whitespace().collect();
    Key::of(Table::CustomersByName, org).text(&squeezed)
}

/// Writes a customer and its index rows; `previous` is the record as it stood.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    customer: &Customer,
    previous: Option<&Customer>,
) -> Result<(), StoreError> {
    for old in previous.map(index_keys).unwrap_or_default() {
        tx.delete(old);
    }
    let target = key(&customer.org, customer.id);
    for index in index_keys(customer) {
        tx.put_bytes(index, target.clone());
    }
    tx.put(TABLE, target, customer)
}

pub(crate) fn by_phone(
    rows: &dyn Rows,
    org: &OrgId,
    phone: &str,
    limit: usize,
) -> Result<Vec<Customer>, StoreError> {
    pointed_to(rows, &phone_prefix(org, phone).range(), limit, |_| true)
}

pub(crate) fn by_email(
    rows: &dyn Rows,
    org: &OrgId,
    email: &str,
    limit: usize,
) -> Result<Vec<Customer>, StoreError> {
    pointed_to(rows, &email_prefix(org, email).range(), limit, |_| true)
}

/// By full name; if nobody has it, by names in which each word of `name` begins a word.
pub(crate) fn by_name(
    rows: &dyn Rows,
    org: &OrgId,
    name: &str,
    limit: usize,
) -> Result<Vec<Customer>, StoreError> {
    let wanted = name.to_lowercase();
    let wanted: Vec<&str> = wanted.split_whitespace().collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let exact = pointed_to(rows, &name_prefix(org, name).range(), limit, |_| true)?;
    if !exact.is_empty() {
        return Ok(exact);
    }
    let everyone = Key::of(Table::CustomersByName, org).range();
    pointed_to(rows, &everyone, limit, |customer| {
        let name = customer.name.to_lowercase();
        wanted.iter().all(|wanted| name.split_whitespace().any(|word| word.starts_with(wanted)))
    })
}

fn pointed_to(
    rows: &dyn Rows,
    range: &KeyRange,
    limit: usize,
    keep: impl Fn(&Customer) -> bool,
) -> Result<Vec<Customer>, StoreError> {
    let mut found = Vec::new();
    rows.visit(range, Order::Ascending, &mut |_, target| {
        if found.len() == limit {
            return Ok(ControlFlow::Break(()));
        }
        found.extend(record::<Customer>(rows, TABLE, target)?.filter(|customer| keep(customer)));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
