//! Phone numbers that Vapi keeps for an org, and the jobs that bring them up to date.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::PhoneNumber;
use crate::ops::phone_numbers as ops;
use crate::trees::phone_numbers;
use crate::writer::Grade::Promised;

impl Store {
    /// Every phone number of an org of which something is known, by Vapi's ids.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn phone_numbers(&self, org: &OrgId) -> Result<Vec<PhoneNumber>, StoreError> {
        let org = org.clone();
        self.read(move |rows| phone_numbers::all(rows, &org)).await
    }

    /// One phone number.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn phone_number(
        &self,
        org: &OrgId,
        id: &str,
    ) -> Result<Option<PhoneNumber>, StoreError> {
        let (org, id) = (org.clone(), id.to_owned());
        self.read(move |rows| phone_numbers::get(rows, &org, &id)).await
    }

    /// Wants a phone number brought up to date, by a job that is due at `now`; false if the org's settings
    /// name no such number.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn want_number_sync(
        &self,
        org: &OrgId,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (org, id) = (org.clone(), id.to_owned());
        self.write(Promised, move |tx| ops::want(tx, &org, &id, now)).await
    }

    /// Keeps what was found out about a phone number; false if the org's settings name it no more.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn keep_phone_number(&self, number: PhoneNumber) -> Result<bool, StoreError> {
        self.write(Promised, move |tx| ops::keep(tx, &number)).await
    }

    /// Forgets what is known of phone numbers that the org's settings name no more.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn forget_unnamed_numbers(&self, org: &OrgId) -> Result<(), StoreError> {
        let org = org.clone();
        self.write(Promised, move |tx| ops::forget_unnamed(tx, &org)).await
    }
}
