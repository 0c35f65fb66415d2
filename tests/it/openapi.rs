//! The OpenAPI document: that it is consistent in itself, and that answers have the fields it
//! promises.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::TestServer;

async fn document(server: &TestServer) -> Value {
    let answer = server.client().get(server.url("/api/openapi.json")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "without a token");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_document_is_consistent_in_itself() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let server = TestServer::start().await;
    let document = document(&server).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 30);
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            let declared = operation["parameters"].as_array().unwrap();
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let is_it = |p: &Value| p["name"] == name && p["in"] == "path";
                assert!(declared.iter().any(is_it), "{id} does not declare {name}");
            }
            for requirement in operation["security"].as_array().unwrap() {
                for scheme in requirement.as_object().unwrap().keys() {
                    assert!(document["components"]["securitySchemes"][scheme].is_object());
                }
            }
        }
    }
}

/// The fields of a schema, following references and alternatives of one.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> &'a serde_json::Map<String, Value> {
    if let Some(place) = schema["$ref"].as_str() {
        return properties(document, document.pointer(&place[1..]).unwrap());
    }
    schema["properties"].as_object().unwrap_or_else(|| panic!("no properties: {schema}"))
}

/// Whether an answer has the fields that the document gives it: all that are required, none beside.
fn assert_described(document: &Value, operation: &str, answer: &Value) {
    let (method, path) = operation.split_once(' ').unwrap();
    let responses = document["paths"][path][method]["responses"].as_object().unwrap();
    let good = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
    let schema = &good["content"]["application/json"]["schema"];
    let fields = properties(document, schema);
    let (answer, fields) = match answer.get("items") {
        Some(items) => {
            assert!(items[0].is_object(), "{operation} gave no items to compare: {answer}");
            (&items[0], properties(document, &fields["items"]["items"]))
        }
        None => (answer, fields),
    };
    let given: BTreeSet<&String> = answer.as_object().unwrap().keys().collect();
    let known: BTreeSet<&String> = fields.keys().collect();
    let unknown: Vec<_> = given.difference(&known).collect();
    assert!(unknown.is_empty(), "{operation} answers with {unknown:?}, which is not described");
    let may_miss = [
        "webhook_secret",
        "error",
        "result",
        "report",
        "state",
        "slot_minutes",
        "last_success_at",
        "last_failure_at",
        "problem",
        "hint",
    ];
    let missing: Vec<_> =
        known.difference(&given).filter(|field| !may_miss.contains(&field.as_str())).collect();
    assert!(missing.is_empty(), "{operation} is described with {missing:?}, which does not come");
}

#[tokio::test]
async fn answers_have_the_fields_that_the_document_promises() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let directory = json!({"customerconnect": {"workspace_id": "76692", "api_key": "a-key"}});
    let org = server.org(directory).await;
    let own = |path: &str| format!("/api/orgs/{}{path}", org.id);
    let call = org.call(&server, "+15125550143");
    call.say("Hello.").await;
    let booking = json!({"start": "2026-09-24T15:00:00", "customer_name": "Ann Ruiz",
        "customer_phone": "512-555-0143"});
    let (_, booking) = server.api(Method::POST, &own("/bookings"), Some(booking)).await;
    assert_described(&document, "post /api/orgs/{org}/bookings", &booking);
    let callback = json!({"customer_phone": "512-555-0143"});
    let (_, callback) = server.api(Method::POST, &own("/callbacks"), Some(callback)).await;
    assert_described(&document, "post /api/orgs/{org}/callbacks", &callback);
    call.tool("join_waitlist", json!({"date": "2026-09-24"})).await;
    let token = json!({"role": "viewer", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(token)).await;
    assert_described(&document, "post /api/tokens", &token);
    let listed = || async {
        let calls = server.get(&own("/calls")).await;
        (calls["items"][0].is_object()).then_some(())
    };
    crate::support::eventually("the call to be listed", listed).await;
    let mut paths = BTreeMap::from([
        ("get /api/orgs", "/api/orgs".to_owned()),
        ("get /api/tokens", "/api/tokens".to_owned()),
        ("get /api/health", "/api/health".to_owned()),
        ("get /api/health/{integration}", "/api/health/customerconnect".to_owned()),
        ("get /api/circuit-breaker/status", "/api/circuit-breaker/status".to_owned()),
    ]);
    for (operation, path) in [
        ("get /api/orgs/{org}", ""),
        ("get /api/orgs/{org}/connections", "/connections"),
        ("get /api/orgs/{org}/bookings", "/bookings"),
        ("get /api/orgs/{org}/availability", "/availability?from=2026-09-25"),
        ("get /api/orgs/{org}/customers", "/customers?name=Ann%20Ruiz"),
        ("get /api/orgs/{org}/callbacks", "/callbacks"),
        ("get /api/orgs/{org}/waitlist", "/waitlist"),
        ("get /api/orgs/{org}/calls", "/calls"),
        ("get /api/orgs/{org}/tools", "/tools"),
        ("get /api/orgs/{org}/audit", "/audit"),
    ] {
        paths.insert(operation, own(path));
    }
    paths.insert("get /api/orgs/{org}/calls/{call}", own(&format!("/calls/{}", call.id)));
    paths.insert(
        "get /api/orgs/{org}/calls/{call}/events",
        own(&format!("/calls/{}/events", call.id)),
    );
    for (operation, path) in paths {
        assert_described(&document, operation, &server.get(&path).await);
    }
    let (_, verified) = server.api(Method::POST, "/api/verify", None).await;
    assert_described(&document, "post /api/verify", &verified);
    let trial = json!({"arguments": {"date": "2026-09-25"}});
    let (_, tried) =
        server.api(Method::POST, &own("/tools/check_availability/try"), Some(trial)).await;
    assert_described(&document, "post /api/orgs/{org}/tools/{name}/try", &tried);
}

#[tokio::test]
async fn the_page_lists_every_path_and_asks_nothing_from_elsewhere() {
    let server = TestServer::start().await;
    let answer = server.client().get(server.url("/api/docs")).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let page = answer.text().await.unwrap();
    for path in document(&server).await["paths"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path} is missing");
    }
    for outside in ["<script", "src=", "http://", "https://", "@import", "url("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
}
