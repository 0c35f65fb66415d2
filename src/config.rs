//! Configuration: every key an operator can set. Owns names, defaults and rules; `config.toml` at the root
//! is the same in words. Read once at start. Knows nothing of what the values are used for.

mod clients;
mod load;
mod names;
mod parse;
mod secret;
mod sections;

pub use clients::{OauthClient, OauthClients, OwnTwilio};
pub(crate) use load::{BUILT_IN, PUBLIC_URL_NAMES};
pub use load::{ConfigError, Origin, Overrides, Sources};
pub use secret::{MasterKey, Secret};
pub(crate) use sections::server_file;
pub use sections::{
    Feed, Log, LogFormat, Outbound, Provider, Providers, ServerSection, Sessions, Storage, Sync,
    Vapi,
};

use serde::Deserialize;

/// Everything an operator can set. `Config::default()` is what the compiled-in `config.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// Where and how the server listens.
    pub server: ServerSection,
    /// Where data is kept.
    pub storage: Storage,
    /// What the server may call.
    pub outbound: Outbound,
    /// The Vapi account.
    pub vapi: Vapi,
    /// Where booking providers are called.
    pub providers: Providers,
    /// Live calls.
    pub sessions: Sessions,
    /// The exchange of changes with booking providers.
    pub sync: Sync,
    /// The event feed.
    pub feed: Feed,
    /// Log output.
    pub log: Log,
    /// Secrets that only the environment may carry.
    #[serde(skip)]
    pub secrets: EnvironmentSecrets,
}

/// Secrets that are read from the environment and from nowhere else, so that no file holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentSecrets {
    /// `HOOKSWITCH_ADMIN_TOKEN`: token of the first administrator.
    pub admin_token: Option<Secret>,
    /// `HOOKSWITCH_MASTER_KEY`: key that seals stored secrets.
    pub master_key: Option<MasterKey>,
    /// `CALCOM_API_KEY`: for Cal.com connections that an administrator makes without a key.
    pub calcom_api_key: Option<Secret>,
    /// `SQUARE_ACCESS_TOKEN`: for Square connections that an administrator makes without a token, and for
    /// subscriptions to what Square posts.
    pub square_access_token: Option<Secret>,
    /// `CALENDLY_WEBHOOK_SIGNING_KEY`: of our application at Calendly; signs what is posted for accounts that
    /// were connected in a browser.
    pub calendly_webhook_key: Option<Secret>,
    /// The server's own account at Twilio, for orgs that an administrator gives none of their own.
    pub twilio: OwnTwilio,
    /// Who the server is at the providers that people connect in a browser.
    pub oauth: OauthClients,
}
