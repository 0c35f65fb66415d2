//! Whose a message is: what fixes the org, what chooses it, and what never does.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{assert_refused, assert_untouched, booking};
use crate::support::{INSTANCE, MORNING, TestOrg, TestServer, result_of};

const SHARED: [&str; 4] =
    ["/webhook/vapi", "/api/vapi/webhook", "/api/vapi/tools", "/api/vapi/tools/create_booking"];

/// Two orgs that differ in every mark.
async fn two(server: &TestServer) -> (TestOrg, TestOrg) {
    let a = json!({"name": "Alder Clinic", "vapi_phone_number_ids": ["pn_a"],
        "assistant_ids": ["asst_a"], "phone_numbers": ["+15125550100"]});
    let b = json!({"name": "Birch Clinic", "vapi_phone_number_ids": ["pn_b"],
        "assistant_ids": ["asst_b"], "phone_numbers": ["+15125550101"]});
    (server.org(a).await, server.org(b).await)
}

#[tokio::test]
async fn an_unknown_webhook_id_is_not_found_whatever_comes_with_it() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let body = booking(&json!({"id": "call-lost"}));
    let mut other = org.webhook_id.clone();
    other.replace_range(other.len() - 1.., if other.ends_with('2') { "3" } else { "2" });
    for id in [other.as_str(), "none", "...", "%00", &"x".repeat(3_000)] {
        for token in [INSTANCE, org.secret.as_str(), ""] {
            let (status, answer) = server.post_as(&format!("/webhook/{id}"), token, &body).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{id}: {answer}");
        }
    }
    assert_untouched(&server, &org).await;
}

#[tokio::test]
async fn a_call_of_nobody_on_a_shared_url_is_answered_so_that_the_agent_can_take_a_message() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    let body = booking(&json!({"id": "call-nobodys", "phoneNumberId": "pn_unknown"}));
    for path in SHARED {
        let (status, answer) = server.post_as(path, INSTANCE, &body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        assert_eq!(answer["results"][0]["toolCallId"], "call_refused_1", "{path}");
        let refused = result_of(&answer);
        assert_eq!(refused["success"], false, "{path}: {refused}");
        assert_eq!(refused["error"], "Organization not found for this call");
        assert!(refused["message"].as_str().unwrap().contains("take a message"), "{refused}");
    }
    let direct = json!({"tenantId": "nobody", "date": "2026-09-24"});
    let (status, answer) =
        server.post_as("/api/vapi/tools/calendar/check", INSTANCE, &direct).await;
    assert_eq!(status, StatusCode::OK);
    let content: Value =
        serde_json::from_str(answer["toolResult"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["success"], false);
    assert_eq!(answer["speech"], content["message"]);
    let old = json!({"message": {"type": "function-call",
        "functionCall": {"name": "create_booking", "parameters": {}}}});
    let (status, answer) = server.post_as("/webhook/vapi", INSTANCE, &old).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["result"].as_str().unwrap().contains("Organization not found"), "{answer}");
    for org in [&a, &b] {
        assert_untouched(&server, org).await;
    }
}

#[tokio::test]
async fn one_orgs_secret_opens_neither_anothers_url_nor_anothers_calls() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    let own_url = format!("/webhook/{}", b.webhook_id);
    let calls = [
        json!({"id": "call-x"}),
        json!({"id": "call-x", "phoneNumberId": "pn_b"}),
        json!({"id": "call-x", "phoneNumberId": "pn_a"}),
    ];
    for call in &calls {
        let answer = server.post_as(&own_url, &a.secret, &booking(call)).await;
        assert_refused(&answer, &format!("{call} on B's URL"));
    }
    for path in SHARED {
        for call in [
            json!({"id": "call-x", "phoneNumberId": "pn_b"}),
            json!({"id": "call-x", "assistantId": "asst_b"}),
            json!({"id": "call-x", "phoneNumber": {"number": "+15125550101"}}),
        ] {
            let answer = server.post_as(path, &a.secret, &booking(&call)).await;
            assert_refused(&answer, &format!("{call} on {path}"));
        }
    }
    let direct = json!({"tenantId": b.id, "date": "2026-09-24", "time": "10:00",
        "customer_name": "Ann Ruiz"});
    let answer = server.post_as("/api/vapi/tools/create_booking", &a.secret, &direct).await;
    assert_refused(&answer, "B as the tenant of a direct call");
    let instance = server.post_as(&own_url, INSTANCE, &booking(&calls[0])).await;
    assert_refused(&instance, "the instance secret on an org's own URL");
    for org in [&a, &b] {
        assert_untouched(&server, org).await;
    }
}

