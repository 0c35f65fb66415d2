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

use crate::clinic::{self, ANN, DAY, connect, hears, message, ten_for};
use crate::support::{Host, MORNING, TestOrg, TestServer};

/// A token that no other text could hold.
const TOKEN: &str = "ya29.never_to_be_seen_7f3a9d";
/// The calendar that bookings go to.
const DESK: &str = "desk@willow.example";
/// One whose free/busy alone is shown.
const ROOM: &str = "c_room@group.calendar.google.com";
/// One that may only be read.
const HOLIDAYS: &str = "en.usa#holiday@group.v.calendar.google.com";

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

/// A clinic whose bookings go to Google Calendar.
type Clinic = clinic::Clinic<StandIn>;

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
        Self::with(stand_in, server, settings, connection(options)).await
    }

    /// The free times of a day, as an operator sees them: nothing is held for that.
    async fn free(&self, date: &str) -> Vec<Value> {
        let path = format!("/api/orgs/{}/availability?from={date}", self.org.id);
        let free = self.server.get(&path).await;
        let starts = free["items"].as_array().unwrap().iter().map(|slot| slot["start"].as_str());
        starts.map(|start| json!(start.unwrap()[11..16])).collect()
    }
}
