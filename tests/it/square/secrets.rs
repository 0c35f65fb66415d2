//! The token and the callers: nothing of them reaches an answer of ours, the disk or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_token_goes_in_and_never_comes_out() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    let path = format!("/api/orgs/{}", clinic.org.id);
    let mut seen = vec![clinic.check().await];
    for rest in ["", "/connections", "/audit", "/calls", "/bookings"] {
        seen.push(clinic.server.get(&format!("{path}{rest}")).await);
    }
    seen.push(clinic.server.get("/api/health/square").await);
    for answer in seen {
        assert!(!answer.to_string().contains(TOKEN), "{answer}");
    }
    let folder = clinic.server.stop().await;
    let mut folders = vec![folder.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
            assert!(!found, "the token is in {}", path.display());
            files += 1;
        }
    }
    assert!(files > 2, "the folder was searched");
}

#[tokio::test]
async fn the_log_at_debug_has_neither_the_token_nor_the_caller() {
    const EMAIL: &str = "ann.of.willow@example.com";
    let stand_in = StandIn::start(setup()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.square]\nbase_url = \"{}\"", stand_in.url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    connect(&process, &org, connection()).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {TOKEN} {ANN} {EMAIL} Ann Ruiz");
    let quoting = |status: u16| {
        let body = json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": words,
            "field": words, "detail": words}]});
        Trouble::Answers { status, body }
    };
    let mut book = ten_for("Ann Ruiz");
    book["customer_email"] = json!(EMAIL);
    for status in [400, 401, 403, 404, 409, 429, 500] {
        for operation in [Operation::Create, Operation::CreateCustomer, Operation::Availability] {
            stand_in.behave();
            call.tool("check_availability", json!({"date": DAY})).await;
            stand_in.next(operation, quoting(status));
            let result = call.tool("create_booking", book.clone()).await;
            assert!(!result.to_string().contains(TOKEN), "{result}");
        }
    }
    drop(call);
    let log = process.stop(folder.path()).await;
    assert!(log.contains("provider could not be used"), "the log was read: {log}");
    for secret in [TOKEN, "3125550142", EMAIL, "Ann Ruiz"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "`{secret}` in the log: {line:?}");
    }
}
