//! Whether a connection works, as far as it shows without a caller: kept in memory, said on the feed
//! when it turns, and kept with the connection where the operator has to act.

use std::sync::Arc;

use hookswitch_storage::{Connection, StoreError};
use jiff::Timestamp;

use crate::bounds::DOWN_AFTER;
use crate::calls::Shared;
use crate::feed::OrgNotice;
use crate::ports::ProviderError;

/// Who acts, for the audit log.
const BY: &str = "health";

/// How a connection was when it was last asked for something in the background.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pulse {
    /// When it last answered.
    pub last_success_at: Option<Timestamp>,
    /// When it last did not.
    pub last_failure_at: Option<Timestamp>,
    /// What is wrong with it, while something is.
    pub problem: Option<ProviderError>,
    /// Failures in a row.
    failures: u32,
    /// Whether it was said to be down.
    said: bool,
}

/// What is to be said of a turn.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Down(&'static str, String),
    Back,
}

impl Pulse {
    /// Whether something is wrong for longer than a moment.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.said
    }

    fn beat(&mut self, answer: Result<(), &ProviderError>, now: Timestamp) -> Option<Turn> {
        let Err(error) = answer else {
            let was_said = self.said;
            *self = Self { last_success_at: Some(now), ..Self::default() };
            return was_said.then_some(Turn::Back);
        };
        self.failures = self.failures.saturating_add(1);
        self.last_failure_at = Some(now);
        // One that is left alone because of what it said is out of reach for that and no other reason.
        let left_alone = matches!(error, ProviderError::Unavailable { .. });
        let known =
            matches!(self.problem, Some(ProviderError::Reconnect | ProviderError::NeedsHuman(_)));
        if !(left_alone && known) {
            self.problem = Some(error.clone());
        }
        let turn = match error {
            ProviderError::Reconnect => Some(Turn::Down(
                "connection_refused",
                "A provider refuses a connection's credentials: bookings are not made there. Connect \
                 it again."
                    .into(),
            )),
            ProviderError::NeedsHuman(what) => {
                Some(Turn::Down("connection_needs_operator", format!("A connection: {what}.")))
            }
            _ if self.failures >= DOWN_AFTER => Some(Turn::Down(
                "connection_down",
                "A provider does not answer: bookings are not made there until it does.".into(),
            )),
            _ => None,
        };
        if turn.is_none() || self.said {
            return None;
        }
        self.said = true;
        turn
    }
}

/// Takes note of how a connection answered.
pub(super) async fn heard(
    shared: &Arc<Shared>,
    connection: &Connection,
    answer: Result<(), &ProviderError>,
) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let turn = {
        let mut pulse = shared.syncs.pulses.entry(connection.id.clone()).or_default();
        pulse.beat(answer, now)
    };
    let takes = match answer {
        Ok(()) => Some(true),
        Err(ProviderError::Reconnect) => Some(false),
        Err(_) => None,
    };
    let mut turned = None;
    if let Some(takes) = takes {
        let (org, id) = (&connection.org, &connection.id);
        turned = shared.store.judge_connection(org, id, takes, BY, now).await?;
        if turned.is_some() {
            shared.registrations.ring();
        }
    }
    let turn = match (turn, &turned) {
        // It was refused before this start, or somebody else noticed first.
        (None, Some(_)) if takes == Some(true) => Some(Turn::Back),
        (turn, _) => turn,
    };
    if let Some(turn) = turn {
        say(shared, connection, turn, now);
    }
    Ok(())
}

/// Takes note of what an operator's own check of a connection showed of its credentials; `turned` if the
/// check has put its status right or wrong.
pub(super) fn checked(shared: &Shared, connection: &Connection, takes: bool, turned: bool) {
    let now = shared.clock.now();
    let answer = if takes { Ok(()) } else { Err(&ProviderError::Reconnect) };
    let turn = {
        let mut pulse = shared.syncs.pulses.entry(connection.id.clone()).or_default();
        pulse.beat(answer, now)
    };
    match turn {
        None if turned && takes => say(shared, connection, Turn::Back, now),
        None => {}
        Some(turn) => say(shared, connection, turn, now),
    }
}

fn say(shared: &Shared, connection: &Connection, turn: Turn, now: Timestamp) {
    let (code, message, warning) = match turn {
        Turn::Down(code, message) => (code, message, true),
        Turn::Back => ("connection_back", "A connection works again.".to_owned(), false),
    };
    let (org, id) = (connection.org.clone(), connection.id.clone());
    tracing::warn!(org.id = %org, connection.id = %id, provider = connection.provider, code, message);
    let (at, connection, booking) = (now, Some(id), None);
    shared.feed.announce(OrgNotice { org, at, code, message, warning, connection, booking });
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAY: ProviderError = ProviderError::Unavailable { retry_after: None };

    #[test]
    fn a_turn_is_said_once_and_a_single_slip_not_at_all() {
        let mut pulse = Pulse::default();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(pulse.beat(Err(&AWAY), now), None);
        assert_eq!(pulse.beat(Ok(()), now), None);
        assert_eq!(pulse.beat(Err(&AWAY), now), None);
        assert!(matches!(pulse.beat(Err(&AWAY), now), Some(Turn::Down("connection_down", _))));
        assert_eq!(pulse.beat(Err(&AWAY), now), None);
        assert!(pulse.is_down());
        assert_eq!(pulse.beat(Ok(()), now), Some(Turn::Back));
        assert_eq!(pulse.beat(Ok(()), now), None);
        let refused = pulse.beat(Err(&ProviderError::Reconnect), now);
        assert!(matches!(refused, Some(Turn::Down("connection_refused", _))));
        assert_eq!(pulse.beat(Err(&AWAY), now), None);
        assert_eq!(pulse.problem, Some(ProviderError::Reconnect), "that is why it is left alone");
    }
}
