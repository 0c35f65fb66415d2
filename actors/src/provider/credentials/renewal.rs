//! One renewal: what is stored, a new grant for it, the new grant on disk, and only then in use. Owns
//! what is done when any of these fails, and what the operator is told. Runs alone for its connection;
//! `keeper` sees to that.
//!
//! ```text
//! read --> good already? ------------------------------------------> use it
//!   ^        | note "begun" on disk (refresh tokens for one use)
//!   |        v
//!   |      ask --answer lost--> ask once more
//!   |        |--refused for good--> read again: another grant? --no--> the operator has to connect again
//!   |        v                                     '--yes--.
//!   |      write, if nobody wrote meanwhile ----> use it   |
//!   '--------'---------------------------------------------'
//! ```

use hookswitch_storage::{Connection, ConnectionStatus, Renewal, Sealed};

use super::keeper::{Brought, Keeper, Memory, is_due};
use super::record::{grant_in, sealed_with};
use super::revoke::farewell;
use crate::ports::{Grant, ProviderError, RenewError, TokenIssuer};

/// Who changes a connection, in the audit chain.
const BY: &str = "credentials";

/// What the operator reads when the provider has ended the grant.
const REVOKED: &str = "the provider has ended our access: it was revoked there or was not used for too \
    long; connect again";
/// What the operator reads when a renewal was cut off and its refresh token is used up.
const INTERRUPTED: &str = "a renewal of our access was cut off before its answer was kept, and the \
    provider does not repeat it; connect again";
/// What the operator reads when there is nothing to renew with.
const ENDED: &str = "our access has ended and came without a way to renew it; connect again";
/// What the operator reads when a token that was just given is refused.
const NOT_GIVEN: &str = "the provider gives us no access with these credentials; correct them";

/// A grant that is not on disk yet, and what it is to replace there.
#[derive(Clone)]
pub(super) struct Unsaved {
    instead_of: Sealed,
    grant: Grant,
}

/// Where a renewal goes on.
enum Next {
    /// It has ended.
    End(Brought),
    /// Others wrote meanwhile; what is stored now may do.
    ReadAgain,
}

impl Keeper {
    /// Brings a grant whose access token is not `refused`.
    pub(super) async fn renew(
        &self,
        issuer: &dyn TokenIssuer,
        refused: Option<&str>,
        memory: &mut Memory,
    ) -> Brought {
        if !issuer.is_kept() {
            return self.ask_anew(issuer).await;
        }
        // Twice: somebody may connect again while this runs, but not for ever.
        for _ in 0..2 {
            if let Next::End(brought) = self.once(issuer, refused, memory).await {
                return brought;
            }
        }
        Err(ProviderError::Unavailable { retry_after: None })
    }

    async fn once(
        &self,
        issuer: &dyn TokenIssuer,
        refused: Option<&str>,
        memory: &mut Memory,
    ) -> Next {
        let (connection, sealed, mut grant) = match self.stored().await {
            Ok(stored) => stored,
            Err(error) => return Next::End(Err(error)),
        };
        if let Some(unsaved) = memory.unsaved.take()
            && unsaved.instead_of == sealed
        {
            return self.keep(issuer, &connection, unsaved, memory).await;
        }
        let now = self.clock.now();
        let is_good = !grant.is_over(now) && Some(grant.access_token.as_str()) != refused;
        if is_good && !is_due(&grant, issuer, now) {
            return Next::End(Ok(grant));
        }
        let Some(refresh) = grant.refresh_token.clone() else {
            if is_good {
                return Next::End(Ok(grant));
            }
            self.report(&sealed, ENDED, None).await;
            return Next::End(Err(ProviderError::Reconnect));
        };
        if memory.dead.as_ref() == Some(&refresh) {
            if !is_good {
                self.report_over(&connection, &sealed).await;
            }
            return Next::End(Err(ProviderError::Reconnect));
        }
        let cut_off_before = grant.renewal_begun_at.is_some();
        let sealed = match self.begun(issuer, sealed, &mut grant).await {
            Ok(sealed) => sealed,
            Err(next) => return next,
        };
        let (asked, lost) = ask(issuer, &grant).await;
        match asked {
            Ok(mut given) => {
                // Where it does not rotate, the refresh token is often not repeated.
                if given.refresh_token.is_none() {
                    given.refresh_token = grant.refresh_token;
                    given.refresh_expires_at =
                        given.refresh_expires_at.or(grant.refresh_expires_at);
                }
                let new = Unsaved { instead_of: sealed, grant: given };
                self.keep(issuer, &connection, new, memory).await
            }
            Err(RenewError::Dead) => {
                if self.was_replaced(&refresh).await {
                    return Next::ReadAgain;
                }
                memory.dead = Some(refresh);
                let why = if cut_off_before || lost { INTERRUPTED } else { REVOKED };
                self.report(&sealed, why, Some(&grant).filter(|_| is_good)).await;
                Next::End(Err(ProviderError::Reconnect))
            }
            Err(RenewError::Refused(words)) => {
                self.report(&sealed, &words, Some(&grant).filter(|_| is_good)).await;
                Next::End(Err(ProviderError::NeedsHuman(words)))
            }
            Err(RenewError::Unavailable { retry_after }) => {
                Next::End(Err(ProviderError::Unavailable { retry_after }))
            }
            Err(RenewError::Lost) => {
                Next::End(Err(ProviderError::Unavailable { retry_after: None }))
            }
        }
    }

