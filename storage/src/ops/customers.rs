//! Customers: written as given, or found and completed when a booking is made.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{CustomerId, OrgId};
use crate::model::{Customer, CustomerDraft};
use crate::rows::Tx;
use crate::trees::customers;

/// Writes a customer as given.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    mut customer: Customer,
    now: Timestamp,
) -> Result<(), StoreError> {
    super::require_org(tx, &customer.org)?;
    customer.updated_at = now;
    let previous = customers::get(tx, &customer.org, customer.id)?;
    customers::put(tx, &customer, previous.as_ref())
}

/// Keeps what was learnt of a person elsewhere; gives the record that now holds it.
pub(crate) fn learn(
    tx: &mut Tx<'_>,
    org: &OrgId,
    draft: &CustomerDraft,
    now: Timestamp,
) -> Result<Customer, StoreError> {
    super::require_org(tx, org)?;
    if draft.name.trim().is_empty() {
        return Err(StoreError::Invalid { field: "name", problem: "must not be empty" });
    }
    let mut sharing = match &draft.phone {
        Some(phone) => customers::by_phone(tx, org, phone, usize::MAX)?,
        None => Vec::new(),
    };
    if let Some(same) = sharing.iter().position(|known| same_name(&known.name, &draft.name)) {
        return complete(tx, sharing.swap_remove(same), draft, now);
    }
    if sharing.len() > 1 {
        // Which of those who share the number is meant cannot be told, so nobody is changed.
        return Ok(sharing.swap_remove(0));
    }
    let id = find_or_create(tx, org, draft, now)?;
    customers::get(tx, org, id)?.ok_or(StoreError::Damaged { table: "customers" })
}

/// Whether two names are one, whatever their case and spaces.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.to_lowercase().split_whitespace().collect::<String>();
    letters(a) == letters(b)
}

/// Gives a known customer what it lacked. The address of somebody else who uses the same number is none
/// of theirs: they would be written to about each other.
fn complete(
    tx: &mut Tx<'_>,
    old: Customer,
    draft: &CustomerDraft,
    now: Timestamp,
) -> Result<Customer, StoreError> {
    let mut customer = old.clone();
    if customer.name.trim().is_empty() {
        customer.name.clone_from(&draft.name);
    }
    customer.phone = customer.phone.or_else(|| draft.phone.clone());
    if same_name(&customer.name, &draft.name) {
        customer.email = customer.email.or_else(|| draft.email.clone());
    }
    if customer != old {
        customer.updated_at = now;
        customers::put(tx, &customer, Some(&old))?;
    }
    Ok(customer)
}

/// The customer that a draft means: by number, else by address, else a new one. A known customer
/// keeps its name and gets what it lacked.
pub(super) fn find_or_create(
    tx: &mut Tx<'_>,
    org: &OrgId,
    draft: &CustomerDraft,
    now: Timestamp,
) -> Result<CustomerId, StoreError> {
    let mut known = None;
    if let Some(phone) = &draft.phone {
        known = customers::by_phone(tx, org, phone, 1)?.pop();
    }
    if let (None, Some(email)) = (&known, &draft.email) {
        // A shared address does not make two people with two numbers one person.
        known = customers::by_email(tx, org, email, usize::MAX)?
            .into_iter()
            .find(|found| draft.phone.is_none() || found.phone.is_none());
    }
    let Some(old) = known else {
        let customer = Customer {
            id: CustomerId::random(),
            org: org.clone(),
            name: draft.name.clone(),
            phone: draft.phone.clone(),
            email: draft.email.clone(),
            last_visit: None,
            created_at: now,
            updated_at: now,
        };
        customers::put(tx, &customer, None)?;
        return Ok(customer.id);
    };
    Ok(complete(tx, old, draft, now)?.id)
}
