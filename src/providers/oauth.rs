//! Access that is given by an authorization server (OAuth 2): which providers do so and how each differs,
//! the way of a consent in a browser, and what a connection's tokens are renewed by. Who keeps tokens, and
//! when they are renewed, is decided in `actors`.
//!
//! Written by hand rather than with the `oauth2` crate: of the four providers here only one is answered
//! as that crate expects. Square speaks JSON, gives a moment in place of `expires_in` and refuses in its own
//! form; OpenTable may want GET; Google's service accounts are none of its grants. What is left to it
//! would be a form of five fields.

mod app;
mod calendly;
mod client;
mod code;
mod google;
mod opentable;
mod partner;
mod pkce;
mod service_account;
mod square;
mod wire;

use std::sync::Arc;

use hookswitch_actors::GRANT;
use hookswitch_actors::ports::{Clock, TokenIssuer};

use super::Wrong;
use super::vendor::Fields;
use crate::config::Config;
use app::App;
use code::Code;
use partner::Partner;
use service_account::ServiceAccount;

pub(crate) use code::{ExchangeError, Given};
use pkce::Consent;

/// The providers with an authorization server.
#[derive(Clone)]
pub(crate) struct Oauth {
    apps: Arc<[Arc<App>]>,
    partner: Arc<partner::App>,
    clock: Arc<dyn Clock>,
}

impl Oauth {
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Self {
        let apps = [calendly::app(config), square::app(config), google::app(config)];
        let apps = apps.into_iter().filter_map(|app| {
            let usable = app.inspect_err(|problem| {
                tracing::error!(%problem, "a provider cannot be connected in a browser");
            });
            usable.ok().map(Arc::new)
        });
        Self { apps: apps.collect(), partner: Arc::new(opentable::app(config)), clock }
    }

    fn app(&self, provider: &str) -> Option<&Arc<App>> {
        self.apps.iter().find(|app| app.provider == provider)
    }

    /// The names of the providers that are connected in a browser.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.apps.iter().map(|app| app.provider).collect()
    }

    /// A provider's name for people, if it is connected in a browser.
    pub(crate) fn title(&self, provider: &str) -> Option<&'static str> {
        self.app(provider).map(|app| app.title)
    }

    /// Whether the server is registered at a provider that is connected in a browser.
    pub(crate) fn is_set_up(&self, provider: &str) -> bool {
        self.app(provider).is_some_and(|app| app.is_set_up().is_ok())
    }

    /// Where somebody agrees that we may use their account. `state` comes back with the answer.
    ///
    /// # Errors
    /// In words for the operator of the server, if it is not set up for that.
    pub(crate) fn consent(
        &self,
        provider: &str,
        redirect_uri: &str,
        state: &str,
    ) -> Result<Consent, String> {
        let app = self.app(provider).ok_or("is not connected in a browser")?;
        app.is_set_up()?;
        Ok(Consent::new(app, redirect_uri, state))
    }

    /// Exchanges what came back for a grant. `verifier` is the consent's.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub(crate) async fn exchange(
        &self,
        provider: &str,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<Given, ExchangeError> {
        let unknown =
            || ExchangeError::Refused("this provider is not connected in a browser".into());
        let app = self.app(provider).ok_or_else(unknown)?;
        code::exchange(app, &*self.clock, code, redirect_uri, verifier).await
    }

    /// What renews the tokens of a connection with these credentials; `None` if they are none that are
    /// renewed.
    pub(super) fn issuer(
        &self,
        provider: &str,
        credentials: &Fields,
    ) -> Option<Arc<dyn TokenIssuer>> {
        let clock = Arc::clone(&self.clock);
        if credentials.contains_key(GRANT) {
            let app = Arc::clone(self.app(provider)?);
            return Some(Arc::new(Code::new(app, clock)));
        }
        if provider == google::NAME && credentials.contains_key(service_account::FIELD) {
            let app = self.app(provider)?;
            return Some(Arc::new(ServiceAccount::new(app, credentials, clock)));
        }
        if provider == opentable::NAME {
            let partner = Arc::clone(&self.partner);
            return Some(Arc::new(Partner::new(partner, credentials, clock)));
        }
        None
    }

    /// Credentials that only the server may make, refused; those of a service account, checked. Others
    /// are given back for the vendor to judge.
    ///
    /// # Errors
    /// The field that is wrong.
    pub(super) fn check(provider: &str, given: Fields) -> Result<Checked, Wrong> {
        if given.contains_key(GRANT) {
            let problem = "is made by connecting in a browser; leave it out";
            return Err(Wrong::new(format!("credentials.{GRANT}"), problem));
        }
        if provider == google::NAME && given.contains_key(service_account::FIELD) {
            return service_account::check(given).map(Checked::Settled);
        }
        Ok(Checked::Open(given))
    }
}

/// Credentials after a look.
pub(super) enum Checked {
    /// As they are kept.
    Settled(Fields),
    /// For the vendor to judge.
    Open(Fields),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
