//! Being called back: kept before it is said, shown to those who watch, taken on by operators.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{FeedClient, TestOrg, TestServer};

const ANN: &str = "+15125550143";

async fn listed(server: &TestServer, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/callbacks", org.id);
    server.get(&path).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_wish_is_kept_with_the_callers_number_and_shown_on_the_feed() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut feed = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    feed.next().await;
    let call = org.call(&server, ANN);
    let wish = json!({"customer_name": "Ann Ruiz", "about": "my bill",
        "preferred_time": "tomorrow after five"});
    let kept = call.tool("request_callback", wish).await;
    assert_eq!(kept["success"], true, "{kept}");
    assert_eq!(
        kept["message"],
        "I've noted that you would like to be called back, tomorrow after five if possible. Someone \
         from our team will call you. Is there anything else I can help you with?"
    );
    let warning = feed.until("warning").await;
    assert_eq!(warning["event"]["code"], "callback_requested", "{warning}");
    for personal in ["bill", "Ann", "0143"] {
        assert!(!warning["event"].to_string().contains(personal), "{warning}");
    }
    server.restart(None).await;
    let items = listed(&server, &org).await;
    let expected = json!({"id": kept["data"]["callbackId"], "state": "open",
        "customer_name": "Ann Ruiz", "customer_phone": ANN, "about": "my bill",
        "preferred_time": "tomorrow after five", "urgency": "normal", "assignee": null,
        "note": null, "call_id": call.id, "source": "phone",
        "created_at": items[0]["created_at"], "updated_at": items[0]["updated_at"]});
    assert_eq!(items, [expected]);
}

#[tokio::test]
async fn asked_for_twice_in_a_call_it_is_one_callback_with_the_latest_wishes() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let first = call.tool("request_callback", json!({"about": "my bill"})).await;
    let second = json!({"patientPhone": "512 555 0199", "urgency": "high"});
    let second = call.tool("requestCallback", second).await;
    assert_eq!(second["data"]["callbackId"], first["data"]["callbackId"]);
    let items = listed(&server, &org).await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["about"], "my bill");
    assert_eq!(items[0]["customer_phone"], "+15125550199");
    assert_eq!(items[0]["urgency"], "urgent");
    let other_call = org.call(&server, ANN).tool("request_callback", json!({})).await;
    assert_eq!(other_call["success"], true);
    assert_eq!(listed(&server, &org).await.len(), 2);
}

#[tokio::test]
async fn a_second_wish_of_another_kind_does_not_erase_the_first() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    for about in ["my bill", "a lost crown", "My bill.", "a lost crown"] {
        let kept = call.tool("request_callback", json!({"about": about})).await;
        assert_eq!(kept["success"], true, "{kept}");
    }
    let items = listed(&server, &org).await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["about"], "my bill\na lost crown");
    for about in (0..40).map(|n| format!("{n}: {}", "a long story ".repeat(30))) {
        call.tool("request_callback", json!({"about": about})).await;
    }
    let about = listed(&server, &org).await[0]["about"].as_str().unwrap().to_owned();
    assert!(about.starts_with("my bill\na lost crown\n0: a long story"), "{about}");
    assert!(about.contains("39: a long story"), "the latest is kept as well: {about}");
    assert!(about.chars().count() <= 4_000, "{}", about.chars().count());
}

#[tokio::test]
async fn whoever_withholds_their_number_is_asked_for_one() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "anonymous");
    let asked = call.raw("requestCallback", json!({"about": "my bill"})).await;
    let error = asked["results"][0]["error"].as_str().unwrap();
    assert!(error.contains("patientPhone"), "{error}");
    let unreadable = json!({"about": "my bill", "patientPhone": "my usual one"});
    let unreadable = call.tool("requestCallback", unreadable).await;
    assert_eq!(unreadable["error"], "invalid_phone", "{unreadable}");
    assert!(listed(&server, &org).await.is_empty());
    let given = json!({"about": "my bill", "patientPhone": "512-555-0177"});
    assert_eq!(call.tool("requestCallback", given).await["success"], true);
    assert_eq!(listed(&server, &org).await[0]["customer_phone"], "+15125550177");
}

