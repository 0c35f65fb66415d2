//! The token and the callers: nothing of them reaches an answer of ours, the disk or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_token_goes_in_and_never_comes_out() {
    Clinic::open().await.keeps_to_itself(TOKEN, &["/api/health/square"]).await;
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
    clinic::tells_of_trouble_without(&log, &[TOKEN, "3125550142", EMAIL, "Ann Ruiz"]);
}
