//! Where a call goes on, and the questions of one value: transfers, handoffs, documents, silences,
//! campaigns.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{BILLING, DIALLED, RECEPTION, ask, message};
use crate::support::{INSTANCE, MORNING, TestOrg, TestServer, eventually};

const ANN: &str = "+15125550143";

async fn warned(server: &TestServer, org: &TestOrg, call: &str, code: &str) -> Value {
    let path = format!("/api/orgs/{}/calls/{call}", org.id);
    eventually(code, || async {
        let (_, call) = server.api(Method::GET, &path, None).await;
        let warnings = call["state"]["warnings"].as_array()?.clone();
        warnings.into_iter().find(|warning| warning["code"] == code)
    })
    .await
}

async fn transfers(server: &TestServer, org: &TestOrg, call: &str) -> Vec<Value> {
    let path = format!("/api/orgs/{}/calls/{call}/events", org.id);
    let (status, events) = server.api(Method::GET, &path, None).await;
    if status != StatusCode::OK {
        return Vec::new();
    }
    let events = events["items"].as_array().unwrap();
    let events = events.iter().map(|item| item["event"].clone());
    events.filter(|event| event["type"] == "transfer_requested").collect()
}

#[tokio::test]
async fn a_transfer_goes_to_the_general_department_and_is_one_event_however_often_it_is_told() {
    let server = TestServer::start().await;
    let departments = json!({"departments": {
        "billing": {"number": "+17375550101"}, "general": {"number": "+17375550100"}}});
    let org = server.org(departments).await;
    let answer =
        ask(&server, &org, &message("transfer-destination-request", "d-1", Some(ANN))).await;
    assert_eq!(answer["destination"]["type"], "number");
    assert_eq!(answer["destination"]["number"], "+17375550100");
    assert!(answer["destination"]["message"].is_string());
    assert!(answer["error"].is_null(), "{answer}");
    let requested = || async { transfers(&server, &org, "d-1").await.into_iter().next() };
    let event = eventually("the transfer", requested).await;
    assert_eq!(event["department"], "general");
    let mut forwarding = message("status-update", "d-1", Some(ANN));
    forwarding["message"]["status"] = json!("forwarding");
    forwarding["message"]["destination"] = json!({"type": "number", "number": "+17375550100"});
    ask(&server, &org, &forwarding).await;
    let mut update = message("transfer-update", "d-1", Some(ANN));
    update["message"]["destination"] = json!({"type": "assistant", "assistantName": "Billing"});
    ask(&server, &org, &update).await;
    let both = || async {
        let found = transfers(&server, &org, "d-1").await;
        (found.len() >= 2).then_some(found)
    };
    let found = eventually("the handing over to an assistant", both).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1]["summary"], "Billing");
    let call = server.get(&format!("/api/orgs/{}/calls/d-1", org.id)).await;
    assert_eq!(call["state"]["status"], "forwarding");
}

#[tokio::test]
async fn a_transfer_to_nobody_is_refused_in_words_and_the_operator_is_told() {
    let server = TestServer::start().await;
    let none = server.org(json!({})).await;
    let looping =
        json!({"departments": {"general": {"number": DIALLED}}, "phone_numbers": [DIALLED]});
    let own_number = server.org(looping).await;
    let callers = json!({"departments": {"general": {"number": ANN}}});
    let callers_number = server.org(callers).await;
    for org in [none, own_number, callers_number] {
        let body = message("transfer-destination-request", "d-2", Some(ANN));
        let answer = ask(&server, &org, &body).await;
        assert!(answer["destination"].is_null(), "{answer}");
        assert!(answer["error"].as_str().unwrap().contains("message"), "{answer}");
        let warning = warned(&server, &org, "d-2", "transfer_refused").await;
        assert!(warning["message"].as_str().unwrap().contains("departments"), "{warning}");
    }
}

