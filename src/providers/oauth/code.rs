//! Grants that somebody agreed to in a browser: the exchange of the code that came back, the renewal with
//! the refresh token, the end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{Clock, Grant, RenewError, TokenIssuer};

use super::app::App;
use super::client;
use super::wire;

pub(crate) use super::wire::Given;

/// Why a code was not exchanged for a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExchangeError {
    /// The code is used up or too old.
    #[error("the answer is good no longer")]
    Used,
    /// What to correct, in words.
    #[error("{0}")]
    Refused(String),
    /// Less was given than is needed; these are missing.
    #[error("these permissions are missing: {}", .0.join(", "))]
    Scopes(Vec<&'static str>),
    /// The provider is out of reach.
    #[error("the provider is out of reach")]
    Unavailable,
}

pub(super) async fn exchange(
    app: &App,
    clock: &dyn Clock,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Given, ExchangeError> {
    let mut fields =
        vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)];
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    let given = client::token(app, &fields, clock.now()).await.map_err(|error| match error {
        RenewError::Dead => ExchangeError::Used,
        RenewError::Refused(what) => ExchangeError::Refused(what),
        RenewError::Unavailable { .. } | RenewError::Lost => ExchangeError::Unavailable,
    })?;
    let missing = wire::missing(&given, app.needed);
    if missing.is_empty() { Ok(given) } else { Err(ExchangeError::Scopes(missing)) }
}

/// Renews such grants.
pub(super) struct Code {
    app: Arc<App>,
    clock: Arc<dyn Clock>,
}

impl Code {
    pub(super) fn new(app: Arc<App>, clock: Arc<dyn Clock>) -> Self {
        Self { app, clock }
    }
}

#[async_trait]
impl TokenIssuer for Code {
    fn is_kept(&self) -> bool {
        true
    }

    fn rotates(&self) -> bool {
        self.app.rotates
    }

    fn ahead(&self) -> Duration {
        self.app.ahead
    }

    async fn renew(&self, old: Option<&Grant>) -> Result<Grant, RenewError> {
        let refresh = old.and_then(|old| old.refresh_token.as_deref()).ok_or(RenewError::Dead)?;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        Ok(client::token(&self.app, &fields, self.clock.now()).await?.grant)
    }

    async fn revoke(&self, grant: &Grant) -> Result<(), RenewError> {
        client::revoke(&self.app, &grant.access_token, grant.refresh_token.as_deref()).await
    }
}
