//! A hand-over followed from the wish to its end: shown as it stands, in whichever order it is told, and with a
//! callback where nobody took the call.

use reqwest::Method;
use serde_json::{Value, json};

use super::{call, events, org, path, steerable, transfer_to, until};
use crate::support::{ControlStub, FeedClient, Host, TestOrg, TestServer, VapiCall, eventually};

const BILLING: &str = "+15125550191";

/// Waits until the hand-over of a call stands so, and gives it.
pub(super) async fn stage(
    server: &impl Host,
    org: &TestOrg,
    call: &VapiCall,
    wanted: &str,
) -> Value {
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    eventually(wanted, || async {
        // Before it is heard of, there is no such call.
        let (_, known) = server.request(Method::GET, &path, None).await;
        let transfer = known["state"]["transfer"].clone();
        (transfer["stage"] == wanted).then_some(transfer)
    })
    .await
}

pub(super) async fn callbacks(server: &impl Host, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/callbacks", org.id);
    server.read(&path).await["items"].as_array().unwrap().clone()
}

pub(super) fn destination() -> Value {
    json!({"type": "number", "number": BILLING})
}

pub(super) fn forwarding(at: u64) -> Value {
    json!({"type": "status-update", "status": "forwarding", "destination": destination(),
        "timestamp": at})
}

fn reported(status: &str, reason: &str) -> Value {
    json!({"type": "end-of-call-report", "endedReason": reason, "artifact": {"transfers": [
        {"destination": destination(), "mode": "blind-transfer", "status": status}]}})
}

/// A call that is handed over to billing.
async fn handed_over(server: &TestServer, org: &TestOrg, stub: &ControlStub) -> VapiCall {
    let call = call(server, org, stub);
    call.say("Somebody about my bill, please.").await;
    let answer = call.tool("transfer_call", transfer_to("billing")).await;
    assert_eq!(answer["success"], true, "{answer}");
    stub.wait(&path(&call), 1).await;
    call
}

#[tokio::test]
async fn a_hand_over_is_shown_from_the_wish_to_the_talk() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    let call = handed_over(&server, &org, &stub).await;
    let shown = stage(&server, &org, &call, "dialing").await;
    assert_eq!((&shown["department"], &shown["number"]), (&json!("billing"), &json!(BILLING)));
    assert_eq!(shown["summary"], "The caller asks about a bill.");
    call.post(forwarding(1_790_087_412_300)).await;
    call.post(json!({"type": "transfer-update", "destination": destination()})).await;
    stage(&server, &org, &call, "accepted").await;
    let frame = feed.until("transfer_changed").await;
    assert_eq!(frame["event"]["sign"], "dialing", "{frame}");
    assert_eq!(frame["state"]["transfer"]["stage"], "dialing", "{frame}");
    call.post(reported("connected", "assistant-forwarded-call")).await;
    stage(&server, &org, &call, "bridged").await;
    assert!(callbacks(&server, &org).await.is_empty(), "somebody took the call");
}

#[tokio::test]
async fn nobody_answers_and_the_caller_is_among_those_to_be_called_back_once() {
    let (stub, mut server) = steerable().await;
    let org = org(&server).await;
    let call = handed_over(&server, &org, &stub).await;
    let told = [
        forwarding(1_790_087_412_300),
        json!({"type": "status-update", "status": "ended", "endedReason": "call.forwarding.no-answer"}),
        reported("no-answer", "call.forwarding.no-answer"),
    ];
    // Backwards, and each twice.
    for message in told.iter().rev().flat_map(|message| [message, message]) {
        call.post(message.clone()).await;
    }
    stage(&server, &org, &call, "no_answer").await;
    until(&server, &org, &call, json!({"type": "warning", "code": "callback_requested"})).await;
    let kept = eventually("the callback", || async {
        let kept = callbacks(&server, &org).await;
        (!kept.is_empty()).then_some(kept)
    })
    .await;
    assert_eq!(kept[0]["customer_phone"], "+15125550143");
    assert_eq!(kept[0]["call_id"], call.id);
    let about = kept[0]["about"].as_str().unwrap();
    assert!(
        about.contains("billing") && about.contains("The caller asks about a bill."),
        "{about}"
    );
    // Done, and told once more after a restart: it was for this call.
    let path = format!("/api/orgs/{}/callbacks/{}", org.id, kept[0]["id"].as_str().unwrap());
    server.api(Method::PATCH, &path, Some(json!({"state": "done"}))).await;
    server.restart(None).await;
    let call = call.at(&server, &org);
    call.post(told[2].clone()).await;
    stage(&server, &org, &call, "no_answer").await;
    call.say("One last word.").await;
    until(&server, &org, &call, json!({"type": "transcript", "text": "One last word."})).await;
    assert_eq!(callbacks(&server, &org).await.len(), 1);
}

#[tokio::test]
async fn who_asked_to_be_called_back_themselves_is_called_back_once_and_where_they_said() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = handed_over(&server, &org, &stub).await;
    let wish = json!({"customer_phone": "+15125550188", "about": "my bill"});
    assert_eq!(call.tool("request_callback", wish).await["success"], true);
    call.post(reported("busy", "call.forwarding.operator-busy")).await;
    stage(&server, &org, &call, "rejected").await;
    until(&server, &org, &call, json!({"type": "call_ended"})).await;
    let kept = callbacks(&server, &org).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(
        (&kept[0]["customer_phone"], &kept[0]["about"]),
        (&json!("+15125550188"), &json!("my bill"))
    );
}

