//! Google Calendar, against a stand-in that behaves as it does: a real server on this machine, in good
//! days and in bad ones.

mod discovery;
mod elsewhere;
mod life;
mod refused;
mod secrets;
mod tools;
mod unsure;
mod valid;
mod vendor_down;

use hookswitch::player::stand_ins::google::{Access, Calendar, Operation, Setup, StandIn, Trouble};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall};

/// A token that no other text could hold.
const TOKEN: &str = "ya29.never_to_be_seen_7f3a9d";
/// The calendar that bookings go to.
const DESK: &str = "desk@willow.example";
/// One whose free/busy alone is shown.
const ROOM: &str = "c_room@group.calendar.google.com";
/// One that may only be read.
const HOLIDAYS: &str = "en.usa#holiday@group.v.calendar.google.com";
/// The day that these tests book: Thursday, in Chicago.
const DAY: &str = "2026-09-24";
const ANN: &str = "+13125550142";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn setup(now: &str) -> Setup {
    let with = |id: &str, access| Calendar { access, ..Calendar::new(id, "Other") };
    Setup {
        access_token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: at(now),
        calendars: vec![
            Calendar::new(DESK, "Willow Street Dental"),
            with(ROOM, Access::FreeBusy),
            with(HOLIDAYS, Access::Reader),
        ],
        // So few that everything is read in pages.
        page: 2,
    }
}

fn connection(options: Value) -> Value {
    json!({"provider": "google", "credentials": {"access_token": TOKEN}, "options": options})
}

async fn connect(server: &impl Host, org: &TestOrg, body: Value) -> Value {
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

/// A clinic whose bookings go to Google Calendar.
struct Clinic {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

impl Clinic {
    async fn open() -> Self {
        Self::open_with(json!({}), json!({"calendar_ids": [DESK, ROOM]}), 5_500).await
    }

    async fn open_with(settings: Value, options: Value, deadline_ms: u64) -> Self {
        Self::open_at(MORNING, settings, options, deadline_ms).await
    }

    async fn open_at(now: &str, settings: Value, options: Value, deadline_ms: u64) -> Self {
        let stand_in = StandIn::start(setup(now)).await.unwrap();
        let url = stand_in.base_url();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.google.base_url = url;
            config.sessions.tool_deadline_ms = deadline_ms;
        };
        let server = TestServer::start_with(now, change, Vec::new).await;
        let org = server.org(settings).await;
        let made = connect(&server, &org, connection(options)).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Self { stand_in, server, org, connection }
    }

    fn call(&self) -> VapiCall {
        self.org.call(&self.server, ANN)
    }

    /// The free times of a day, as an operator sees them: nothing is held for that.
    async fn free(&self, date: &str) -> Vec<Value> {
        let path = format!("/api/orgs/{}/availability?from={date}", self.org.id);
        let free = self.server.get(&path).await;
        let starts = free["items"].as_array().unwrap().iter().map(|slot| slot["start"].as_str());
        starts.map(|start| json!(start.unwrap()[11..16])).collect()
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

    fn path(&self, rest: &str) -> String {
        format!("/api/orgs/{}/connections/{}{rest}", self.org.id, self.connection)
    }

    async fn check(&self) -> Value {
        let (status, checked) = self.server.api(Method::POST, &self.path("/check"), None).await;
        assert_eq!(status, StatusCode::OK, "{checked}");
        checked
    }

    async fn patch(&self, patch: Value) -> (StatusCode, Value) {
        self.server.api(Method::PATCH, &self.path(""), Some(patch)).await
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
