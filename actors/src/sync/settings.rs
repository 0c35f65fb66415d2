//! What an operator may set about the exchange with providers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_storage::Connection;

/// How changes are exchanged with providers, and how their health is watched.
#[derive(Debug, Clone)]
pub struct SyncSettings {
    /// How often a provider that posts nothing is asked what changed; at least a millisecond.
    pub poll_every: Duration,
    /// A connection of which nothing was asked for so long is tried.
    pub probe_every: Duration,
    /// Within this time after a start every provider has been asked; zero asks all of them at once.
    pub latest_start: Duration,
    /// Where providers post to, if the server is known outside.
    pub notice_url: Option<NoticeUrl>,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            poll_every: Duration::from_secs(60),
            probe_every: Duration::from_secs(300),
            latest_start: Duration::from_secs(3),
            notice_url: None,
        }
    }
}

/// The address that a connection's provider posts to; how it looks is known outside.
#[derive(Clone)]
pub struct NoticeUrl(Arc<dyn Fn(&Connection) -> String + Send + Sync>);

impl NoticeUrl {
    /// By this rule.
    pub fn new(rule: impl Fn(&Connection) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(rule))
    }

    pub(super) fn of(&self, connection: &Connection) -> String {
        (self.0)(connection)
    }
}

impl fmt::Debug for NoticeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoticeUrl(..)")
    }
}
