//! Handing over: to whom, in which order, and what is said.

use std::time::{Duration, Instant};

use hookswitch::config::{Config, Secret};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, events, org, path, steerable, transfer_to, until};
use crate::support::{ControlStub, INSTANCE, MORNING, Mood, TestServer, result_of};

#[tokio::test]
async fn the_answer_is_given_first_and_the_call_is_handed_over_after() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let answer = call.raw("transfer_call", transfer_to("billing")).await;
    let answered = Instant::now();
    let result = result_of(&answer);
    assert_eq!(result["success"], true, "{answer}");
    assert_eq!(result["department"], "billing");
    let said = "I am connecting you with our billing department now.";
    assert_eq!(result["message"], format!("One moment, please. {said}"));
    let message = json!({"type": "request-complete", "content": "One moment, please."});
    assert_eq!(answer["results"][0]["message"], message);
    let commands = stub.wait(&path(&call), 1).await;
    assert!(commands[0].at > answered, "acted before the answer was there");
    assert_eq!(
        commands[0].body,
        json!({
            "type": "transfer",
            "destination": {"type": "number", "number": "+15125550191"},
            "content": said,
        })
    );
    assert_eq!(commands[0].authorization, None);
    let sent = json!({"type": "control_sent", "action": "transfer", "by": "agent"});
    let events_so_far = until(&server, &org, &call, sent).await;
    let kinds: Vec<&Value> = events_so_far.iter().map(|event| &event["type"]).collect();
    assert_eq!(
        kinds,
        ["call_started", "tool_started", "transfer_requested", "tool_finished", "control_sent"]
    );
    let requested = &events(&server, &org, &call).await[2];
    assert_eq!(requested["department"], "billing");
    assert_eq!(requested["number"], "+15125550191");
    assert_eq!(requested["summary"], "The caller asks about a bill.");
}

#[tokio::test]
async fn each_department_has_its_number_and_all_others_have_the_general_one() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    for (tool, wanted, number) in [
        ("transfer_call", "general", "+15125550190"),
        ("transferCall", "billing", "+15125550191"),
        ("transferCall", " Billing", "+15125550191"),
        ("transfer_call", "front_desk", "+15125550192"),
        ("transferCall", "surgery", "+15125550190"),
        // Its number is the org's own line, which would lead back to the agent.
        ("transfer_call", "medical", "+15125550190"),
    ] {
        let call = call(&server, &org, &stub);
        assert_eq!(call.tool(tool, transfer_to(wanted)).await["success"], true, "{wanted}");
        let commands = stub.wait(&path(&call), 1).await;
        assert_eq!(commands[0].body["destination"]["number"], number, "{tool} {wanted}");
    }
}

#[tokio::test]
async fn without_a_number_the_caller_is_offered_to_leave_a_message() {
    let (stub, server) = steerable().await;
    for departments in [json!({}), json!({"general": {"number": "+15125550100"}})] {
        let settings = json!({"phone_numbers": ["+15125550100"], "departments": departments});
        let org = server.org(settings).await;
        let call = call(&server, &org, &stub);
        let answer = call.raw("transfer_call", transfer_to("general")).await;
        let result = result_of(&answer);
        assert_eq!(result["success"], false, "{answer}");
        assert_eq!(result["error"], "transfer_unavailable");
        assert!(result["message"].as_str().unwrap().contains("take a message"), "{answer}");
        assert!(answer["results"][0]["message"].is_null(), "the model goes on by itself: {answer}");
        until(&server, &org, &call, json!({"type": "warning", "code": "no_transfer_number"})).await;
        // A phone number belongs to one org; the next round needs it.
        server.api(Method::DELETE, &format!("/api/orgs/{}", org.id), None).await;
    }
    assert!(stub.bodies("/").is_empty());
}

