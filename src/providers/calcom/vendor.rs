//! What Cal.com offers to the rest of the program: what may be entered for a connection, and the adapter
//! of one. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{BookingProvider, Notice, ProviderError};
use hookswitch_storage::Connection;
use serde_json::json;

use super::client::Wire;
use super::settings::{Options, api_key};
use super::{Calcom, hooks};
use crate::config::{Config, Secret};
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields, NoticeRefused, Posted};

/// Stands where a connection uses the key that the server itself was started with.
const OWN_KEY: &str = "own_key_of_the_server";

/// Cal.com.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
    own_key: Option<Secret>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.calcom.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "Cal.com cannot be used");
        }
        Self { wire, own_key: config.secrets.calcom_api_key.clone() }
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "calcom"
    }

    fn title(&self) -> &'static str {
        "Cal.com"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    // All that use the server's own key share what Cal.com allows it.
    fn for_administrators(&self, credentials: &Fields) -> &'static [&'static str] {
        if credentials.contains_key(OWN_KEY) { &["requests_per_minute"] } else { &[] }
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        let key = api_key(&given)?.to_owned();
        Ok(Fields::from_iter([("api_key".to_owned(), json!(key))]))
    }

    fn without_credentials(&self, is_admin: bool) -> Result<Option<Fields>, Wrong> {
        if is_admin && self.own_key.is_some() {
            return Ok(Some(Fields::from_iter([(OWN_KEY.to_owned(), json!(self.name()))])));
        }
        api_key(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "make a new API key in Cal.com's settings and enter it as `credentials.api_key`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.calcom cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        let calcom = if credentials.contains_key(OWN_KEY) {
            let key = self.own_key.as_ref().ok_or_else(|| {
                by_operator("CALCOM_API_KEY is no longer set; give the connection a key".into())
            })?;
            Calcom::new(wire, key.expose().trim().as_bytes(), options)
        } else {
            let key = api_key(&credentials).map_err(|_| ProviderError::Reconnect)?;
            Calcom::new(wire, key.as_bytes(), options)
        }?;
        Ok(Arc::new(calcom))
    }

    fn notice(&self, posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        hooks::notice(posted.secret, posted.headers, posted.body)
    }
}
