//! `hookswitch connection reauth`, as somebody at a terminal meets it.

use std::process::Command;

use super::*;

async fn reauth(clinic: &Clinic, connection: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
    command.args(["connection", "reauth", connection, "--url", &clinic.server.url("")]);
    command.args(["--token", clinic.server.token()]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn the_link_that_is_printed_connects_the_same_connection_again() {
    let clinic = Clinic::open().await;
    let connection = clinic.connect("calendly").await;
    clinic.authority.revoke_all();
    let (ok, text) = reauth(&clinic, &connection).await;
    assert!(ok, "{text}");
    let link = text.lines().find(|line| line.starts_with("http")).unwrap();
    let (status, page) = clinic.come_back(&clinic.decide(link).await).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(clinic.connections().await.len(), 2);
    assert_eq!(clinic.check(&connection).await["ok"], true);
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_a_browser_says_what_to_do_instead() {
    let clinic = Clinic::open().await;
    let builtin = clinic.connections().await[0]["id"].as_str().unwrap().to_owned();
    let (ok, text) = reauth(&clinic, &builtin).await;
    assert!(!ok && text.contains("give it new credentials"), "{text}");
}
