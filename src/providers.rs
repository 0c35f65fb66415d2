//! The vendors: one folder each, with its client, its JSON and the way to our own terms. A new
//! vendor is one folder, one line in [`Vendors`] and one in `entry`. Called at start-up, and by the
//! operator's interface for what may be entered.

mod calcom;
mod customerconnect;
mod entry;
mod http;
mod unusable;

use std::sync::Arc;

use hookswitch_actors::ports::{
    Adapters, BookingProvider, CustomerDirectory, NoDirectory, ProviderError,
};
use hookswitch_storage::{Connection, Store};
use serde_json::{Map, Value};

use crate::config::{Config, Secret};
use calcom::Calcom;
use unusable::Unusable;

pub(crate) use entry::{Entry, Wrong};

/// Field name under which a connection's credentials are sealed.
pub(crate) const CREDENTIALS_FIELD: &str = "connection.credentials";

/// Cal.com's name, here and in the contract.
pub(crate) const CALCOM: &str = "calcom";

/// The customer directory that the configuration names.
pub(crate) fn directory(config: &Config) -> Arc<dyn CustomerDirectory> {
    let base = &config.providers.customerconnect.base_url;
    match customerconnect::Client::new(base, config.sessions.tool_deadline()) {
        Ok(client) => Arc::new(client),
        Err(problem) => {
            // Calls go on without customer history; the server must not stay down for that.
            tracing::error!(%problem, "CustomerConnect cannot be used");
            Arc::new(NoDirectory)
        }
    }
}

/// The adapters of all vendors, those of this program after those that it was given.
pub(crate) struct Vendors {
    store: Store,
    given: Arc<dyn Adapters>,
    calcom: Result<Arc<calcom::Wire>, String>,
    calcom_key: Option<Secret>,
}

impl Vendors {
    pub(crate) fn new(config: &Config, store: Store, given: Arc<dyn Adapters>) -> Self {
        let deadline = config.sessions.tool_deadline();
        let calcom = calcom::Wire::new(&config.providers.calcom.base_url, deadline).map(Arc::new);
        if let Err(problem) = &calcom {
            tracing::error!(%problem, "Cal.com cannot be used");
        }
        Self { store, given, calcom, calcom_key: config.secrets.calcom_api_key.clone() }
    }

    fn calcom(&self, connection: &Connection) -> Result<Calcom, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.calcom.as_ref().map_err(|problem| {
            by_operator(format!("providers.calcom cannot be used: {problem}"))
        })?;
        let options = calcom::Options::read(&connection.options)
            .map_err(|wrong| by_operator(wrong.to_string()))?;
        let credentials = self.credentials(connection)?;
        if entry::is_own_key(&credentials) {
            let key = self.calcom_key.as_ref().ok_or_else(|| {
                by_operator("CALCOM_API_KEY is no longer set; give the connection a key".into())
            })?;
            return Calcom::new(wire, key.expose().trim().as_bytes(), options);
        }
        let key = calcom::api_key(&credentials).map_err(|_| ProviderError::Reconnect)?;
        Calcom::new(wire, key.as_bytes(), options)
    }

    fn credentials(&self, connection: &Connection) -> Result<Map<String, Value>, ProviderError> {
        let sealed = connection.credentials.as_ref().ok_or(ProviderError::Reconnect)?;
        let opened = self.store.unseal(&connection.org, CREDENTIALS_FIELD, sealed);
        let opened = opened.map_err(|error| {
            tracing::error!(connection.id = %connection.id, %error, "credentials do not open");
            ProviderError::Reconnect
        })?;
        serde_json::from_slice(opened.expose()).map_err(|_| ProviderError::Reconnect)
    }
}

impl Adapters for Vendors {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        if let Some(given) = self.given.adapter(connection) {
            return Some(given);
        }
        let adapter: Result<Arc<dyn BookingProvider>, ProviderError> =
            match connection.provider.as_str() {
                CALCOM => self.calcom(connection).map(|calcom| Arc::new(calcom) as _),
                _ => return None,
            };
        Some(adapter.unwrap_or_else(|problem| Arc::new(Unusable(problem))))
    }
}
