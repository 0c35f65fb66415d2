//! The demo's stand-in for Square.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played, SERVICE};
use crate::config::Config;
use crate::player::stand_ins::square::{Setup, StandIn};

/// The stand-in's token; it opens nothing else.
const TOKEN: &str = "square_demo_token";

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    Ok(Box::new(StandIn::start(Setup::new(TOKEN, zone, MORNING)).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "Square"
    }

    fn url(&self) -> String {
        self.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.square.base_url = self.url().to_owned();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "square",
            "credentials": {"access_token": TOKEN},
            "options": {"services": {SERVICE: "VAR1"}},
        })
    }
}
