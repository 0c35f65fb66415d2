//! The handle of a running stand-in: what a test or the demo plans for it, and what it can tell them
//! afterwards. Owns the vendor's account for as long as it lives, so that it outlives a server that is
//! killed. Knows no vendor; each adds what can be done with its own account.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::asked::Asked;
use super::doors;
use super::serving::{Serving, serve};
use super::trouble::{Plan, Trouble, Troubles};
use super::vendor::Vendor;

/// A running stand-in; it stops when dropped.
pub struct Handle<V: Vendor> {
    behind: Arc<Behind<V>>,
    serving: Serving,
}

/// What the handle and the routes have in common.
pub(super) struct Behind<V: Vendor> {
    vendor: Mutex<V>,
    troubles: Mutex<Troubles<V::Operation>>,
    asked: Mutex<Vec<Asked<V::Operation>>>,
}

/// What a panic left behind is good enough: nothing here spans two of them.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<V: Vendor> Behind<V> {
    pub(super) fn vendor(&self) -> MutexGuard<'_, V> {
        lock(&self.vendor)
    }

    pub(super) fn troubles(&self) -> MutexGuard<'_, Troubles<V::Operation>> {
        lock(&self.troubles)
    }

    pub(super) fn asked(&self) -> MutexGuard<'_, Vec<Asked<V::Operation>>> {
        lock(&self.asked)
    }
}

impl<V: Vendor> Handle<V> {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// If there is no port.
    pub async fn start(setup: V::Setup) -> io::Result<Self> {
        let behind = Arc::new(Behind {
            vendor: Mutex::new(V::open(setup)),
            troubles: Mutex::default(),
            asked: Mutex::default(),
        });
        let serving = serve(doors::router(Arc::clone(&behind))).await?;
        Ok(Self { behind, serving })
    }

    /// Where it is, without a final slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.serving.url()
    }

    /// The next request of this kind fares so.
    pub fn next(&self, operation: V::Operation, trouble: Trouble) {
        self.plan(Plan { operation, trouble, times: Some(1), percent: 100 });
    }

    /// Every request of this kind fares so until [`Self::behave`].
    pub fn always(&self, operation: V::Operation, trouble: Trouble) {
        self.plan(Plan { operation, trouble, times: None, percent: 100 });
    }

    /// Adds a plan; of several that apply to a request, the oldest counts.
    pub fn plan(&self, plan: Plan<V::Operation>) {
        self.behind.troubles().add(plan);
    }

    /// Forgets all troubles that have not come about.
    pub fn behave(&self) {
        self.behind.troubles().clear();
    }

    /// Everything that it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked<V::Operation>> {
        self.behind.asked().clone()
    }

    /// What it was asked for of one kind, in order.
    #[must_use]
    pub fn asked_to(&self, operation: V::Operation) -> Vec<Asked<V::Operation>> {
        let mut asked = self.asked();
        asked.retain(|asked| asked.operation == operation);
        asked
    }

    /// The vendor's account; nothing is answered while it is held.
    pub(super) fn account(&self) -> MutexGuard<'_, V> {
        self.behind.vendor()
    }
}