#[tokio::test]
async fn a_call_is_never_handed_over_to_the_number_that_was_dialled_or_that_is_calling() {
    let (stub, server) = steerable().await;
    // None of these numbers is listed as the org's own line.
    let departments = json!({
        "general": {"number": "+15125550143"}, "billing": {"number": "+15125550160"},
        "surgery": {"number": "+15125550161"},
    });
    let org = server.org(json!({"departments": departments})).await;
    for (wanted, number) in [
        ("billing", "+15125550161"),
        ("general", "+15125550161"),
        ("surgery", "+15125550161"),
        ("parking", "+15125550161"),
    ] {
        let call = call(&server, &org, &stub);
        let tool = json!([{"id": "t1", "function": {"name": "transferCall",
            "arguments": transfer_to(wanted)}}]);
        let dialled = json!({"number": "(512) 555-0160"});
        let (_, answer) = call
            .post(json!({"type": "tool-calls", "phoneNumber": dialled, "toolCallList": tool}))
            .await;
        assert_eq!(result_of(&answer)["department"], "surgery", "{wanted}: {answer}");
        let commands = stub.wait(&path(&call), 1).await;
        assert_eq!(commands[0].body["destination"]["number"], number, "{wanted}");
        let asked = json!({"type": "transfer-destination-request", "phoneNumber": dialled});
        let (_, answer) = call.post(asked).await;
        assert_eq!(answer["destination"]["number"], number, "{answer}");
    }
}

#[tokio::test]
async fn a_wrong_argument_of_a_transfer_is_named() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    for (arguments, named) in [
        (json!({"department": "general"}), "summary"),
        (json!({"summary": "  ", "department": "general"}), "summary"),
        (json!({"summary": "Angry."}), "department"),
        (json!({"summary": "Angry.", "department": [7]}), "department"),
    ] {
        let answer = call.raw("transferCall", arguments).await;
        let error = answer["results"][0]["error"].as_str().unwrap();
        assert!(error.contains(named), "{error}");
    }
    assert!(stub.bodies("/").is_empty());
}

#[tokio::test]
async fn the_direct_endpoint_hands_over_too_when_it_knows_the_call() {
    let stub = ControlStub::start().await;
    let allow = stub.allow();
    let change = |config: &mut Config| {
        allow(config);
        config.vapi.webhook_auth = Secret::new(INSTANCE);
        config.vapi.public_key = Some("public-key-of-the-tests".into());
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let body = json!({
        "call": call.object(), "tenantId": org.id,
        "toolCall": {"name": "transferCall", "arguments": transfer_to("general")},
    });
    let (status, answer) = server.post_as("/api/vapi/tools/transferCall", INSTANCE, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let said = "One moment, please. I am connecting you with our team now.";
    assert_eq!(answer["speech"], said);
    let content: Value =
        serde_json::from_str(answer["toolResult"]["content"].as_str().unwrap()).unwrap();
    assert_eq!((&content["success"], &content["message"]), (&json!(true), &json!(said)));
    let commands = stub.wait(&path(&call), 1).await;
    assert_eq!(commands[0].body["destination"]["number"], "+15125550190");
    // Calls with authenticated control ask for the account's public key.
    let key = commands[0].authorization.as_deref();
    assert_eq!(key, Some("Bearer public-key-of-the-tests"));
    // Outside of any call there is nothing that could be connected.
    let body = json!({"tenantId": org.id, "toolCall": {"name": "transferCall",
        "arguments": transfer_to("general")}});
    let (_, answer) = server.post_as("/api/vapi/tools/transferCall", INSTANCE, &body).await;
    assert!(answer["speech"].as_str().unwrap().contains("take a message"), "{answer}");
}

#[tokio::test]
async fn a_control_url_that_comes_later_is_used() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let mut call = org.call(&server, "+15125550143");
    call.say("Hello?").await;
    let refused = call.tool("transfer_call", transfer_to("general")).await;
    assert_eq!(refused["success"], false);
    call.control_url = Some(stub.url(&path(&call)));
    call.say("A person, please.").await;
    call.control_url = None;
    assert_eq!(call.tool("transfer_call", transfer_to("general")).await["success"], true);
    stub.wait(&path(&call), 1).await;
}

#[tokio::test]
async fn two_tools_that_ask_for_a_transfer_at_once_make_one() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    let tool = |id: &str, department: &str| {
        json!({"id": id, "function": {"name": "transfer_call",
            "arguments": transfer_to(department)}})
    };
    let list = json!([tool("call_twice_1", "billing"), tool("call_twice_2", "billing")]);
    let (_, answer) = call.post(json!({"type": "tool-calls", "toolCallList": list})).await;
    for result in answer["results"].as_array().unwrap() {
        assert!(result["result"].as_str().unwrap().contains("\"success\":true"), "{answer}");
        assert!(result["message"].is_null(), "one message silences all results: {answer}");
    }
    until(&server, &org, &call, json!({"type": "control_sent"})).await;
    let commands = stub.bodies(&path(&call));
    assert_eq!(commands.len(), 1, "{commands:?}");
}

