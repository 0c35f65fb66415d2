//! The ports on both sides of whoever keeps an access token fresh. An adapter asks for a token before
//! each request and says when one was refused; it never sees how a token is had. The provider's
//! authorization server is asked through [`TokenIssuer`]; it never sees for whom or how often.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_storage::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ProviderError;

/// Gives access tokens for one connection.
#[async_trait]
pub trait AccessTokens: Send + Sync + 'static {
    /// A token that is good for the next request.
    ///
    /// # Errors
    /// [`ProviderError::Reconnect`] if the operator has to connect again,
    /// [`ProviderError::Unavailable`] if none can be had now.
    async fn current(&self) -> Result<Secret, ProviderError>;

    /// Another token, since the provider refused `refused`.
    ///
    /// # Errors
    /// As [`Self::current`]; [`ProviderError::Reconnect`] if there is no other.
    async fn instead_of(&self, refused: &Secret) -> Result<Secret, ProviderError>;
}

/// A token that never changes, such as a personal one that an operator made.
pub struct FixedToken(pub Secret);

#[async_trait]
impl AccessTokens for FixedToken {
    async fn current(&self) -> Result<Secret, ProviderError> {
        Ok(self.0.clone())
    }

    async fn instead_of(&self, _: &Secret) -> Result<Secret, ProviderError> {
        Err(ProviderError::Reconnect)
    }
}

/// What an authorization server gave. Its secrets are in no `Debug`; it is kept sealed only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Opens the provider's interface.
    pub access_token: String,
    /// Is exchanged for the next access token, where there is one.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// When the access token ends; `None` if the server did not say.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When the refresh token ends; `None` if it does not or the server did not say.
    #[serde(default)]
    pub refresh_expires_at: Option<Timestamp>,
    /// When it was given.
    pub obtained_at: Timestamp,
    /// When its exchange was begun; kept before the request is sent, where a refresh token is good for
    /// one use, so that a grant whose successor was lost can be told from one that was revoked.
    #[serde(default)]
    pub renewal_begun_at: Option<Timestamp>,
}

impl Grant {
    /// Whether the access token has ended by `now`.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// When all of it ends unless somebody connects again; `None` if it can be renewed for ever.
    #[must_use]
    pub fn ends_for_good_at(&self) -> Option<Timestamp> {
        if self.refresh_token.is_some() { self.refresh_expires_at } else { self.expires_at }
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grant(until {:?})", self.expires_at)
    }
}

/// Why there is no new grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    /// The old grant is good no longer, or there is no way to a new one.
    #[error("the grant is good no longer")]
    Dead,
    /// We are refused, not the grant; says to the operator of the server what to correct.
    #[error("{0}")]
    Refused(String),
    /// Nothing was done; trying again later is safe.
    #[error("the authorization server is out of reach")]
    Unavailable {
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It may have been done, and the answer was lost.
    #[error("the authorization server's answer was lost")]
    Lost,
}

/// An authorization server, for one connection.
#[async_trait]
pub trait TokenIssuer: Send + Sync + 'static {
    /// Whether its grants are kept with the connection. Those that can be had again at any time, with
    /// what the connection itself holds, are not.
    fn is_kept(&self) -> bool;

    /// Whether a refresh token is good for one use, so that the new one must not be lost.
    fn rotates(&self) -> bool;

    /// How long before its end a token is to be renewed.
    fn ahead(&self) -> Duration;

    /// Asks for a new grant in place of `old`; without one, for the first. Bounded in time.
    ///
    /// # Errors
    /// [`RenewError`].
    async fn renew(&self, old: Option<&Grant>) -> Result<Grant, RenewError>;

    /// Takes a grant back. One that is good no longer is success.
    ///
    /// # Errors
    /// [`RenewError`]; never [`RenewError::Dead`].
    async fn revoke(&self, grant: &Grant) -> Result<(), RenewError>;
}
