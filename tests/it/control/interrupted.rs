//! A hand-over that was under way when the server died: nobody knows what became of it, so it is said, the agent has
//! the caller again, and it is not tried a second time.

use serde_json::{Value, json};

use super::followed::{callbacks, stage};
use super::{call, org, path, transfer_to, until};
use crate::support::{ControlStub, Mood, Process, eventually};

fn of_kind(commands: &[Value], kind: &str) -> usize {
    commands.iter().filter(|command| command["type"] == kind).count()
}

#[tokio::test]
async fn a_hand_over_that_died_with_the_server_is_told_and_called_back_and_never_sent_twice() {
    let stub = ControlStub::start().await;
    // The command arrives, and its answer never does.
    stub.be(Mood::Hang);
    let folder = tempfile::tempdir().unwrap();
    let allowed = format!("[outbound]\nallow = [\"{}\"]", stub.address);
    let server = Process::start_with(folder.path(), "warn", &allowed).await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    assert_eq!(call.tool("transfer_call", transfer_to("billing")).await["success"], true);
    stub.wait(&path(&call), 1).await;
    server.kill();

    stub.be(Mood::Status(200));
    let server = Process::start_with(folder.path(), "warn", &allowed).await;
    let call = call.at(&server, &org);
    until(&server, &org, &call, json!({"type": "warning", "code": "transfer_failed"})).await;
    stage(&server, &org, &call, "back_to_agent").await;
    // The agent, which was silent, hears of it.
    stub.wait(&path(&call), 2).await;
    // Once more: it is said once.
    server.kill();
    let server = Process::start_with(folder.path(), "warn", &allowed).await;
    let call = call.at(&server, &org);
    call.post(json!({"type": "end-of-call-report", "endedReason": "customer-ended-call"})).await;
    let told =
        until(&server, &org, &call, json!({"type": "warning", "code": "callback_requested"})).await;
    let failures = told.iter().filter(|event| event["code"] == "transfer_failed").count();
    assert_eq!(failures, 1, "{told:?}");
    let kept = eventually("the callback", || async {
        let kept = callbacks(&server, &org).await;
        (!kept.is_empty()).then_some(kept)
    })
    .await;
    let about = kept[0]["about"].as_str().unwrap();
    assert!(
        about.contains("billing") && about.contains("The caller asks about a bill."),
        "{about}"
    );
    let sent = stub.bodies(&path(&call));
    assert_eq!((of_kind(&sent, "transfer"), of_kind(&sent, "add-message")), (1, 1), "{sent:?}");
}

#[tokio::test]
async fn what_vapi_itself_hands_over_is_no_failure_of_ours_after_a_restart() {
    let (_stub, mut server) = super::steerable().await;
    let org = org(&server).await;
    let call = org.call(&server, "+15125550143");
    let (_, answer) = call.post(json!({"type": "transfer-destination-request"})).await;
    assert_eq!(answer["destination"]["number"], "+15125550190", "{answer}");
    stage(&server, &org, &call, "requested").await;
    server.restart(None).await;
    let told = until(&server, &org, &call, json!({"type": "session_restored"})).await;
    assert!(told.iter().all(|event| event["code"] != "transfer_failed"), "{told:?}");
    stage(&server, &org, &call, "requested").await;
}
