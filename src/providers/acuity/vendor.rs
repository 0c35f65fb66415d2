//! What Acuity offers to the rest of the program: what may be entered for a connection, the adapter of
//! one, and the reading of its posts. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{BookingProvider, Notice, ProviderError};
use hookswitch_storage::Connection;
use serde_json::json;

use super::client::Wire;
use super::settings::{Options, account};
use super::{Acuity, watch};
use crate::config::Config;
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields, NoticeRefused, Posted};

/// Acuity.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.acuity.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "Acuity cannot be used");
        }
        Self { wire }
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "acuity"
    }

    fn title(&self) -> &'static str {
        "Acuity"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        let account = account(&given)?;
        let kept = [("user_id", json!(account.user_id)), ("api_key", json!(account.api_key))];
        Ok(kept.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn without_credentials(&self, _: bool) -> Result<Option<Fields>, Wrong> {
        account(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "look up the API key in Acuity (Integrations, API) and enter it as `credentials.api_key`, with \
         `credentials.user_id`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.acuity cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        let account = account(&credentials).map_err(|_| ProviderError::Reconnect)?;
        Ok(Arc::new(Acuity::new(wire, account, options)?))
    }

    fn notice(&self, posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        let account = account(posted.credentials).map_err(|_| NoticeRefused::Unsigned)?;
        watch::notice(posted, &account.api_key)
    }
}