    /// Tokens that are not kept are asked for whenever there is none.
    async fn ask_anew(&self, issuer: &dyn TokenIssuer) -> Brought {
        let asked = issuer.renew(None).await;
        if let Err(error) = &asked {
            tracing::warn!(connection.id = %self.connection, %error, "no access token was given");
        }
        match asked {
            Ok(grant) => Ok(grant),
            Err(RenewError::Unavailable { retry_after }) => {
                Err(ProviderError::Unavailable { retry_after })
            }
            Err(RenewError::Lost) => Err(ProviderError::Unavailable { retry_after: None }),
            Err(refused) => {
                let (words, error) = match refused {
                    RenewError::Refused(words) => (words.clone(), ProviderError::NeedsHuman(words)),
                    _ => (NOT_GIVEN.to_owned(), ProviderError::Reconnect),
                };
                let connection = self.store.connection(&self.org, &self.connection).await;
                let sealed =
                    connection.ok().flatten().and_then(|connection| connection.credentials);
                if let Some(sealed) = sealed {
                    self.report(&sealed, &words, None).await;
                }
                Err(error)
            }
        }
    }

    /// The grant that is stored.
    pub(super) async fn stored_grant(&self) -> Result<Grant, ProviderError> {
        self.stored().await.map(|(_, _, grant)| grant)
    }

    async fn stored(&self) -> Result<(Connection, Sealed, Grant), ProviderError> {
        let connection = self.store.connection(&self.org, &self.connection).await;
        let connection = connection.map_err(|error| self.not_now(&error))?;
        let connection = connection.ok_or(ProviderError::Reconnect)?;
        let grant = grant_in(&self.store, &connection).ok_or(ProviderError::Reconnect)?;
        let sealed = connection.credentials.clone().ok_or(ProviderError::Reconnect)?;
        Ok((connection, sealed, grant))
    }

    /// Writes down that the exchange of a refresh token for one use begins. A disk that does not
    /// take this would not take the answer either, so the provider is not asked then.
    async fn begun(
        &self,
        issuer: &dyn TokenIssuer,
        sealed: Sealed,
        grant: &mut Grant,
    ) -> Result<Sealed, Next> {
        if !issuer.rotates() {
            return Ok(sealed);
        }
        grant.renewal_begun_at = Some(self.clock.now());
        let marked = sealed_with(&self.store, &self.org, grant);
        let ends = grant.ends_for_good_at();
        let (org, id) = (&self.org, &self.connection);
        match self.store.renew_credentials(org, id, sealed, marked.clone(), ends).await {
            Ok(Renewal::Kept) => Ok(marked),
            Ok(Renewal::Changed(_)) => Err(Next::ReadAgain),
            Ok(Renewal::Gone) => Err(Next::End(Err(ProviderError::Reconnect))),
            Err(error) => Err(Next::End(Err(self.not_now(&error)))),
        }
    }

