//! The token and the callers: nothing of them reaches an answer of ours or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_log_at_debug_has_neither_the_token_nor_the_caller() {
    const ADDRESS: &str = "ann.of.willow@example.com";
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.calendly]\nbase_url = \"{}\"", stand_in.url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    let made = connect(&process, &org, connection(PLAIN)).await;
    assert!(!made.to_string().contains(TOKEN), "{made}");
    let call = org.call(&process, ANN);
    let words = format!("no: {TOKEN} {ANN} {ADDRESS} Ann Ruiz");
    let quoting = |status: u16| {
        let detail = json!({"parameter": words, "message": words, "code": words});
        let body = json!({"title": words, "message": words, "details": [detail]});
        Trouble::Answers { status, body }
    };
    let mut book = ten_for("Ann Ruiz");
    book["customer_email"] = json!(ADDRESS);
    for status in [400, 401, 403, 404, 409, 422, 429, 500] {
        stand_in.behave();
        call.tool("check_availability", json!({"date": DAY})).await;
        stand_in.next(Operation::Create, quoting(status));
        let result = call.tool("create_booking", book.clone()).await;
        assert!(!result.to_string().contains(TOKEN), "{result}");
        stand_in.next(Operation::Open, quoting(status));
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    let bad = json!({"provider": "calendly", "credentials": {"token": TOKEN, "more": TOKEN}});
    let path = format!("/api/orgs/{}/connections", org.id);
    process.request(Method::POST, &path, Some(bad)).await;
    let id = made["id"].as_str().unwrap();
    let check = format!("{path}/{id}/check");
    stand_in.next(Operation::Me, quoting(403));
    let (_, checked) = process.request(Method::POST, &check, None).await;
    assert!(!checked.to_string().contains(TOKEN), "{checked}");
    drop(call);
    let log = process.stop(folder.path()).await;
    clinic::tells_of_trouble_without(&log, &[TOKEN, "3125550142", ADDRESS, "Ann Ruiz"]);
}
