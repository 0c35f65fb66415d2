//! The demo's stand-in for Calendly.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played, SERVICE};
use crate::config::Config;
use crate::player::stand_ins::calendly::{EventType, Setup, StandIn};

/// The stand-in's token; it opens nothing else.
const TOKEN: &str = "calendly_demo_token";
/// The event type behind the sample organisation's service.
const EVENT_TYPE: &str = "CONSULTATION30";

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    let setup = Setup {
        token: TOKEN.into(),
        zone: zone.to_owned(),
        now: MORNING,
        event_types: vec![EventType::new(EVENT_TYPE, "Consultation", 30)],
        may_book: true,
        longest_span_days: 31,
    };
    Ok(Box::new(StandIn::start(setup).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "Calendly"
    }

    fn url(&self) -> String {
        self.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.calendly.base_url = self.url().to_owned();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "calendly",
            "credentials": {"token": TOKEN},
            // Calendly books nobody without an address, and the demo's callers give none.
            "options": {"services": {SERVICE: EVENT_TYPE},
                "email": "bookings+{confirmation}@willow.example"},
        })
    }
}
