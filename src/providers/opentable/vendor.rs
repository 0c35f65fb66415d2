//! What OpenTable offers to the rest of the program: what may be entered for a connection, and the
//! adapter of one. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{AccessTokens, BookingProvider, ProviderError};
use hookswitch_storage::Connection;
use serde_json::json;

use super::OpenTable;
use super::client::Wire;
use super::settings::{Options, partner};
use crate::config::Config;
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields};

/// Stands where a connection is made as the partner that the server itself is.
const OWN_PARTNER: &str = "own_partner_of_the_server";

/// OpenTable.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
    /// Whether the server itself is a partner.
    is_partner: bool,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.opentable.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "OpenTable cannot be used");
        }
        let own = &config.secrets.oauth.opentable;
        Self { wire, is_partner: own.id.is_some() && own.secret.is_some() }
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "opentable"
    }

    fn title(&self) -> &'static str {
        "OpenTable"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        let [id, secret] = partner(&given)?;
        let kept = [("client_id", json!(id)), ("client_secret", json!(secret))];
        Ok(kept.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn without_credentials(&self, is_admin: bool) -> Result<Option<Fields>, Wrong> {
        if is_admin && self.is_partner {
            return Ok(Some(Fields::from_iter([(OWN_PARTNER.to_owned(), json!(self.name()))])));
        }
        partner(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "enter the partner's present id and secret as `credentials.client_id` and \
         `credentials.client_secret`, or correct them in the server's environment"
    }

    fn adapter(
        &self,
        _: &Connection,
        _: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        // Who the partner is has to be exchanged for a token first.
        Err(ProviderError::Reconnect)
    }

    fn adapter_with(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.opentable cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        Ok(Arc::new(OpenTable::new(wire, tokens, options)))
    }
}