#[tokio::test]
async fn a_handoff_reaches_only_the_orgs_own_assistants() {
    let server = TestServer::start().await;
    let org = server.org(json!({"assistant_ids": [BILLING, RECEPTION]})).await;
    let handoff = |parameters: Value| {
        let mut body = message("handoff-destination-request", "d-3", Some(ANN));
        body["message"]["call"]["assistantId"] = json!(RECEPTION);
        body["message"]["parameters"] = parameters;
        body
    };
    for parameters in [
        json!({"destination": BILLING, "priority": "high"}),
        json!({"destination": {"assistantId": BILLING}}),
        json!(json!({"assistant": BILLING}).to_string()),
    ] {
        let answer = ask(&server, &org, &handoff(parameters)).await;
        assert_eq!(answer["destination"], json!({"type": "assistant", "assistantId": BILLING}));
    }
    for parameters in [
        json!({"destination": "dynamic"}),
        json!({"destination": RECEPTION}),
        json!({"destination": "33d1c3f0-52b8-4c39-9f0e-7a2d64b1e003"}),
        json!([]),
        Value::Null,
    ] {
        let answer = ask(&server, &org, &handoff(parameters.clone())).await;
        assert!(answer["destination"].is_null(), "{parameters}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(' '), "{parameters}: {answer}");
    }
    warned(&server, &org, "d-3", "handoff_refused").await;
}

#[tokio::test]
async fn a_campaign_calls_contacts_of_a_known_org_and_never_the_orgs_own_number() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({"phone_numbers": [DIALLED]})).await;
    let predial = |contact: Value| json!({"message": {"type": "campaign.predial", "campaignId": "c", "contact": contact}});
    let lee = predial(json!({"number": "+15125550199", "name": "Lee"}));
    assert_eq!(ask(&server, &org, &lee).await, json!({"eligible": true}));
    for contact in [
        json!({"number": DIALLED}),
        json!({"number": "737-555-0188"}),
        json!({"number": "soon"}),
        json!({"name": "Lee"}),
        Value::Null,
    ] {
        let answer = ask(&server, &org, &predial(contact.clone())).await;
        assert_eq!(answer, json!({"eligible": false}), "{contact}");
    }
    let (status, answer) = server.post_as("/webhook/vapi", INSTANCE, &lee).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"eligible": false})), "nobody's campaign");
}

#[tokio::test]
async fn documents_and_silences_have_their_form_for_everybody() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    for (kind, expected) in [
        ("knowledge-base-request", json!({"documents": []})),
        ("call.endpointing.request", json!({"timeoutSeconds": 0.5})),
    ] {
        let body = message(kind, "d-4", Some(ANN));
        assert_eq!(ask(&server, &org, &body).await, expected);
        let (status, answer) = server.post_as("/webhook/vapi", INSTANCE, &body).await;
        assert_eq!((status, answer), (StatusCode::OK, expected), "{kind} of nobody's call");
    }
}

#[tokio::test]
async fn what_a_supervisor_should_know_is_a_warning_once() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let uploads = json!([{"type": "log", "success": false}, {"type": "pcap", "success": true}]);
    for (kind, field, value, code, names) in [
        ("language-change-detected", "language", json!("es"), "language_changed", "es"),
        ("language-changed", "language", json!("es"), "language_changed", "es"),
        (
            "phone-call-control",
            "request",
            json!("hang-up"),
            "carrier_control",
            "phone-call-control",
        ),
        ("call.artifact.upload", "artifacts", uploads, "upload_failed", "log"),
        ("call.delete.failed", "reason", Value::Null, "deletion_failed", "delete"),
        ("status-update", "status", json!("deletion-failed"), "deletion_failed", "delete"),
        ("status-update", "status", json!("not-found"), "not_found", "no record"),
    ] {
        let mut body = message(kind, "d-5", Some(ANN));
        body["message"][field] = value;
        assert_eq!(ask(&server, &org, &body).await, json!({}), "{kind}");
        let warning = warned(&server, &org, "d-5", code).await;
        assert!(warning["message"].as_str().unwrap().contains(names), "{warning}");
    }
    let call = server.get(&format!("/api/orgs/{}/calls/d-5", org.id)).await;
    assert_eq!(call["state"]["warnings"].as_array().unwrap().len(), 5, "each once: {call}");
    assert_eq!(call["state"]["status"], "in-progress", "none of them is a status of the call");
    assert_eq!(server.api(Method::GET, "/api/health", None).await.1["unknown_messages"], json!({}));
}
