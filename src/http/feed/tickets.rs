//! Feed tickets: good for one connection within one minute, so that a URL in some log is worth
//! nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::http::identity::Principal;
use crate::server::random_text;

const LIFE: SignedDuration = SignedDuration::from_secs(60);

/// Tickets that may wait; the oldest go first.
const MOST: usize = 10_000;

/// Tickets that have been issued and not redeemed.
#[derive(Default)]
pub(crate) struct Tickets {
    /// For whom, and until when by the server's clock.
    waiting: Mutex<HashMap<String, (Principal, Timestamp)>>,
}

impl Tickets {
    /// A new ticket, and when it expires.
    pub(super) fn issue(&self, who: Principal, now: Timestamp) -> (String, Timestamp) {
        let ticket = format!("tkt_{}", random_text(40));
        let expires_at = now + LIFE;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (_, expires_at)| *expires_at > now);
        if waiting.len() >= MOST {
            let oldest = waiting.iter().min_by_key(|(_, (_, expires_at))| *expires_at);
            if let Some(oldest) = oldest.map(|(ticket, _)| ticket.clone()) {
                waiting.remove(&oldest);
            }
        }
        waiting.insert(ticket.clone(), (who, expires_at));
        (ticket, expires_at)
    }

    /// Whom a ticket lets in; each does once.
    pub(in crate::http) fn redeem(&self, ticket: &str, now: Timestamp) -> Option<Principal> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (who, expires_at) = waiting.remove(ticket)?;
        (expires_at > now).then_some(who)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use hookswitch_storage::Role;
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_for_one_minute_of_the_servers_time() {
        let tickets = Tickets::default();
        let who = Principal { role: Role::Viewer, org: None, name: "somebody".into() };
        let now: Timestamp = "2026-09-22T14:30:00Z".parse().unwrap();
        let (ticket, expires_at) = tickets.issue(who.clone(), now);
        assert_eq!(expires_at.to_string(), "2026-09-22T14:31:00Z");
        assert_eq!(tickets.redeem(&ticket, now + 59.seconds()), Some(who.clone()));
        assert_eq!(tickets.redeem(&ticket, now + 59.seconds()), None);
        let (late, expires_at) = tickets.issue(who, now);
        assert_eq!(tickets.redeem(&late, expires_at), None);
    }
}
