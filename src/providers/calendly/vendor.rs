//! What Calendly offers to the rest of the program: what may be entered for a connection, the adapter of
//! one, and what its posts say. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{AccessTokens, BookingProvider, FixedToken, Notice, ProviderError};
use hookswitch_storage::{Connection, Secret};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::client::Wire;
use super::settings::{Options, token};
use super::{Calendly, notice};
use crate::config::{Config, Secret as Key};
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields, NoticeRefused, Posted};

/// Calendly.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
    webhook_key: Option<Key>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.calendly.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "Calendly cannot be used");
        }
        Self { wire, webhook_key: config.secrets.calendly_webhook_key.clone() }
    }
}

/// Who gives the connection its access tokens: the one that an operator made, which never changes.
fn tokens(credentials: &Fields) -> Result<Arc<dyn AccessTokens>, ProviderError> {
    let token = token(credentials).map_err(|_| ProviderError::Reconnect)?;
    Ok(Arc::new(FixedToken(Secret::from(token.to_owned()))))
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "calendly"
    }

    fn title(&self) -> &'static str {
        "Calendly"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        let token = token(&given)?.to_owned();
        Ok(Fields::from_iter([("token".to_owned(), json!(token))]))
    }

    fn without_credentials(&self, _: bool) -> Result<Option<Fields>, Wrong> {
        token(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "make a new personal access token in Calendly (Integrations, API and webhooks) and enter it as \
         `credentials.token`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        // Of the token itself no more is kept than tells it from others.
        let user = token(&credentials).map_err(|_| ProviderError::Reconnect)?;
        let user = format!("{:x}", Sha256::digest(user));
        self.of_user(connection, tokens(&credentials)?, &user)
    }

    fn adapter_with(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        // Who it is shows with the first answer; until then a connection stands for itself.
        let user = connection.external_account_id.as_deref();
        self.of_user(connection, tokens, user.unwrap_or(connection.id.as_str()))
    }

    fn notice(&self, posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        notice::read(posted, self.webhook_key.as_ref().map(Key::expose))
    }
}

impl Vendor {
    /// The account that `tokens` open; `user` says whose requests Calendly counts together.
    fn of_user(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
        user: &str,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.calendly cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        Ok(Arc::new(Calendly::new(wire, tokens, options, user)))
    }
}
