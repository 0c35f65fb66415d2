//! Starts that cannot work end at once, with one line that says what to do.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Process, TestServer};

async fn serve(config: &'static str, environment: &'static [(&str, &str)]) -> Output {
    let run = move || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.toml");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
        command.env_clear().envs(environment.iter().copied()).current_dir(folder.path());
        command
            .args(["serve", "--bind", "127.0.0.1:0", "--data-dir", "data", "--config"])
            .arg(file);
        let output = command.output().unwrap();
        assert!(!folder.path().join("data").exists(), "nothing was written");
        output
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn assert_says(output: &Output, words: &[&str]) {
    assert!(!output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim_end().lines().count(), 1, "one line: {said}");
    for word in words {
        assert!(said.contains(word), "{word} in: {said}");
    }
}

#[tokio::test]
async fn an_unknown_configuration_key_ends_the_start_and_the_nearest_key_is_named() {
    let output = serve("[server]\nbimd = \"127.0.0.1:0\"\n", &[]).await;
    assert_says(&output, &["server.bimd", "bind"]);
    let output = serve("[sesions]\ntool_deadline_ms = 1000\n", &[]).await;
    assert_says(&output, &["sesions", "sessions"]);
    let output =
        serve("", &[("HOOKSWITCH__SERVER__PUBLIC_URI", "https://calls.example.com")]).await;
    assert_says(&output, &["PUBLIC_URI", "HOOKSWITCH__SERVER__PUBLIC_URL"]);
}

#[tokio::test]
async fn a_configuration_value_that_cannot_be_names_its_key() {
    let output = serve("[sessions]\ntool_deadline_ms = 60000\n", &[]).await;
    assert_says(&output, &["tool_deadline_ms"]);
    let output = serve("[server]\nclock = \"2026-09-22T14:30:00Z\"\n", &[]).await;
    assert_says(&output, &["clock", "dev_endpoints"]);
    let output = serve("", &[("HOOKSWITCH_MASTER_KEY", "too-short-to-be-a-key")]).await;
    assert_says(&output, &["HOOKSWITCH_MASTER_KEY"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("too-short-to-be-a-key"), "a secret is not repeated: {said}");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_ends_within_two_seconds_and_the_first_goes_on() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    // How long this machine takes to start a program that ends at once.
    let started = Instant::now();
    serve("[server]\nbimd = \"127.0.0.1:0\"\n", &[]).await;
    let start = started.elapsed();
    let (status, said, took) = Process::refused(server.folder()).await;
    assert!(!status.success());
    assert!(took < Duration::from_secs(2) + 3 * start, "{took:?}, with a start of {start:?}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains("in use") && said.contains("--data-dir"), "{said}");
    let call = org.call(&server, "+15125550143");
    let free = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    assert_eq!(free["success"], true, "{free}");
    assert!(server.data().join("server.json").exists(), "commands still find the first");
}
