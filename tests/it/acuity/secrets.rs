//! The key and the callers: nothing of them reaches an answer of ours or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn neither_an_answer_nor_the_log_at_debug_has_the_key_or_the_caller() {
    const EMAIL: &str = "ann.of.willow@example.com";
    let stand_in = StandIn::start(setup(MORNING, Vec::new())).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.acuity]\nbase_url = \"{}\"", stand_in.base_url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    let made = connect(&process, &org, connection(PLAIN)).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {KEY} {ANN} {EMAIL} Ann Ruiz");
    let quoting = |status: u16| {
        let body = json!({"status_code": status, "error": words, "message": words});
        Trouble::Answers { status, body }
    };
    let mut book = ten_for("Ann Ruiz");
    book["customer_email"] = json!(EMAIL);
    for status in [400, 401, 403, 404, 429, 500] {
        stand_in.behave();
        call.tool("check_availability", json!({"date": DAY})).await;
        stand_in.next(Operation::Create, quoting(status));
        let result = call.tool("create_booking", book.clone()).await;
        assert!(!result.to_string().contains(KEY), "{result}");
        stand_in.next(Operation::Times, quoting(status));
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    let path = format!("/api/orgs/{}/connections", org.id);
    let check = format!("{path}/{}/check", made["id"].as_str().unwrap());
    for (method, path) in [
        (Method::GET, path),
        (Method::POST, check),
        (Method::GET, format!("/api/orgs/{}/audit", org.id)),
        (Method::GET, "/api/health/acuity".to_owned()),
    ] {
        let (_, answer) = process.request(method, &path, None).await;
        assert!(!answer.to_string().contains(KEY), "{answer}");
    }
    drop(call);
    let log = process.stop(folder.path()).await;
    clinic::tells_of_trouble_without(&log, &[KEY, "3125550142", EMAIL, "Ann Ruiz"]);
}
