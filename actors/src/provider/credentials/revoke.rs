//! Taking a grant back at the provider when a connection ends: durable work, so that a provider which is
//! out of reach is asked again. Best effort: after a while it is given up, and the job says so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{Connection, Job, JobId, JobState, StoreError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::grant_in;
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};
use crate::ports::RenewError;

/// The job that takes back what a connection was given; the caller keeps it in the operation that ends
/// the connection. It holds the credentials as sealed as they were.
#[must_use]
pub fn farewell(connection: &Connection, now: Timestamp) -> Option<Job> {
    connection.credentials.as_ref()?;
    Some(Job {
        id: JobId::random(),
        org: connection.org.clone(),
        kind: RevokeGrant::KIND.to_owned(),
        payload: serde_json::to_value(Ending { connection: connection.clone() }).ok()?,
        due: now,
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    })
}

/// What such a job carries.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ending {
    /// The connection as it was.
    connection: Connection,
}

/// Takes grants back.
pub(crate) struct RevokeGrant;

#[async_trait]
impl Work for RevokeGrant {
    type Payload = Ending;

    const KIND: &'static str = "revoke_grant";

    fn pace(&self) -> Pace {
        // Some two days, after which a provider that is still out of reach has other troubles.
        let (first, longest) = (Duration::from_secs(10), Duration::from_secs(3_600));
        Pace { first, longest, most_runs: Some(60) }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<Ending>) -> Ended {
        let connection = order.payload.connection;
        let Some(issuer) = shared.connections.issuer(&connection) else { return Ended::Done };
        let Some(grant) = grant_in(&shared.store, &connection) else { return Ended::Done };
        match is_shared(shared, &connection).await {
            Ok(false) => {}
            Ok(true) => return Ended::Done,
            Err(error) => return Ended::Again { after: None, why: error.to_string() },
        }
        match issuer.revoke(&grant).await {
            Ok(()) | Err(RenewError::Dead) => Ended::Done,
            Err(RenewError::Unavailable { retry_after }) => {
                let why = "the provider is out of reach".to_owned();
                // A pause that it asks for is no run less.
                Ended::Again {
                    after: retry_after.filter(|after| *after > self.pace().longest),
                    why,
                }
            }
            Err(RenewError::Lost) => {
                Ended::Again { after: None, why: "the provider's answer was lost".into() }
            }
            Err(RenewError::Refused(why)) => Ended::Dead { why },
        }
    }
}

/// Google's word for whichever calendar is the account's own. Earlier versions kept it in place of the
/// account's id; until that is learned it names nobody.
const WHOEVER: &str = "primary";

/// Whether another connection lives on the same account: providers end all that an account has given
/// us, not this grant alone. Two accounts of which one is not known may be the same.
async fn is_shared(shared: &Shared, ended: &Connection) -> Result<bool, StoreError> {
    fn account(connection: &Connection) -> Option<&str> {
        connection.external_account_id.as_deref().filter(|id| *id != WHOEVER)
    }
    for org in shared.orgs.all() {
        let others = shared.store.connections(org.id()).await?;
        let lives = |other: &Connection| {
            let known = account(other).zip(account(ended));
            other.provider == ended.provider
                && known.is_none_or(|(other, ended)| other == ended)
                // What an operator entered is no grant to our application and goes on.
                && grant_in(&shared.store, other).is_some()
        };
        if others.iter().any(lives) {
            return Ok(true);
        }
    }
    Ok(false)
}
