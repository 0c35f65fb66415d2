//! Feed tickets: good for one connection within one minute, so that a URL in some log is worth
//! nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::http::identity::Principal;
use crate::server::random_text;

const LIFE: Duration = Duration::from_secs(60);

/// Tickets that may wait; the oldest go first.
const MOST: usize = 10_000;

/// Tickets that have been issued and not redeemed.
#[derive(Default)]
pub(crate) struct Tickets {
    waiting: Mutex<HashMap<String, (Principal, Instant)>>,
}

impl Tickets {
    pub(super) fn issue(&self, who: Principal) -> (String, Timestamp) {
        let ticket = format!("tkt_{}", random_text(40));
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (_, issued)| issued.elapsed() < LIFE);
        if waiting.len() >= MOST {
            let oldest = waiting.iter().min_by_key(|(_, (_, issued))| *issued);
            if let Some(oldest) = oldest.map(|(ticket, _)| ticket.clone()) {
                waiting.remove(&oldest);
            }
        }
        waiting.insert(ticket.clone(), (who, Instant::now()));
        // A browser compares with its own clock, so this is the real time, not the server's.
        let expires = Timestamp::now() + jiff::SignedDuration::from_secs(60);
        (ticket, expires)
    }

    pub(super) fn redeem(&self, ticket: &str) -> Option<Principal> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (who, issued) = waiting.remove(ticket)?;
        (issued.elapsed() < LIFE).then_some(who)
    }
}
