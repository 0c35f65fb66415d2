//! What the tests share: a server, an org, a call as Vapi would make it, a watcher of the feed.

mod call;
mod control;
mod feed;
mod host;
mod org;
mod process;
mod raw;
mod server;

pub(crate) use call::{VapiCall, result_of};
pub(crate) use control::{ControlStub, Mood};
pub(crate) use feed::FeedClient;
pub(crate) use host::{Host, client_builder};
pub(crate) use org::TestOrg;
pub(crate) use process::Process;
pub(crate) use raw::INSTANCE;
pub(crate) use server::{MORNING, TestServer};

use std::time::{Duration, Instant};

/// Waits until `check` gives something, at most ten seconds.
pub(crate) async fn eventually<T, F, Fut>(what: &str, check: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    eventually_within(Duration::from_secs(10), what, check).await
}

/// Waits until `check` gives something, at most so long.
pub(crate) async fn eventually_within<T, F, Fut>(most: Duration, what: &str, mut check: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let started = Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(started.elapsed() < most, "waited in vain for: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
