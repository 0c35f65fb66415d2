//! What Google offers to the rest of the program: what may be entered for a connection, and the adapter
//! of one. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{AccessTokens, BookingProvider, FixedToken, Notice, ProviderError};
use hookswitch_storage::{Connection, Secret};
use serde_json::json;

use super::client::Wire;
use super::settings::{Options, access_token};
use super::{Google, channel};
use crate::config::Config;
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields, NoticeRefused, Posted};

/// Whose quota a connection uses beside its own.
const APPLICATION: &str = "application";

/// Google Calendar.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.google.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "Google Calendar cannot be used");
        }
        Self { wire }
    }

    /// The token that an operator gave, which lasts an hour.
    fn tokens(credentials: &Fields) -> Result<Arc<dyn AccessTokens>, ProviderError> {
        let token = access_token(credentials).map_err(|_| ProviderError::Reconnect)?;
        let token = Secret::from(token.to_owned());
        Ok(Arc::new(FixedToken(token)))
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "google"
    }

    fn title(&self) -> &'static str {
        "Google Calendar"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        let token = access_token(&given)?.to_owned();
        Ok(Fields::from_iter([("access_token".to_owned(), json!(token))]))
    }

    fn without_credentials(&self, _: bool) -> Result<Option<Fields>, Wrong> {
        access_token(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "enter a new `credentials.access_token`, or the key file of a service account as \
         `credentials.service_account`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        self.adapter_with(connection, Self::tokens(&credentials)?)
    }

    fn adapter_with(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.google cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        let id = connection.id.clone();
        Ok(Arc::new(Google::new(wire, tokens, id, options, APPLICATION.to_owned())))
    }

    fn notice(&self, posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        channel::notice(posted)
    }
}