#[tokio::test]
async fn a_hanging_control_url_delays_no_answer_and_the_agent_learns_of_the_failure() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    stub.be(Mood::Hang);
    let asked = Instant::now();
    assert_eq!(call.tool("transfer_call", transfer_to("general")).await["success"], true);
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    stub.wait(&path(&call), 1).await;
    let asked = Instant::now();
    call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    until(&server, &org, &call, json!({"type": "warning", "code": "transfer_failed"})).await;
    let commands = stub.wait(&path(&call), 2).await;
    assert_eq!(commands[1].body["type"], "add-message");
    assert_eq!(commands[1].body["triggerResponseEnabled"], true);
    let note = commands[1].body["message"]["content"].as_str().unwrap();
    assert!(note.contains("did not go through"), "{note}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    stub.be(Mood::Redirect);
    call.tool("transfer_call", transfer_to("general")).await;
    until(&server, &org, &call, json!({"type": "warning", "code": "transfer_failed"})).await;
    assert!(stub.bodies("/elsewhere").is_empty());
}

#[tokio::test]
async fn a_call_that_is_not_followed_is_handed_over_all_the_same() {
    let stub = ControlStub::start().await;
    let allow = stub.allow();
    let change = |config: &mut Config| {
        allow(config);
        config.sessions.max_live_calls = 1;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = org(&server).await;
    let followed = call(&server, &org, &stub);
    followed.say("Hello?").await;
    let other = call(&server, &org, &stub);
    assert_eq!(other.tool("transfer_call", transfer_to("billing")).await["success"], true);
    let commands = stub.wait(&path(&other), 1).await;
    assert_eq!(commands[0].body["destination"]["number"], "+15125550191");
}

#[tokio::test]
async fn the_definitions_of_both_sets_are_the_third_seeds() {
    let server = TestServer::start().await;
    for (set, transfer, end) in
        [("snake", "transfer_call", "end_call"), ("camel", "transferCall", "endCall")]
    {
        let org = server.org(json!({"tool_names": set})).await;
        let tools = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
        let parameters = |name: &str| {
            let tools = tools["items"].as_array().unwrap();
            let found = tools.iter().find(|tool| tool["function"]["name"] == name);
            found.unwrap_or_else(|| panic!("{name} in {set}"))["function"]["parameters"].clone()
        };
        let transfer = parameters(transfer);
        assert_eq!(transfer["required"], json!(["summary", "department"]));
        assert_eq!(transfer["properties"]["summary"]["type"], "string");
        let department = &transfer["properties"]["department"];
        assert_eq!(department["type"], "string");
        assert_eq!(department["enum"], json!(["general", "billing", "medical"]));
        let end = parameters(end);
        assert_eq!(end["required"], json!(["reason"]));
        assert_eq!(end["properties"]["summary"]["type"], "string");
        assert_eq!(
            end["properties"]["reason"]["enum"],
            json!(["completed", "time_limit", "patient_request", "transfer_needed"])
        );
    }
}
