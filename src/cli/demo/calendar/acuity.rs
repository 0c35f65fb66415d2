//! The demo's stand-in for Acuity.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played, SERVICE};
use crate::config::Config;
use crate::player::stand_ins::acuity::{AppointmentType, Setup, StandIn};

/// The stand-in's user and key; they open nothing else.
const USER: u64 = 11_145_481;
const KEY: &str = "acuity_demo_key";
/// The appointment type behind the sample organisation's service, and its calendar.
const TYPE: u64 = 30;
const CALENDAR: u64 = 7;

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    let setup = Setup {
        user_id: USER,
        api_key: KEY.into(),
        zone: zone.to_owned(),
        now: MORNING,
        types: vec![AppointmentType::new(TYPE, "Consultation", 30, CALENDAR)],
        fields: Vec::new(),
        per_second: 10,
    };
    Ok(Box::new(StandIn::start(setup).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "Acuity"
    }

    fn url(&self) -> String {
        self.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.acuity.base_url = self.base_url();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "acuity",
            "credentials": {"user_id": USER, "api_key": KEY},
            "options": {
                "services": {SERVICE: TYPE},
                "calendar_id": CALENDAR,
                "fallback_email": "calls@willow.example",
            },
        })
    }
}
