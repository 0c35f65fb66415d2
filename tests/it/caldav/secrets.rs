//! The password and the callers: nothing of them reaches an answer of ours, the disk or the log.

use super::*;
use crate::support::Process;

#[tokio::test]
async fn the_password_goes_in_and_never_comes_out() {
    Clinic::open().await.keeps_to_itself(PASSWORD, &[]).await;
}

#[tokio::test]
async fn the_log_at_debug_has_neither_the_password_nor_the_caller() {
    let stand_in = StandIn::start(Setup::new(USER, PASSWORD)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[outbound]\nallow = [\"{}\"]", stand_in.host_port());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, json!({})).await;
    connect(&process, &org, connection(&format!("{}/dav/", stand_in.url()), &json!({}))).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {PASSWORD} {ANN} Ann Ruiz");
    for status in [400, 401, 403, 404, 409, 412, 423, 429, 500, 507] {
        for operation in [Operation::Put, Operation::Range] {
            stand_in.behave();
            free(&call).await;
            stand_in.next(operation, Trouble::Answers { status, body: json!(words) });
            let result = call.tool("create_booking", ten_for("Ann Ruiz")).await;
            assert!(!result.to_string().contains(PASSWORD), "{result}");
        }
    }
    drop(call);
    let log = process.stop(folder.path()).await;
    assert!(log.len() > 500, "the log was read: {log}");
    let basic = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"))
    };
    for secret in [PASSWORD, &basic, "3125550142", "Ann Ruiz"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "a secret is in the log");
    }
}
