//! The demo's stand-in for CustomerConnect: it holds no bookings; the callers are its customers.

use std::io;

use serde_json::json;

use crate::cli::Failure;
use crate::cli::demo::people::{Caller, MOST};
use crate::cli::output::line;
use crate::player::stand_ins::customerconnect::{Contact, Setup, StandIn};

/// The stand-in's workspace and key; they open nothing else.
const WORKSPACE: &str = "76692";
const KEY: &str = "customerconnect_demo_key";

/// Starts it; it knows every caller that there is.
pub(super) async fn start() -> io::Result<StandIn> {
    let known = |number| {
        let caller = Caller::number(number);
        Contact::new(&caller.name, &caller.phone)
    };
    let contacts = (0..MOST).map(known).collect();
    StandIn::start(Setup { workspace_id: WORKSPACE.into(), api_key: KEY.into(), contacts }).await
}

/// Enters it into the settings of the sample organisation, as an operator would.
pub(super) async fn connect(
    stand_in: &StandIn,
    client: &reqwest::Client,
    base: &str,
    token: &str,
    org: &str,
) -> Result<(), Failure> {
    let settings = json!({"customerconnect": {"workspace_id": WORKSPACE, "api_key": KEY}});
    let request = client.patch(format!("{base}/api/orgs/{org}")).bearer_auth(token);
    let sent = request.json(&settings).send().await;
    if let Err(error) = sent.and_then(reqwest::Response::error_for_status) {
        return Err(Failure::new(format!("CustomerConnect could not be connected: {error}")));
    }
    let url = stand_in.url();
    line(format_args!("callers are looked up in a stand-in for CustomerConnect at {url}"));
    Ok(())
}
