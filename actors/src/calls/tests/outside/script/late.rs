//! What the scripted provider was sent and has not done so far: it hangs, is on its way, arrives or is
//! lost. Holds nothing.

use std::time::{Duration, Instant};

use super::Script;
use crate::ports::ProviderState;

impl Script {
    /// What hangs loses its connection.
    pub(in super::super) fn break_hanging(&self) {
        self.with(|inner| {
            let sent = std::mem::take(&mut inner.sent);
            inner.late.extend(sent.into_iter().map(|entry| (Instant::now(), entry)));
        });
        self.hanging.notify_waiters();
    }

    /// As [`Self::break_hanging`], and nothing is planned for the next writes.
    pub(in super::super) fn forget_hanging(&self) {
        self.break_hanging();
        self.with(|inner| inner.next.clear());
    }

    /// What was sent late arrives, and is refused where the slot is full by now.
    pub(in super::super) fn arrive(&self) {
        self.with(|inner| {
            for (_, late) in std::mem::take(&mut inner.late) {
                let beside = inner.entries.iter().filter(|entry| {
                    entry.state != ProviderState::Cancelled
                        && entry.calendar == late.calendar
                        && late.start < entry.end
                        && entry.start < late.end
                });
                if beside.count() < inner.capacity {
                    inner.entries.push(late);
                }
            }
        });
    }

    /// What has been on its way for so long never arrives.
    pub(in super::super) fn lose_older(&self, than: Duration) {
        self.with(|inner| inner.late.retain(|(since, _)| since.elapsed() < than));
    }

    /// What was sent late never arrives.
    pub(in super::super) fn lose_late(&self) {
        self.with(|inner| inner.late.clear());
    }
}
