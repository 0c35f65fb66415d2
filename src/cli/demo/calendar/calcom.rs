//! The demo's stand-in for Cal.com.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played, SERVICE};
use crate::config::Config;
use crate::player::stand_ins::calcom::{EventType, Setup, StandIn};

/// The stand-in's key; it opens nothing else.
const KEY: &str = "cal_demo_key";
/// The event type behind the sample organisation's service.
const EVENT_TYPE: u64 = 30;

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    let setup = Setup {
        api_key: KEY.into(),
        zone: zone.to_owned(),
        now: MORNING,
        event_types: vec![EventType::new(EVENT_TYPE, "Consultation", 30)],
    };
    Ok(Box::new(StandIn::start(setup).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "Cal.com"
    }

    fn url(&self) -> String {
        self.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.calcom.base_url = self.base_url();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "calcom",
            "credentials": {"api_key": KEY},
            "options": {"services": {SERVICE: EVENT_TYPE}},
        })
    }
}
