//! A real server on a free port, with a data folder that goes away with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hookswitch::config::Config;
use hookswitch::server::{Server, StartOptions};
use hookswitch_actors::ports::{Adapters, CallerSource, Clock, NoAdapters, SetClock};
use hookswitch_actors::tools::Face;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use super::host::new_client;
use super::{Host, TestOrg};

/// Where the tests' time begins: Tuesday, 22 September 2026, 09:30 in Chicago.
pub(crate) const MORNING: &str = "2026-09-22T14:30:00Z";

pub(crate) struct TestServer {
    server: Option<Server>,
    config: Config,
    folder: TempDir,
    client: Client,
    tools: fn() -> Vec<Face>,
    caller_sources: Vec<Arc<dyn CallerSource>>,
    adapters: Arc<dyn Adapters>,
    clock: Arc<SetClock>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_at(MORNING).await
    }

    pub(crate) async fn start_at(clock: &str) -> Self {
        Self::start_with(clock, |_| {}, Vec::new).await
    }

    pub(crate) async fn start_with(
        clock: &str,
        change: impl FnOnce(&mut Config),
        tools: fn() -> Vec<Face>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.bind = "127.0.0.1:0".parse().unwrap();
        config.server.dev_endpoints = true;
        config.server.clock = Some(clock.parse().unwrap());
        config.storage.path = folder.path().join("data");
        nothing_outside(&mut config);
        // Each test sees what it asks for; those of the cache and of what is asked ahead switch it on.
        config.sessions.slot_cache_ms = 0;
        config.sessions.prefetch_days = 0;
        change(&mut config);
        let client = new_client();
        let (caller_sources, adapters) = (Vec::new(), Arc::new(NoAdapters));
        let clock = Arc::new(SetClock::starting_at(MORNING.parse().unwrap()));
        let mut server =
            Self { server: None, config, folder, client, tools, caller_sources, adapters, clock };
        server.up().await;
        server
    }

    async fn up(&mut self) {
        let clock: Option<Arc<dyn Clock>> = match self.config.server.clock {
            Some(moment) => {
                self.clock.set(moment);
                Some(self.clock.clone())
            }
            None => None,
        };
        let options = StartOptions {
            more_tools: (self.tools)(),
            caller_sources: self.caller_sources.clone(),
            adapters: Arc::clone(&self.adapters),
            clock,
            ..StartOptions::default()
        };
        self.server = Some(Server::start(self.config.clone(), options).await.unwrap());
    }

    /// The same server, started again with others who may know callers.
    pub(crate) async fn asking(mut self, sources: Vec<Arc<dyn CallerSource>>) -> Self {
        self.caller_sources = sources;
        self.restart(None).await;
        self
    }

    /// The same server, started again with adapters of the test's own.
    pub(crate) async fn through(mut self, adapters: Arc<dyn Adapters>) -> Self {
        self.adapters = adapters;
        self.restart(None).await;
        self
    }

    /// Changes what it is configured with; holds from the next restart on.
    pub(crate) fn configure(&mut self, change: impl FnOnce(&mut Config)) {
        change(&mut self.config);
    }

    /// Stops in order and starts again on the same data, at another time if one is given.
    pub(crate) async fn restart(&mut self, clock: Option<&str>) {
        self.server.take().unwrap().shutdown().await;
        if let Some(clock) = clock {
            self.config.server.clock = Some(clock.parse().unwrap());
        }
        self.up().await;
    }

    /// Sets the clock of the running server; it runs on from there.
    pub(crate) fn set_clock(&self, moment: &str) {
        self.clock.set(moment.parse().unwrap());
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.config.storage.path.clone()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.as_ref().unwrap().address())
    }

    pub(crate) fn token(&self) -> &str {
        self.server.as_ref().unwrap().admin_token()
    }

    /// As [`Host::request`].
    pub(crate) async fn api(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        self.request(method, path, body).await
    }

    /// As [`Host::read`].
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.read(path).await
    }

    /// A new org in Chicago with settings merged over the defaults.
    pub(crate) async fn org(&self, settings: Value) -> TestOrg {
        TestOrg::create(self, settings).await
    }

    pub(crate) async fn stop(mut self) -> TempDir {
        self.server.take().unwrap().shutdown().await;
        self.folder
    }
}

impl Host for TestServer {
    fn client(&self) -> &Client {
        &self.client
    }

    fn url(&self, path: &str) -> String {
        TestServer::url(self, path)
    }

    fn token(&self) -> &str {
        TestServer::token(self)
    }
}

/// No test reaches a vendor: where none is played, nothing listens.
fn nothing_outside(config: &mut Config) {
    let nobody = "http://127.0.0.1:9";
    config.vapi.base_url = nobody.into();
    let providers = &mut config.providers;
    for provider in [
        &mut providers.calcom,
        &mut providers.calendly,
        &mut providers.square,
        &mut providers.opentable,
        &mut providers.acuity,
        &mut providers.google,
        &mut providers.customerconnect,
        &mut providers.twilio,
    ] {
        provider.base_url = nobody.into();
    }
}
