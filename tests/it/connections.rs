//! Connections, as an operator sets them up: what is refused, what is never shown, what follows
//! when one goes.

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch::config::Config;
use hookswitch::server::{Server, StartOptions};
use hookswitch_actors::ports::{
    Adapters, BookingProvider, DaySlots, ProviderBooking, ProviderError, ProviderRecord, SlotQuery,
};
use hookswitch_storage::{Booking, Connection};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, TestOrg, TestServer, eventually};

async fn ask(
    server: &impl Host,
    org: &TestOrg,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    server.request(method, &format!("/api/orgs/{}/connections{path}", org.id), body).await
}

#[tokio::test]
async fn a_second_calendar_is_connected_tried_switched_off_and_removed() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let new = json!({"provider": "builtin", "options": {"colour": "red", "floor": 2}});
    let (status, made) = ask(&server, &org, Method::POST, "", Some(new)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!("/{}", made["id"].as_str().unwrap());
    assert_eq!(made["default"], false);
    let (_, checked) = ask(&server, &org, Method::POST, &format!("{path}/check"), None).await;
    assert_eq!(
        (&checked["ok"], &checked["breaker"]),
        (&json!(true), &json!("closed")),
        "{checked}"
    );
    let patch = json!({"status": "disconnected", "options": {"floor": null, "room": 7}});
    let (status, changed) = ask(&server, &org, Method::PATCH, &path, Some(patch)).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(changed["status"], "disconnected");
    assert_eq!(changed["options"], json!({"colour": "red", "room": 7}));
    assert_eq!(ask(&server, &org, Method::GET, &path, None).await.1, changed);
    let (status, _) = ask(&server, &org, Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/check")),
    ] {
        assert_eq!(ask(&server, &org, method, &path, None).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_wrong_connection_is_refused_by_the_name_of_its_field() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (_, before) = ask(&server, &org, Method::GET, "", None).await;
    for (body, words) in [
        (json!({}), ["provider", ""]),
        (
            json!({"provider": "opentable", "credentials": {"api_key": "k"}}),
            ["`credentials`", "remove them"],
        ),
        (json!({"provider": "abacus"}), ["`provider`", "no provider"]),
        (
            json!({"provider": "builtin", "credentials": {"api_key": "k"}}),
            ["`credentials`", "needs none"],
        ),
        (json!({"provider": "builtin", "colour": "red"}), ["colour", ""]),
        (json!({"provider": "builtin", "options": 7}), ["options", ""]),
    ] {
        let (status, answer) = ask(&server, &org, Method::POST, "", Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(words.iter().all(|word| message.contains(word)), "{body}: {message}");
    }
    let path = format!("/{}", before["items"][0]["id"].as_str().unwrap());
    for patch in [
        json!({"status": "error"}),
        json!({"provider": "calcom"}),
        json!({"credentials": {"a": 1}}),
    ] {
        let (status, answer) = ask(&server, &org, Method::PATCH, &path, Some(patch.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}: {answer}");
    }
    assert_eq!(ask(&server, &org, Method::GET, "", None).await.1, before);
}

#[tokio::test]
async fn an_org_whose_default_connection_is_removed_has_none_and_says_so_to_callers() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let (_, all) = ask(&server, &org, Method::GET, "", None).await;
    let path = format!("/{}", all["items"][0]["id"].as_str().unwrap());
    let call = org.call(&server, "+15125550143");
    let free = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    assert_eq!(free["available"], true, "{free}");
    assert_eq!(ask(&server, &org, Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let settings = server.get(&format!("/api/orgs/{}", org.id)).await;
    assert_eq!(settings["default_connection"], Value::Null);
    let free = call.tool("check_availability", json!({"date": "2026-09-25"})).await;
    assert_ne!(free["available"], true, "{free}");
    server.restart(None).await;
    let settings = server.get(&format!("/api/orgs/{}", org.id)).await;
    assert_eq!(settings["default_connection"], Value::Null, "and it lasts");
    let new = json!({"provider": "builtin"});
    assert_eq!(ask(&server, &org, Method::POST, "", Some(new)).await.0, StatusCode::CREATED);
    let call = org.call(&server, "+15125550144");
    let free = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    assert_eq!(free["available"], true, "another calendar takes its place: {free}");
}

#[tokio::test]
async fn the_audit_log_tells_who_changed_what_newest_first_and_page_by_page() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    org.patch(&server, json!({"prompt": "Be brief."})).await;
    let body = json!({"role": "org", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    let url = server.url(&format!("/api/orgs/{}", org.id));
    let patch = server.client().patch(url).json(&json!({"retention_days": 30}));
    let answer = patch.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let path = format!("/api/orgs/{}/audit", org.id);
    let log = server.get(&path).await;
    let items = log["items"].as_array().unwrap();
    assert_eq!(items[0]["action"], "settings.changed");
    assert_eq!(items[0]["actor"], token["id"]);
    assert_eq!(items[0]["fields"], json!(["retention_days"]));
    let mut paged = Vec::new();
    let mut next = format!("{path}?limit=2");
    loop {
        let page = server.get(&next).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("{path}?limit=2&cursor={cursor}");
    }
    assert_eq!(&paged, items);
    assert!(paged.len() > 3);
    let (status, answer) = server.api(Method::GET, &format!("{path}?cursor=nonsense"), None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
}

#[tokio::test]
async fn an_integration_tells_how_it_is_and_an_unknown_one_is_not_found() {
    let server = TestServer::start().await;
    let (own, other) = (server.org(json!({})).await, server.org(json!({})).await);
    assert_eq!(server.get("/api/health/builtin").await["status"], "ok");
    for name in ["calcom", "twilio", "customerconnect"] {
        assert_eq!(server.get(&format!("/api/health/{name}")).await["status"], "not_configured");
    }
    let (status, _) = server.api(Method::GET, "/api/health/abacus", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let body = json!({"role": "viewer", "org": own.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    for path in ["/api/health/builtin", "/api/circuit-breaker/status"] {
        let request = server.client().get(server.url(path));
        let answer = request.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains(&own.id) && !text.contains(&other.id), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_tool_is_tried_for_an_org_as_if_it_were_called() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = |name: &str| format!("/api/orgs/{}/tools/{name}/try", org.id);
    let book = json!({"arguments": {"date": "2026-09-24", "time": "10:00", "customer_name": "Ann Ruiz"},
        "caller": "(512) 555-0143"});
    let (status, tried) = server.api(Method::POST, &path("create_booking"), Some(book)).await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert_eq!(tried["success"], true, "{tried}");
    let booked = org.bookings(&server).await;
    assert_eq!(booked[0]["customer_phone"], "+15125550143");
    let (status, wrong) = server.api(Method::POST, &path("create_booking"), Some(json!({}))).await;
    assert_eq!((status, &wrong["success"]), (StatusCode::OK, &json!(false)), "{wrong}");
    let (status, _) = server.api(Method::POST, &path("no_such_tool"), Some(json!({}))).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// A provider that is out of order in one way or another.
struct Broken(ProviderError);

#[async_trait]
impl BookingProvider for Broken {
    async fn availability(&self, _: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        Err(self.0.clone())
    }

    async fn book(&self, _: &Booking) -> Result<ProviderBooking, ProviderError> {
        Err(self.0.clone())
    }

    async fn reschedule(
        &self,
        _: &Booking,
        _: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        Err(self.0.clone())
    }

    async fn cancel(&self, _: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        Err(self.0.clone())
    }

    async fn find(&self, _: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        Err(self.0.clone())
    }
}

struct Stubs;

impl Adapters for Stubs {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        match connection.provider.as_str() {
            "refuses" => Some(Arc::new(Broken(ProviderError::Reconnect))),
            "silent" => Some(Arc::new(Broken(ProviderError::Unavailable { retry_after: None }))),
            _ => None,
        }
    }
}

struct Stubbed {
    server: Server,
    client: reqwest::Client,
}

impl Host for Stubbed {
    fn client(&self) -> &reqwest::Client {
        &self.client
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    fn token(&self) -> &str {
        self.server.admin_token()
    }
}

#[tokio::test]
async fn credentials_go_in_and_never_come_out_and_a_failing_provider_is_left_alone() {
    const KEY: &str = "key-that-nobody-may-see-again";
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.storage.path = folder.path().join("data");
    config.server.bind = "127.0.0.1:0".parse().unwrap();
    let options = StartOptions { adapters: Arc::new(Stubs), ..StartOptions::default() };
    let server = Server::start(config, options).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let server = Stubbed { server, client };
    let org = TestOrg::create(&server, json!({})).await;

    let new = json!({"provider": "refuses", "credentials": {"api_key": KEY}});
    let (status, made) = ask(&server, &org, Method::POST, "", Some(new)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["has_credentials"], true);
    let refuses = format!("/{}", made["id"].as_str().unwrap());
    let (_, checked) = ask(&server, &org, Method::POST, &format!("{refuses}/check"), None).await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")), "{checked}");
    assert!(checked["hint"].as_str().unwrap().contains("credentials"), "{checked}");

    let (_, silent) =
        ask(&server, &org, Method::POST, "", Some(json!({"provider": "silent"}))).await;
    let silent = silent["id"].as_str().unwrap();
    let mut breaker = Value::Null;
    for _ in 0..6 {
        let check = format!("/{silent}/check");
        breaker = ask(&server, &org, Method::POST, &check, None).await.1["breaker"].clone();
    }
    assert_eq!(breaker, "open");
    let status = server.read("/api/circuit-breaker/status").await;
    let items = status["items"].as_array().unwrap();
    let state =
        |id: &str| items.iter().find(|item| item["connection_id"] == id).unwrap()["state"].clone();
    assert_eq!(state(silent), "open", "{status}");

    let patch = json!({"credentials": null});
    let (_, bare) = ask(&server, &org, Method::PATCH, &refuses, Some(patch)).await;
    assert_eq!(bare["has_credentials"], false);
    let (_, again) =
        ask(&server, &org, Method::PATCH, &refuses, Some(json!({"credentials": {"k": KEY}}))).await;
    assert_eq!(again["has_credentials"], true);
    let audit = server.read(&format!("/api/orgs/{}/audit", org.id)).await;
    let (_, listed) = ask(&server, &org, Method::GET, "", None).await;
    for answer in [made, checked, bare, again, audit, listed] {
        assert!(!answer.to_string().contains(KEY), "{answer}");
    }
    server.server.shutdown().await;
    for file in files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!found, "{} holds the key in clear", file.display());
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Requests that are broken off, each a little later than the one before.
const BROKEN_OFF: u32 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_nobody_waits_for_is_known_wherever_it_counts() {
    let server = TestServer::start().await;
    let mut broken_off = Vec::new();
    for n in 0..BROKEN_OFF {
        let org = server.org(json!({})).await;
        let all = ask(&server, &org, Method::GET, "", None).await.1;
        let path = format!("/{}", all["items"][0]["id"].as_str().unwrap());
        let waits = std::time::Duration::from_micros(u64::from(n) * 250);
        let removed = ask(&server, &org, Method::DELETE, &path, None);
        // Dropped, it closes the socket.
        if tokio::time::timeout(waits, removed).await.is_err() {
            broken_off.push((org, path));
        }
    }
    assert!(!broken_off.is_empty());
    for (org, path) in broken_off {
        eventually("it is kept, or gone everywhere", || async {
            let (status, _) = ask(&server, &org, Method::GET, &path, None).await;
            let shown = server.get(&format!("/api/orgs/{}", org.id)).await;
            let is_default = !shown["default_connection"].is_null();
            ((status == StatusCode::OK) == is_default).then_some(())
        })
        .await;
    }
}
