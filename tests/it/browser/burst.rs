//! Much at once.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{ANN, ANN_AS_SHOWN, Page};
use crate::support::TestServer;

const CALLS: usize = 20;
const LINES: usize = 50;

/// Longest time for which the page may not react, milliseconds, on a machine that also runs the server and other tests.
/// People notice a fifth of that.
const LONGEST_PAUSE: u64 = 1_000;

#[tokio::test]
async fn a_thousand_events_in_a_burst_leave_the_page_usable() {
    let server = Arc::new(TestServer::start().await);
    let org = server.org(json!({})).await;
    let Some(page) = Page::signed_in(&server.url(""), server.token()).await else { return };
    page.sees("Nobody is on the line").await;
    // Notes the longest time between two turns of the page's own loop.
    page.ask(
        "let last = performance.now(); window.longestPause = 0; setInterval(() => { const at = performance.now(); \
         window.longestPause = Math.max(window.longestPause, at - last); last = at; }, 10);",
        json!([]),
    )
    .await;
    let burst = stream::iter(0..CALLS).for_each_concurrent(CALLS, |number| {
        let call = org.call(&server, &format!("+131255502{number:02}"));
        async move {
            for line in 0..LINES {
                call.say(&format!("Line {line} of caller {number}.")).await;
            }
        }
    });
    burst.await;
    for number in 0..CALLS {
        page.sees(&format!("Line {} of caller {number}.", LINES - 1)).await;
    }
    let pause =
        page.ask("return Math.round(window.longestPause);", json!([])).await.as_u64().unwrap();
    assert!(pause < LONGEST_PAUSE, "the page stood still for {pause} ms");
    // It still does what it is told.
    let call = org.call(&server, ANN);
    call.say("Am I too late?").await;
    page.click(ANN_AS_SHOWN).await;
    page.sees("Conversation").await;
    page.sees("Am I too late?").await;
    page.is_clean().await;
}
