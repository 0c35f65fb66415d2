//! Vapi's side manages itself: an agent is saved or a calendar connected, and tools, prompt and links follow.
//! Against a stateful stand-in of Vapi's REST interface.

mod by_hand;
mod commands;
mod counters;
mod definitions;
mod described;
mod half_way;
mod leaving;
mod measured;
mod numbers;
mod races;
mod story;
mod trouble;

use hookswitch::config::{Config, Secret};
use hookswitch::player::stand_ins::vapi::{Operation, Setup, StandIn};
use hookswitch_actors::tools::Face;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer, eventually_within};

const KEY: &str = "vapi-private-key-never-to-be-seen";
const PUBLIC: &str = "https://calls.example.com";

/// What a small machine takes at most when many tests run on it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// What changes something at Vapi.
const CHANGES: [Operation; 5] = [
    Operation::CreateTool,
    Operation::ChangeTool,
    Operation::DeleteTool,
    Operation::ChangeAssistant,
    Operation::ChangePhoneNumber,
];

/// A server, and the account at Vapi that it looks after.
struct House {
    server: TestServer,
    vapi: StandIn,
}

fn knows_vapi(config: &mut Config, url: &str) {
    config.vapi.base_url = url.to_owned();
    config.vapi.private_key = Secret::new(KEY);
    config.vapi.webhook_auth = Secret::new("the-secret-of-the-whole-server");
    config.vapi.spacing_ms = 0;
    config.server.public_url = Some(PUBLIC.into());
}

impl House {
    async fn new() -> Self {
        Self::with(Vec::new, |_| {}).await
    }

    async fn with(tools: fn() -> Vec<Face>, change: impl FnOnce(&mut Config)) -> Self {
        let vapi = StandIn::start(Setup { private_key: KEY.into() }).await.unwrap();
        let url = vapi.url().to_owned();
        let change = |config: &mut Config| {
            knows_vapi(config, &url);
            change(config);
        };
        Self { server: TestServer::start_with(MORNING, change, tools).await, vapi }
    }

    /// Saves an agent; the answer.
    async fn save(&self, org: &TestOrg, name: &str, assistant: &str) -> Value {
        let (status, saved) = self.try_to_save(org, name, assistant).await;
        assert_eq!(status, StatusCode::OK, "{saved}");
        saved
    }

    async fn try_to_save(&self, org: &TestOrg, name: &str, id: &str) -> (StatusCode, Value) {
        let path = format!("/api/orgs/{}/agents/{name}", org.id);
        let body = json!({"assistant_id": id, "direction": "inbound"});
        self.server.api(Method::PUT, &path, Some(body)).await
    }

    async fn agents(&self, org: &TestOrg) -> Vec<Value> {
        let path = format!("/api/orgs/{}/agents", org.id);
        self.server.get(&path).await["items"].as_array().unwrap().clone()
    }

    /// Waits until every agent of an org is in this state; time passes meanwhile, for what waits to try again.
    async fn until(&self, org: &TestOrg, state: &str) -> Vec<Value> {
        let mut now: jiff::Timestamp = self.now().await;
        let what = format!("all agents to be {state}");
        let agents = std::cell::RefCell::new(Vec::new());
        eventually_within(PATIENCE, &what, || {
            now = now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
            self.server.set_clock(&now.to_string());
            let agents = &agents;
            async move {
                *agents.borrow_mut() = self.agents(org).await;
                let agents = agents.borrow();
                let right = |agent: &Value| agent["sync"]["state"] == state;
                (!agents.is_empty() && agents.iter().all(right)).then_some(())
            }
        })
        .await;
        agents.into_inner()
    }

    /// Waits until something is so; time passes meanwhile, for what waits to try again.
    async fn until_that<Fut: Future<Output = bool>>(&self, what: &str, is_so: impl Fn() -> Fut) {
        let mut now: jiff::Timestamp = self.now().await;
        eventually_within(PATIENCE, what, || {
            now = now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
            self.server.set_clock(&now.to_string());
            let is_so = is_so();
            async move { is_so.await.then_some(()) }
        })
        .await;
    }

    async fn now(&self) -> jiff::Timestamp {
        self.server.get("/api/health").await["now"].as_str().unwrap().parse().unwrap()
    }

    /// Runs a sync for an org; its report.
    async fn sync(&self, org: &TestOrg, dry: bool) -> Value {
        let path = format!("/api/orgs/{}/tools/sync?dry_run={dry}", org.id);
        let (status, report) = self.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        report
    }

    /// How often something was changed at Vapi.
    fn changes(&self) -> usize {
        CHANGES.iter().map(|change| self.vapi.asked_to(*change).len()).sum()
    }

    /// The names of all function tools at Vapi.
    fn names(&self) -> Vec<String> {
        let tools = self.vapi.tools();
        let names = tools.iter().filter_map(|tool| tool["function"]["name"].as_str());
        let mut names: Vec<_> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    fn prompt_of(&self, assistant: &str) -> String {
        let assistant = self.vapi.assistant(assistant);
        assistant["model"]["messages"][0]["content"].as_str().unwrap().to_owned()
    }
}

/// What an agent says of itself.
fn says(agents: &[Value]) -> String {
    agents[0]["sync"]["says"].as_str().unwrap_or_default().to_owned()
}
