//! Taking a grant back at the provider when a connection ends: durable work, so that a provider which is
//! out of reach is asked again. Best effort: after a while it is given up, and the job says so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::{Connection, Job, JobId, JobState, StoreError};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::record::grant_in;
use crate::calls::Shared;
use crate::jobs::{Ended, Order, Pace, Work};
use crate::ports::{Grant, RenewError};

/// The job that takes back what a connection was given, not before `due`; the caller keeps it in the operation that ends
/// the connection. It holds the credentials as sealed as they were.
#[must_use]
pub fn farewell(connection: &Connection, due: Timestamp) -> Option<Job> {
    connection.credentials.as_ref()?;
    Some(Job {
        id: JobId::random(),
        org: connection.org.clone(),
        kind: RevokeGrant::KIND.to_owned(),
        payload: serde_json::to_value(Ending { connection: connection.clone() }).ok()?,
        due,
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

/// Longest time between two tries.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Takes grants back.
pub(crate) struct RevokeGrant;

#[async_trait]
impl Work for RevokeGrant {
    type Payload = Ending;

    const KIND: &'static str = "revoke_grant";

    fn pace(&self) -> Pace {
        // Some two days, after which a provider that is still out of reach has other troubles.
        Pace { first: Duration::from_secs(10), longest: LONGEST, most_runs: Some(60) }
    }

    async fn run(&self, shared: &Arc<Shared>, order: Order<Ending>) -> Ended {
        let connection = order.payload.connection;
        let Some(grant) = grant_in(&shared.store, &connection) else { return Ended::Done };
        taken_back(shared, &connection, &grant).await
    }
}

/// Grants of an org that goes away, opened while its credentials still can be. Unlike a removed
/// connection's they can be in no job, since an org's jobs go with it.
pub(crate) struct Parting {
    shared: Arc<Shared>,
    grants: Vec<(Connection, Grant)>,
}

impl Parting {
    pub(crate) fn of(shared: &Arc<Shared>, connections: Vec<Connection>) -> Self {
        let grant = |connection: Connection| {
            let grant = grant_in(&shared.store, &connection)?;
            Some((connection, grant))
        };
        let grants = connections.into_iter().filter_map(grant).collect();
        Self { shared: Arc::clone(shared), grants }
    }

    /// The org is gone: takes them back in the background, some times over about a minute. What could
    /// not be taken back by then, or before the server stops, is left to whoever owns the account.
    pub(crate) fn gone(self) {
        let Self { shared, grants } = self;
        for (connection, grant) in grants {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                for pause in PARTING {
                    tokio::time::sleep(pause).await;
                    match taken_back(&shared, &connection, &grant).await {
                        Ended::Again { .. } => {}
                        Ended::Dead { why } => {
                            tracing::warn!(org.id = %connection.org, why, "a grant stays");
                            return;
                        }
                        Ended::Done | Ended::Kept => return,
                    }
                }
                let provider = &connection.provider;
                tracing::warn!(org.id = %connection.org, provider, "a grant was not taken back");
            });
        }
    }
}

/// What is waited before each try.
const PARTING: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(5), Duration::from_secs(15), Duration::from_secs(40)];

/// Asks the provider to take a grant back, unless another connection lives on it.
async fn taken_back(shared: &Shared, connection: &Connection, grant: &Grant) -> Ended {
    let Some(issuer) = shared.connections.issuer(connection) else { return Ended::Done };
    match who_lives_on(shared, connection).await {
        Ok(Sharing::Nobody) => {}
        Ok(Sharing::Somebody) => return Ended::Done,
        Ok(Sharing::NotKnown) => {
            let why = "another connection's account is not known yet".to_owned();
            return Ended::Again { after: Some(LEARNED), why };
        }
        Err(error) => return Ended::Again { after: None, why: error.to_string() },
    }
    match issuer.revoke(grant).await {
        Ok(()) | Err(RenewError::Dead) => Ended::Done,
        Err(RenewError::Unavailable { retry_after }) => {
            // A pause that it asks for is no run less.
            let after = retry_after.filter(|after| *after > LONGEST);
            Ended::Again { after, why: "the provider is out of reach".to_owned() }
        }
        Err(RenewError::Lost) => {
            Ended::Again { after: None, why: "the provider's answer was lost".into() }
        }
        Err(RenewError::Refused(why)) => Ended::Dead { why },
    }
}

/// Google's word for whichever calendar is the account's own. Earlier versions kept it in place of the
/// account's id; until that is learned it names nobody.
const WHOEVER: &str = "primary";

fn known_account(connection: &Connection) -> Option<&str> {
    connection.external_account_id.as_deref().filter(|id| *id != WHOEVER)
}

/// Who else lives on the account of a connection that ended.
enum Sharing {
    Nobody,
    Somebody,
    /// Somebody who may turn out to, or not.
    NotKnown,
}

/// For so long after a consent it is waited for word of whose account it is.
const UNTIL_KNOWN: SignedDuration = SignedDuration::from_mins(15);

/// How soon it is looked again; few enough of the job's runs go into that.
const LEARNED: Duration = Duration::from_secs(60);

/// Whether another connection lives on the same account, or this one by now: providers end all that an
/// account has given us, not this grant alone. Two accounts of which one is never known may be the same.
async fn who_lives_on(shared: &Shared, ended: &Connection) -> Result<Sharing, StoreError> {
    let now = shared.clock.now();
    let mut sharing = Sharing::Nobody;
    for org in shared.orgs.all() {
        for other in shared.store.connections(org.id()).await? {
            // What an operator entered is no grant to our application and goes on.
            if other.provider != ended.provider || grant_in(&shared.store, &other).is_none() {
                continue;
            }
            match known_account(&other).zip(known_account(ended)) {
                Some((other, ended)) if other != ended => {}
                Some(_) => return Ok(Sharing::Somebody),
                None => {
                    let since = other.connected_at.unwrap_or(other.created_at);
                    // Its own successor, that somebody agreed to a moment ago.
                    let learns = other.id == ended.id
                        && known_account(ended).is_some()
                        && now.duration_since(since) < UNTIL_KNOWN;
                    if !learns {
                        return Ok(Sharing::Somebody);
                    }
                    sharing = Sharing::NotKnown;
                }
            }
        }
    }
    Ok(sharing)
}
