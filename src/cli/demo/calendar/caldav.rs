//! The demo's calendar server that speaks CalDAV.

use std::io;

use serde_json::{Value, json};

use super::Played;
use crate::config::Config;
use crate::player::stand_ins::caldav::{Setup, StandIn};

const USER: &str = "willow";
const PASSWORD: &str = "for the demo alone";

/// The stand-in: a user with one calendar.
pub(super) async fn start() -> io::Result<Box<dyn Played>> {
    Ok(Box::new(StandIn::start(Setup::new(USER, PASSWORD)).await?))
}

impl Played for StandIn {
    fn title(&self) -> &'static str {
        "CalDAV"
    }

    fn url(&self) -> String {
        StandIn::url(self).to_owned()
    }

    fn configure(&self, config: &mut Config) {
        config.outbound.allow.push(self.host_port());
    }

    fn connection(&self) -> Value {
        json!({"provider": "caldav", "credentials":
            {"url": format!("{}/dav/", StandIn::url(self)), "username": USER, "password": PASSWORD}})
    }
}
