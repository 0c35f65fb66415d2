//! Much at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{ANN, ANN_AS_SHOWN, Page};
use crate::support::TestServer;

const CALLS: usize = 20;
const LINES: usize = 50;

/// Some hundredths of a second of work.
const WORK: u64 = 1_000_000;

/// Longest time for which the page may not react on a machine that also runs the server, milliseconds. People notice a
/// fifth of that. Where other programs take the processor's time, everything takes so many times longer.
const LONGEST_PAUSE: f64 = 1_000.0;

/// How many times longer than at its best some work took at its worst, done again and again until it is stopped.
struct Slowdown {
    stop: Arc<AtomicBool>,
    working: JoinHandle<f64>,
}

impl Slowdown {
    fn watch() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let working = std::thread::spawn(move || {
            let (mut shortest, mut longest) = (f64::MAX, 0.0_f64);
            while !stopped.load(Ordering::Relaxed) {
                let started = Instant::now();
                std::hint::black_box((0..WORK).fold(0_u64, |sum, next| sum.rotate_left(5) ^ next));
                let took = started.elapsed().as_secs_f64();
                (shortest, longest) = (shortest.min(took), longest.max(took));
                // Most of the time is the others'.
                std::thread::sleep(started.elapsed() * 4);
            }
            longest / shortest
        });
        Self { stop, working }
    }

    fn end(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        self.working.join().unwrap()
    }
}

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
    let slowdown = Slowdown::watch();
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
    let pause = page.ask("return window.longestPause;", json!([])).await.as_f64().unwrap();
    let slower = slowdown.end();
    assert!(
        pause < LONGEST_PAUSE * slower,
        "the page stood still for {pause:.0} ms, where work took up to {slower:.1} times as long as at its best"
    );
    // It still does what it is told.
    let call = org.call(&server, ANN);
    call.say("Am I too late?").await;
    page.click(ANN_AS_SHOWN).await;
    page.sees("Conversation").await;
    page.sees("Am I too late?").await;
    page.is_clean().await;
}
