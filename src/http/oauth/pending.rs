//! Who is just connecting a provider, until they come back or give up. In memory: who is caught by a
//! restart begins again. What is given out is kept as a digest only, and is good once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookswitch_storage::{ConnectionId, OrgId};
use jiff::{SignedDuration, Timestamp};

use super::super::identity::{Principal, digest};

/// How long somebody may take over agreeing; providers keep their own answer for ten minutes.
pub(super) const KEPT: SignedDuration = SignedDuration::from_mins(15);

/// Most that one org has begun; the oldest goes for another, so that none fills memory.
const MOST_OF_AN_ORG: usize = 50;

/// What was begun.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) org: OrgId,
    /// The connection that is connected again; a new one otherwise.
    pub(super) connection: Option<ConnectionId>,
    pub(super) provider: String,
    pub(super) who: Principal,
    /// Proves us to the provider.
    pub(super) verifier: Option<String>,
    /// What the browser has to show, if it was begun in one.
    pub(super) browser: Option<String>,
    pub(super) until: Timestamp,
}

/// What is given out at the beginning.
pub(super) struct Ticket {
    /// Goes to the provider and comes back.
    pub(super) state: String,
    /// Stays in the browser.
    pub(super) browser: String,
}

pub(super) fn ticket() -> Ticket {
    let random = || {
        let mut bytes = [0; 32];
        // The server does not start on a machine without randomness.
        let _ = getrandom::fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    };
    Ticket { state: random(), browser: random() }
}

/// All that was begun.
#[derive(Default)]
pub(in crate::http) struct Pending {
    waiting: Mutex<HashMap<String, Waiting>>,
}

impl Pending {
    pub(super) fn keep(&self, state: &str, new: Waiting, now: Timestamp) {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waiting| waiting.until > now);
        let of_org = all.iter().filter(|(_, waiting)| waiting.org == new.org);
        if of_org.clone().count() >= MOST_OF_AN_ORG {
            let oldest = of_org.min_by_key(|(_, waiting)| waiting.until);
            if let Some(oldest) = oldest.map(|(state, _)| state.clone()) {
                all.remove(&oldest);
            }
        }
        all.insert(digest(state), new);
    }

    /// What was begun with this state, once; `None` if nothing was, or too long ago.
    pub(super) fn take(&self, state: &str, now: Timestamp) -> Option<Waiting> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&digest(state)).filter(|waiting| waiting.until > now)
    }
}
