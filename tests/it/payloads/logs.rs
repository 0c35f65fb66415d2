//! What a server writes into its log while Vapi's bodies come in: never a secret of theirs, never
//! what gives control of a call. The program runs as its own process, so that its whole output
//! is seen, at the level `debug`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::handling::{assert_booked, assert_handled, call_ids};
use super::{NUMBER_ID, fixture_text, folder};
use crate::support::{Host, Process, eventually, result_of};

const SECRET: &str = "instance-secret-of-the-logs";

/// The program with one org in it, reading its own log.
struct Observed {
    process: Process,
    folder: TempDir,
    /// Path of the org.
    org: String,
}

impl Observed {
    /// `numbers` and `assistants` are what the org is known by.
    async fn start(numbers: &[String], assistants: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let more = format!("[vapi]\nwebhook_auth = \"{SECRET}\"");
        let process = Process::start_with(folder.path(), "debug", &more).await;
        let org = json!({
            "name": "Larkspur Cycles", "timezone": "America/Denver",
            "vapi_phone_number_ids": numbers, "assistant_ids": assistants,
            "departments": {"general": {"number": "+13035550170"}},
        });
        let (status, org) = process.request(Method::POST, "/api/orgs", Some(org)).await;
        assert_eq!(status, StatusCode::CREATED, "{org}");
        let org = format!("/api/orgs/{}", org["id"].as_str().unwrap());
        Self { process, folder, org }
    }

    async fn post(&self, secret: &str, body: String) -> (StatusCode, Value) {
        let url = self.process.url("/api/vapi/webhook");
        let request = self.process.client().post(url).bearer_auth(secret).body(body);
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn accept(&self, name: &str, body: String) -> Value {
        let (status, answer) = self.post(SECRET, body).await;
        assert_eq!(status, StatusCode::OK, "{name}: {answer}");
        answer
    }

    async fn bookings(&self) -> Vec<Value> {
        let path = format!("{}/bookings", self.org);
        self.process.read(&path).await["items"].as_array().unwrap().clone()
    }

    /// Ids of the calls that are stored; none twice.
    async fn calls(&self) -> BTreeSet<String> {
        let list = self.process.read(&format!("{}/calls", self.org)).await;
        let items = list["items"].as_array().unwrap();
        let ids: BTreeSet<String> =
            items.iter().map(|call| call["call_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), items.len(), "{list}");
        ids
    }

    /// Waits until a call is over as its last report says.
    async fn assert_reported(&self, call: &str, report: &Value) {
        let path = format!("{}/calls/{call}", self.org);
        let kept = eventually("the report", || async {
            let kept = self.process.read(&path).await;
            (kept["report"]["cost"].as_f64() == report["cost"].as_f64()).then_some(kept)
        })
        .await;
        assert_eq!(kept["state"]["status"], "ended", "{kept}");
        assert_eq!(kept["ended_reason"], report["endedReason"], "{kept}");
        assert_eq!(kept["report"]["summary"], report["analysis"]["summary"], "{kept}");
        let success = &report["analysis"]["successEvaluation"];
        assert_eq!(kept["report"]["success_evaluation"], *success, "{kept}");
        let moment = |field: &str| report[field].as_str()?.parse::<jiff::Timestamp>().ok();
        if let Some((from, to)) = moment("startedAt").zip(moment("endedAt")) {
            let seconds = to.duration_since(from).as_secs_f64();
            assert_eq!(kept["report"]["duration_seconds"], seconds, "{kept}");
        }
    }

    /// Stops it and gives all that it logged.
    async fn log(self) -> String {
        self.process.stop(self.folder.path()).await
    }
}

fn assert_holds_none(log: &str, secrets: &[&str]) {
    assert!(log.contains("webhook received"), "the log was read at the level debug");
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "`{secret}` in the log: {line:?}");
    }
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "json" || kind == "jsonl"));
    files.sort();
    files
}

#[tokio::test]
async fn the_log_holds_no_secret_no_number_and_no_word_of_the_fixtures() {
    let observed = Observed::start(&[NUMBER_ID.to_owned()], &[]).await;
    for file in json_files(&folder()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        if !name.starts_with("direct-") {
            let body = fixture_text(name);
            let answer = observed.accept(name, body.clone()).await;
            if let Ok(parsed) = serde_json::from_str::<Value>(&body) {
                assert_handled(name, &parsed["message"], &answer);
            }
        }
    }
    let body = fixture_text("end-of-call-report");
    assert_eq!(observed.post("a-guessed-secret", body).await.0, StatusCode::UNAUTHORIZED);
    let log = observed.log().await;
    assert_holds_none(
        &log,
        &[
            "not-a-real",
            "/control",
            "/listen",
            "X-Amz-Signature",
            "13035550117",
            "Mara",
            "My gears",
            SECRET,
            "a-guessed-secret",
            "whs_",
        ],
    );
}

