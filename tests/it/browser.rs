//! The web page as its readers meet it: a real Chromium shows it from a real server, and only what can be seen, clicked
//! and typed is used. Every test also reads the browser's own logs: no error, no breach of the content policy, no request
//! to anybody else. Without Chromium they say so and pass; with `CI=true` that is a failure.

mod burst;
mod call;
mod chrome;
mod hostile;
mod live;
mod logs;
mod offline;
mod page;
mod pictures;
mod proxy;
mod readable;
mod sign_in;
mod sizes;
mod trouble;

use reqwest::Method;
use serde_json::json;

use crate::support::{TestOrg, TestServer};
use chrome::Browser;
use logs::Arranged;
use page::Page;
use proxy::Network;

/// Thursday, two days after the tests' morning.
const DAY: &str = "2026-09-24";

const ANN: &str = "+13125550142";

/// The same as people write it.
const ANN_AS_SHOWN: &str = "+1 312 555 0142";

/// A token for one org.
async fn token(server: &TestServer, role: &str, org: &TestOrg) -> String {
    let wanted = json!({"role": role, "org": org.id});
    let (_, made) = server.api(Method::POST, "/api/tokens", Some(wanted)).await;
    made["token"].as_str().unwrap_or_else(|| panic!("no token: {made}")).to_owned()
}
