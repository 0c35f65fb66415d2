//! One Chromium with a driver and a profile of its own, which end with the test, also when it panics. Knows nothing of
//! the page.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::ChromiumLikeCapabilities;
use thirtyfour::{DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Browsers at once: each keeps a core busy while it starts.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Names under which systems install the browser.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Nothing but the page: no sandbox, which root may not use, and none of the browser's own errands on the network.
const FLAGS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--window-size=1440,900",
];

/// Longest wait for one command of the driver; starting is the slowest.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Browser {
    pub(super) driver: WebDriver,
    // Dropped in this order: what uses the folder, then the folder.
    _processes: Processes,
    _profile: TempDir,
    _turn: SemaphorePermit<'static>,
}

/// What has to be gone when a test is.
struct Processes {
    chromedriver: Child,
    /// Kept open: the driver ends when it cannot say anything.
    _said: BufReader<ChildStdout>,
    chromium: Option<u64>,
}

impl Browser {
    /// A fresh browser; `None`, said once, where there is none to be had.
    pub(super) async fn start() -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) =
            (BROWSERS.iter().find_map(|name| program(name)), program("chromedriver"))
        else {
            skip();
            return None;
        };
        let turn = TURNS.acquire().await.unwrap();
        let profile = tempfile::tempdir().unwrap();
        let (mut processes, port) = Processes::start(&chromedriver);
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(chromium.to_str().unwrap()).unwrap();
        for flag in FLAGS {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All).unwrap();
        wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::builder(format!("http://127.0.0.1:{port}"), wanted)
            .client(client())
            .connect()
            .await
            .unwrap();
        // We end the browser ourselves, at once; the library would block a panicking test for a minute.
        driver.clone().leak().unwrap();
        processes.chromium = driver.capabilities().get("goog:processID").and_then(|id| id.as_u64());
        Some(Self { driver, _processes: processes, _profile: profile, _turn: turn })
    }

    /// Shows pages as a screen of this size and colour scheme would.
    pub(super) async fn screen(&self, width: u32, height: u32, scheme: &str, phone: bool) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": phone});
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        // Few screens show them all the time.
        cdp.send_raw("Emulation.setScrollbarsHidden", json!({"hidden": true})).await.unwrap();
        let scheme = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        cdp.send_raw("Emulation.setEmulatedMedia", scheme).await.unwrap();
    }
}

impl Processes {
    /// Starts the driver on a port of its choice.
    fn start(chromedriver: &PathBuf) -> (Self, u16) {
        let mut child = Command::new(chromedriver)
            .arg("--port=0")
            // As the tests' orgs, so that times are shown without the name of a place.
            .env("TZ", "America/Chicago")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut all = String::new();
        loop {
            let from = all.len();
            if said.read_line(&mut all).unwrap() == 0 {
                let _ = child.kill();
                panic!("chromedriver ended ({:?}), it said: {all}", child.wait());
            }
            let port =
                all[from..].split("on port ").nth(1).map(|rest| rest.trim().trim_end_matches('.'));
            match port.map(str::parse) {
                Some(Ok(port)) if port != 0 => {
                    return (Self { chromedriver: child, _said: said, chromium: None }, port);
                }
                _ => {}
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if let Some(id) = self.chromium {
            // Asked first, it tidies up its many processes; killed, they end too, but as orphans.
            signal("-TERM", id);
            let asked = Instant::now();
            while is_running(id) && asked.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(10));
            }
            if is_running(id) {
                signal("-KILL", id);
            }
        }
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

fn signal(kind: &str, id: u64) {
    let _ = Command::new("kill").args([kind, &id.to_string()]).stderr(Stdio::null()).status();
}

/// Whether a process is more than an entry that nobody has asked for yet.
fn is_running(id: u64) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}

/// Talks to the driver; the environment's proxies are not for the loopback.
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
}

/// Where a program is, if the system has it.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Past the test runner, which shows what passing tests print to nobody.
fn skip() {
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "true"),
        "the tests of the web page need chromium and chromedriver: apt-get install chromium chromium-driver"
    );
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let said = "skipped: tests of the web page; they need a browser: apt-get install chromium chromium-driver\n";
        let _ = std::io::stderr().write_all(said.as_bytes());
    });
}
