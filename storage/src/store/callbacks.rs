//! Wishes to be called back. Every write is promised: it is on disk before the answer.

use super::Store;
use crate::error::StoreError;
use crate::ids::{CallbackId, OrgId};
use crate::model::{Callback, CallbackState};
use crate::ops;
use crate::requests::{CallbackOutcome, ChangeCallback, Listing, Page, RequestCallback};
use crate::trees::callbacks;
use crate::writer::Grade::Promised;

impl Store {
    /// Keeps a wish to be called back, or completes the one of the same call.
    ///
    /// # Errors
    /// If it has no number, the org does not exist or the disk refuses it; then nothing happened.
    pub async fn request_callback(
        &self,
        wish: RequestCallback,
    ) -> Result<CallbackOutcome, StoreError> {
        self.write(Promised, move |tx| ops::callbacks::request(tx, wish)).await
    }

    /// Keeps a wish to be called back unless one was kept in the same call before, whatever became of it;
    /// `None` then.
    ///
    /// # Errors
    /// As [`Self::request_callback`].
    pub async fn request_first_callback(
        &self,
        wish: RequestCallback,
    ) -> Result<Option<Callback>, StoreError> {
        self.write(Promised, move |tx| ops::callbacks::request_first(tx, wish)).await
    }

    /// Changes what operators keep of a callback; `None` if there is no such.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn change_callback(
        &self,
        change: ChangeCallback,
    ) -> Result<Option<Callback>, StoreError> {
        self.write(Promised, move |tx| ops::callbacks::change(tx, change)).await
    }

    /// One callback of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn callback(
        &self,
        org: &OrgId,
        id: &CallbackId,
    ) -> Result<Option<Callback>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.read(move |rows| callbacks::get(rows, &org, &id)).await
    }

    /// Callbacks of an org, of one state if one is given: open ones, then those in progress, then
    /// done ones, each newest first.
    ///
    /// # Errors
    /// If they cannot be read, or the cursor is not one of this list.
    pub async fn callbacks(
        &self,
        org: &OrgId,
        state: Option<CallbackState>,
        page: &Page,
    ) -> Result<Listing<Callback>, StoreError> {
        let (org, page) = (org.clone(), page.clone());
        self.read(move |rows| callbacks::of_org(rows, &org, state, &page)).await
    }
}
