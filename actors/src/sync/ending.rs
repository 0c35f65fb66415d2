//! The end of a connection's access that only somebody can put off who connects again: what the operator
//! reads of it, and that those who watch are told once when it comes into sight. Asks no provider.

use hookswitch_storage::{Connection, ConnectionStatus};
use jiff::{SignedDuration, Timestamp};

use crate::calls::Shared;
use crate::feed::OrgNotice;
use crate::provider::REFUSED;

/// From when on an end is warned of. A week has a working day in it, whatever is closed.
const WARNED_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An end that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Nothing renews the access, and it ends within a week.
    Expires,
    /// The provider has taken it back; what was given last is good for a while yet.
    TakenBack,
}

impl Ending {
    fn of(connection: &Connection, now: Timestamp) -> Option<Self> {
        if connection.status != ConnectionStatus::Connected {
            return None;
        }
        let at = connection.expires_at.filter(|at| *at > now)?;
        match connection.problem {
            Some(_) => Some(Self::TakenBack),
            None => (at.duration_since(now) <= WARNED_AHEAD).then_some(Self::Expires),
        }
    }
}

/// What an operator should see to at a connection, if anything: why its provider refuses it, or when its
/// access ends.
#[must_use]
pub fn connection_warning(connection: &Connection, now: Timestamp) -> Option<String> {
    if connection.status == ConnectionStatus::Disconnected {
        return None;
    }
    let until = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    match (&connection.problem, connection.expires_at) {
        (Some(problem), Some(at)) if at > now => {
            Some(format!("{problem}; calls go on until {}", until(at)))
        }
        (Some(problem), _) => Some(problem.clone()),
        (None, Some(at)) if at <= now => {
            Some("the access to the account has ended; connect again".to_owned())
        }
        (None, Some(at)) if at.duration_since(now) <= WARNED_AHEAD => {
            Some(format!("the access to the account ends on {}; connect again before", until(at)))
        }
        (None, _) if connection.status == ConnectionStatus::Error => Some(REFUSED.to_owned()),
        (None, _) => None,
    }
}

/// What was said of a connection's end.
#[derive(Debug, Default)]
pub(super) struct Said(Option<Ending>);

impl Said {
    /// The code and whether somebody has to act, if there is something new to say.
    fn turn(&mut self, connection: &Connection, now: Timestamp) -> Option<(&'static str, bool)> {
        let ending = Ending::of(connection, now);
        if ending == self.0 {
            return None;
        }
        self.0 = ending;
        if ending.is_some() {
            return Some(("connection_ends", true));
        }
        // One that came to its end is no good news; that it is refused is said where it is noticed.
        let goes_on = connection.status == ConnectionStatus::Connected
            && connection.problem.is_none()
            && connection.expires_at.is_none_or(|at| at > now);
        goes_on.then_some(("connection_renewed", false))
    }

    /// Tells those who watch the org, if there is something new to say.
    pub(super) fn look(&mut self, shared: &Shared, connection: &Connection) {
        let now = shared.clock.now();
        let Some((code, warning)) = self.turn(connection, now) else { return };
        let message = match connection_warning(connection, now) {
            Some(what) if warning => format!("A connection: {what}."),
            _ => "The access of a connection was renewed.".to_owned(),
        };
        let (org, id) = (connection.org.clone(), connection.id.clone());
        tracing::warn!(org.id = %org, connection.id = %id, provider = connection.provider, code, message);
        let (connection, booking) = (Some(id), None);
        shared.feed.announce(OrgNotice {
            org,
            at: now,
            code,
            message,
            warning,
            connection,
            booking,
        });
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use hookswitch_storage::OrgId;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ends(text: &str) -> Connection {
        let new = Connection::new(OrgId::random(), "square", at("2026-09-22T14:30:00Z"));
        Connection { expires_at: Some(at(text)), ..new }
    }

    #[test]
    fn an_end_is_warned_of_a_week_ahead_and_not_before() {
        let now = at("2026-09-22T14:30:00Z");
        let warning = |text: &str| connection_warning(&ends(text), now);
        assert_eq!(warning("2026-09-30T00:00:00Z"), None);
        let soon = warning("2026-09-29T00:00:00Z").unwrap();
        assert!(soon.contains("ends on 2026-09-29 00:00 UTC; connect again before"), "{soon}");
        assert!(warning("2026-09-22T14:30:00Z").unwrap().contains("has ended"));
        let refused =
            Connection { status: ConnectionStatus::Error, ..ends("2026-10-30T00:00:00Z") };
        assert!(connection_warning(&refused, now).unwrap().contains("connect again or enter new"));
        let off = ConnectionStatus::Disconnected;
        let off = Connection { status: off, ..ends("2026-09-23T00:00:00Z") };
        assert_eq!(connection_warning(&off, now), None);
    }

    #[test]
    fn each_turn_is_said_once() {
        let mut said = Said::default();
        let connection = ends("2026-10-01T00:00:00Z");
        assert_eq!(said.turn(&connection, at("2026-09-22T14:30:00Z")), None);
        let near = at("2026-09-24T00:00:00Z");
        assert_eq!(said.turn(&connection, near), Some(("connection_ends", true)));
        assert_eq!(said.turn(&connection, near), None);
        let taken_back =
            Connection { problem: Some("revoked".into()), ..ends("2026-10-01T00:00:00Z") };
        assert_eq!(said.turn(&taken_back, near), Some(("connection_ends", true)));
        assert_eq!(said.turn(&taken_back, near), None);
        let renewed = ends("2026-12-01T00:00:00Z");
        assert_eq!(said.turn(&renewed, near), Some(("connection_renewed", false)));
        assert_eq!(said.turn(&renewed, near), None);
    }

    #[test]
    fn an_end_that_came_is_not_told_as_a_renewal() {
        let mut said = Said::default();
        let connection = ends("2026-09-23T00:00:00Z");
        assert!(said.turn(&connection, at("2026-09-22T14:30:00Z")).is_some());
        assert_eq!(said.turn(&connection, at("2026-09-23T00:00:00Z")), None);
        let refused = Connection { status: ConnectionStatus::Error, ..connection };
        assert_eq!(said.turn(&refused, at("2026-09-23T00:00:01Z")), None);
    }
}
