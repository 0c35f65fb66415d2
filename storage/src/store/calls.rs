//! Calls: their events, records, answers and log. Writes are context (handed to the operating
//! system before the answer, synced within 200 ms) or heard (answered at once, R13).

use std::future::Future;

use jiff::Timestamp;

use super::Store;
use crate::error::StoreError;
use crate::ids::{CallId, OrgId, ToolCallId};
use crate::model::{AnswerRecord, CallKey, CallLogEntry, CallRecord, StoredEvent};
use crate::ops;
use crate::requests::{CallHistory, CallState, CallWrite, Listing, Page};
use crate::trees::{answers, calls};
use crate::writer::Grade::{Context, Heard};

/// Most answers that one sweep forgets, so that bookings do not wait for it.
const SWEEP: usize = 1_000;

impl Store {
    /// Keeps one step of a call, whole or not at all.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn save_call(&self, key: &CallKey, write: CallWrite) -> Result<(), StoreError> {
        let key = key.clone();
        self.write(Context, move |tx| ops::calls::save(tx, &key, write)).await
    }

    /// As [`Store::save_call`], but in line before this returns: steps keep the order in which
    /// they were queued, however late the future is awaited, and happen even if it never is.
    /// When too many writes wait, the future gives [`StoreError::Busy`].
    pub fn queue_call(
        &self,
        key: &CallKey,
        write: CallWrite,
    ) -> impl Future<Output = Result<(), StoreError>> + Send + 'static + use<> {
        let key = key.clone();
        self.enqueue(Context, move |tx| ops::calls::save(tx, &key, write))
    }

    /// Keeps what was heard, if there is room; never waits. Dropped writes are counted
    /// ([`Store::dropped_writes`]).
    pub fn hear(&self, key: &CallKey, events: Vec<StoredEvent>) {
        let key = key.clone();
        let write = CallWrite { events, ..CallWrite::default() };
        // Nobody waits for the outcome; the queue counts what it drops.
        drop(self.enqueue(Heard, move |tx| ops::calls::save(tx, &key, write)));
    }

    /// All that is kept of a call; `None` if nothing is.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn call_history(&self, key: &CallKey) -> Result<Option<CallHistory>, StoreError> {
        let key = key.clone();
        self.read(move |rows| {
            let history = CallHistory {
                record: calls::get(rows, &key)?,
                events: calls::events(rows, &key)?,
                answers: answers::of_call(rows, &key.org, &key.call)?,
            };
            let nothing =
                history.record.is_none() && history.events.is_empty() && history.answers.is_empty();
            Ok((!nothing).then_some(history))
        })
        .await
    }

    /// A call at a glance.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn call_record(&self, key: &CallKey) -> Result<Option<CallRecord>, StoreError> {
        let key = key.clone();
        self.read(move |rows| calls::get(rows, &key)).await
    }

    /// The calls of all orgs that have not ended.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn live_calls(&self) -> Result<Vec<CallRecord>, StoreError> {
        self.read(calls::live).await
    }

    /// Calls of an org, newest first.
    ///
    /// # Errors
    /// If they cannot be read, or the cursor is not one of this list.
    pub async fn calls(
        &self,
        org: &OrgId,
        state: CallState,
        page: &Page,
    ) -> Result<Listing<CallRecord>, StoreError> {
        let (org, page) = (org.clone(), page.clone());
        self.read(move |rows| calls::of_org(rows, &org, state, &page)).await
    }

    /// The answer that a tool call got; `call` is `None` for tool calls outside any call.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn answer(
        &self,
        org: &OrgId,
        call: Option<&CallId>,
        id: &ToolCallId,
    ) -> Result<Option<AnswerRecord>, StoreError> {
        let (org, call, id) = (org.clone(), call.cloned(), id.clone());
        self.read(move |rows| answers::get(rows, &org, call.as_ref(), &id)).await
    }

    /// Keeps the answer that a tool call got. The booking it is known to have made stays known.
    ///
    /// # Errors
    /// If the org does not exist or the disk refuses it; then nothing happened.
    pub async fn save_answer(
        &self,
        org: &OrgId,
        call: Option<&CallId>,
        answer: AnswerRecord,
    ) -> Result<(), StoreError> {
        let (org, call) = (org.clone(), call.cloned());
        self.write(Context, move |tx| ops::answers::save(tx, &org, call.as_ref(), answer)).await
    }

    /// Forgets at most 1,000 answers given before `at`, oldest first, and says how many it were;
    /// call it again until it says 0.
    ///
    /// # Errors
    /// If the disk refuses it; then nothing happened.
    pub async fn forget_answers_before(&self, at: Timestamp) -> Result<usize, StoreError> {
        self.write(Context, move |tx| answers::forget_before(tx, at, SWEEP)).await
    }

    /// Adds a line to a call's log, if there is room; never waits. Dropped lines are counted
    /// ([`Store::dropped_writes`]).
    pub fn log(&self, key: &CallKey, entry: CallLogEntry) {
        let key = key.clone();
        drop(self.enqueue(Heard, move |tx| ops::calls::log(tx, &key, &entry)));
    }

    /// The log of a call, in the order in which it was written.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn call_log(&self, key: &CallKey) -> Result<Vec<CallLogEntry>, StoreError> {
        let key = key.clone();
        self.read(move |rows| calls::log(rows, &key)).await
    }
}
