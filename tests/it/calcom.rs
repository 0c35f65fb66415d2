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

pub(crate) use self::quota::breaker_of;
use crate::clinic::{self, ANN, DAY, connect, hears, message, ten_for};
use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall};

/// A key that no other text could hold.
const KEY: &str = "cal_live_7f3a9d_never_to_be_seen";
/// The event types of the stand-in: a plain one, one that takes three, one with a question, one for
/// every night from midnight to six.
pub(crate) const PLAIN: u64 = 30;
const GROUP: u64 = 31;
const ASKING: u64 = 32;
const NIGHTS: u64 = 33;

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

/// A clinic whose bookings go to Cal.com.
type Clinic = clinic::Clinic<StandIn>;

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
        Self::with(stand_in, server, settings, connection(event_type)).await
    }

    /// Sets options beside the service.
    async fn options(&self, options: Value) {
        let mut all = json!({"services": {"consultation": PLAIN}});
        for (name, value) in options.as_object().unwrap() {
            all[name] = value.clone();
        }
        self.patch(json!({"options": all})).await;
    }
}
