//! CalDAV, against a stand-in that is as plain as servers are allowed to be, and against Radicale, a real
//! server that the tests start where it is installed.

mod bookings;
mod connecting;
mod life;
mod person;
mod racing;
mod radicale;
mod secrets;
mod shapes;
mod stale;
mod story;
mod tools;
mod unsure;
mod vendor_down;

use hookswitch::config::Config;
use hookswitch::player::stand_ins::caldav::{Operation, Setup, StandIn, Trouble};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::clinic::{self, ANN, DAY, connect, hears, message, ten_for};
use crate::support::{MORNING, TestOrg, TestServer, VapiCall};
use person::Person;

const USER: &str = "ann.front.desk";
/// A password that no other text could hold.
const PASSWORD: &str = "pw_5e1c77_never_to_be_seen";

fn connection(url: &str, options: &Value) -> Value {
    json!({"provider": "caldav", "options": options,
        "credentials": {"url": url, "username": USER, "password": PASSWORD}})
}

/// A server that may call `allowed`.
async fn server_for(allowed: &str, deadline_ms: u64) -> TestServer {
    server_with(allowed, |config| config.sessions.tool_deadline_ms = deadline_ms).await
}

/// The same, which asks every second what changed.
async fn server_following(allowed: &str) -> TestServer {
    server_with(allowed, |config| config.sync.poll_seconds = 1).await
}

async fn server_with(allowed: &str, more: impl FnOnce(&mut Config)) -> TestServer {
    let allowed = allowed.to_owned();
    let change = move |config: &mut Config| {
        config.outbound.allow.push(allowed);
        more(config);
    };
    TestServer::start_with(MORNING, change, Vec::new).await
}

/// A clinic whose bookings go to the stand-in.
type Clinic = clinic::Clinic<StandIn>;

impl Clinic {
    async fn open() -> Self {
        Self::open_with(Setup::new(USER, PASSWORD), json!({})).await
    }

    async fn open_with(setup: Setup, settings: Value) -> Self {
        Self::open_within(setup, settings, &json!({}), 5_500).await
    }

    async fn open_within(setup: Setup, settings: Value, options: &Value, deadline_ms: u64) -> Self {
        let stand_in = StandIn::start(setup).await.unwrap();
        let server = server_for(&stand_in.host_port(), deadline_ms).await;
        let body = connection(&format!("{}/dav/", stand_in.url()), options);
        Self::with(stand_in, server, settings, body).await
    }
}

async fn free(call: &VapiCall) -> Value {
    call.tool("check_availability", json!({"date": DAY})).await
}

/// The free times of the day.
async fn slots(call: &VapiCall) -> Vec<String> {
    let free = free(call).await;
    let slots = free["data"]["slots"].as_array();
    let slots = slots.unwrap_or_else(|| panic!("no slots in {free}"));
    slots.iter().map(|slot| slot.as_str().unwrap().to_owned()).collect()
}
