//! Start and stop: the only file that sees and wires everything. Called by the commands and by
//! tests; owns the order in which parts come up and go down, and nothing that happens between.
//!
//! Up: storage, orgs, calls, then the port. Down: no new connections, answers in flight, watchers,
//! sessions, storage.

mod local;
mod serving;
mod signals;
mod start_error;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hookswitch_actors::ports::{
    Adapters, CallControl, CallLookup, CallerSource, Clock, Messenger, NoAdapters, NoLookup,
    NoMessenger, NoPlatform, SetClock, SystemClock, VoicePlatform,
};
use hookswitch_actors::tools::{Face, Toolbox};
use hookswitch_actors::{CallSettings, Calls, CallsParts, Feed, NoticeUrl, Orgs, SyncSettings};
use hookswitch_storage::{MasterKey, Store, StoreOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use local::{Tokens, random_text};
use signals::Signals;
pub use start_error::StartError;

use crate::config::Config;
use crate::http::{self, App};
use crate::messaging::smtp::Smtp;
use crate::messaging::twilio::Twilio;
use crate::providers::{self, Vendors};
use crate::vapi::{Meter, VapiControl, VapiPlatform};

/// How long answers in flight and watchers may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// What a start can be given beside its configuration.
pub struct StartOptions {
    /// Whether Ctrl-C and SIGTERM stop the server.
    pub watch_signals: bool,
    /// Tools beside the standard ones.
    pub more_tools: Vec<Face>,
    /// Adapters of booking providers; they go before the program's own.
    pub adapters: Arc<dyn Adapters>,
    /// Commands to live calls; `None` for Vapi's, within `[outbound] allow`.
    pub control: Option<Arc<dyn CallControl>>,
    /// Who may know callers, beside our own records.
    pub caller_sources: Vec<Arc<dyn CallerSource>>,
    /// The time; `None` for what `[server] clock` says, or else the machine's.
    pub clock: Option<Arc<dyn Clock>>,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            watch_signals: false,
            more_tools: Vec::new(),
            adapters: Arc::new(NoAdapters),
            control: None,
            caller_sources: Vec::new(),
            clock: None,
        }
    }
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    local_token: String,
    first_admin_token: Option<String>,
    server_file: PathBuf,
    app: App,
    calls: Calls,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    signals: Option<Signals>,
}

