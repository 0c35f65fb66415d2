//! The commands as a user meets them: the program itself is started, and only its output, its exit code and what it
//! leaves behind are looked at.

mod care;
mod damage;
mod demo;
mod doctored;
pub(crate) mod program;
mod readme;
mod setting_up;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use program::{Ended, Program, run};

/// Where the servers' time begins: Monday, 14 September 2026, 09:00 in Chicago.
const MORNING: &str = "2026-09-14T09:00:00-05:00";
const TODAY: &str = "2026-09-14";

/// A server started by `serve`, with an org in it.
struct Served {
    program: Program,
    url: String,
    token: String,
    org: String,
    webhook: String,
    secret: String,
}

impl Served {
    async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[]).await
    }

    /// As [`Self::start`], with more in its environment.
    async fn start_with(folder: &Path, more: &[(&str, &str)]) -> Self {
        let mut program = serve_with(folder, more);
        let url = program.next_line().strip_prefix("listening on ").unwrap().to_owned();
        let token = program.next_line().strip_prefix("admin token: ").unwrap().to_owned();
        let org = json!({"name": "Willow Street Dental", "timezone": "America/Chicago"});
        let org = post(&format!("{url}/api/orgs"), &token, &org).await;
        let text = |field: &str| org[field].as_str().unwrap().to_owned();
        let webhook = format!("{url}/webhook/{}", text("webhook_id"));
        Self { program, org: text("id"), secret: text("webhook_secret"), url, token, webhook }
    }

    fn simulate(&self, folder: &Path, script: &str, more: &[&str]) -> Ended {
        let file = folder.join("script.toml");
        std::fs::write(&file, script).unwrap();
        let file = file.display().to_string();
        let given = ["simulate", &file, "--url", &self.webhook, "--webhook-secret", &self.secret];
        run(folder, &[&given, more].concat(), "")
    }
}

fn serve(folder: &Path) -> Program {
    serve_with(folder, &[])
}

