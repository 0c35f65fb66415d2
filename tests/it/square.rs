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

use crate::clinic::{self, ANN, DAY, connect, hears, message, ten_for};
use crate::support::{MORNING, TestOrg, TestServer, eventually};

/// A token that no other text could hold.
const TOKEN: &str = "EAAA_7f3a9d_never_to_be_seen";

fn setup() -> Setup {
    Setup::new(TOKEN, "America/Chicago", MORNING.parse().unwrap())
}

fn connection() -> Value {
    json!({"provider": "square", "credentials": {"access_token": TOKEN},
        "options": {"services": {"consultation": "VAR1"}}})
}

/// A clinic whose bookings go to Square.
type Clinic = clinic::Clinic<StandIn>;

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
        Self::with(stand_in, server, settings, connection()).await
    }
}
