//! What the door to live calls is made of, and what an operator may set about it. Knows nothing of how it is used.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_storage::Store;

use crate::bounds::KEEP_SLOTS;
use crate::feed::Feed;
use crate::orgs::Orgs;
use crate::ports::{
    Adapters, CallControl, CallLookup, CallerSource, Clock, CustomerDirectory, Mailer, Messenger,
    VoicePlatform,
};
use crate::sync::SyncSettings;
use crate::tools::Toolbox;

/// What an operator may set about live calls.
#[derive(Debug, Clone)]
pub struct CallSettings {
    /// Quiet for so long, a session is put away; the next message wakes it.
    pub idle: Duration,
    /// Sessions that may be awake at once; beyond it tool calls are answered without context.
    pub max_live_calls: usize,
    /// Tool calls per second that one org may make, lasting.
    pub tool_calls_per_second: u32,
    /// Tool calls that one org may make at once.
    pub tool_call_burst: u32,
    /// How long a provider's answer about free slots may be given again; none is booked without
    /// asking anew. Zero: never.
    pub keep_slots: Duration,
    /// Days of free slots, from today on, that the calendars of a call's org are asked for when it begins.
    /// Zero: none, nothing is asked before it is needed.
    pub days_ahead: u32,
    /// How long a booking's answer waits for the carrier to take its text message.
    pub message_wait: Duration,
    /// The exchange with providers.
    pub sync: SyncSettings,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(900),
            max_live_calls: 10_000,
            tool_calls_per_second: 5_000,
            tool_call_burst: 10_000,
            keep_slots: KEEP_SLOTS,
            days_ahead: 7,
            message_wait: Duration::from_millis(1_500),
            sync: SyncSettings::default(),
        }
    }
}

/// What the door is made of.
pub struct CallsParts {
    /// Storage.
    pub store: Store,
    /// The orgs.
    pub orgs: Orgs,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The feed.
    pub feed: Feed,
    /// The vendors' adapters.
    pub adapters: Arc<dyn Adapters>,
    /// Commands to live calls.
    pub control: Arc<dyn CallControl>,
    /// What the voice platform says of a call.
    pub lookup: Arc<dyn CallLookup>,
    /// The customer directory.
    pub directory: Arc<dyn CustomerDirectory>,
    /// What text messages go through.
    pub messenger: Arc<dyn Messenger>,
    /// What e-mail goes through.
    pub mailer: Arc<dyn Mailer>,
    /// Who else may know a caller; the first who does is believed.
    pub caller_sources: Vec<Arc<dyn CallerSource>>,
    /// Where tools and assistants are kept.
    pub platform: Arc<dyn VoicePlatform>,
    /// The tools.
    pub toolbox: Toolbox,
    /// Settings.
    pub settings: CallSettings,
}
