//! Registered tools and their links. What is registered is promised: a registration that is lost would be
//! made a second time.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::OrgId;
use crate::model::{Registration, ToolLink};
use crate::ops::registrations as ops;
use crate::trees::registrations;
use crate::writer::Grade::Promised;

impl Store {
    /// Every registered tool, by name and variant.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn registrations(&self) -> Result<Vec<Registration>, StoreError> {
        self.read(registrations::all).await
    }

    /// One registered tool.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn registration(
        &self,
        tool_name: &str,
        variant: &str,
    ) -> Result<Option<Registration>, StoreError> {
        let (tool_name, variant) = (tool_name.to_owned(), variant.to_owned());
        self.read(move |rows| registrations::get(rows, &tool_name, &variant)).await
    }

    /// Keeps a registration in place of its earlier state.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn put_registration(
        &self,
        registration: Registration,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::put(tx, &registration, &by, now)).await
    }

    /// Forgets a registration; false if there is none.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn delete_registration(
        &self,
        tool_name: &str,
        variant: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (tool_name, variant, by) = (tool_name.to_owned(), variant.to_owned(), by.to_owned());
        self.write(Promised, move |tx| ops::delete(tx, &tool_name, &variant, &by, now)).await
    }

    /// Every link of an org, by assistant and tool.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn tool_links(&self, org: &OrgId) -> Result<Vec<ToolLink>, StoreError> {
        let org = org.clone();
        self.read(move |rows| registrations::links(rows, &org)).await
    }
}
