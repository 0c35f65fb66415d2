//! A clinic whose bookings go to a vendor's stand-in, and what the tests of all vendors ask of one alike.
//! Knows no vendor: each has its own way to open one.

use std::path::Path;

use hookswitch::player::stand_ins::calcom::Trouble;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, TestOrg, TestServer, VapiCall, eventually};

/// The day that these tests book: Thursday.
pub(crate) const DAY: &str = "2026-09-24";
pub(crate) const ANN: &str = "+13125550142";

/// A clinic whose bookings go to a stand-in.
pub(crate) struct Clinic<S> {
    pub(crate) stand_in: S,
    pub(crate) server: TestServer,
    pub(crate) org: TestOrg,
    /// The connection's id.
    pub(crate) connection: String,
    /// What a caller wants: ten o'clock.
    pub(crate) wish: Value,
}

impl<S> Clinic<S> {
    /// An org on `server`, connected by what an operator posts.
    pub(crate) async fn with(
        stand_in: S,
        server: TestServer,
        settings: Value,
        connection: Value,
    ) -> Self {
        let org = server.org(settings).await;
        let made = connect(&server, &org, connection).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Self { stand_in, server, org, connection, wish: ten_for("Ann Ruiz") }
    }

    pub(crate) fn call(&self) -> VapiCall {
        self.org.call(&self.server, ANN)
    }

    /// A caller who has heard the day's free times.
    pub(crate) async fn offered(&self) -> VapiCall {
        let call = self.call();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
        call
    }

    /// What a caller hears who wants ten o'clock.
    pub(crate) async fn book(&self, call: &VapiCall) -> Value {
        call.tool("create_booking", self.wish.clone()).await
    }

    pub(crate) async fn bookings(&self) -> Vec<Value> {
        self.org.bookings(&self.server).await
    }

    /// The outcome of the first booking, once there is one.
    pub(crate) async fn outcome(&self) -> Value {
        eventually("the outcome to be written down", || async {
            let outcome = self.bookings().await[0]["outcome"].clone();
            (outcome != "pending").then_some(outcome)
        })
        .await
    }

    /// The connection's own path, and what comes after it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}/{}{rest}", connections(&self.org), self.connection)
    }

    pub(crate) async fn check(&self) -> Value {
        let (status, checked) = self.server.api(Method::POST, &self.path("/check"), None).await;
        assert_eq!(status, StatusCode::OK, "{checked}");
        checked
    }

    /// Changes the connection.
    pub(crate) async fn patch(&self, change: Value) -> Value {
        let (status, patched) = self.server.api(Method::PATCH, &self.path(""), Some(change)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
        patched
    }

    /// Books, reads all that an operator can read and `more`, and then the disk: nowhere stands `secret`.
    pub(crate) async fn keeps_to_itself(self, secret: &str, more: &[&str]) {
        let call = self.offered().await;
        assert_eq!(self.book(&call).await["success"], true);
        let path = format!("/api/orgs/{}", self.org.id);
        let mut seen = vec![self.check().await];
        for rest in ["", "/connections", "/audit", "/calls", "/bookings"] {
            seen.push(self.server.get(&format!("{path}{rest}")).await);
        }
        for path in more {
            seen.push(self.server.get(path).await);
        }
        for answer in seen {
            assert!(!answer.to_string().contains(secret), "{answer}");
        }
        let folder = self.server.stop().await;
        assert!(files_without(folder.path(), secret) > 2, "the folder was searched");
    }

    /// The vendor's free times are the truth whatever our own hours say, but what the org forbids is left
    /// out. Eleven is taken there. Gives the caller who asked.
    pub(crate) async fn offers_what_is_free_there_and_allowed_here(&self, days: u32) -> VapiCall {
        let booking = json!({"min_lead_minutes": 180, "horizon_days": days});
        let hours = json!({"thu": [["10:00", "11:00"]]});
        let patch =
            json!({"booking": booking, "business_hours": hours, "closed_dates": ["2026-09-25"]});
        assert_eq!(self.org.patch(&self.server, patch).await.0, StatusCode::OK);
        let call = self.call();
        let on = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
        let thursday = on(DAY).await;
        let slots = thursday["data"]["slots"].as_array().unwrap();
        assert_eq!(slots.len(), 15, "nine to five whatever our own hours say: {thursday}");
        assert!(!slots.contains(&json!("11:00")), "{thursday}");
        hears(&on("2026-09-25").await, "closed on Friday September 25th");
        hears(&on("2026-09-26").await, "no available slots on Saturday September 26th");
        call
    }
}

pub(crate) fn connections(org: &TestOrg) -> String {
    format!("/api/orgs/{}/connections", org.id)
}

pub(crate) async fn connect(server: &impl Host, org: &TestOrg, body: Value) -> Value {
    let (status, made) = server.request(Method::POST, &connections(org), Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

/// Posts each of these as a connection: it is refused by the name of a field and without a word of
/// `secret`, and nothing is kept. Gives the server and the org for more.
pub(crate) async fn are_refused(
    entries: Vec<(Value, &str)>,
    secret: &str,
) -> (TestServer, TestOrg) {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = server.get(&connections(&org)).await;
    for (body, field) in entries {
        let (status, answer) =
            server.api(Method::POST, &connections(&org), Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("`{field}`")), "{body}: {message}");
        assert!(!answer.to_string().contains(secret), "{answer}");
    }
    assert_eq!(server.get(&connections(&org)).await, before);
    (server, org)
}

/// How many files there are in a folder and below it; in none of them stands `secret`.
fn files_without(folder: &Path, secret: &str) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.map(|path| {
        if path.is_dir() {
            return files_without(&path, secret);
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "`{secret}` is in {}", path.display());
        1
    });
    files.sum()
}

/// A log in which a vendor's refusals were told, but none of these.
pub(crate) fn tells_of_trouble_without(log: &str, secrets: &[&str]) {
    assert!(log.contains("provider could not be used"), "the log was read: {log}");
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "`{secret}` in the log: {line:?}");
    }
}

/// Every way in which a question is not answered well.
pub(crate) fn bad_answers() -> Vec<Trouble> {
    vec![
        Trouble::TooMany { retry_after: None },
        Trouble::FailsBefore,
        Trouble::DropsBefore,
        Trouble::BreaksOff,
        Trouble::Garbles,
        Trouble::Floods,
        Trouble::Drips,
        Trouble::Bomb,
        Trouble::HangsBefore,
        Trouble::Refuses,
        Trouble::Forbids,
        Trouble::Redirects,
    ]
}

/// Every way in which the answer to a write is lost, and how many bookings there are then at the vendor,
/// who alone knows.
pub(crate) fn lost_answers() -> Vec<(Trouble, usize)> {
    vec![
        (Trouble::FailsBefore, 0),
        (Trouble::FailsAfter, 1),
        (Trouble::HangsBefore, 0),
        (Trouble::HangsAfter, 1),
        (Trouble::DropsBefore, 0),
        (Trouble::DropsAfter, 1),
        (Trouble::BreaksOff, 1),
        (Trouble::Garbles, 1),
        (Trouble::Floods, 0),
        (Trouble::Redirects, 0),
    ]
}

pub(crate) fn ten_for(name: &str) -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": name})
}

pub(crate) fn message(result: &Value) -> &str {
    result["message"].as_str().unwrap_or_else(|| panic!("no message in {result}"))
}

pub(crate) fn hears(result: &Value, words: &str) {
    assert!(message(result).contains(words), "`{words}` is not in {result}");
}
