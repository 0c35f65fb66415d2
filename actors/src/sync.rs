//! The exchange of changes with providers (P104), and their health before a caller notices (F17). What
//! the people of a business do in their own calendar is taken over here; a connection that stops working
//! is said to have.
//!
//! ```text
//! a post --> Wanted --+
//! the time ----------+--> Course, a task per connection: watch? changes? look? probe?
//! an operator -------+          |                |                   |
//!                               '-- provider's actor --> find --> storage: adopt --> call, feed
//! ```
//!
//! | rule | file |
//! | --- | --- |
//! | what waits to be looked at; bounded | `wanted` |
//! | when what is done; the task of one connection | `course`, `pace` |
//! | asking what changed | `changes` |
//! | one booking: what follows from what the provider has; pure in `judge` | `look`, `judge` |
//! | being told by posts | `watches` |
//! | whether a connection works, and saying so | `pulse` |
//! | an access that ends soon, and saying so | `ending` |
//!
//! A notice is only a reason to look: whatever comes late, twice or in another order ends in what the
//! provider has. The schedule is in memory; at start every connection is asked at once.

mod changes;
mod course;
mod door;
mod ending;
mod judge;
mod look;
mod pace;
mod pulse;
mod settings;
mod tell;
mod wanted;
mod watches;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use hookswitch_storage::{Connection, ConnectionId, OrgId, StoreError};
use tokio::sync::{Notify, watch};

use crate::booking::BUILTIN;
use crate::calls::Shared;
use crate::ports::Notice;
use course::Course;
pub use door::Leaving;
pub use ending::connection_warning;
pub use pulse::Pulse;
pub use settings::{NoticeUrl, SyncSettings};
use wanted::Wanted;

/// Field name under which the secrets of watches are sealed.
const WATCH_SECRET_FIELD: &str = "connection.watch_secret";

/// The exchanges of all connections.
pub(crate) struct Syncs {
    pub(super) settings: SyncSettings,
    followers: DashMap<ConnectionId, Arc<Follower>>,
    /// Whose a connection is: of all outside calendars, followed or not.
    homes: DashMap<ConnectionId, OrgId>,
    pulses: DashMap<ConnectionId, Pulse>,
    stop: watch::Sender<bool>,
}

/// What the outside and the task of a connection share.
struct Follower {
    org: OrgId,
    connection: ConnectionId,
    wanted: Mutex<Wanted>,
    bell: Notify,
    /// Held by whoever asks the provider to post, or to post no more: the one is not to overtake the other.
    watching: tokio::sync::Mutex<()>,
    /// The connection is being removed: nobody is asked to post any more.
    leaves: AtomicBool,
    /// The latest post was proven to be the provider's. Until one was, a promise to post is no more than that.
    proven: AtomicBool,
}

impl Follower {
    fn want<T>(&self, change: impl FnOnce(&mut Wanted) -> T) -> T {
        change(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why a connection is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// The server started.
    Start,
    /// It was made or changed.
    Changed,
    /// Its provider posted something.
    Noticed,
}

impl Syncs {
    pub(crate) fn new(settings: SyncSettings) -> Self {
        Self {
            settings,
            followers: DashMap::new(),
            homes: DashMap::new(),
            pulses: DashMap::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// Begins with every connection of every org.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(crate) async fn start(shared: &Arc<Shared>) -> Result<(), StoreError> {
        for org in shared.orgs.all() {
            for connection in shared.store.connections(org.id()).await? {
                if connection.provider != BUILTIN {
                    let syncs = &shared.syncs;
                    syncs.homes.insert(connection.id.clone(), connection.org.clone());
                    wake(shared, &connection.org, &connection.id, Wake::Start, |_| {});
                }
            }
        }
        Ok(())
    }

    /// Lets nothing new begin.
    pub(crate) fn close(&self) {
        self.stop.send_replace(true);
    }

    /// Forgets the connections of an org that is gone.
    pub(crate) fn forget_org(&self, org: &OrgId) {
        self.homes.retain(|_, home| home != org);
        for follower in &self.followers {
            if follower.org == *org {
                follower.bell.notify_one();
            }
        }
    }

    fn home_of(&self, connection: &ConnectionId) -> Option<OrgId> {
        self.homes.get(connection).map(|home| home.clone())
    }
}

/// A connection was made or changed.
fn changed(shared: &Arc<Shared>, connection: &Connection) {
    if connection.provider == BUILTIN {
        return;
    }
    shared.syncs.homes.insert(connection.id.clone(), connection.org.clone());
    if let Some(follower) = shared.syncs.followers.get(&connection.id) {
        // It may have been about to be removed, and was not.
        follower.leaves.store(false, Ordering::Relaxed);
    }
    let anew = |wanted: &mut Wanted| wanted.changed = true;
    wake(shared, &connection.org, &connection.id, Wake::Changed, anew);
}

/// A provider posted something that is proven to be from it.
fn noticed(shared: &Arc<Shared>, org: &OrgId, connection: &ConnectionId, notice: Notice) {
    if let Some(follower) = shared.syncs.followers.get(connection) {
        follower.proven.store(true, Ordering::Relaxed);
    }
    if notice != Notice::Nothing {
        wake(shared, org, connection, Wake::Noticed, |wanted| wanted.add(notice));
    }
}

/// Something was posted for a connection that nothing proves. It may be a stranger's; it may also be the
/// provider's, signed with a key that is not ours: then its posts tell us nothing, and it is asked again.
fn doubted(shared: &Arc<Shared>, org: &OrgId, connection: &ConnectionId) {
    let follower = shared.syncs.followers.get(connection).map(|follower| Arc::clone(&follower));
    if follower.is_some_and(|follower| follower.proven.swap(false, Ordering::Relaxed)) {
        wake(shared, org, connection, Wake::Noticed, |wanted| wanted.add(Notice::Ask));
    }
}

/// Tells the task of a connection what is wanted of it; starts it if there is none.
fn wake(
    shared: &Arc<Shared>,
    org: &OrgId,
    connection: &ConnectionId,
    why: Wake,
    change: impl FnOnce(&mut Wanted),
) {
    let syncs = &shared.syncs;
    let mut fresh = None;
    let follower = syncs.followers.entry(connection.clone()).or_insert_with(|| {
        let follower = Arc::new(Follower {
            org: org.clone(),
            connection: connection.clone(),
            wanted: Mutex::default(),
            bell: Notify::new(),
            watching: tokio::sync::Mutex::default(),
            leaves: AtomicBool::new(false),
            proven: AtomicBool::new(false),
        });
        fresh = Some(Arc::clone(&follower));
        follower
    });
    // While the entry is held the task cannot go away without seeing it.
    follower.want(|wanted| {
        wanted.rung = true;
        change(wanted);
    });
    follower.bell.notify_one();
    drop(follower);
    if let Some(follower) = fresh {
        let course = Course::new(follower, &syncs.settings, why == Wake::Start);
        tokio::spawn(course.run(Arc::downgrade(shared), syncs.stop.subscribe()));
    }
}
