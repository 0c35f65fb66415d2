//! The demo's stand-in for OpenTable.

use std::io;

use serde_json::{Value, json};

use super::{MORNING, Played};
use crate::config::Config;
use crate::player::stand_ins::opentable::{Setup, StandIn, Table};

/// The restaurant, who the partner is and its token; they open nothing else.
const RESTAURANT: u64 = 1_038_007;
const PARTNER: (&str, &str) = ("demo_partner", "demo_secret");
const TOKEN: &str = "opentable_demo_token";

/// A restaurant that the demo can connect.
struct Bistro {
    stand_in: StandIn,
    zone: String,
}

/// Starts it.
pub(super) async fn start(zone: &str) -> io::Result<Box<dyn Played>> {
    let setup = Setup {
        restaurant_id: RESTAURANT,
        partner: (PARTNER.0.into(), PARTNER.1.into()),
        access_token: TOKEN.into(),
        zone: zone.to_owned(),
        now: MORNING,
        tables: vec![Table::new(2)],
        hours: (9, 16),
        takes_back: true,
        longest_window: 720,
    };
    Ok(Box::new(Bistro { stand_in: StandIn::start(setup).await?, zone: zone.to_owned() }))
}

impl Played for Bistro {
    fn title(&self) -> &'static str {
        "OpenTable"
    }

    fn url(&self) -> String {
        self.stand_in.url().to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.providers.opentable.base_url = self.url();
    }

    fn connection(&self) -> Value {
        json!({
            "provider": "opentable",
            "credentials": {"client_id": PARTNER.0, "client_secret": PARTNER.1},
            "options": {"restaurant_id": RESTAURANT, "time_zone": self.zone},
        })
    }
}
