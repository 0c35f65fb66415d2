//! The same against Radicale, a real server, and what only a real server can show. Where it is not installed
//! these tests say so and pass; with `CI=true` that is a failure.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::*;
use crate::support::eventually_within;

/// How long Python may take to start it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program that starts Radicale, as `HOOKSWITCH_RADICALE` or the search path names it.
fn program() -> Option<std::path::PathBuf> {
    if let Some(named) = std::env::var_os("HOOKSWITCH_RADICALE") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|one| one.join("radicale")).find(|file| file.is_file())
}

/// Past the test runner, which shows what passing tests print to nobody.
fn skip() {
    const HOW: &str = "pip install radicale, or HOOKSWITCH_RADICALE=path/to/radicale";
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "true"),
        "the tests against Radicale need it: {HOW}"
    );
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let said = format!("skipped: tests against Radicale, a calendar server: {HOW}\n");
        let _ = std::io::stderr().write_all(said.as_bytes());
    });
}

/// A running Radicale with one calendar, and a server of ours that uses it.
pub(super) struct Running {
    child: Child,
    _folder: TempDir,
    pub(super) url: String,
    person: Person,
    pub(super) server: TestServer,
    org: TestOrg,
    connection: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// `None` where Radicale is not installed.
    pub(super) async fn start() -> Option<Self> {
        Self::start_polling(60).await
    }

    async fn start_polling(seconds: u64) -> Option<Self> {
        let Some(program) = program() else {
            skip();
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
        let run = || {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let config = format!(
                "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\n\
                 htpasswd_filename = {}\nhtpasswd_encryption = plain\ndelay = 0\n\
                 [storage]\nfilesystem_folder = {}\n",
                at("users").display(),
                at("data").display()
            );
            std::fs::write(at("config"), config).unwrap();
            let mut command = Command::new(&program);
            command.arg("--config").arg(at("config")).stdout(Stdio::null());
            command.stderr(std::fs::File::create(at("log")).unwrap());
            (command.spawn().unwrap(), port)
        };
        let ((mut child, mut port), mut starts) = (run(), 1);
        eventually_within(PATIENCE, "Radicale", || {
            if let Some(ended) = child.try_wait().unwrap() {
                // Somebody else may have been quicker to take the port.
                let said = std::fs::read_to_string(at("log")).unwrap();
                assert!(starts < 4, "Radicale ended at once, {starts} times: {ended:?} {said}");
                starts += 1;
                (child, port) = run();
            }
            let port = port;
            async move { TcpStream::connect(("127.0.0.1", port)).await.ok() }
        })
        .await;
        let url = format!("http://127.0.0.1:{port}/");
        let server =
            server_with(&format!("127.0.0.1:{port}"), |config| config.sync.poll_seconds = seconds)
                .await;
        let client = server.client().clone();
        let person = Person::new(&client, &format!("{url}{USER}/work/"));
        person.make_calendar().await;
        let org = server.org(json!({})).await;
        let made = connect(&server, &org, connection(&url, &json!({}))).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Some(Self { child, _folder: folder, url, person, server, org, connection })
    }
}

#[tokio::test]
async fn a_caller_books_moves_and_cancels_at_radicale() {
    let Some(here) = Running::start().await else { return };
    life::whole(&here.server, &here.org, &here.person).await;
}

#[tokio::test]
async fn what_a_person_does_to_our_events_at_radicale_is_seen() {
    let Some(here) = Running::start().await else { return };
    life::by_hand(&here.server, &here.org, &here.person).await;
}

#[tokio::test]
async fn what_a_person_does_to_our_events_at_radicale_becomes_of_our_bookings() {
    let Some(here) = Running::start_polling(1).await else { return };
    life::taken_over(&here.server, &here.org, &here.person).await;
}

#[tokio::test]
async fn every_kind_of_event_at_radicale_is_in_the_way_or_not() {
    let Some(here) = Running::start().await else { return };
    life::all_kinds(&here.server, &here.org, &here.person).await;
}

#[tokio::test]
async fn the_check_finds_the_calendar_from_the_servers_address_alone() {
    let Some(here) = Running::start().await else { return };
    let path = format!("/api/orgs/{}/connections/{}", here.org.id, here.connection);
    let (_, checked) = here.server.api(Method::POST, &format!("{path}/check"), None).await;
    assert_eq!(checked["ok"], true, "{checked}");
    assert!(checked["account"].as_str().unwrap().ends_with("work"), "{checked}");
    let wrong = json!({"credentials": {"url": here.url, "username": USER, "password": "wrong"}});
    here.server.api(Method::PATCH, &path, Some(wrong)).await;
    let (_, checked) = here.server.api(Method::POST, &format!("{path}/check"), None).await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")), "{checked}");
}

/// Two servers of ours know nothing of each other but what is in the calendar.
#[tokio::test]
async fn of_many_that_want_one_start_at_radicale_from_two_servers_one_has_it() {
    let Some(here) = Running::start().await else { return };
    let other =
        server_for(here.url.trim_start_matches("http://").trim_end_matches('/'), 5_500).await;
    let other_org = other.org(json!({})).await;
    connect(&other, &other_org, connection(&here.url, &json!({}))).await;
    let mut calls = Vec::new();
    for caller in 0..3 {
        for (server, org) in [(&here.server, &here.org), (&other, &other_org)] {
            let call = org.call(server, &format!("+1312555010{caller}"));
            slots(&call).await;
            calls.push(call);
        }
    }
    let wants = calls
        .iter()
        .enumerate()
        .map(|(at, call)| call.tool("create_booking", ten_for(&format!("Guest {at}"))));
    let results = futures_util::future::join_all(wants).await;
    let booked = results.iter().filter(|result| result["success"] == true).count();
    assert_eq!(booked, 1, "{results:?}");
    assert_eq!(here.person.booked().await.len(), 1);
}