fn serve_with(folder: &Path, more: &[(&str, &str)]) -> Program {
    let flags = ["serve", "--bind", "127.0.0.1:0", "--data-dir", "data"];
    let clock =
        [("HOOKSWITCH__SERVER__DEV_ENDPOINTS", "true"), ("HOOKSWITCH__SERVER__CLOCK", MORNING)];
    Program::start(folder, &flags, &[&clock, more].concat())
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn post(url: &str, token: &str, body: &Value) -> Value {
    let answer = client().post(url).bearer_auth(token).json(body).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.json().await.unwrap()
}

async fn bookings(served: &Served) -> Vec<Value> {
    let url = format!("{}/api/orgs/{}/bookings", served.url, served.org);
    let answer = client().get(url).bearer_auth(&served.token).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
}

#[test]
fn the_demo_plays_its_calls_and_says_how_long_each_turn_took() {
    let folder = tempfile::tempdir().unwrap();
    let demo = run(folder.path(), &["demo", "--exit", "--bind", "127.0.0.1:0", "--calls", "4"], "");
    assert_eq!(demo.code, 0, "{demo}");
    assert!(demo.out.starts_with("listening on http://127.0.0.1:"), "{demo}");
    assert_eq!(demo.out.matches("as expected").count(), 4, "{demo}");
    assert!(demo.out.contains("Your confirmation number is "), "{demo}");
    let timed = |line: &&str| line.contains(" ms  tool ");
    let turns = demo.out.lines().filter(timed).count();
    assert!(turns >= 4 * 4, "only {turns} tool calls with their time: {demo}");
}

#[test]
fn the_demo_plays_the_same_calls_with_a_calendar_outside() {
    for (name, title) in [
        ("calcom", "Cal.com"),
        ("calendly", "Calendly"),
        ("square", "Square"),
        ("acuity", "Acuity"),
        ("opentable", "OpenTable"),
        ("google", "Google Calendar"),
        ("caldav", "CalDAV"),
        ("customerconnect", "CustomerConnect"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let outside = ["demo", "--exit", "--bind", "127.0.0.1:0", "--provider", name];
        let demo = run(folder.path(), &outside, "");
        assert_eq!(demo.code, 0, "{demo}");
        let said = format!(" a stand-in for {title} at http://127");
        assert!(demo.out.contains(&said), "{demo}");
        assert_eq!(demo.out.matches("as expected").count(), 3, "{demo}");
        assert!(demo.out.contains("I've cancelled your appointment"), "{demo}");
    }
}

#[test]
fn a_demo_for_a_provider_that_does_not_exist_is_an_error_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let demo = run(folder.path(), &["demo", "--exit", "--provider", "abacus"], "");
    assert_eq!(demo.code, 2, "{demo}");
    assert!(demo.err.contains("`abacus`") && demo.err.contains("builtin"), "{demo}");
}

#[tokio::test]
async fn the_server_shows_its_address_then_its_admin_token_and_the_token_once_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = serve(folder.path());
    assert!(first.next_line().starts_with("listening on http://127.0.0.1:"));
    let token = first.next_line().strip_prefix("admin token: ").unwrap().to_owned();
    assert_eq!(first.terminate().code, 0);

    let mut second = serve(folder.path());
    let url = second.next_line().strip_prefix("listening on ").unwrap().to_owned();
    let orgs = client().get(format!("{url}/api/orgs")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(orgs.status(), reqwest::StatusCode::OK);
    let ended = second.terminate();
    assert_eq!(ended.out.lines().count(), 1, "{ended}");
    assert!(!ended.err.contains(&token), "the token is in the log");
}

#[test]
fn a_server_that_is_told_to_stop_ends_well_and_takes_its_address_file_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path());
    let address = server.next_line();
    let file = folder.path().join("data/server.json");
    let found: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(format!("listening on {}", found["url"].as_str().unwrap()), address);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let ended = server.terminate();
    assert_eq!(ended.code, 0, "{ended}");
    assert!(!file.exists());
}

#[test]
fn a_second_server_on_the_same_data_is_refused_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path());
    server.next_line();
    let second = run(folder.path(), &["serve", "--bind", "127.0.0.1:0", "--data-dir", "data"], "");
    assert_eq!(second.code, 1, "{second}");
    assert!(second.err.contains("in use") && second.err.contains("--data-dir"), "{second}");
    assert_eq!(second.out, "");
}

#[tokio::test]
async fn a_simulated_call_that_goes_as_expected_ends_with_success() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let script = include_str!("../../src/player/scripts/book.toml");
    let played = served.simulate(folder.path(), script, &["--today", TODAY]);
    assert_eq!(played.code, 0, "{played}");
    assert!(played.out.contains(" ms  tool    create_booking"), "{played}");
    let booked = bookings(&served).await;
    assert_eq!(booked.len(), 1);
    assert_eq!(booked[0]["booking_date"], "2026-09-15");

    let json = served.simulate(
        folder.path(),
        script,
        &["--today", TODAY, "--json", "--set", "day={{date+4}}"],
    );
    assert_eq!(json.code, 0, "{json}");
    let turns: Vec<Value> =
        json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(turns.iter().all(|turn| turn["ms"].is_number()), "{json}");
    assert_eq!(bookings(&served).await.len(), 2);
}

#[tokio::test]
async fn a_simulated_call_that_goes_otherwise_fails_and_names_the_turn() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let script = "name = \"wants the night\"\n\
        [[turn]]\nsay = \"Three in the morning, please.\"\n\
        [[turn]]\ntool = \"create_booking\"\n\
        arguments = { date = \"{{date+1}}\", time = \"03:00\", customer_name = \"Mei Tanaka\" }\n\
        expect.success = true\n";
    let played = served.simulate(folder.path(), script, &["--today", TODAY]);
    assert_eq!(played.code, 1, "{played}");
    assert!(played.out.contains("FAILED") && played.out.contains("turn 2"), "{played}");
    assert!(bookings(&served).await.is_empty());

    let stranger = run(folder.path(), &["simulate", "script.toml", "--url", &served.webhook], "");
    assert_eq!(stranger.code, 1, "{stranger}");
    assert!(stranger.out.contains("--webhook-secret"), "{stranger}");
}

