//! The vendors: one folder each, with its client, its JSON and the way to our own terms. A new
//! vendor is one folder and one line in [`registry`]. Called at start-up, and by the
//! operator's interface for what may be entered.

mod acuity;
mod calcom;
mod caldav;
mod calendly;
mod customerconnect;
mod days;
mod entry;
mod google;
pub(crate) mod http;
mod notices;
mod oauth;
mod opentable;
mod square;
mod template;
#[cfg(test)]
mod trials;
mod unusable;
mod vendor;

use std::sync::Arc;

use hookswitch_actors::Keepers;
use hookswitch_actors::ports::{
    AccessTokens, Adapters, BookingProvider, Clock, CustomerDirectory, NoDirectory, ProviderError,
    TokenIssuer,
};
use hookswitch_storage::{Connection, Store};

use crate::config::Config;
use unusable::Unusable;
use vendor::{Fields, Vendor};

pub(crate) use entry::{Entry, Wrong};
pub(crate) use hookswitch_actors::CREDENTIALS_FIELD;
pub(crate) use notices::{Notices, Post};
pub(crate) use oauth::{ExchangeError, Given, Oauth};

/// Every vendor of booking calendars, in the order in which they are named to operators.
fn registry(config: &Config) -> Vec<Box<dyn Vendor>> {
    vec![
        Box::new(calcom::Vendor::new(config)),
        Box::new(calendly::Vendor::new(config)),
        Box::new(square::Vendor::new(config)),
        Box::new(opentable::Vendor::new(config)),
        Box::new(acuity::Vendor::new(config)),
        Box::new(google::Vendor::new(config)),
        Box::new(caldav::Vendor::new(config)),
    ]
}

fn find<'a>(all: &'a [Box<dyn Vendor>], name: &str) -> Option<&'a dyn Vendor> {
    all.iter().map(Box::as_ref).find(|vendor| vendor.name() == name)
}

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

/// The vendors of this program, and the adapters that it was given beside them.
pub(crate) struct Vendors {
    store: Store,
    given: Arc<dyn Adapters>,
    all: Vec<Box<dyn Vendor>>,
    oauth: Oauth,
    keepers: Keepers,
}

impl Vendors {
    pub(crate) fn new(
        config: &Config,
        store: Store,
        clock: &Arc<dyn Clock>,
        given: Arc<dyn Adapters>,
    ) -> Self {
        let keepers = Keepers::new(store.clone(), Arc::clone(clock));
        let oauth = Oauth::new(config, Arc::clone(clock));
        Self { store, given, all: registry(config), oauth, keepers }
    }

    fn of(&self, connection: &Connection) -> Option<&dyn Vendor> {
        find(&self.all, &connection.provider)
    }
}

/// A connection's credentials; none if it has none.
fn credentials(store: &Store, connection: &Connection) -> Result<Fields, ProviderError> {
    let Some(sealed) = &connection.credentials else { return Ok(Fields::new()) };
    let opened = store.unseal(&connection.org, CREDENTIALS_FIELD, sealed);
    let opened = opened.map_err(|error| {
        tracing::error!(connection.id = %connection.id, %error, "credentials do not open");
        ProviderError::Reconnect
    })?;
    serde_json::from_slice(opened.expose()).map_err(|_| ProviderError::Reconnect)
}

impl Adapters for Vendors {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        if let Some(given) = self.given.adapter(connection) {
            return Some(given);
        }
        if let Some(issuer) = self.issuer(connection) {
            return self.adapter_with(connection, self.keepers.of(connection, issuer));
        }
        let vendor = self.of(connection)?;
        let credentials = credentials(&self.store, connection);
        let adapter = credentials.and_then(|given| vendor.adapter(connection, given));
        Some(adapter.unwrap_or_else(|problem| Arc::new(Unusable(problem))))
    }

    fn adapter_with(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Option<Arc<dyn BookingProvider>> {
        if let Some(given) = self.given.adapter_with(connection, Arc::clone(&tokens)) {
            return Some(given);
        }
        let adapter = self.of(connection)?.adapter_with(connection, tokens);
        Some(adapter.unwrap_or_else(|problem| Arc::new(Unusable(problem))))
    }

    fn issuer(&self, connection: &Connection) -> Option<Arc<dyn TokenIssuer>> {
        let credentials = credentials(&self.store, connection).ok()?;
        self.oauth.issuer(&connection.provider, &credentials)
    }
}
