//! Hanging up: the goodbye first, and only what has not ended by itself.

use hookswitch::config::{Config, Secret};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{call, events, org, path, steerable, transfer_to, until};
use crate::support::{ControlStub, INSTANCE, MORNING, TestServer, result_of};

#[tokio::test]
async fn the_goodbye_is_spoken_and_ends_the_call_and_if_it_does_not_we_do() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    // These three are first in line: none of them may be hung up by the time the last one is.
    let ended = call(&server, &org, &stub);
    ended.raw("end_call", json!({"reason": "completed"})).await;
    ended.end().await;
    let connected = call(&server, &org, &stub);
    connected.raw("end_call", json!({"reason": "completed"})).await;
    connected.raw("transfer_call", transfer_to("general")).await;
    let leaving = call(&server, &org, &stub);
    leaving.raw("transferCall", transfer_to("general")).await;
    let answer = leaving.raw("endCall", json!({"reason": "transfer_needed"})).await;
    assert_eq!(result_of(&answer)["success"], true);
    assert!(answer["results"][0]["message"].is_null(), "would cut the transfer off: {answer}");

    let last = call(&server, &org, &stub);
    let arguments = json!({"reason": "completed", "summary": "Booked for Thursday."});
    let answer = last.raw("end_call", arguments).await;
    let goodbye = "Thank you for calling. Goodbye!";
    assert_eq!(
        answer["results"][0]["message"],
        json!({"type": "request-complete", "content": goodbye, "endCallAfterSpokenEnabled": true})
    );
    let result = result_of(&answer);
    assert_eq!(result, json!({"success": true, "reason": "completed", "message": goodbye}));
    assert!(stub.bodies(&path(&last)).is_empty(), "the goodbye comes first");

    let commands = stub.wait(&path(&last), 1).await;
    assert_eq!(commands[0].body, json!({"type": "end-call"}));
    let sent = json!({"type": "control_sent", "action": "end", "by": "agent"});
    until(&server, &org, &last, sent).await;
    assert!(stub.bodies(&path(&ended)).is_empty(), "it had ended by itself");
    assert_eq!(events(&server, &org, &ended).await.last().unwrap()["type"], "call_ended");
    for call in [&connected, &leaving] {
        let commands = stub.bodies(&path(call));
        assert_eq!(commands.len(), 1, "{commands:?}");
        assert_eq!(commands[0]["type"], "transfer");
    }
}

#[tokio::test]
async fn every_reason_has_its_goodbye_and_no_other_reason_is_known() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    for tool in ["end_call", "endCall"] {
        for reason in ["completed", "time_limit", "patient_request", "transfer_needed"] {
            let call = call(&server, &org, &stub);
            let answer = call.raw(tool, json!({"reason": reason})).await;
            let message = &answer["results"][0]["message"];
            assert_eq!(message["endCallAfterSpokenEnabled"], true, "{answer}");
            assert!(message["content"].as_str().unwrap().contains("Goodbye!"), "{answer}");
            call.end().await;
        }
        let call = call(&server, &org, &stub);
        for arguments in [json!({}), json!({"reason": "bored"})] {
            let answer = call.raw(tool, arguments).await;
            assert!(answer["results"][0]["error"].as_str().unwrap().contains("reason"), "{answer}");
        }
    }
}

#[tokio::test]
async fn beside_other_results_the_goodbye_is_left_to_the_model() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let list = json!([
        {"id": "call_b1", "function": {"name": "check_availability",
            "arguments": {"date": "2026-09-24"}}},
        {"id": "call_b2", "function": {"name": "end_call", "arguments": {"reason": "completed"}}},
    ]);
    let (_, answer) = call.post(json!({"type": "tool-calls", "toolCallList": list})).await;
    for result in answer["results"].as_array().unwrap() {
        assert!(result["message"].is_null(), "{answer}");
    }
    assert_eq!(stub.wait(&path(&call), 1).await[0].body, json!({"type": "end-call"}));
}

#[tokio::test]
async fn the_direct_endpoint_hangs_up_too_when_it_knows_the_call() {
    let stub = ControlStub::start().await;
    let allow = stub.allow();
    let change = |config: &mut Config| {
        allow(config);
        config.vapi.webhook_auth = Secret::new(INSTANCE);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let ask = async |call: Value| {
        let body = json!({"call": call, "tenantId": org.id,
            "toolCall": {"name": "endCall", "arguments": {"reason": "patient_request"}}});
        server.post_as("/api/vapi/tools/endCall", INSTANCE, &body).await
    };
    let (status, answer) = ask(call.object()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let goodbye = "Thank you for calling. Goodbye!";
    assert_eq!(answer["speech"], goodbye, "{answer}");
    let content = answer["toolResult"]["content"].as_str().unwrap();
    let content: Value = serde_json::from_str(content).unwrap();
    let expected = json!({"success": true, "reason": "patient_request", "message": goodbye});
    assert_eq!(content, expected);
    assert_eq!(stub.wait(&path(&call), 1).await[0].body, json!({"type": "end-call"}));
    // Outside of any call there is nothing to hang up, and that is no failure.
    let (status, answer) = ask(Value::Null).await;
    assert_eq!((status, &answer["speech"]), (StatusCode::OK, &json!(goodbye)), "{answer}");
    assert_eq!(stub.bodies("/").len(), 1);
}

#[tokio::test]
async fn the_agent_is_told_after_how_many_seconds_to_end_a_call() {
    let (_stub, server) = steerable().await;
    let org = org(&server).await;
    for (set, name) in [("snake", "end_call"), ("camel", "endCall")] {
        org.patch(&server, json!({"tool_names": set})).await;
        let listed = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
        let tools = listed["items"].as_array().unwrap();
        let end = tools.iter().find(|tool| tool["function"]["name"] == name).unwrap();
        let description = end["function"]["description"].as_str().unwrap();
        assert!(description.contains("when the call has lasted 590 seconds"), "{description}");
    }
}
