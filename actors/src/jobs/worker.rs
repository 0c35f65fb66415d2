//! The worker: finds what is due, gives every org its share, runs it in tasks of its own. A job
//! that panics harms no other; a worker that does is started again.

use std::collections::{BTreeSet, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use hookswitch_storage::{Job, JobId, OrgId, StoreError};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::{self, JoinHandle, JoinSet};

use super::{AnyWork, Bell, Ended, Work};
use crate::bounds::{
    JOB_LIMIT, JOBS_LOOKED_AT, MAX_JOBS, MAX_JOBS_PER_ORG, MAX_RESTARTS, RESTART_WINDOW,
};
use crate::calls::Shared;
use crate::supervisor::RestartBudget;

/// The clock may be set: longer than this the worker does not rely on it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A kind that this version does not know, as after a downgrade, is left alone for so long.
const UNKNOWN_KIND_PAUSE: Duration = Duration::from_secs(3_600);

/// What runs, by its task.
type InFlight = HashMap<task::Id, (JobId, OrgId)>;

type Kinds = HashMap<&'static str, Arc<dyn AnyWork>>;

/// The kinds of work that there are, and the task that runs them.
#[derive(Default)]
pub(crate) struct Worker {
    kinds: Kinds,
}

/// A worker that runs. Cheap to clone; stops when told to or when what it works for is gone.
#[derive(Clone)]
pub(crate) struct Running {
    stop: watch::Sender<bool>,
    guard: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl Worker {
    /// With one more kind.
    pub(crate) fn with<W: Work>(mut self, work: W) -> Self {
        self.kinds.insert(W::KIND, Arc::new(work));
        self
    }

    /// Starts it; what was due while the server was down runs at once.
    pub(crate) fn start(self, shared: &Arc<Shared>) -> Running {
        let (stop, stopping) = watch::channel(false);
        let kinds = Arc::new(self.kinds);
        let guard = tokio::spawn(keep_running(
            Arc::downgrade(shared),
            shared.bell.clone(),
            kinds,
            stopping,
        ));
        Running { stop, guard: Arc::new(tokio::sync::Mutex::new(Some(guard))) }
    }
}

impl Running {
    /// Lets nothing new begin and gives what runs some time to end; what does not is left to the
    /// next start.
    pub(crate) async fn stop(&self, within: Duration) {
        let _ = self.stop.send(true);
        let Some(guard) = self.guard.lock().await.take() else { return };
        let abort = guard.abort_handle();
        if tokio::time::timeout(within, guard).await.is_err() {
            abort.abort();
        }
    }
}

/// Starts a worker that failed again, within its budget; beyond it, after a pause.
async fn keep_running(
    shared: Weak<Shared>,
    bell: Bell,
    kinds: Arc<Kinds>,
    stopping: watch::Receiver<bool>,
) {
    let mut budget = RestartBudget::new(MAX_RESTARTS, RESTART_WINDOW);
    loop {
        let round = Round { shared: shared.clone(), bell: bell.clone(), kinds: Arc::clone(&kinds) };
        let run = AssertUnwindSafe(round.run(stopping.clone())).catch_unwind().await;
        if run.is_ok() {
            return;
        }
        tracing::error!("the worker of durable jobs failed");
        let pause = if budget.take(Instant::now()) { LOOK_EVERY } else { RESTART_WINDOW };
        tokio::time::sleep(pause).await;
    }
}

struct Round {
    shared: Weak<Shared>,
    bell: Bell,
    kinds: Arc<Kinds>,
}

impl Round {
    async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        let mut running = InFlight::new();
        loop {
            let Some(shared) = self.shared.upgrade() else { return };
            let wait = match self.begin_what_is_due(&shared, &mut tasks, &mut running).await {
                Ok(wait) => wait,
                // The store is closed when the server stops; until the worker hears of it, and
                // while a disk is in trouble, there is nothing to do but to wait.
                Err(StoreError::Closed) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(%error, "jobs could not be read");
                    LOOK_EVERY
                }
            };
            drop(shared);
            tokio::select! {
                () = self.bell.rung() => {}
                Some(ended) = tasks.join_next_with_id() => {
                    let task = ended.map_or_else(|failed| failed.id(), |(task, ())| task);
                    running.remove(&task);
                }
                () = tokio::time::sleep(wait) => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Starts what is due and has a place; gives how long there is nothing more to do.
    async fn begin_what_is_due(
        &self,
        shared: &Arc<Shared>,
        tasks: &mut JoinSet<()>,
        running: &mut InFlight,
    ) -> Result<Duration, StoreError> {
        if running.len() >= MAX_JOBS {
            return Ok(LOOK_EVERY);
        }
        let now = shared.clock.now();
        let except = ids(running);
        let store = &shared.store;
        let ready = store.ready_jobs(now, JOBS_LOOKED_AT, MAX_JOBS_PER_ORG, except).await?;
        let mut left_over = false;
        for job in ready {
            let of_org = running.values().filter(|(_, org)| *org == job.org).count();
            if running.len() >= MAX_JOBS || of_org >= MAX_JOBS_PER_ORG {
                left_over = true;
                continue;
            }
            let work = self.kinds.get(job.kind.as_str()).cloned();
            let marks = (job.id.clone(), job.org.clone());
            let task = tasks.spawn(run_one(Arc::clone(shared), work, job));
            running.insert(task.id(), marks);
        }
        if left_over {
            return Ok(LOOK_EVERY);
        }
        Ok(match store.next_job_due(ids(running)).await? {
            Some(due) => until(now, due).clamp(Duration::from_millis(10), LOOK_EVERY),
            None => LOOK_EVERY,
        })
    }
}

fn ids(running: &InFlight) -> BTreeSet<JobId> {
    running.values().map(|(job, _)| job.clone()).collect()
}

fn until(now: Timestamp, due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or_default()
}

/// Runs a job and writes down how it ended.
async fn run_one(shared: Arc<Shared>, work: Option<Arc<dyn AnyWork>>, job: Job) {
    let (id, org, kind) = (job.id.clone(), job.org.clone(), job.kind.clone());
    let runs = job.attempts.saturating_add(1);
    let pace = work.as_ref().map(|work| work.pace()).unwrap_or_default();
    let ended = match &work {
        None => Ended::Again {
            after: Some(UNKNOWN_KIND_PAUSE),
            why: "this version does not know such work".into(),
        },
        Some(work) => {
            let run = AssertUnwindSafe(work.run(&shared, job)).catch_unwind();
            match tokio::time::timeout(JOB_LIMIT, run).await {
                Ok(Ok(ended)) => ended,
                Ok(Err(_panic)) => again("it panicked; please report this"),
                Err(_) => again("it took too long"),
            }
        }
    };
    let store = &shared.store;
    let written = match ended {
        Ended::Done => store.delete_job(&org, &id).await.map(|_| ()),
        Ended::Kept => Ok(()),
        Ended::Again { after, why } if after.is_some() || !pace.is_spent(runs) => {
            let pause = after.unwrap_or_else(|| pace.pause(&id, runs));
            let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
            let due = shared.clock.now().checked_add(pause).unwrap_or(Timestamp::MAX);
            tracing::debug!(org.id = %org, job.id = %id, job.kind = %kind, why, "once more");
            store.job_tried(&org, &id, Some(due), Some(why)).await
        }
        Ended::Again { why, .. } | Ended::Dead { why } => {
            tracing::error!(org.id = %org, job.id = %id, job.kind = %kind, why, "a job was given up");
            store.job_tried(&org, &id, None, Some(why)).await
        }
    };
    if let Err(error) = written {
        if error != StoreError::Closed {
            tracing::error!(org.id = %org, job.id = %id, %error, "a job's end could not be kept");
        }
        // It will run again: not at once, while the disk is in trouble.
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn again(why: &str) -> Ended {
    Ended::Again { after: None, why: why.to_owned() }
}
