//! Customers.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{CustomerId, OrgId};
use crate::model::{Customer, CustomerDraft};
use crate::ops;
use crate::requests::CustomerQuery;
use crate::trees::customers;
use crate::writer::Grade::{Context, Promised};

impl Store {
    /// One customer of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn customer(
        &self,
        org: &OrgId,
        id: &CustomerId,
    ) -> Result<Option<Customer>, StoreError> {
        let (org, id) = (org.clone(), *id);
        self.read(move |rows| customers::get(rows, &org, id)).await
    }

    /// Writes a customer in place of its earlier state; `updated_at` becomes `now`.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn put_customer(&self, customer: Customer, now: Timestamp) -> Result<(), StoreError> {
        self.write(Promised, move |tx| ops::customers::put(tx, customer, now)).await
    }

    /// Keeps what was learnt of a person elsewhere, by number, else by address: a known customer
    /// gets what it lacked and keeps the rest, an unknown one is made; of several with the number
    /// the one with the name is meant, and if none has it, nothing changes. Gives the record as it
    /// now stands, whose name may be another. Context (R13): on disk within 200 ms.
    ///
    /// # Errors
    /// If the draft has no name, the org does not exist or the disk refuses it.
    pub async fn learn_customer(
        &self,
        org: &OrgId,
        draft: CustomerDraft,
        now: Timestamp,
    ) -> Result<Customer, StoreError> {
        let org = org.clone();
        self.write(Context, move |tx| ops::customers::learn(tx, &org, &draft, now)).await
    }

    /// At most `limit` customers of an org that the query finds.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn find_customers(
        &self,
        org: &OrgId,
        query: &CustomerQuery,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        let (org, query) = (org.clone(), query.clone());
        self.read(move |rows| match &query {
            CustomerQuery::Phone(phone) => customers::by_phone(rows, &org, phone, limit),
            CustomerQuery::Email(email) => customers::by_email(rows, &org, email, limit),
            CustomerQuery::Name(name) => customers::by_name(rows, &org, name, limit),
        })
        .await
    }
}
