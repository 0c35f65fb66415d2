//! The README's pictures, taken of the demo by `cargo test --test it pictures -- --ignored`. They go to
//! `tests/pictures`; more sizes, to look at, go to `target/pictures`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::Page;
use crate::layering::root;

/// Bytes that a reader of the README may be asked to load for one picture.
const LARGEST: usize = 150_000;

/// Longest wait for the demo's link.
const PATIENCE: Duration = Duration::from_secs(30);

/// A demo that goes on until this goes.
struct Demo {
    child: Child,
    /// The address of the page with a token that signs in.
    link: String,
}

impl Demo {
    fn start(calls: usize) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(["demo", "--bind", "127.0.0.1:0", "--calls", &calls.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let (sender, links) = channel();
        // Read to the end, or a full pipe would stop the demo.
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some(at) = line.find("http://").filter(|_| line.contains("#token=")) {
                    let _ = sender.send(line[at..].trim().to_owned());
                }
            }
        });
        match links.recv_timeout(PATIENCE) {
            Ok(link) => Self { child, link },
            Err(problem) => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the demo gave no link to its page: {problem}");
            }
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn take(page: &Page, file: &Path) -> usize {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let wanted = match file.extension().unwrap().to_str().unwrap() {
        "webp" => json!({"format": "webp", "quality": 80}),
        other => json!({"format": other}),
    };
    let taken = page.browser.driver.cdp().send_raw("Page.captureScreenshot", wanted).await.unwrap();
    let bytes = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
    std::fs::write(file, &bytes).unwrap();
    bytes.len()
}

/// On each kind of screen, to be looked at.
async fn take_all(page: &Page, folder: &Path, what: &str, scheme: &str) {
    for (name, width, height, phone) in
        [("desktop", 1440, 900, false), ("phone", 390, 844, true), ("wall", 1920, 1080, false)]
    {
        page.browser.screen(width, height, scheme, phone).await;
        take(page, &folder.join(format!("{what}-{name}-{scheme}.png"))).await;
    }
}

#[tokio::test]
#[ignore = "makes files; run it when the page looks different"]
async fn pictures_of_the_demo() {
    let demo = Demo::start(6);
    let (origin, link) = demo.link.split_at(demo.link.find("/#").unwrap());
    let Some(page) = Page::open(origin, link).await else { return };
    let (kept, more) = (root().join("tests/pictures"), root().join("target/pictures"));
    page.browser.screen(1440, 800, "light", false).await;
    page.sees("Confirmed").await;
    // The moment in which most is to be seen: several on the line, some have booked, some are being offered times.
    let busy = "const seen = look.text(); return seen.split('Confirmed').length > 5 && seen.includes('Offered') \
                && /^\\([4-9]\\)/.test(document.title);";
    page.until("the demo is busy", busy, json!([])).await;
    for scheme in ["light", "dark"] {
        page.browser.screen(1440, 800, scheme, false).await;
        let size = take(&page, &kept.join(format!("live-{scheme}.webp"))).await;
        take(&page, &more.join(format!("live-readme-{scheme}.png"))).await;
        assert!(size < LARGEST, "{scheme}: {size} bytes");
        take_all(&page, &more, "live", scheme).await;
    }
    page.browser.screen(1280, 800, "light", false).await;
    page.open_first_call().await;
    page.sees("Conversation").await;
    for scheme in ["light", "dark"] {
        take_all(&page, &more, "call", scheme).await;
    }
    page.browser.screen(1280, 800, "light", false).await;
    page.click("Bookings").await;
    page.sees("Made today").await;
    for scheme in ["light", "dark"] {
        take_all(&page, &more, "bookings", scheme).await;
    }
    page.browser.screen(1280, 800, "light", false).await;
    page.click("Sign out").await;
    page.sees("You are signed out").await;
    for scheme in ["light", "dark"] {
        take_all(&page, &more, "sign-in", scheme).await;
    }
    page.is_clean().await;
}
