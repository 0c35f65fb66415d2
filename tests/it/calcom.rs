//! Cal.com, against a stand-in that behaves as it does: a real server on this machine, in good days
//! and in bad ones.

mod beside;
mod bookings;
mod connecting;
mod days;
mod holds;
mod limits;
mod neighbours;
mod quota;
mod refused;
mod secrets;
mod settled;
mod story;
mod unsure;
mod valid;
mod vendor_down;

use hookswitch::player::stand_ins::calcom::{
    EventType, Operation, Setup, StandIn, Standing, Trouble,
};
use jiff::civil::time;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall};

/// A key that no other text could hold.
const KEY: &str = "cal_live_7f3a9d_never_to_be_seen";
/// The event types of the stand-in: a plain one, one that takes three, one with a question, one for
/// every night from midnight to six.
pub(crate) const PLAIN: u64 = 30;
const GROUP: u64 = 31;
const ASKING: u64 = 32;
const NIGHTS: u64 = 33;
/// The day that these tests book: Thursday.
const DAY: &str = "2026-09-24";
const ANN: &str = "+13125550142";

pub(crate) fn setup(now: &str) -> Setup {
    let group = EventType { seats: 3, ..EventType::new(GROUP, "Group", 30) };
    let asking = EventType {
        required_fields: vec!["reason".into()],
        ..EventType::new(ASKING, "Asking", 30)
    };
    let nights = EventType {
        weekends: true,
        hours: (time(0, 0, 0, 0), time(6, 0, 0, 0)),
        ..EventType::new(NIGHTS, "Nights", 30)
    };
    Setup {
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: now.parse().unwrap(),
        event_types: vec![EventType::new(PLAIN, "Consultation", 30), group, asking, nights],
    }
}

pub(crate) fn connection(event_type: u64) -> Value {
    json!({"provider": "calcom", "credentials": {"api_key": KEY},
        "options": {"services": {"consultation": event_type}}})
}

pub(crate) async fn connect(server: &impl Host, org: &TestOrg, body: Value) -> Value {
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

/// A clinic whose bookings go to Cal.com.
struct Clinic {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

impl Clinic {
    async fn open() -> Self {
        Self::open_with(PLAIN, json!({}), 5_500).await
    }

    async fn open_with(event_type: u64, settings: Value, deadline_ms: u64) -> Self {
        Self::open_at(MORNING, event_type, settings, deadline_ms).await
    }

    async fn open_at(now: &str, event_type: u64, settings: Value, deadline_ms: u64) -> Self {
        let stand_in = StandIn::start(setup(now)).await.unwrap();
        let url = stand_in.base_url();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.calcom.base_url = url;
            config.sessions.tool_deadline_ms = deadline_ms;
        };
        let server = TestServer::start_with(now, change, Vec::new).await;
        let org = server.org(settings).await;
        let made = connect(&server, &org, connection(event_type)).await;
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

    /// Changes the connection.
    async fn patch(&self, change: Value) {
        let path = format!("/api/orgs/{}/connections/{}", self.org.id, self.connection);
        let (status, patched) = self.server.api(Method::PATCH, &path, Some(change)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
    }

    /// Sets options beside the service.
    async fn options(&self, options: Value) {
        let mut all = json!({"services": {"consultation": PLAIN}});
        for (name, value) in options.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.patch(json!({"options": all})).await;
    }

    async fn check(&self) -> Value {
        let path = format!("/api/orgs/{}/connections/{}/check", self.org.id, self.connection);
        let (status, checked) = self.server.api(Method::POST, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{checked}");
        checked
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
