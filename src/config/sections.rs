//! The sections of the configuration and their defaults. Owns the shape; `parse` reads single values and
//! `load` puts the layers together.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::parse;
use super::secret::Secret;

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ServerSection {
    /// Address to listen on; port 0 takes a free one.
    #[serde(deserialize_with = "parse::address")]
    pub bind: SocketAddr,
    /// URL under which Vapi reaches the server, without a final slash; already resolved from
    /// `VAPI_SERVER_URL`, `API_BASE_URL` and `BACKEND_URL` when the key itself is not set.
    #[serde(deserialize_with = "parse::optional_url")]
    pub public_url: Option<String>,
    /// Whether the routes for developers are open.
    pub dev_endpoints: bool,
    /// Time at which the server believes it starts; only together with `dev_endpoints`.
    #[serde(deserialize_with = "parse::optional_time")]
    pub clock: Option<Timestamp>,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 3001)),
            public_url: None,
            dev_endpoints: false,
            clock: None,
        }
    }
}

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Storage {
    /// Folder of everything that is remembered.
    #[serde(deserialize_with = "parse::path")]
    pub path: PathBuf,
}

impl Storage {
    /// The key file: `<path>.key`, outside the data folder so that a copy of the folder holds no key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        let mut name = self.path.components().as_path().as_os_str().to_owned();
        name.push(".key");
        PathBuf::from(name)
    }

    /// The file by which commands find a running server.
    #[must_use]
    pub fn server_file(&self) -> PathBuf {
        server_file(&self.path)
    }
}

/// The file in a data folder by which commands find a running server.
pub(crate) fn server_file(data: &Path) -> PathBuf {
    data.join("server.json")
}

impl Default for Storage {
    fn default() -> Self {
        Self { path: PathBuf::from("data") }
    }
}

/// `[outbound]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Outbound {
    /// `host:port`, lower case, that may be called although they are private or not Vapi's.
    #[serde(deserialize_with = "parse::host_ports")]
    pub allow: Vec<String>,
}

/// `[vapi]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Vapi {
    /// REST address, without a final slash.
    #[serde(deserialize_with = "parse::url")]
    pub base_url: String,
    /// Private API key; tools are not registered without it.
    #[serde(deserialize_with = "parse::optional_secret")]
    pub private_key: Option<Secret>,
    /// Secret that Vapi sends on the shared webhook URLs.
    #[serde(deserialize_with = "parse::optional_secret")]
    pub webhook_auth: Option<Secret>,
    /// Id of the Vapi credential that registered tools name.
    #[serde(deserialize_with = "parse::optional_text")]
    pub credential_id: Option<String>,
    /// Public API key, for calls from a browser and for authenticated live control.
    #[serde(deserialize_with = "parse::optional_text")]
    pub public_key: Option<String>,
    /// Shortest time between two requests to Vapi's REST interface, milliseconds, 0 to 10,000.
    pub spacing_ms: u64,
    /// Only administrators bring assistants and phone numbers of the account to an organisation.
    pub claims_by_admin_only: bool,
}

impl Default for Vapi {
    fn default() -> Self {
        Self {
            base_url: "https://api.vapi.ai".into(),
            private_key: None,
            webhook_auth: None,
            credential_id: None,
            public_key: None,
            spacing_ms: 700,
            claims_by_admin_only: false,
        }
    }
}

/// `[providers.<name>]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Provider {
    /// Where the provider's interface is called, without a final slash.
    #[serde(deserialize_with = "parse::url")]
    pub base_url: String,
}

/// `[providers]`: each provider that can be pointed at another host. Defaults are the vendors' own
/// published production addresses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the fields are the vendors' names")]
pub struct Providers {
    pub calcom: Provider,
    pub calendly: Provider,
    pub square: Provider,
    pub opentable: Provider,
    pub acuity: Provider,
    pub google: Provider,
    pub customerconnect: Provider,
    pub twilio: Provider,
}

impl Default for Providers {
    fn default() -> Self {
        let at = |url: &str| Provider { base_url: url.into() };
        Self {
            calcom: at("https://api.cal.com/v2"),
            calendly: at("https://api.calendly.com"),
            square: at("https://connect.squareup.com"),
            opentable: at("https://platform.opentable.com"),
            acuity: at("https://acuityscheduling.com/api/v1"),
            google: at("https://www.googleapis.com/calendar/v3"),
            customerconnect: at("https://api-customerconnect.app/api/v3"),
            twilio: at("https://api.twilio.com"),
        }
    }
}

/// `[sessions]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sessions {
    /// Time within which a tool call is answered, milliseconds, 100 to 19,000.
    pub tool_deadline_ms: u64,
    /// A call that is silent for this long is put to sleep until its next message, seconds.
    pub idle_seconds: u64,
    /// Calls that are followed at once.
    pub max_live_calls: usize,
    /// How long a provider's answer about free slots is given again, milliseconds, 0 to 60,000.
    pub slot_cache_ms: u64,
    /// Days of free slots, from today on, that are asked for when a call begins, 0 to 31.
    pub prefetch_days: u32,
    /// How long a booking's answer waits for the carrier to take its text message, milliseconds, 0 to
    /// 5,000.
    pub message_wait_ms: u64,
}

impl Sessions {
    /// [`Self::tool_deadline_ms`] as a duration.
    #[must_use]
    pub fn tool_deadline(&self) -> Duration {
        Duration::from_millis(self.tool_deadline_ms)
    }

    /// [`Self::idle_seconds`] as a duration.
    #[must_use]
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            tool_deadline_ms: 5_500,
            idle_seconds: 900,
            max_live_calls: 10_000,
            slot_cache_ms: 5_000,
            prefetch_days: 7,
            message_wait_ms: 1_500,
        }
    }
}

/// `[sync]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sync {
    /// How often a provider that posts nothing is asked what changed, seconds.
    pub poll_seconds: u64,
    /// A connection of which nothing was asked for so long is tried, seconds.
    pub probe_seconds: u64,
}

impl Default for Sync {
    fn default() -> Self {
        Self { poll_seconds: 60, probe_seconds: 300 }
    }
}

/// `[feed]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Feed {
    /// Events kept for a slow watcher.
    pub buffer_events: usize,
}

impl Default for Feed {
    fn default() -> Self {
        Self { buffer_events: 1_024 }
    }
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Log {
    /// Text form.
    #[serde(deserialize_with = "parse::log_format")]
    pub format: LogFormat,
    /// What is logged, in the filter language of the `tracing` family.
    #[serde(deserialize_with = "parse::log_level")]
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Human, level: "info".into() }
    }
}

/// Text form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}
