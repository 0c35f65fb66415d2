//! Square, against a stand-in that behaves as it does: a real server on this machine, in good days and in
//! bad ones.

mod connecting;
mod heard;
mod refused;
mod secrets;
mod story;
mod unsure;
mod valid;

use hookswitch::player::stand_ins::square::{
    Member, Operation, Rights, Setup, StandIn, Standing, Trouble, Variation,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall, eventually};

/// A token that no other text could hold.
const TOKEN: &str = "EAAA_7f3a9d_never_to_be_seen";
/// The day that these tests book: Thursday.
const DAY: &str = "2026-09-24";
const ANN: &str = "+13125550142";

fn setup() -> Setup {
    Setup::new(TOKEN, "America/Chicago", MORNING.parse().unwrap())
}

fn connection() -> Value {
    json!({"provider": "square", "credentials": {"access_token": TOKEN},
        "options": {"services": {"consultation": "VAR1"}}})
}

async fn connect(server: &impl Host, org: &TestOrg, body: Value) -> Value {
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

/// A clinic whose bookings go to Square.
struct Clinic {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

impl Clinic {
    async fn open() -> Self {
        Self::open_with(setup(), json!({}), 5_500).await
    }

    async fn open_with(setup: Setup, settings: Value, deadline_ms: u64) -> Self {
        let stand_in = StandIn::start(setup).await.unwrap();
        let url = stand_in.url().to_owned();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.square.base_url = url;
            config.sessions.tool_deadline_ms = deadline_ms;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(settings).await;
        let made = connect(&server, &org, connection()).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Self { stand_in, server, org, connection }
    }

    fn call(&self) -> VapiCall {
        self.org.call(&self.server, ANN)
    }

    /// A caller who has heard the day's free times.
    async fn offered(&self) -> VapiCall {
        let call = self.call();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
        call
    }

    /// What a caller hears who wants ten o'clock.
    async fn book(&self, call: &VapiCall) -> Value {
        call.tool("create_booking", ten_for("Ann Ruiz")).await
    }

    async fn bookings(&self) -> Vec<Value> {
        self.org.bookings(&self.server).await
    }

    fn path(&self) -> String {
        format!("/api/orgs/{}/connections/{}", self.org.id, self.connection)
    }

    async fn check(&self) -> Value {
        let path = format!("{}/check", self.path());
        let (status, checked) = self.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{checked}");
        checked
    }

    async fn patch(&self, body: Value) -> Value {
        let (status, patched) = self.server.api(Method::PATCH, &self.path(), Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
        patched
    }
}

fn ten_for(name: &str) -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": name})
}

fn message(result: &Value) -> &str {
    result["message"].as_str().unwrap_or_else(|| panic!("no message in {result}"))
}

fn hears(result: &Value, words: &str) {
    assert!(message(result).contains(words), "`{words}` is not in {result}");
}
