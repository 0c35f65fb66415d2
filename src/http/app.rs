//! What every handler may use. A cheap clone of a few handles.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use hookswitch_actors::Calls;
use hookswitch_storage::{Secret, WebhookAuthMode};
use tokio::sync::watch;

use super::call_log::CallLog;
use super::feed::Tickets;
use super::identity::digest;
use super::notices::Posts;
use super::oauth::Pending;
use super::probe::Probes;
use super::shared_calls::SharedCalls;
use super::webhook::Strangers;
use crate::config::Config;
use crate::providers::{Entry, Notices, Oauth};
use crate::server::Tokens;
use crate::vapi::{Meter, OpenedAuth};

/// Message types that are counted by name; a stranger must not fill memory with names.
const MAX_COUNTED: usize = 64;

/// The handles. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(super) calls: Calls,
    pub(super) parts: Arc<Parts>,
}

/// What does not change while the server runs, and what it counts.
pub(super) struct Parts {
    /// What signs the posts about messages of the server's own account.
    pub(super) own_messages: Option<crate::config::Secret>,
    /// Under which the server is known outside; its own address if nothing is configured.
    pub(super) public_url: String,
    /// Whether that is configured.
    pub(super) has_public_url: bool,
    pub(super) dev_endpoints: bool,
    /// The data folder; backups are prepared in it.
    pub(super) data: PathBuf,
    pub(super) tool_deadline: Duration,
    /// How Vapi is reached, and how it proves itself here.
    pub(super) vapi: crate::config::Vapi,
    /// What was asked of it.
    pub(super) vapi_requests: Meter,
    /// What may be entered for connections.
    pub(super) entry: Entry,
    /// The providers that are connected in a browser.
    pub(super) oauth: Oauth,
    /// Who is just connecting one.
    pub(super) connecting: Pending,
    /// Who judges what providers post.
    pub(super) notices: Notices,
    /// How much of that is taken at once.
    pub(super) posts: Posts,
    /// The instance secret for the shared URLs, as a scheme; none if it is not set.
    pub(super) instance_auth: Vec<OpenedAuth>,
    /// Digests of the tokens that are not in storage.
    pub(super) fixed_tokens: Vec<String>,
    pub(super) call_log: Arc<CallLog>,
    pub(super) tickets: Tickets,
    pub(super) shared_calls: SharedCalls,
    pub(super) strangers: Strangers,
    /// Posts of ours to our own webhooks that are on their way.
    pub(super) probes: Probes,
    pub(super) unknown_messages: DashMap<String, AtomicU64>,
    pub(super) denied: AtomicU64,
    pub(super) stopping: watch::Receiver<bool>,
    /// Changes when a token is revoked, so that open connections ask again.
    pub(super) revoked: watch::Sender<()>,
}

impl App {
    pub(crate) fn new(
        config: &Config,
        calls: Calls,
        tokens: &Tokens,
        address: SocketAddr,
        stopping: watch::Receiver<bool>,
        vapi_requests: Meter,
    ) -> Self {
        let instance_auth = config
            .vapi
            .webhook_auth
            .iter()
            .map(|secret| {
                let secret = Secret::new(secret.expose().as_bytes().to_vec());
                OpenedAuth::new(WebhookAuthMode::Secret, secret)
            })
            .collect();
        let fixed = [Some(&tokens.local), tokens.environment.as_ref()];
        let entry = Entry::new(config);
        let parts = Parts {
            public_url: match &config.server.public_url {
                Some(url) => url.clone(),
                None => format!("http://{address}"),
            },
            has_public_url: config.server.public_url.is_some(),
            own_messages: config.secrets.twilio.signing(),
            dev_endpoints: config.server.dev_endpoints,
            data: config.storage.path.clone(),
            tool_deadline: config.sessions.tool_deadline(),
            vapi: config.vapi.clone(),
            vapi_requests,
            notices: Notices::new(&entry, calls.store().clone()),
            posts: Posts::default(),
            entry,
            oauth: Oauth::new(config, Arc::clone(calls.clock())),
            connecting: Pending::default(),
            instance_auth,
            fixed_tokens: fixed.into_iter().flatten().map(|token| digest(token)).collect(),
            call_log: CallLog::start(calls.clone()),
            tickets: Tickets::default(),
            shared_calls: SharedCalls::default(),
            strangers: Strangers::default(),
            probes: Probes::default(),
            unknown_messages: DashMap::new(),
            denied: AtomicU64::new(0),
            stopping,
            revoked: watch::Sender::new(()),
        };
        Self { calls, parts: Arc::new(parts) }
    }

    /// Ends when what was taken over for later has been kept.
    pub(crate) async fn close(&self) {
        self.parts.call_log.close().await;
    }

    /// Counts a message of a type that nobody knew when this was written.
    pub(super) fn count_unknown(&self, kind: &str) {
        let known = &self.parts.unknown_messages;
        let full = known.len() >= MAX_COUNTED && !known.contains_key(kind);
        let name: String = if full { "other".into() } else { kind.chars().take(60).collect() };
        known.entry(name).or_default().fetch_add(1, Ordering::Relaxed);
    }

    /// The URL under which `path` is known outside.
    pub(super) fn public(&self, path: &str) -> String {
        format!("{}{path}", self.parts.public_url)
    }
}
