//! What CalDAV offers to the rest of the program: what may be entered for a connection, and the adapter of
//! one. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{BookingProvider, ProviderError};
use hookswitch_storage::Connection;

use super::Caldav;
use super::client::{Client, Wire};
use super::settings::{Login, Options};
use crate::config::Config;
use crate::outbound::Outbound;
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields};

/// CalDAV.
pub(in crate::providers) struct Vendor {
    outbound: Outbound,
    wire: Result<Arc<Wire>, String>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let outbound = Outbound::new(&config.outbound.allow);
        let wire = Wire::new(&outbound, config.sessions.tool_deadline()).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "CalDAV cannot be used");
        }
        Self { outbound, wire }
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "caldav"
    }

    fn title(&self) -> &'static str {
        "CalDAV"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        Login::read(&given, &self.outbound).map(|login| login.kept())
    }

    fn without_credentials(&self, _: bool) -> Result<Option<Fields>, Wrong> {
        Login::read(&Fields::new(), &self.outbound).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "enter the user's present password, or an app password where the service has them, as \
         `credentials.password`, with `credentials.url` and `credentials.username`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = |problem: String| ProviderError::NeedsHuman(problem);
        let wire = self.wire.as_ref().map_err(|problem| by_operator(problem.clone()))?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        if credentials.is_empty() {
            return Err(ProviderError::Reconnect);
        }
        // What may be called can have changed since it was entered.
        let login = Login::read(&credentials, &self.outbound);
        let login = login.map_err(|wrong| by_operator(wrong.to_string()))?;
        let client = Client::new(Arc::clone(wire), &login)?;
        Ok(Arc::new(Caldav::new(client, options, connection.id.to_string())))
    }
}
