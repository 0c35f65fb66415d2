//! What operators see of the directory, and what is kept of its answers.

use hookswitch_storage::{CallKey, LogKind, Store, StoreOptions};
use reqwest::Method;

use super::*;

async fn health(server: &TestServer, token: &str) -> Value {
    let request = server.client().get(server.url("/api/health/customerconnect")).bearer_auth(token);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success());
    answer.json().await.unwrap()
}

async fn look_up(server: &TestServer, org: &TestOrg) {
    org.call(server, "anonymous").raw("lookup_customer", spoken()).await;
}

#[tokio::test]
async fn its_health_is_what_it_last_said_and_each_org_sees_its_own() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    let server = server_at(&stand_in.url).await;
    let admin = server.token().to_owned();
    server.org(json!({"name": "Without a directory"})).await;
    assert_eq!(health(&server, &admin).await["status"], "not_configured");
    let with = |key: &str| json!({"customerconnect": {"workspace_id": "100", "api_key": key}});
    let sound = server.org(with("key-of-100")).await;
    let fresh = health(&server, &admin).await;
    assert_eq!(fresh["status"], "ok", "nothing speaks against it: {fresh}");
    were_tried(&server).await;
    look_up(&server, &sound).await;
    let asked = health(&server, &admin).await;
    assert_eq!(asked["status"], "ok", "{asked}");
    assert_eq!(asked["connections"][0]["last_failure_at"], Value::Null);

    let broken = server.org(with("a-wrong-key")).await;
    were_tried(&server).await;
    look_up(&server, &broken).await;
    let both = health(&server, &admin).await;
    assert_eq!(both["status"], "degraded", "{both}");
    assert!(!both.to_string().contains("a-wrong-key"), "{both}");
    let token = json!({"role": "viewer", "org": broken.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(token)).await;
    let token = token["token"].as_str().unwrap();
    let own = health(&server, token).await;
    assert_eq!(own["status"], "unavailable", "{own}");
    let items = own["connections"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{own}");
    assert_eq!((&items[0]["org"], &items[0]["status"]), (&json!(broken.id), &json!("error")));
    assert_eq!(items[0]["state"], "closed");
    assert!(items[0]["hint"].as_str().unwrap().contains("`customerconnect.api_key`"), "{own}");
    for _ in 0..4 {
        look_up(&server, &broken).await;
    }
    assert_eq!(health(&server, token).await["connections"][0]["state"], "open");
    let breakers = server.get("/api/circuit-breaker/status").await.to_string();
    assert!(breakers.contains("customerconnect"), "{breakers}");

    assert_eq!(broken.patch(&server, with("key-of-100")).await.0, 200);
    were_tried(&server).await;
    look_up(&server, &broken).await;
    assert_eq!(health(&server, token).await["status"], "ok", "the new key works");
}

#[tokio::test]
async fn each_answer_is_in_the_calls_log_with_its_time_sealed_and_without_the_key() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let (server, org) = server_with(&stand_in).await;
    let call = org.call(&server, NUMBER);
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    stand_in.behave(Habit::Answers(401, json!({"error": format!("bad key {KEY}")})));
    let failing = org.call(&server, "anonymous");
    assert_eq!(failing.tool("lookup_customer", spoken()).await["success"], false);
    let keys = [&call.id, &failing.id]
        .map(|id| CallKey { org: org.id.parse().unwrap(), call: id.parse().unwrap() });
    let data = server.data();
    let _folder = server.stop().await;

    let store = Store::open(StoreOptions::new(&data)).await.unwrap();
    let mut results = Vec::new();
    for key in &keys {
        let log = store.call_log(key).await.unwrap();
        let provider: Vec<_> = log.iter().filter(|e| e.kind == LogKind::Provider).collect();
        assert_eq!(provider.len(), 1, "asked once in this call");
        assert!(provider[0].at >= "2025-11-28T15:00:00Z".parse().unwrap());
        let opened = store.unseal(&key.org, "call_log", &provider[0].body).unwrap();
        assert!(!opened.text().unwrap().contains(KEY));
        results.push(serde_json::from_str::<Value>(opened.text().unwrap()).unwrap());
    }
    assert_eq!(results[0]["port"], "customer_directory");
    assert_eq!(results[0]["question"]["digits"], "6267888831");
    assert!(results[0]["took_ms"].is_u64());
    let contact = &results[0]["answer"]["Ok"]["contacts"][0];
    assert_eq!(contact["name"], "Benjie Malinao", "{}", results[0]);
    assert_eq!(results[1]["answer"], json!({"Err": "key_refused"}));
    store.close().await.unwrap();
}