#[tokio::test]
async fn a_call_typed_into_a_pipe_is_played_and_a_line_that_means_nothing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let flags =
        ["simulate", "--interactive", "--url", &served.webhook, "--webhook-secret", &served.secret];
    let flags = [&flags[..], &["--caller", "+13125550142", "--today", TODAY]].concat();
    let typed = "say Hello\n\
        create_booking date={{date+1}} time=10:00 customer_name=\"Ann Ruiz\"\n\
        create_booking date={{date+1}} time=10:00 customer_name=\"Ann Ruiz\"\n\
        again\n";
    let played = run(folder.path(), &flags, typed);
    assert_eq!(played.code, 0, "{played}");
    assert!(played.out.contains("Your confirmation number is "), "{played}");
    let booked = bookings(&served).await;
    assert_eq!(booked.len(), 1, "{played}");
    assert_eq!(booked[0]["customer_phone"], "+13125550142");

    let wrong = run(folder.path(), &flags, "say\n");
    assert_eq!(wrong.code, 1, "{wrong}");
    assert!(wrong.err.contains("say what?"), "{wrong}");
}

#[tokio::test]
async fn a_watcher_finds_the_server_by_its_data_and_sees_a_booking_as_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let mut watcher = Program::start(folder.path(), &["watch", "--data-dir", "data"], &[]);
    watcher.wait_for("no live calls");
    let script = include_str!("../../src/player/scripts/book.toml");
    assert_eq!(served.simulate(folder.path(), script, &["--today", TODAY]).code, 0);
    watcher.wait_for("booked");
    watcher.wait_for("ended");
}

#[tokio::test]
async fn a_watcher_with_a_wrong_token_is_told_so_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let watcher = run(folder.path(), &["watch", "--url", &served.url, "--token", "hsa_wrong"], "");
    assert_eq!(watcher.code, 1, "{watcher}");
    assert!(watcher.err.contains("--token"), "{watcher}");
    drop(served.program);
}

#[test]
fn errors_in_use_end_with_two_and_everything_else_with_one() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [
        &["frobnicate"][..],
        &["simulate"],
        &["serve", "--bind", "nowhere"],
        &["demo", "--calls", "0"],
    ] {
        let ended = run(folder.path(), wrong, "");
        assert_eq!(ended.code, 2, "{wrong:?}: {ended}");
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{wrong:?}: {ended}");
    }
    let alone = run(folder.path(), &["watch", "--data-dir", "none"], "");
    assert_eq!(alone.code, 1, "{alone}");
    assert!(alone.err.contains("hookswitch serve"), "{alone}");
}

#[test]
fn an_unknown_configuration_key_is_refused_and_the_nearest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), "[server]\nbimd = \"127.0.0.1:0\"\n").unwrap();
    let file = run(folder.path(), &["serve", "--config", "own.toml"], "");
    assert_eq!(file.code, 1, "{file}");
    for word in ["`server.bimd`", "own.toml", "did you mean `server.bind`?"] {
        assert!(file.err.contains(word), "{word} is missing: {file}");
    }
    let variable = [("HOOKSWITCH__SESSIONS__IDLE_SECOND", "5")];
    let environment = Program::start(folder.path(), &["serve"], &variable).wait();
    assert_eq!(environment.code, 1, "{environment}");
    assert!(
        environment.err.contains("did you mean `HOOKSWITCH__SESSIONS__IDLE_SECONDS`?"),
        "{environment}"
    );
}