    /// Writes a new grant. It is used only when it is on disk; one that the disk does not take is not
    /// forgotten.
    async fn keep(
        &self,
        issuer: &dyn TokenIssuer,
        connection: &Connection,
        new: Unsaved,
        memory: &mut Memory,
    ) -> Next {
        let sealed = sealed_with(&self.store, &self.org, &new.grant);
        let ends = new.grant.ends_for_good_at();
        let (org, id, old) = (&self.org, &self.connection, new.instead_of.clone());
        match self.store.renew_credentials(org, id, old, sealed.clone(), ends).await {
            Ok(Renewal::Kept) => {
                self.works(&sealed).await;
                Next::End(Ok(new.grant))
            }
            Ok(Renewal::Changed(_)) => {
                self.unused(issuer, connection, sealed).await;
                Next::ReadAgain
            }
            Ok(Renewal::Gone) => {
                self.unused(issuer, connection, sealed).await;
                Next::End(Err(ProviderError::Reconnect))
            }
            Err(error) => {
                memory.unsaved = Some(new);
                Next::End(Err(self.not_now(&error)))
            }
        }
    }

    /// A grant that nobody will use. Where refresh tokens do not change it is the former one still, which
    /// whoever replaced or removed that has seen to. It is not taken back on the spot: whoever came first
    /// may have connected to the same account, and all that an account has given ends together.
    async fn unused(&self, issuer: &dyn TokenIssuer, connection: &Connection, sealed: Sealed) {
        if !issuer.rotates() {
            return;
        }
        let lost = Connection { credentials: Some(sealed), ..connection.clone() };
        let Some(job) = farewell(&lost, self.clock.now()) else { return };
        if let Err(error) = self.store.put_job(job).await {
            tracing::warn!(connection.id = %self.connection, %error,
                "a grant that is not needed could not be taken back");
        }
    }

    /// Whether another grant than the one with this refresh token is stored by now.
    async fn was_replaced(&self, refresh: &str) -> bool {
        match self.stored().await {
            Ok((_, _, grant)) => grant.refresh_token.as_deref() != Some(refresh),
            Err(_) => false,
        }
    }

    /// Tells the operator that somebody has to act. While the access token is good, calls go on.
    async fn report(&self, sealed: &Sealed, why: &str, still_good: Option<&Grant>) {
        let until = still_good.and_then(|grant| grant.expires_at);
        tracing::error!(connection.id = %self.connection, org.id = %self.org, why, ?until,
            "a connection's credentials cannot be renewed");
        let (sealed, why) = (sealed.clone(), why.to_owned());
        let over = still_good.is_none();
        self.change(move |connection| {
            if connection.credentials.as_ref() != Some(&sealed) {
                return;
            }
            connection.problem = Some(why);
            connection.expires_at = until;
            if over && connection.status == ConnectionStatus::Connected {
                connection.status = ConnectionStatus::Error;
            }
        })
        .await;
    }

    /// What was reported while the access token was good has come to its end.
    async fn report_over(&self, connection: &Connection, sealed: &Sealed) {
        if connection.status == ConnectionStatus::Connected {
            let why = connection.problem.clone().unwrap_or_else(|| REVOKED.to_owned());
            self.report(sealed, &why, None).await;
        }
    }

    /// Takes back what was reported.
    async fn works(&self, sealed: &Sealed) {
        let sealed = sealed.clone();
        self.change(move |connection| {
            let is_it = connection.credentials.as_ref() == Some(&sealed);
            let was_wrong = is_it && connection.problem.take().is_some();
            if was_wrong && connection.status == ConnectionStatus::Error {
                connection.status = ConnectionStatus::Connected;
            }
        })
        .await;
    }

    async fn change(&self, change: impl FnOnce(&mut Connection) + Send + 'static) {
        let change = |connection: &mut Connection| {
            change(connection);
            None
        };
        let now = self.clock.now();
        let changed =
            self.store.change_connection(&self.org, &self.connection, change, BY, now).await;
        if let Err(error) = changed {
            tracing::error!(connection.id = %self.connection, %error, "a connection's state could not be kept");
        }
    }

    fn not_now(&self, error: &hookswitch_storage::StoreError) -> ProviderError {
        tracing::error!(connection.id = %self.connection, %error, "credentials could not be read or kept");
        ProviderError::Unavailable { retry_after: None }
    }
}

/// Asks for a new grant; once more if the answer was lost, since the request may not have arrived and
/// some servers repeat an answer that was just given. Whether one was lost.
async fn ask(issuer: &dyn TokenIssuer, grant: &Grant) -> (Result<Grant, RenewError>, bool) {
    match issuer.renew(Some(grant)).await {
        Err(RenewError::Lost) => (issuer.renew(Some(grant)).await, true),
        asked => (asked, false),
    }
}