/// The strings that the sample bodies hold and that no log may.
const FORBIDDEN: [&str; 6] = [
    "REDACT-ME-fake-token",
    "fake-legacy-secret",
    "fake-inline-token",
    "/control",
    "/listen",
    "X-Amz-Signature",
];

/// How many bodies the folder of samples holds in files of their own, and how many in lines.
const SAMPLE_FILES: usize = 19;
const SAMPLE_LINES: usize = 30;

/// With `HOOKSWITCH_PAYLOADS` set to a folder of sample bodies, posts them all; they are another
/// party's texts and not part of this repository.
#[tokio::test]
async fn the_sample_bodies_of_a_folder_are_all_accepted_and_leave_no_secret_in_the_log() {
    let Some(folder) = std::env::var_os("HOOKSWITCH_PAYLOADS") else {
        // Past the test runner, which keeps what a test that passes says to itself.
        let said =
            "skipped: sample bodies of webhooks, without HOOKSWITCH_PAYLOADS=a folder of them\n";
        let _ = std::io::stderr().write_all(said.as_bytes());
        return;
    };
    let bodies = bodies(Path::new(&folder));
    let in_lines = bodies.iter().filter(|(name, _)| name.contains(".jsonl:")).count();
    assert_eq!(bodies.len() - in_lines, SAMPLE_FILES, "*.json of one body each");
    assert_eq!(in_lines, SAMPLE_LINES, "lines of *.jsonl");
    let (numbers, assistants) = marks(&bodies);
    let observed = Observed::start(&numbers, &assistants).await;
    let mut seen_calls = Vec::new();
    let mut confirmations = BTreeSet::new();
    let mut reports = std::collections::BTreeMap::new();
    for (name, body) in &bodies {
        let message: Value = serde_json::from_str(body).unwrap();
        let message = &message["message"];
        if message["type"] == "tool-calls" {
            offer_first(&observed, message, &mut seen_calls).await;
        }
        let answer = observed.accept(name, body.clone()).await;
        assert_handled(name, message, &answer);
        confirmations.extend(assert_booked(name, message, &answer));
        if message["type"] == "end-of-call-report" {
            // Reports come twice; the last word counts, and there is one call.
            observed.accept(name, body.clone()).await;
            if let Some(call) = message["call"]["id"].as_str() {
                reports.insert(call.to_owned(), message.clone());
            }
        }
    }
    let bookings = observed.bookings().await;
    let booked: BTreeSet<String> = bookings
        .iter()
        .map(|booking| booking["confirmation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(booked, confirmations, "one appointment in many shapes is one booking");
    assert!(bookings.len() <= 1, "{bookings:?}");
    for (call, report) in &reports {
        observed.assert_reported(call, report).await;
    }
    eprintln!("{} bodies accepted, {} booking", bodies.len(), bookings.len());
    let all_calls = || async { (observed.calls().await == call_ids(&bodies)).then_some(()) };
    eventually("each call is stored, and once", all_calls).await;
    let log = observed.log().await;
    assert_holds_none(&log, &FORBIDDEN);
}

/// Each file's body, each line of a file of lines.
fn bodies(folder: &Path) -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    for file in json_files(folder) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        if file.extension().is_some_and(|kind| kind == "jsonl") {
            let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            bodies.extend(lines.map(|(n, line)| (format!("{name}:{}", n + 1), line.to_owned())));
        } else {
            bodies.push((name, text));
        }
    }
    bodies
}

/// The ids by which the bodies' org is known.
fn marks(bodies: &[(String, String)]) -> (Vec<String>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    for (_, body) in bodies {
        let body: Value = serde_json::from_str(body).unwrap();
        for (field, ids) in [("phoneNumberId", &mut found.0), ("assistantId", &mut found.1)] {
            let id = body["message"]["call"][field].as_str();
            ids.extend(id.map(str::to_owned).filter(|id| !ids.contains(id)));
        }
    }
    found
}

/// Has the samples' day offered once a call, since only offered slots are booked at once.
async fn offer_first(observed: &Observed, message: &Value, seen: &mut Vec<Value>) {
    let call = &message["call"];
    if seen.contains(&call["id"]) {
        return;
    }
    seen.push(call["id"].clone());
    let check = json!({"id": format!("check-{}", seen.len()), "function": {
        "name": "check_availability", "arguments": {"date": "2026-09-24"}}});
    let body = json!({"message": {
        "type": "tool-calls", "call": call, "toolCallList": [check],
        "phoneNumber": message["phoneNumber"],
    }});
    let answer = observed.accept("check", body.to_string()).await;
    result_of(&answer);
}