#[tokio::test]
async fn operators_note_one_down_take_it_on_and_close_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/callbacks", org.id);
    let new = json!({"customer_phone": "512-555-0143", "customer_name": "Ann Ruiz",
        "urgency": "urgent"});
    let (status, made) = server.api(Method::POST, &path, Some(new)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["source"], &made["customer_phone"]), (&json!("manual"), &json!(ANN)));
    let other = json!({"customer_phone": "512-555-0144"});
    server.api(Method::POST, &path, Some(other)).await;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let taken = json!({"state": "in_progress", "assignee": "Kim", "note": "rang once"});
    let (status, taken) = server.api(Method::PATCH, &one, Some(taken)).await;
    assert_eq!(status, StatusCode::OK, "{taken}");
    assert_eq!((&taken["state"], &taken["assignee"]), (&json!("in_progress"), &json!("Kim")));
    let (_, closed) =
        server.api(Method::PATCH, &one, Some(json!({"state": "done", "assignee": null}))).await;
    assert_eq!((&closed["assignee"], &closed["note"]), (&Value::Null, &json!("rang once")));
    let states: Vec<_> =
        listed(&server, &org).await.iter().map(|item| item["state"].clone()).collect();
    assert_eq!(states, ["open", "done"]);
    let open = server.get(&format!("{path}?state=open")).await;
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    let audit = server.get(&format!("/api/orgs/{}/audit", org.id)).await.to_string();
    assert!(audit.contains("callback.changed"), "{audit}");
    for personal in ["Kim", "rang", "Ann", "5550143"] {
        assert!(!audit.contains(personal), "{personal} in {audit}");
    }
}

#[tokio::test]
async fn a_wrong_callback_or_change_is_refused_by_name_and_changes_nothing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/callbacks", org.id);
    for (body, named) in [
        (json!({}), "customer_phone"),
        (json!({"customer_phone": " "}), "customer_phone"),
        (json!({"customer_phone": "my own"}), "customer_phone"),
        (json!({"customer_phone": ANN, "urgency": "very"}), "urgency"),
        (json!({"customer_phone": ANN, "colour": "red"}), "colour"),
    ] {
        let (status, answer) = server.api(Method::POST, &path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(named), "{answer}");
    }
    assert!(listed(&server, &org).await.is_empty());
    let (_, made) = server.api(Method::POST, &path, Some(json!({"customer_phone": ANN}))).await;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    for (body, named) in [
        (json!({"state": "lost"}), "state"),
        (json!({"note": "x".repeat(2_001)}), "note"),
        (json!({"phone": ANN}), "phone"),
    ] {
        let (status, answer) = server.api(Method::PATCH, &one, Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(named), "{answer}");
    }
    assert_eq!(listed(&server, &org).await, [made]);
    let (status, _) =
        server.api(Method::PATCH, &format!("{path}/cb_nothing"), Some(json!({}))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_viewer_sees_masked_numbers_and_changes_nothing_and_another_org_sees_nothing() {
    let server = TestServer::start().await;
    let (org, other) = (server.org(json!({})).await, server.org(json!({"name": "Other"})).await);
    let call = org.call(&server, ANN);
    let wish = json!({"about": "ring my office on 512 555 0188, Ann"});
    call.tool("request_callback", wish).await;
    let path = format!("/api/orgs/{}/callbacks", org.id);
    let viewer = json!({"role": "viewer", "org": org.id});
    let (_, viewer) = server.api(Method::POST, "/api/tokens", Some(viewer)).await;
    let foreign = json!({"role": "supervisor", "org": other.id});
    let (_, foreign) = server.api(Method::POST, "/api/tokens", Some(foreign)).await;
    let get = async |token: &Value| {
        let request = server.client().get(server.url(&path));
        let answer = request.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, seen) = get(&viewer).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!seen.contains("0143") && !seen.contains("0188"), "{seen}");
    assert_eq!(get(&foreign).await.0, StatusCode::NOT_FOUND);
    let request = server.client().post(server.url(&path)).json(&json!({"customer_phone": ANN}));
    let answer = request.bearer_auth(viewer["token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_a_calendar_the_agent_is_told_how_to_keep_the_message_and_it_is_kept() {
    let server = TestServer::start().await;
    for (set, tool) in [("snake", "request_callback"), ("camel", "requestCallback")] {
        let org = server
            .org(json!({"tool_names": set, "booking": {"outage_policy": "take_message"}}))
            .await;
        let connections = format!("/api/orgs/{}/connections", org.id);
        let id = server.get(&connections).await["items"][0]["id"].as_str().unwrap().to_owned();
        let off = json!({"status": "disconnected"});
        let (status, _) =
            server.api(Method::PATCH, &format!("{connections}/{id}"), Some(off)).await;
        assert_eq!(status, StatusCode::OK);
        let call = org.call(&server, ANN);
        let refused = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
        assert_eq!(
            refused["message"],
            "I'm having trouble accessing the calendar right now. Can I take a message instead?"
        );
        let next = refused["nextStep"].as_str().unwrap();
        assert!(next.contains(tool), "{next}");
        let kept = call.tool(tool, json!({"about": "an appointment on Thursday"})).await;
        assert_eq!(kept["success"], true, "{kept}");
        assert_eq!(listed(&server, &org).await[0]["about"], "an appointment on Thursday");
    }
}
