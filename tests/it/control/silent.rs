//! Calls of which nothing is heard any more: Vapi is asked, and believed.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hookswitch::config::{Config, Secret};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{MORNING, TestOrg, TestServer, VapiCall, eventually};

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
        let known = server.get(&path).await;
        known["report"].is_object().then_some(known)
    })
    .await
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
    let (reported, lost) = (org.call(&server, "+15125550143"), org.call(&server, "+15125550144"));
    for call in [&reported, &lost] {
        call.say("Hello.").await;
        call.end().await;
    }
    let report = json!({"type": "end-of-call-report", "endedReason": "customer-ended-call",
        "analysis": {"summary": "As it should be."}});
    reported.post(report).await;
    server.set_clock("2026-09-22T14:36:00Z");
    let known = ended(&server, &org, &lost).await;
    assert_eq!(known["report"]["summary"], "Ann said nothing.");
    assert_eq!(vapi.asked(), std::slice::from_ref(&lost.id));
}
