//! Organisations, their settings, connections and tokens. Every write is promised and audited.

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{ConnectionId, OrgId, TokenId};
use crate::model::{ApiToken, Connection, Org, Settings};
use crate::ops;
use crate::requests::{CreateOrg, PutSettings};
use crate::trees::{connections, orgs, tokens};
use crate::writer::Grade::{Context, Promised};

impl Store {
    /// Creates an org with its first connections. `by` is an id or a role, never a person's name.
    ///
    /// # Errors
    /// If a connection belongs to another org or the disk refuses it; then nothing happened.
    pub async fn create_org(
        &self,
        org: Org,
        connections: Vec<Connection>,
        by: &str,
        now: Timestamp,
    ) -> Result<CreateOrg, StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::orgs::create(tx, &org, &connections, &by, now)).await
    }

    /// One org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn org(&self, id: &OrgId) -> Result<Option<Org>, StoreError> {
        let id = id.clone();
        self.read(move |rows| orgs::get(rows, &id)).await
    }

    /// Every org, by id.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        self.read(orgs::all).await
    }

    /// Replaces the settings of an org that still has `expected_version`. `fields` names what
    /// changed, for the audit chain.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn put_settings(
        &self,
        org: &OrgId,
        expected_version: u64,
        settings: Settings,
        fields: Vec<String>,
        by: &str,
        now: Timestamp,
    ) -> Result<PutSettings, StoreError> {
        let (org, by) = (org.clone(), by.to_owned());
        self.write(Promised, move |tx| {
            ops::orgs::put_settings(tx, &org, expected_version, settings, fields, &by, now)
        })
        .await
    }

    /// Removes an org with everything it has, its tokens included; false if there is none. The
    /// org is gone at once; an interrupted removal of its rows goes on at the next opening.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn delete_org(
        &self,
        org: &OrgId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, by) = (org.clone(), by.to_owned());
        if !self.write(Promised, move |tx| ops::orgs::doom(tx, &id, &by, now)).await? {
            return Ok(false);
        }
        self.finish_removals().await?;
        Ok(true)
    }

    /// Removes what is left of removed orgs, in small operations.
    pub(super) async fn finish_removals(&self) -> Result<(), StoreError> {
        for org in self.read(orgs::doomed).await? {
            loop {
                let org = org.clone();
                if !self.write(Context, move |tx| ops::orgs::sweep(tx, &org)).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Every connection of an org, by id.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn connections(&self, org: &OrgId) -> Result<Vec<Connection>, StoreError> {
        let org = org.clone();
        self.read(move |rows| connections::all(rows, &org)).await
    }

    /// One connection of an org.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn connection(
        &self,
        org: &OrgId,
        id: &ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.read(move |rows| connections::get(rows, &org, &id)).await
    }

    /// Writes a connection in place of its earlier state.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn put_connection(
        &self,
        connection: Connection,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::orgs::put_connection(tx, &connection, &by, now)).await
    }

    /// Removes a connection; false if there is none. If it was the org's default, the org has none
    /// afterwards, and a new version.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn delete_connection(
        &self,
        org: &OrgId,
        id: &ConnectionId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (org, id, by) = (org.clone(), id.clone(), by.to_owned());
        self.write(Promised, move |tx| ops::orgs::delete_connection(tx, &org, &id, &by, now)).await
    }

    /// Writes a token in place of its earlier state.
    ///
    /// # Errors
    /// If its org does not exist, another token has its digest, or the disk refuses it.
    pub async fn put_token(
        &self,
        token: ApiToken,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let by = by.to_owned();
        self.write(Promised, move |tx| ops::tokens::put(tx, &token, &by, now)).await
    }

    /// The token whose secret has this digest. Whether it has expired is the caller's to check.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn token_by_digest(&self, digest: &str) -> Result<Option<ApiToken>, StoreError> {
        let digest = digest.to_owned();
        self.read(move |rows| tokens::by_digest(rows, &digest)).await
    }

    /// Every token, by id.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        self.read(tokens::all).await
    }

    /// Removes a token; false if there is none.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn delete_token(
        &self,
        id: &TokenId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(Promised, move |tx| ops::tokens::delete(tx, &id, &by, now)).await
    }
}