#[tokio::test]
async fn a_caller_who_comes_back_to_the_agent_is_seen_by_the_clock_of_the_messages() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let begun = json!({"type": "status-update", "status": "in-progress", "timestamp": 1_790_087_400_000_u64});
    let back = json!({"type": "status-update", "status": "in-progress", "timestamp": 1_790_087_450_000_u64});
    let call = handed_over(&server, &org, &stub).await;
    call.post(forwarding(1_790_087_412_300)).await;
    // The call's own beginning, late.
    call.post(begun).await;
    stage(&server, &org, &call, "dialing").await;
    call.post(back).await;
    stage(&server, &org, &call, "back_to_agent").await;
}

/// A call that was handed over, came back to the agent and then ended, without a reason so far.
async fn ended_after_coming_back(
    server: &TestServer,
    org: &TestOrg,
    stub: &ControlStub,
) -> VapiCall {
    let call = handed_over(server, org, stub).await;
    call.post(forwarding(1_790_087_412_300)).await;
    let back = json!({"type": "status-update", "status": "in-progress", "timestamp": 1_790_087_450_000_u64});
    call.post(back).await;
    stage(server, org, &call, "back_to_agent").await;
    call.post(json!({"type": "status-update", "status": "ended"})).await;
    until(server, org, &call, json!({"type": "call_ended"})).await;
    call
}

#[tokio::test]
async fn who_was_taken_after_all_is_not_called_back_because_the_end_came_before_its_report() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let forwarded =
        json!({"type": "end-of-call-report", "endedReason": "assistant-forwarded-call"});
    for (report, wanted) in
        [(reported("connected", "assistant-forwarded-call"), "bridged"), (forwarded, "accepted")]
    {
        let call = ended_after_coming_back(&server, &org, &stub).await;
        call.post(report).await;
        stage(&server, &org, &call, wanted).await;
        let told = events(&server, &org, &call).await;
        assert!(told.iter().all(|event| event["code"] != "callback_requested"), "{told:?}");
    }
    assert!(callbacks(&server, &org).await.is_empty(), "somebody took both");
}

#[tokio::test]
async fn whoever_came_back_to_the_agent_is_called_back_once_the_report_says_nothing_else_or_never_comes()
 {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let reported = ended_after_coming_back(&server, &org, &stub).await;
    reported
        .post(json!({"type": "end-of-call-report", "endedReason": "customer-ended-call"}))
        .await;
    until(&server, &org, &reported, json!({"type": "warning", "code": "callback_requested"})).await;
    let silent = ended_after_coming_back(&server, &org, &stub).await;
    server.set_clock("2026-09-22T14:36:00Z");
    until(&server, &org, &silent, json!({"type": "warning", "code": "callback_requested"})).await;
    let kept = callbacks(&server, &org).await;
    let mut calls: Vec<&str> = kept.iter().filter_map(|kept| kept["call_id"].as_str()).collect();
    calls.sort_unstable();
    let mut expected = [reported.id.as_str(), silent.id.as_str()];
    expected.sort_unstable();
    assert_eq!(calls, expected, "{kept:?}");
}

#[tokio::test]
async fn each_department_is_handed_over_to_in_its_own_way_and_only_while_it_is_there() {
    let (stub, server) = steerable().await;
    let settings = json!({"departments": {
        "billing": {"number": BILLING, "extension": "204#", "transfer": {
            "mode": "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
            "message": "A caller for you. {summary}", "timeout_seconds": 20}},
        "general": {"number": "+15125550190", "business_hours_only": true},
    }});
    let org = server.org(settings.clone()).await;
    let shown = server.get(&format!("/api/orgs/{}", org.id)).await;
    assert_eq!(
        shown["departments"],
        json!({
        "billing": settings["departments"]["billing"],
        "general": {"number": "+15125550190", "business_hours_only": true,
        }}),
        "as it was written"
    );
    let warm = call(&server, &org, &stub);
    warm.tool("transfer_call", transfer_to("billing")).await;
    let sent = stub.wait(&path(&warm), 1).await[0].body.clone();
    assert_eq!(
        sent["destination"],
        json!({"type": "number", "number": BILLING, "extension": "204#",
        "transferPlan": {"mode": "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
            "message": "A caller for you. The caller asks about a bill.", "timeout": 20}})
    );
    stage(&server, &org, &warm, "briefing").await;
    // In the evening nobody is at the front desk, and billing takes whoever calls.
    server.set_clock("2026-09-23T01:00:00Z");
    let evening = call(&server, &org, &stub);
    let answer = evening.tool("transfer_call", transfer_to("general")).await;
    assert_eq!((&answer["success"], &answer["department"]), (&json!(true), &json!("billing")));
    let only_by_day = json!({"departments": {"billing": null}});
    assert!(org.patch(&server, only_by_day).await.0.is_success());
    let late = call(&server, &org, &stub);
    let answer = late.tool("transfer_call", transfer_to("general")).await;
    assert_eq!(answer["error"], "transfer_unavailable", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("not there at this hour"), "{answer}");
    until(&server, &org, &late, json!({"type": "warning", "code": "nobody_there"})).await;
}
