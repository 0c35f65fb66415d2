//! Calls of which nothing is heard any more: Vapi is asked, and believed.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hookswitch::config::{Config, Secret};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::followed::{callbacks, destination, forwarding, stage};
use crate::support::{Host, MORNING, TestOrg, TestServer, VapiCall, eventually};

const KEY: &str = "private-key-of-the-tests";

/// The part of Vapi that knows calls: what it says of every call, and which were asked for.
#[derive(Clone)]
struct Vapi {
    address: SocketAddr,
    says: Arc<Mutex<Value>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Vapi {
    async fn start(says: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let vapi = Self { address, says: Arc::new(Mutex::new(says)), asked: Arc::default() };
        let router = Router::new().route("/call/{id}", get(told)).with_state(vapi.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        vapi
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn server(&self) -> TestServer {
        let url = format!("http://{}", self.address);
        let change = move |config: &mut Config| {
            config.vapi.base_url = url;
            config.vapi.private_key = Secret::new(KEY);
            config.vapi.spacing_ms = 0;
        };
        TestServer::start_with(MORNING, change, Vec::new).await
    }
}

async fn told(State(vapi): State<Vapi>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if headers["authorization"] != format!("Bearer {KEY}") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    vapi.asked.lock().unwrap().push(id.clone());
    let mut says = vapi.says.lock().unwrap().clone();
    says["id"] = json!(id);
    Json(says).into_response()
}

fn over() -> Value {
    json!({"status": "ended", "endedReason": "silence-timed-out", "cost": 0.07,
        "startedAt": "2026-09-22T14:30:00.000Z", "endedAt": "2026-09-22T14:31:00.000Z",
        "analysis": {"summary": "Ann said nothing."}})
}

async fn ended(server: &TestServer, org: &TestOrg, call: &VapiCall) -> Value {
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    eventually("the call to be settled", || async {
        // Before it is heard of, there is no such call.
        let (_, known) = server.request(Method::GET, &path, None).await;
        known["report"].is_object().then_some(known)
    })
    .await
}

/// Two calls that are over: one of which there is a report, and one of which none comes.
async fn two_that_end(server: &TestServer, org: &TestOrg) -> [VapiCall; 2] {
    let (reported, lost) = (org.call(server, "+15125550143"), org.call(server, "+15125550144"));
    for call in [&reported, &lost] {
        call.say("Hello.").await;
        call.end().await;
    }
    let report = json!({"type": "end-of-call-report", "endedReason": "customer-ended-call",
        "analysis": {"summary": "As it should be."}});
    reported.post(report).await;
    [reported, lost]
}

#[tokio::test]
async fn a_call_that_fell_silent_is_settled_by_what_vapi_says_of_it() {
    let vapi = Vapi::start(json!({"status": "in-progress"})).await;
    let server = vapi.server().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    call.say("Hello.").await;
    server.set_clock("2026-09-22T14:41:00Z");
    eventually("it to be asked for", || async { (!vapi.asked().is_empty()).then_some(()) }).await;
    assert_eq!(vapi.asked(), std::slice::from_ref(&call.id));
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    assert!(server.get(&path).await["ended_at"].is_null(), "it goes on");
    // Ten minutes later it does not.
    *vapi.says.lock().unwrap() = over();
    server.set_clock("2026-09-22T14:52:00Z");
    let known = ended(&server, &org, &call).await;
    assert_eq!(known["ended_reason"], "silence-timed-out", "{known}");
    assert_eq!(known["report"]["summary"], "Ann said nothing.");
    assert_eq!(known["report"]["duration_seconds"], 60.0);
    assert_eq!(known["state"]["warnings"][0]["code"], "report_missing", "{known}");
}

#[tokio::test]
async fn a_report_that_never_came_is_read_at_vapi_and_one_that_came_is_not_asked_for() {
    let vapi = Vapi::start(over()).await;
    let server = vapi.server().await;
    let org = server.org(json!({})).await;
    let [_, lost] = two_that_end(&server, &org).await;
    server.set_clock("2026-09-22T14:36:00Z");
    let known = ended(&server, &org, &lost).await;
    assert_eq!(known["report"]["summary"], "Ann said nothing.");
    assert_eq!(vapi.asked(), std::slice::from_ref(&lost.id));
}

#[tokio::test]
async fn a_report_that_is_read_at_vapi_tells_of_hand_overs_as_one_that_comes_does() {
    for (status, wanted) in [("connected", "bridged"), ("no-answer", "no_answer")] {
        let mut says = over();
        says["artifact"] = json!({"transfers": [{"destination": destination(), "status": status}]});
        let vapi = Vapi::start(says).await;
        let server = vapi.server().await;
        let org = server.org(json!({})).await;
        let call = org.call(&server, "+15125550143");
        call.post(forwarding(1_790_087_412_300)).await;
        stage(&server, &org, &call, "dialing").await;
        server.set_clock("2026-09-22T14:41:00Z");
        stage(&server, &org, &call, wanted).await;
        ended(&server, &org, &call).await;
        if wanted == "bridged" {
            assert!(callbacks(&server, &org).await.is_empty(), "somebody took it");
            continue;
        }
        let kept = || async { (callbacks(&server, &org).await.len() == 1).then_some(()) };
        eventually("the callback", kept).await;
    }
}

#[tokio::test]
async fn a_report_that_was_waited_for_when_the_server_stopped_is_still_asked_for() {
    let vapi = Vapi::start(over()).await;
    let mut server = vapi.server().await;
    let org = server.org(json!({})).await;
    let [reported, lost] = two_that_end(&server, &org).await;
    ended(&server, &org, &reported).await;
    let path = format!("/api/orgs/{}/calls/{}", org.id, lost.id);
    let is_over = || async {
        let (_, known) = server.request(Method::GET, &path, None).await;
        known["ended_at"].is_string().then_some(())
    };
    eventually("the call to be over", is_over).await;
    server.restart(Some("2026-09-22T14:36:00Z")).await;
    let known = ended(&server, &org, &lost).await;
    assert_eq!(known["report"]["summary"], "Ann said nothing.");
    assert_eq!(vapi.asked(), std::slice::from_ref(&lost.id));
}
