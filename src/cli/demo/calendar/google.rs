//! The demo's stand-in for Google Calendar.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played};
use crate::config::Config;
use crate::player::stand_ins::google::{Calendar, Setup, StandIn};

/// The stand-in's token; it opens nothing else.
const TOKEN: &str = "google_demo_token";
/// Events on a page, as Google's own default.
const PAGE: usize = 250;

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    let setup = Setup {
        access_token: TOKEN.into(),
        zone: zone.to_owned(),
        now: MORNING,
        calendars: vec![Calendar::new("desk@willow.example", "Willow Street Dental")],
        page: PAGE,
    };
    Ok(Box::new(StandIn::start(setup).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "Google Calendar"
    }

    fn url(&self) -> String {
        self.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.google.base_url = self.base_url();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "google",
            "credentials": {"access_token": TOKEN},
            "options": {"calendar_ids": ["primary"]},
        })
    }
}
