//! Where the demo's bookings go: the calendar inside, or an outside one that a stand-in plays. Owns
//! the stand-in, and how it is connected over the server's own interface.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::MORNING;
use crate::cli::Failure;
use crate::cli::output::{clean, line};
use crate::config::Config;
use crate::player::stand_ins::calcom::{EventType, Setup, StandIn};

/// The stand-in's key; it opens nothing else.
const KEY: &str = "cal_demo_key";
/// The event type behind the sample organisation's one service.
const EVENT_TYPE: u64 = 30;
/// That service.
const SERVICE: &str = "consultation";

/// A calendar for the demo.
pub(super) enum Calendar {
    /// The one inside.
    Builtin,
    /// Cal.com, by a stand-in.
    Calcom(StandIn),
}

impl Calendar {
    /// The calendar with this name.
    pub(super) async fn open(name: &str, zone: &str) -> Result<Self, Failure> {
        match name {
            "builtin" => Ok(Self::Builtin),
            "calcom" => {
                let setup = Setup {
                    api_key: KEY.into(),
                    zone: zone.to_owned(),
                    now: MORNING,
                    event_types: vec![EventType::new(EVENT_TYPE, "Consultation", 30)],
                };
                let stand_in = StandIn::start(setup).await.map_err(|error| {
                    Failure::new(format!("the stand-in for Cal.com has no port: {error}"))
                })?;
                Ok(Self::Calcom(stand_in))
            }
            other => Err(Failure::usage(format!(
                "there is no provider `{}` for the demo; there are: builtin (the calendar that needs no \
                 account), calcom (a stand-in for Cal.com on this machine)",
                clean(other, 40)
            ))),
        }
    }

    /// Points the server at it.
    pub(super) fn configure(&self, config: &mut Config) {
        if let Self::Calcom(stand_in) = self {
            config.providers.calcom.base_url = stand_in.base_url();
        }
    }

    /// Connects it to the sample organisation.
    pub(super) async fn connect(
        &self,
        client: &reqwest::Client,
        base: &str,
        token: &str,
        org: &str,
    ) -> Result<(), Failure> {
        let Self::Calcom(stand_in) = self else { return Ok(()) };
        let failed = |what: String| Failure::new(format!("Cal.com could not be connected: {what}"));
        let connections = format!("{base}/api/orgs/{org}/connections");
        let body = json!({
            "provider": "calcom",
            "credentials": {"api_key": KEY},
            "options": {"services": {SERVICE: EVENT_TYPE}},
        });
        let post = |url: &str, body: &Value| client.post(url).bearer_auth(token).json(body).send();
        let response =
            post(&connections, &body).await.map_err(|error| failed(error.to_string()))?;
        let status = response.status();
        let answer: Value = response.json().await.map_err(|error| failed(error.to_string()))?;
        let id = answer["id"].as_str().filter(|_| status == StatusCode::CREATED);
        let id = id.ok_or_else(|| failed(format!("HTTP status {status}: {answer}")))?;
        let check = format!("{connections}/{id}/check");
        let response = post(&check, &json!({})).await.map_err(|error| failed(error.to_string()))?;
        let checked: Value = response.json().await.map_err(|error| failed(error.to_string()))?;
        if checked["ok"] != true {
            return Err(failed(checked.to_string()));
        }
        line(format_args!(
            "bookings go to a stand-in for Cal.com at {} (account {})",
            stand_in.url(),
            clean(checked["account"].as_str().unwrap_or_default(), 60)
        ));
        Ok(())
    }
}
