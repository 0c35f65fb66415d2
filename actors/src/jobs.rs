//! Durable work: what must happen although the server may stop before it has. One worker runs the
//! records that storage keeps; each kind of work is a [`Work`]. Owns when something runs, how many
//! run at once and what follows a failure; what is done is the kind's own affair.
//!
//! ```text
//! storage: job due -> worker: free place? org's share? -> task: Work::run -> gone, later, or dead
//!              ^          ^ bell (new work), a job's end, the clock                  |
//!              '----------------------- backoff with jitter -------------------------'
//! ```
//!
//! A job runs at least once: a crash between its effect and its end runs it again, so each kind
//! first looks what is there already.

mod pace;
mod worker;

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_storage::{Job, OrgId};
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::sync::Notify;

use crate::calls::Shared;
pub(crate) use pace::Pace;
pub(crate) use worker::{Running, Worker};

/// One kind of durable work.
#[async_trait]
pub(crate) trait Work: Send + Sync + 'static {
    /// What a job of this kind carries.
    type Payload: DeserializeOwned + Send;

    /// The kind's name in storage; never changes.
    const KIND: &'static str;

    /// How soon a failed job is tried again.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// Does it.
    async fn run(&self, shared: &Arc<Shared>, order: Order<Self::Payload>) -> Ended;
}

/// A job as its kind sees it.
#[derive(Debug)]
pub(crate) struct Order<P> {
    /// Whose it is.
    pub(crate) org: OrgId,
    /// What the job carries.
    pub(crate) payload: P,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Done: the job goes.
    Done,
    /// The work has seen to the job's record itself, in the operation that did the work.
    Kept,
    /// Not done: once more, after this long or by the kind's pace.
    Again { after: Option<Duration>, why: String },
    /// Never to be done; kept for the operator to see.
    Dead { why: String },
}

/// A kind of work without its type.
#[async_trait]
trait AnyWork: Send + Sync {
    fn pace(&self) -> Pace;
    async fn run(&self, shared: &Arc<Shared>, job: Job) -> Ended;
}

#[async_trait]
impl<W: Work> AnyWork for W {
    fn pace(&self) -> Pace {
        Work::pace(self)
    }

    async fn run(&self, shared: &Arc<Shared>, job: Job) -> Ended {
        match serde_json::from_value(job.payload) {
            Ok(payload) => Work::run(self, shared, Order { org: job.org, payload }).await,
            Err(error) => Ended::Dead { why: format!("it cannot be read: {error}") },
        }
    }
}

/// Tells the worker that there may be something to do. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bell {
    inner: Arc<Notify>,
}

impl Bell {
    /// There may be something to do.
    pub(crate) fn ring(&self) {
        self.inner.notify_one();
    }

    async fn rung(&self) {
        self.inner.notified().await;
    }
}