impl Server {
    /// Starts a server; it serves in the background when this returns.
    ///
    /// # Errors
    /// [`StartError`], with the remedy in its text; nothing is left running.
    pub async fn start(config: Config, options: StartOptions) -> Result<Self, StartError> {
        config.check()?;
        let signals =
            options.watch_signals.then(Signals::catch).transpose().map_err(StartError::Signals)?;
        let store = open_store(&config).await?;
        let clock: Arc<dyn Clock> = match (options.clock.clone(), config.server.clock) {
            (Some(clock), _) => clock,
            (None, Some(moment)) => Arc::new(SetClock::starting_at(moment)),
            (None, None) => Arc::new(SystemClock),
        };
        let (stop, stopping) = watch::channel(false);
        let meter = Meter::default();
        let wired = wire(&config, options, &store, clock, &meter).await;
        let (calls, tokens) = match wired {
            Ok(wired) => wired,
            Err(error) => {
                let _ = store.close().await;
                return Err(error);
            }
        };
        let bound = TcpListener::bind(config.server.bind).await;
        let listener = match bound {
            Ok(listener) => listener,
            Err(source) => {
                calls.close(DRAIN).await;
                let _ = store.close().await;
                return Err(StartError::Bind { address: config.server.bind, source });
            }
        };
        let address = listener.local_addr().map_err(StartError::Network)?;
        let server_file = config.storage.server_file();
        local::write(&server_file, address, &tokens.local)?;
        let app = App::new(&config, calls.clone(), &tokens, address, stopping.clone(), meter);
        let router = http::router(app.clone());
        let serving = tokio::spawn(serving::serve(listener, router, stopping));
        tracing::info!(%address, data = %config.storage.path.display(), "serving");
        Ok(Self {
            address,
            local_token: tokens.local,
            first_admin_token: tokens.first_admin,
            server_file,
            app,
            calls,
            stop,
            serving,
            signals,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A token with every right, for commands on this machine; ends with this server.
    #[must_use]
    pub fn admin_token(&self) -> &str {
        &self.local_token
    }

    /// What watchers see, and how many there are.
    #[must_use]
    pub fn feed(&self) -> Feed {
        self.calls.feed().clone()
    }

    /// The lasting admin token, if this start made one; it is not shown again.
    #[must_use]
    pub fn first_admin_token(&self) -> Option<&str> {
        self.first_admin_token.as_deref()
    }

    /// Serves until a signal comes, if signals are watched, or until serving fails; then stops in
    /// order. A second signal ends the process at once.
    pub async fn stopped(mut self) {
        if let Some(mut signals) = self.signals.take() {
            tokio::select! {
                () = signals.next() => {}
                _ = &mut self.serving => {}
            }
            tracing::info!("stopping; a second signal stops at once");
            tokio::spawn(async move {
                signals.next().await;
                std::process::exit(1);
            });
            self.shutdown().await;
        } else {
            let _ = (&mut self.serving).await;
            self.shutdown().await;
        }
    }

    /// Stops in order.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        if !self.serving.is_finished()
            && tokio::time::timeout(DRAIN, &mut self.serving).await.is_err()
        {
            tracing::warn!("some connections did not end in time");
            self.serving.abort();
        }
        self.calls.close(DRAIN).await;
        self.app.close().await;
        if let Err(error) = self.calls.store().close().await {
            tracing::error!(%error, "storage did not close cleanly; the next start will check it");
        }
        local::remove(&self.server_file);
    }
}

async fn open_store(config: &Config) -> Result<Store, StartError> {
    let mut options = StoreOptions::new(&config.storage.path);
    if let Some(key) = &config.secrets.master_key {
        options.master_key = Some(MasterKey::from_bytes(*key.bytes()));
    }
    Ok(Store::open(options).await?)
}

async fn wire(
    config: &Config,
    options: StartOptions,
    store: &Store,
    clock: Arc<dyn Clock>,
    meter: &Meter,
) -> Result<(Calls, local::Tokens), StartError> {
    let tokens = local::tokens(config, store, clock.now()).await?;
    let control = options.control.unwrap_or_else(|| {
        let key = config.vapi.public_key.as_deref();
        Arc::new(VapiControl::new(&config.outbound.allow, key))
    });
    let orgs = Orgs::load(store.clone()).await?;
    let epoch = local::random_text(8);
    let toolbox = Toolbox::standard_and(options.more_tools);
    let (platform, lookup) = platform(config, &clock, &toolbox, meter);
    let vendors = Vendors::new(config, store.clone(), &clock, options.adapters);
    let calls = Calls::open(CallsParts {
        store: store.clone(),
        orgs,
        platform,
        clock,
        feed: Feed::new(epoch, config.feed.buffer_events),
        adapters: Arc::new(vendors),
        control,
        lookup,
        directory: providers::directory(config),
        messenger: messenger(config),
        mailer: Arc::new(Smtp::new(config)),
        caller_sources: options.caller_sources,
        toolbox,
        settings: CallSettings {
            idle: config.sessions.idle(),
            max_live_calls: config.sessions.max_live_calls,
            keep_slots: Duration::from_millis(config.sessions.slot_cache_ms),
            days_ahead: config.sessions.prefetch_days,
            message_wait: Duration::from_millis(config.sessions.message_wait_ms),
            sync: sync_settings(config),
            ..CallSettings::default()
        },
    })
    .await?;
    Ok((calls, tokens))
}

fn sync_settings(config: &Config) -> SyncSettings {
    // Without it nobody outside can be told where to post to.
    let base = config.server.public_url.clone();
    let url = base.map(|base| {
        NoticeUrl::new(move |connection| format!("{base}{}", http::notice_path(connection)))
    });
    SyncSettings {
        poll_every: Duration::from_secs(config.sync.poll_seconds),
        probe_every: Duration::from_secs(config.sync.probe_seconds),
        notice_url: url,
        ..SyncSettings::default()
    }
}

fn messenger(config: &Config) -> Arc<dyn Messenger> {
    match Twilio::new(config) {
        Ok(twilio) => Arc::new(twilio),
        Err(problem) => {
            // Bookings are made without messages; the server must not stay down for that.
            tracing::error!(%problem, "Twilio cannot be used");
            Arc::new(NoMessenger)
        }
    }
}

fn platform(
    config: &Config,
    clock: &Arc<dyn Clock>,
    toolbox: &Toolbox,
    meter: &Meter,
) -> (Arc<dyn VoicePlatform>, Arc<dyn CallLookup>) {
    match VapiPlatform::new(config, Arc::clone(clock), toolbox.clone()) {
        Ok(platform) => {
            let platform = platform.counted_by(meter.clone());
            let calls = platform.calls();
            (Arc::new(platform), Arc::new(calls))
        }
        Err(problem) => {
            // Calls go on with the tools that are registered; the server must not stay down for that.
            tracing::error!(%problem, "Vapi cannot be asked");
            (Arc::new(NoPlatform), Arc::new(NoLookup))
        }
    }
}
