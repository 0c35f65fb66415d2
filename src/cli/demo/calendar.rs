//! Where the demo's bookings go: the calendar inside, or an outside one that a stand-in plays. Owns
//! how a stand-in is connected over the server's own interface; each stand-in is in a file of its own.

mod acuity;
mod calcom;
mod caldav;
mod calendly;
mod customerconnect;
mod google;
mod opentable;
mod square;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::MORNING;
use crate::cli::Failure;
use crate::cli::output::{clean, line};
use crate::config::Config;
use crate::player::stand_ins::customerconnect::StandIn;

/// The sample organisation's one service.
const SERVICE: &str = "consultation";

/// A stand-in for a vendor, as the demo uses it.
pub(super) trait Played: Send + Sync {
    /// The vendor's name for people.
    fn title(&self) -> &'static str;

    /// Where the stand-in is.
    fn url(&self) -> String;

    /// Points the server at it.
    fn configure(&self, config: &mut Config);

    /// What an operator would post to connect it.
    fn connection(&self) -> Value;
}

/// A calendar for the demo.
pub(super) enum Calendar {
    /// The one inside.
    Builtin,
    /// One outside, by a stand-in.
    Played(Box<dyn Played>),
    /// The one inside, with a stand-in for CustomerConnect that knows the callers.
    Known(StandIn),
}

/// The providers that have a stand-in, by their names in the contract.
const NAMES: &[&str] =
    &["calcom", "calendly", "square", "acuity", "opentable", "google", "caldav", "customerconnect"];

impl Calendar {
    /// The calendar with this name.
    pub(super) async fn open(name: &str, zone: &str) -> Result<Self, Failure> {
        let played: std::io::Result<Box<dyn Played>> = match name {
            "builtin" => return Ok(Self::Builtin),
            "customerconnect" => {
                let started = customerconnect::start().await;
                return started.map(Self::Known).map_err(|error| not_started(name, &error));
            }
            "calcom" => calcom::start(zone).await,
            "calendly" => calendly::start(zone).await,
            "square" => square::start(zone).await,
            "acuity" => acuity::start(zone).await,
            "google" => google::start(zone).await,
            "caldav" => caldav::start().await,
            "opentable" => opentable::start(zone).await,
            other => {
                return Err(Failure::usage(format!(
                    "there is no provider `{}` for the demo; there are: builtin (the calendar that \
                     needs no account), and stand-ins on this machine for {}",
                    clean(other, 40),
                    NAMES.join(", ")
                )));
            }
        };
        played.map(Self::Played).map_err(|error| not_started(name, &error))
    }

    /// Points the server at it.
    pub(super) fn configure(&self, config: &mut Config) {
        match self {
            Self::Builtin => {}
            Self::Played(stand_in) => stand_in.configure(config),
            Self::Known(stand_in) => {
                stand_in.url().clone_into(&mut config.providers.customerconnect.base_url);
            }
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
        let stand_in = match self {
            Self::Builtin => return Ok(()),
            Self::Known(stand_in) => {
                return customerconnect::connect(stand_in, client, base, token, org).await;
            }
            Self::Played(stand_in) => stand_in,
        };
        let title = stand_in.title();
        let failed = |what: String| Failure::new(format!("{title} could not be connected: {what}"));
        let connections = format!("{base}/api/orgs/{org}/connections");
        let post = |url: &str, body: &Value| client.post(url).bearer_auth(token).json(body).send();
        let response = post(&connections, &stand_in.connection()).await;
        let response = response.map_err(|error| failed(error.to_string()))?;
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
            "bookings go to a stand-in for {title} at {} (account {})",
            stand_in.url(),
            clean(checked["account"].as_str().unwrap_or_default(), 60)
        ));
        Ok(())
    }
}

fn not_started(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("the stand-in for {name} could not be started: {error}"))
}
