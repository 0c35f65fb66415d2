//! The token and the callers: nothing of them reaches an answer of ours or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_log_at_debug_has_neither_the_token_nor_the_caller() {
    const EMAIL: &str = "ann.of.willow@example.com";
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.google]\nbase_url = \"{}\"", stand_in.base_url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    connect(&process, &org, connection(json!({"invite": true}))).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {TOKEN} {ANN} {EMAIL} Ann Ruiz");
    let mut book = ten_for("Ann Ruiz");
    book["customer_email"] = json!(EMAIL);
    for status in [400, 401, 403, 404, 409, 410, 412, 429, 500] {
        stand_in.behave();
        call.tool("check_availability", json!({"date": DAY})).await;
        let one = json!({"domain": words, "reason": words, "message": words});
        let body = json!({"error": {"code": status, "message": words, "errors": [one]}});
        let quoting = Trouble::Answers { status, body };
        stand_in.next(Operation::Insert, quoting.clone());
        let result = call.tool("create_booking", book.clone()).await;
        assert!(!result.to_string().contains(TOKEN), "{result}");
        stand_in.next(Operation::List, quoting);
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    for path in ["/connections", "/audit"] {
        let seen = process.read(&format!("/api/orgs/{}{path}", org.id)).await;
        assert!(!seen.to_string().contains(TOKEN), "{seen}");
    }
    drop(call);
    let log = process.stop(folder.path()).await;
    clinic::tells_of_trouble_without(&log, &[TOKEN, "3125550142", EMAIL, "Ann Ruiz"]);
}
