//! Trying the directories that nobody asks, so that trouble shows before a caller meets it (F17): a task
//! per org that has one, for as long as it has it. Owns when; the question goes through the directory's
//! actor like any other, within the same limits and the same breaker.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use hookswitch_storage::OrgId;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use super::{Directories, DirectoryMsg, ProbePace, Question, Sign, Urgency};
use crate::bounds::{ASK_SESSION, DIRECTORY_REQUEST};
use crate::calls::{Calls, Shared};
use crate::orgs::OrgEntry;
use crate::ports::{DirectoryAccess, DirectoryError};

/// Within this time after a start every directory has been tried.
const LATEST_START: Duration = Duration::from_secs(3);

/// National digits that nobody has: no area code begins with a zero, and these lines are kept for fiction.
/// That a directory knows them all the same does no harm, since the answer is not kept.
const NOBODY: &str = "0005550100";

/// The task that tries one org's directory; it ends with this.
pub(super) struct Watch {
    access: DirectoryAccess,
    task: AbortHandle,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Calls {
    /// An org was made, or its settings were changed: what was found with another access to a directory
    /// is forgotten, and a new access is tried.
    pub fn directory_changed(&self, org: &OrgEntry) {
        self.shared.directories.settings_changed(org);
        watch(&self.shared, org, Duration::ZERO);
    }
}

/// Begins with the directories of all orgs.
pub(crate) fn watch_all(shared: &Arc<Shared>) {
    let within = (shared.syncs.settings.poll_every / 20).min(LATEST_START);
    for org in shared.orgs.all() {
        let mut hasher = DefaultHasher::new();
        org.id().hash(&mut hasher);
        // They are spread, so that they are not all asked at once.
        watch(shared, &org, within * u32::from(hasher.finish().to_be_bytes()[0]) / 255);
    }
}

/// Tries the org's directory from now on, if it has one. A task that knows the access goes on as it was.
fn watch(shared: &Arc<Shared>, org: &OrgEntry, first: Duration) {
    let watches = &shared.directories.watches;
    let Some(access) = &org.directory else {
        watches.remove(org.id());
        shared.directories.signs.remove(org.id());
        return;
    };
    if watches.get(org.id()).is_some_and(|watch| watch.access == *access) {
        return;
    }
    let settings = &shared.syncs.settings;
    let least = Duration::from_millis(5);
    let well = settings.probe_every.max(least);
    let pace = ProbePace { well, down: well.min(settings.poll_every.max(least)) };
    let course = Course {
        shared: Arc::downgrade(shared),
        org: org.id().clone(),
        access: access.clone(),
        pace,
        sign: shared.directories.sign(org.id()),
    };
    let task = tokio::spawn(course.run(first)).abort_handle();
    watches.insert(org.id().clone(), Watch { access: access.clone(), task });
}

struct Course {
    shared: Weak<Shared>,
    org: OrgId,
    access: DirectoryAccess,
    pace: ProbePace,
    sign: Arc<Sign>,
}

impl Course {
    async fn run(self, first: Duration) {
        tokio::time::sleep(first).await;
        while let Some(rest) = self.rest().await {
            if !rest.is_zero() {
                tokio::select! {
                    () = tokio::time::sleep(rest) => {}
                    () = self.sign.bell.notified() => {}
                }
                continue;
            }
            let Some(directories) = self.directories() else { return };
            let turn = directories.lines.probe_at(&self.access, Instant::now());
            drop(directories);
            tokio::time::sleep_until(turn.into()).await;
            let Some(directories) = self.directories() else { return };
            directories.probe(&self.org, &self.access).await;
            drop(directories);
            // Whatever came of it, also when nothing was asked because it is left alone.
            tokio::time::sleep(self.pace.down).await;
        }
    }

    /// Not held while there is nothing to do: the task goes with the server.
    fn directories(&self) -> Option<Directories> {
        self.shared.upgrade().map(|shared| shared.directories.clone())
    }

    async fn rest(&self) -> Option<Duration> {
        let directories = self.directories()?;
        Some(directories.rest(&self.org, &self.access, self.pace).await)
    }
}

impl Directories {
    /// How long the org's directory need not be tried.
    async fn rest(&self, org: &OrgId, access: &DirectoryAccess, pace: ProbePace) -> Duration {
        let (reply_to, reply) = oneshot::channel();
        let Ok(actor) = self.of(org, access).await else { return pace.down };
        if actor.cast(DirectoryMsg::GetRest { pace, reply_to }).is_err() {
            return pace.down;
        }
        let answered = tokio::time::timeout(ASK_SESSION, reply).await;
        answered.ok().and_then(Result::ok).unwrap_or(pace.down)
    }

    /// Asks for somebody whom nobody knows. What comes of it the actor takes note of.
    async fn probe(&self, org: &OrgId, access: &DirectoryAccess) {
        let question = Question { call: None, digits: NOBODY.to_owned() };
        let asked = self.put(org, access, question, Urgency::Ahead);
        match tokio::time::timeout(DIRECTORY_REQUEST * 2, asked).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::debug!(org.id = %org, %error, "customer directory was tried")
            }
            Err(_) => {
                let error = DirectoryError::Late;
                tracing::debug!(org.id = %org, %error, "customer directory was tried");
            }
        }
    }
}
