//! Durable jobs and the audit chains.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{JobId, OrgId};
use crate::model::{AuditEntry, Job};
use crate::ops;
use crate::requests::{Listing, Page};
use crate::trees::{audit, jobs};
use crate::writer::Grade::Promised;

impl Store {
    /// Keeps a new job.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn put_job(&self, job: Job) -> Result<(), StoreError> {
        self.write(Promised, move |tx| ops::jobs::put(tx, &job)).await
    }

    /// Writes a job in place of its earlier state: tried again later, done, or given up.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn update_job(&self, job: Job) -> Result<(), StoreError> {
        self.put_job(job).await
    }

    /// Removes a job; false if there is none.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn delete_job(&self, org: &OrgId, id: &JobId) -> Result<bool, StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.write(Promised, move |tx| ops::jobs::delete(tx, &org, &id)).await
    }

    /// At most `limit` waiting jobs of all orgs that are due at `now` and not among `except`,
    /// longest due first; no more than `per_org` of one org.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn ready_jobs(
        &self,
        now: Timestamp,
        limit: usize,
        per_org: usize,
        except: BTreeSet<JobId>,
    ) -> Result<Vec<Job>, StoreError> {
        self.read(move |rows| jobs::ready(rows, now, limit, per_org, &except)).await
    }

    /// When the next waiting job of any org is due, those in `except` left out.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn next_job_due(
        &self,
        except: BTreeSet<JobId>,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |rows| jobs::next_due(rows, &except)).await
    }

    /// Writes down that a job was tried: again at `due`, or given up. Nothing to one that is gone.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn job_tried(
        &self,
        org: &OrgId,
        id: &JobId,
        due: Option<Timestamp>,
        error: Option<String>,
    ) -> Result<(), StoreError> {
        let (org, id) = (org.clone(), id.clone());
        self.write(Promised, move |tx| ops::jobs::tried(tx, &org, &id, due, error)).await
    }

    /// Makes the waiting jobs of a kind due by `now`, those of one org or of all; how many.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn hurry_jobs(
        &self,
        org: Option<&OrgId>,
        kind: &'static str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let org = org.cloned();
        self.write(Promised, move |tx| ops::jobs::hurry(tx, org.as_ref(), kind, now)).await
    }

    /// Every job of an org, whatever its state.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn jobs(&self, org: &OrgId) -> Result<Vec<Job>, StoreError> {
        let org = org.clone();
        self.read(move |rows| jobs::of_org(rows, &org)).await
    }

    /// Writes down an act that changes no record of ours, as one upon a live call: `action` names
    /// the kind of act (`call.control`), `subject` the id of what it was done to, `field` which.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn audit_act(
        &self,
        org: &OrgId,
        actor: &str,
        action: &'static str,
        subject: &str,
        field: &'static str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (org, actor, subject) = (org.clone(), actor.to_owned(), subject.to_owned());
        let fields = vec![field.to_owned()];
        self.write(Promised, move |tx| {
            let note = ops::audit::Note { at, actor: &actor, action, subject, fields };
            ops::audit::act(tx, &org, note)
        })
        .await
    }

    /// The audit chain of an org, newest first.
    ///
    /// # Errors
    /// If it cannot be read, or the cursor is not one of this list.
    pub async fn audit(&self, org: &OrgId, page: &Page) -> Result<Listing<AuditEntry>, StoreError> {
        let (org, page) = (org.clone(), page.clone());
        self.read(move |rows| audit::page(rows, Some(&org), &page)).await
    }

    /// The audit chain of what belongs to no org (admin tokens, removed orgs), newest first.
    ///
    /// # Errors
    /// If it cannot be read, or the cursor is not one of this list.
    pub async fn instance_audit(&self, page: &Page) -> Result<Listing<AuditEntry>, StoreError> {
        let page = page.clone();
        self.read(move |rows| audit::page(rows, None, &page)).await
    }

    /// Whether an org's audit chain is whole: no entry changed, none missing, none added.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn verify_audit(&self, org: &OrgId) -> Result<bool, StoreError> {
        let org = org.clone();
        self.read(move |rows| ops::audit::verify(rows, Some(&org))).await
    }
}
