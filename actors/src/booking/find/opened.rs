//! Which bookings a live call has opened, by proof once given: what was proven need not be proven
//! again in the same call. Kept in memory only; after a restart the caller is asked once more.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use hookswitch_storage::{BookingId, CallKey};

/// The opened bookings of all live calls. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opened {
    inner: Arc<Mutex<HashMap<CallKey, HashSet<BookingId>>>>,
}

impl Opened {
    /// Notes that `call` has proven itself for a booking.
    pub(crate) fn open(&self, call: &CallKey, booking: BookingId) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.entry(call.clone()).or_default().insert(booking);
    }

    /// What `call` has opened, in no order.
    #[must_use]
    pub(crate) fn of(&self, call: &CallKey) -> Vec<BookingId> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.get(call).map(|opened| opened.iter().copied().collect()).unwrap_or_default()
    }

    /// Whether `call` has opened a booking.
    #[must_use]
    pub(crate) fn has(&self, call: &CallKey, booking: BookingId) -> bool {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.get(call).is_some_and(|opened| opened.contains(&booking))
    }

    /// Forgets what `call` has opened.
    pub(crate) fn forget(&self, call: &CallKey) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).remove(call);
    }
}