#[tokio::test]
async fn a_call_at_an_orgs_own_url_is_its_own_whatever_another_org_lists() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    let call = json!({"id": "call-claimed", "phoneNumberId": "pn_b", "assistantId": "asst_b"});
    let mut body = booking(&call);
    body["message"]["phoneNumber"] = json!({"id": "pn_b", "number": "+15125550101"});
    let own_url = format!("/webhook/{}", a.webhook_id);
    // The first offers what nobody has offered yet.
    for (id, success) in [("t1", false), ("t2", true)] {
        body["message"]["toolCallList"][0]["id"] = json!(id);
        let (status, answer) = server.post_as(&own_url, &a.secret, &body).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(result_of(&answer)["success"], success, "{answer}");
    }
    assert_eq!(a.bookings(&server).await.len(), 1);
    assert_untouched(&server, &b).await;
    let call = server.get(&format!("/api/orgs/{}/calls/call-claimed", a.id)).await;
    assert!(!call.to_string().contains(&b.id), "neither org learns of the other: {call}");
}

#[tokio::test]
async fn an_org_that_the_model_wrote_down_is_never_chosen() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    for (n, path) in SHARED.iter().enumerate() {
        for (m, field) in ["tenantId", "tenant_id", "org", "userId"].into_iter().enumerate() {
            let time = format!("{:02}:{}", 9 + n, if m % 2 == 0 { "00" } else { "30" });
            let arguments = json!({
                "date": "2026-09-24", "time": time, "customer_name": format!("Guest {n} {m}"),
                field: b.id, "inboundPhoneNumber": "+15125550101", "phoneNumberId": "pn_b",
            });
            let tool = json!([{"id": format!("call_{n}_{m}"), "name": "create_booking",
                "arguments": arguments}]);
            let message = |call: Value| json!({"message": {"type": "tool-calls", "call": call, "toolCallList": tool}});
            let (_, answer) = server.post_as(path, INSTANCE, &message(json!({}))).await;
            let refused = result_of(&answer);
            assert_eq!(refused["error"], "Organization not found for this call", "{path} {field}");
            let marked = message(json!({"phoneNumberId": "pn_a"}));
            let (_, answer) = server.post_as(path, INSTANCE, &marked).await;
            assert!(result_of(&answer)["success"].is_boolean(), "{answer}");
        }
    }
    assert!(!a.bookings(&server).await.is_empty(), "signalling chose A");
    assert_untouched(&server, &b).await;
}

#[tokio::test]
async fn the_number_id_goes_before_the_assistant_and_the_assistant_before_the_number() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    let call = json!({"phoneNumberId": "pn_a", "assistantId": "asst_b"});
    let mut first = booking(&call);
    first["message"]["phoneNumber"] = json!({"number": "+15125550101"});
    let (_, answer) = server.post_as("/webhook/vapi", INSTANCE, &first).await;
    assert_eq!(result_of(&answer)["success"], true, "{answer}");
    assert_eq!(a.bookings(&server).await.len(), 1);
    let mut second = booking(&json!({"assistantId": "asst_b"}));
    second["message"]["phoneNumber"] = json!({"number": "+15125550100"});
    let (_, answer) = server.post_as("/webhook/vapi", INSTANCE, &second).await;
    assert_eq!(result_of(&answer)["success"], true, "{answer}");
    assert_eq!((a.bookings(&server).await.len(), b.bookings(&server).await.len()), (1, 1));
}

#[tokio::test]
async fn a_call_keeps_the_org_it_was_first_found_to_be_of() {
    let server = TestServer::start_shared(MORNING).await;
    let (a, b) = two(&server).await;
    let check = |call: Value, id: &str| {
        json!({"message": {"type": "tool-calls", "call": call, "toolCallList": [
            {"id": id, "name": "check_availability", "arguments": {"date": "2026-09-24"}}]}})
    };
    let body = check(json!({"id": "call-kept", "phoneNumberId": "pn_a"}), "t1");
    server.post_as("/webhook/vapi", INSTANCE, &body).await;
    for call in [
        json!({"id": "call-kept"}),
        json!({"id": "call-kept", "phoneNumberId": "pn_b"}),
        json!({"id": "call-kept", "assistantId": "asst_b"}),
    ] {
        let (status, _) = server.post_as("/webhook/vapi", INSTANCE, &booking(&call)).await;
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(a.bookings(&server).await.len(), 1);
    assert_untouched(&server, &b).await;
}
