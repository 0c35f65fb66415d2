//! Operators who step in: what each action sends, who may, one at a time, and what is written
//! down about it.

use hookswitch_storage::{Page, Store, StoreOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{call, events, org, path, steerable, until};
use crate::support::{FeedClient, Mood, TestOrg, TestServer, VapiCall, eventually};

/// A token of this role: its id and the token.
async fn token(server: &TestServer, org: &TestOrg, role: &str) -> (String, String) {
    let body = json!({"role": role, "org": org.id});
    let (status, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{token}");
    let text = |name: &str| token[name].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

async fn step_in(
    server: &TestServer,
    org: &TestOrg,
    call: &str,
    token: &str,
    wish: Value,
) -> (StatusCode, Value) {
    let path = format!("/api/orgs/{}/calls/{call}/control", org.id);
    server.post_as(&path, token, &wish).await
}

async fn controller(server: &TestServer, org: &TestOrg, call: &VapiCall) -> Value {
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    server.get(&path).await["state"]["controller"].clone()
}

#[tokio::test]
async fn each_action_sends_its_command_is_shown_and_is_written_down() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    call.say("Hello?").await;
    let (id, token) = token(&server, &org, "supervisor").await;
    let transfer = |number: &str, content: &str| {
        json!({"type": "transfer", "destination": {"type": "number", "number": number},
            "content": content})
    };
    let team = "I am connecting you with our team now.";
    let billing = "I am connecting you with our billing department now.";
    let cases = [
        (
            json!({"action": "say", "text": " One moment. "}),
            json!({"type": "say", "content": "One moment.", "endCallAfterSpoken": false}),
        ),
        (
            json!({"action": "whisper", "text": "Offer Friday."}),
            json!({"type": "add-message", "message": {"role": "system", "content": "Offer Friday."},
                "triggerResponseEnabled": false}),
        ),
        (json!({"action": "mute"}), json!({"type": "control", "control": "mute-assistant"})),
        (json!({"action": "unmute"}), json!({"type": "control", "control": "unmute-assistant"})),
        (json!({"action": "transfer", "department": "Billing"}), transfer("+15125550191", billing)),
        (json!({"action": "transfer", "number": "(512) 555-0177"}), transfer("+15125550177", team)),
        (json!({"action": "end"}), json!({"type": "end-call"})),
    ];
    for (wish, command) in &cases {
        let (status, answer) = step_in(&server, &org, &call.id, &token, wish.clone()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{wish}: {answer}");
        assert_eq!(stub.bodies(&path(&call)).last(), Some(command), "{wish}");
        let sent = json!({"type": "control_sent", "action": wish["action"], "by": id});
        assert_eq!(events(&server, &org, &call).await.last(), Some(&sent), "{wish}");
    }
    assert_eq!(stub.bodies("/").len(), cases.len());
    let data = server.data();
    let folder = server.stop().await;
    let store = Store::open(StoreOptions::new(&data)).await.unwrap();
    let org_id = org.id.parse().unwrap();
    let audit = store.audit(&org_id, &Page { limit: 100, cursor: None }).await.unwrap().items;
    let mut noted: Vec<_> = audit.iter().filter(|entry| entry.action == "call.control").collect();
    noted.reverse();
    assert_eq!(noted.len(), cases.len());
    for (entry, (wish, _)) in noted.iter().zip(&cases) {
        assert_eq!((&entry.actor, &entry.subject), (&id, &call.id));
        assert_eq!(entry.fields, [wish["action"].as_str().unwrap()]);
    }
    assert!(store.verify_audit(&org_id).await.unwrap());
    store.close().await.unwrap();
    drop(folder);
}

#[tokio::test]
async fn one_operator_at_a_time_controls_a_call_and_the_others_learn_who() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    call.say("Hello?").await;
    let (ann, ann_token) = token(&server, &org, "supervisor").await;
    let (ben, ben_token) = token(&server, &org, "supervisor").await;
    let act = |token: &str, action: &str| {
        let (token, wish) = (token.to_owned(), json!({"action": action, "text": "Hello."}));
        let (server, org, call) = (&server, &org, &call);
        async move { step_in(server, org, &call.id, &token, wish).await }
    };
    assert_eq!(controller(&server, &org, &call).await, Value::Null);
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    assert_eq!(act(&ann_token, "take").await.0, StatusCode::ACCEPTED);
    let frame = feed.until("control_sent").await;
    let event = json!({"type": "control_sent", "action": "take", "by": ann});
    assert_eq!((&frame["event"], &frame["state"]["controller"]), (&event, &json!(ann)));
    assert_eq!(controller(&server, &org, &call).await, json!(ann));
    for action in ["take", "say", "whisper", "mute", "unmute", "end", "release"] {
        let (status, refused) = act(&ben_token, action).await;
        assert_eq!(status, StatusCode::CONFLICT, "{action}: {refused}");
        assert!(refused["error"]["message"].as_str().unwrap().contains(&ann), "{refused}");
    }
    // Not even with a larger role; only to release what was forgotten.
    assert_eq!(act(server.token(), "say").await.0, StatusCode::CONFLICT);
    assert!(stub.bodies("/").is_empty());
    assert_eq!(act(&ann_token, "take").await.0, StatusCode::ACCEPTED);
    assert_eq!(act(&ann_token, "say").await.0, StatusCode::ACCEPTED);
    assert_eq!(act(&ann_token, "release").await.0, StatusCode::ACCEPTED);
    assert_eq!(controller(&server, &org, &call).await, Value::Null);
    assert_eq!(act(&ben_token, "take").await.0, StatusCode::ACCEPTED);
    assert_eq!(controller(&server, &org, &call).await, json!(ben));
    assert_eq!(act(server.token(), "release").await.0, StatusCode::ACCEPTED);
    assert_eq!(act(&ann_token, "take").await.0, StatusCode::ACCEPTED);
    call.end().await;
    let ended = || async { (act(&ann_token, "say").await.0 == StatusCode::CONFLICT).then_some(()) };
    eventually("the call to be over for operators", ended).await;
    assert_eq!(controller(&server, &org, &call).await, Value::Null);
}

#[tokio::test]
async fn a_supervisor_still_controls_the_call_after_a_restart() {
    let (stub, mut server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    call.say("Hello?").await;
    let (ann, ann_token) = token(&server, &org, "supervisor").await;
    let (_, ben_token) = token(&server, &org, "supervisor").await;
    let take = json!({"action": "take"});
    let taken = step_in(&server, &org, &call.id, &ann_token, take.clone()).await;
    assert_eq!(taken.0, StatusCode::ACCEPTED);
    server.restart(None).await;
    assert_eq!(controller(&server, &org, &call).await, json!(ann));
    let (status, _) = step_in(&server, &org, &call.id, &ben_token, take).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let say = json!({"action": "say", "text": "Hello."});
    let said = step_in(&server, &org, &call.id, &ann_token, say).await;
    assert_eq!(said.0, StatusCode::ACCEPTED, "{}", said.1);
    assert_eq!(stub.bodies("/").len(), 1);
}

#[tokio::test]
async fn a_wrong_wish_is_refused_by_the_name_of_its_field() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let call = call(&server, &org, &stub);
    call.say("Hello?").await;
    for (wish, named) in [
        (json!({}), "action"),
        (json!({"action": "dance"}), "action"),
        (json!({"action": "say"}), "text"),
        (json!({"action": "whisper", "text": "  "}), "text"),
        (json!({"action": "say", "text": "a".repeat(2_001)}), "text"),
        (json!({"action": "transfer"}), "department"),
        (json!({"action": "transfer", "department": "surgery"}), "department"),
        (json!({"action": "transfer", "number": "soon"}), "number"),
        (json!({"action": "transfer", "number": "+15125550100"}), "number"),
        (json!({"action": "mute", "colour": "red"}), "colour"),
    ] {
        let (status, answer) = step_in(&server, &org, &call.id, server.token(), wish.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wish}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(named), "{wish}: {answer}");
    }
    assert!(stub.bodies("/").is_empty());
}

#[tokio::test]
async fn only_those_who_may_step_in_reach_a_call_and_only_a_call_that_there_is() {
    let (stub, server) = steerable().await;
    let own = org(&server).await;
    let foreign = server.org(json!({})).await;
    let live = call(&server, &own, &stub);
    live.say("Hello?").await;
    let mute = || json!({"action": "mute"});
    let (_, viewer) = token(&server, &own, "viewer").await;
    let (_, stranger) = token(&server, &foreign, "org").await;
    for (org, call, token, expected) in [
        (&own, live.id.as_str(), viewer.as_str(), StatusCode::FORBIDDEN),
        (&own, &live.id, &stranger, StatusCode::NOT_FOUND),
        (&foreign, &live.id, &stranger, StatusCode::NOT_FOUND),
        (&own, &live.id, "nobody", StatusCode::UNAUTHORIZED),
        (&own, "no-such-call", server.token(), StatusCode::NOT_FOUND),
    ] {
        let (status, answer) = step_in(&server, org, call, token, mute()).await;
        assert_eq!(status, expected, "{call}: {answer}");
    }
    assert!(stub.bodies("/").is_empty());
    let known = server.get(&format!("/api/orgs/{}/calls", foreign.id)).await;
    assert_eq!(known["items"], json!([]), "asking for a call must not make one");
}

#[tokio::test]
async fn a_command_that_the_call_does_not_take_is_said_to_have_failed() {
    let (stub, server) = steerable().await;
    let org = org(&server).await;
    let live = call(&server, &org, &stub);
    live.say("Hello?").await;
    let mute = || json!({"action": "mute"});
    for (mood, expected, code) in [
        (Mood::Status(404), StatusCode::BAD_GATEWAY, "control_refused"),
        (Mood::Status(500), StatusCode::BAD_GATEWAY, "control_refused"),
        (Mood::Redirect, StatusCode::BAD_GATEWAY, "control_refused"),
        (Mood::Hang, StatusCode::GATEWAY_TIMEOUT, "control_unknown"),
    ] {
        stub.be(mood);
        let (status, answer) = step_in(&server, &org, &live.id, server.token(), mute()).await;
        assert_eq!((status, &answer["error"]["code"]), (expected, &json!(code)), "{answer}");
    }
    until(&server, &org, &live, json!({"type": "warning", "code": "control_failed"})).await;
    let silent = org.call(&server, "+15125550143");
    silent.say("Hello?").await;
    let (status, answer) = step_in(&server, &org, &silent.id, server.token(), mute()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(answer["error"]["code"], "no_call_control", "{answer}");
}
