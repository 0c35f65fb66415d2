//! The key and the callers: nothing of them reaches an answer of ours, the disk or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_key_goes_in_and_never_comes_out() {
    Clinic::open().await.keeps_to_itself(KEY, &["/api/health/calcom"]).await;
}

#[tokio::test]
async fn the_log_at_debug_has_neither_the_key_nor_the_caller() {
    const EMAIL: &str = "ann.of.willow@example.com";
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.calcom]\nbase_url = \"{}\"", stand_in.base_url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    connect(&process, &org, connection(PLAIN)).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {KEY} {ANN} {EMAIL} Ann Ruiz");
    let quoting = |status: u16| {
        let body =
            json!({"error": {"code": words, "message": words, "details": {"message": words}}});
        Trouble::Answers { status, body }
    };
    let mut book = ten_for("Ann Ruiz");
    book["customer_email"] = json!(EMAIL);
    for status in [400, 401, 403, 404, 409, 422, 429, 500] {
        stand_in.behave();
        call.tool("check_availability", json!({"date": DAY})).await;
        stand_in.next(Operation::Create, quoting(status));
        let result = call.tool("create_booking", book.clone()).await;
        assert!(!result.to_string().contains(KEY), "{result}");
        stand_in.next(Operation::Slots, quoting(status));
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    let bad = json!({"provider": "calcom", "credentials": {"api_key": KEY, "more": KEY}});
    let path = format!("/api/orgs/{}/connections", org.id);
    process.request(Method::POST, &path, Some(bad)).await;
    drop(call);
    let log = process.stop(folder.path()).await;
    clinic::tells_of_trouble_without(&log, &[KEY, "3125550142", EMAIL, "Ann Ruiz"]);
}
