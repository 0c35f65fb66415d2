//! Whose key and whose results: nothing reaches another org, an answer of ours, the disk or the log.

use std::collections::HashMap;

use reqwest::{Method, StatusCode};
use tempfile::TempDir;

use super::*;
use crate::support::Process;

#[tokio::test]
async fn each_org_asks_with_its_own_key_and_hears_of_its_own_customers() {
    let stand_in = StandIn::start(Habit::NamesWorkspaces).await;
    let server = server_at(&stand_in.url).await;
    let mut orgs = Vec::new();
    for workspace in ["100", "200", "300"] {
        let key = format!("key-of-{workspace}");
        let settings = json!({"name": format!("Org {workspace}"),
            "customerconnect": {"workspace_id": workspace, "api_key": key}});
        orgs.push((workspace, server.org(settings).await));
    }
    // One call id for all: an answer of one org must not be another's because of it.
    for _ in 0..3 {
        let asked = orgs.iter().map(|(workspace, org)| {
            let server = &server;
            async move {
                let call = json!({"id": "one-id-for-all", "customer": {"number": NUMBER}});
                (*workspace, as_in_the_seed(server, org, call).await.to_string())
            }
        });
        for (workspace, answer) in futures_util::future::join_all(asked).await {
            assert!(answer.contains(&format!("Person of {workspace}.")), "{answer}");
        }
    }
    let mut key_of = HashMap::new();
    for asked in stand_in.asked() {
        let workspace = asked.key.strip_prefix("key-of-").unwrap();
        assert!(asked.uri.contains(&format!("workspace_id={workspace}&")), "{asked:?}");
        let first = key_of.entry(asked.from).or_insert_with(|| asked.key.clone());
        assert_eq!(*first, asked.key, "no two keys ever go over one socket");
    }
    assert!(key_of.len() >= orgs.len(), "{key_of:?}");
    for (workspace, org) in &orgs {
        let path = format!("/api/orgs/{}/customers?phone=%2B16267888831", org.id);
        let customers = server.get(&path).await;
        let items = customers["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{customers}");
        assert_eq!(items[0]["name"], format!("Person of {workspace}"));
    }
}

#[tokio::test]
async fn the_key_goes_in_and_never_comes_out() {
    let server = TestServer::start().await;
    let mut body = access();
    body["name"] = json!("Oak Dental");
    body["timezone"] = json!("America/Chicago");
    let (status, made) = server.api(Method::POST, "/api/orgs", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!("/api/orgs/{}", made["id"].as_str().unwrap());
    let shown = |workspace: &str| json!({"workspace_id": workspace, "trust_spoken_number": true, "configured": true});
    let wanted = json!({"customerconnect": {"workspace_id": "4", "api_key": KEY}});
    let (_, patched) = server.api(Method::PATCH, &path, Some(wanted)).await;
    assert_eq!(patched["customerconnect"], shown("4"));
    let only_workspace = json!({"customerconnect": {"workspace_id": "76692"}});
    let (_, kept) = server.api(Method::PATCH, &path, Some(only_workspace)).await;
    assert_eq!(kept["customerconnect"], shown("76692"));
    let as_read = json!({"customerconnect": shown("76692")});
    let (status, sent_back) = server.api(Method::PATCH, &path, Some(as_read)).await;
    assert_eq!(status, StatusCode::OK, "what was read can be sent back: {sent_back}");
    let one = server.get(&path).await;
    let all = server.get("/api/orgs").await;
    let connections = server.get(&format!("{path}/connections")).await;
    for answer in [&made, &patched, &kept, &sent_back, &one, &all, &connections] {
        assert!(!answer.to_string().contains(KEY), "{answer}");
        assert!(!answer.to_string().contains("api_key"), "{answer}");
    }
    let (_, gone) = server.api(Method::PATCH, &path, Some(json!({"customerconnect": null}))).await;
    assert_eq!(gone["customerconnect"], Value::Null);
}

#[tokio::test]
async fn wrong_access_is_refused_by_the_fields_name_without_repeating_the_key() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}", org.id);
    let before = server.get(&path).await;
    let refused = |access: Value, field: &'static str| {
        let (server, path) = (&server, &path);
        async move {
            let patch = json!({"customerconnect": access});
            let (status, answer) = server.api(Method::PATCH, path, Some(patch.clone())).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}: {answer}");
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(message.contains(&format!("`{field}`")), "{patch}: {message}");
            assert!(!answer.to_string().contains(KEY), "{answer}");
        }
    };
    for (access, field) in [
        (json!({"workspace_id": "76692"}), "customerconnect.api_key"),
        (json!({"api_key": KEY}), "customerconnect.workspace_id"),
        (json!({"workspace_id": "", "api_key": KEY}), "customerconnect.workspace_id"),
        (
            json!({"workspace_id": "1&phone_number=2", "api_key": KEY}),
            "customerconnect.workspace_id",
        ),
        (json!({"workspace_id": "7".repeat(65), "api_key": KEY}), "customerconnect.workspace_id"),
        (json!({"workspace_id": 76692, "api_key": KEY}), "customerconnect.workspace_id"),
        (json!({"workspace_id": "76692", "api_key": " "}), "customerconnect.api_key"),
        (json!({"workspace_id": "76692", "api_key": "two\nlines"}), "customerconnect.api_key"),
        (json!({"workspace_id": "76692", "api_key": ["a"]}), "customerconnect.api_key"),
        (
            json!({"workspace_id": "7", "api_key": KEY, "configured": false}),
            "customerconnect.configured",
        ),
        (json!({"workspace_id": "7", "apikey": KEY}), "customerconnect.apikey"),
        (json!("76692"), "customerconnect"),
    ] {
        refused(access, field).await;
    }
    assert_eq!(server.get(&path).await, before, "nothing was changed");
}

#[tokio::test]
async fn access_survives_a_restart_and_is_not_readable_in_the_data_folder() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie()]))).await;
    let (mut server, org) = server_with(&stand_in).await;
    server.restart(None).await;
    assert_eq!(as_in_the_seed(&server, &org, json!({})).await, the_result(FOUND));
    assert_eq!(stand_in.asked()[0].key, KEY);
    let folder = server.stop().await;
    let mut files = 0;
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
            assert!(!found, "the key is in {}", path.display());
            files += 1;
        }
    }
    assert!(files > 2, "the folder was searched");
}

#[tokio::test]
async fn the_log_at_debug_has_neither_the_key_nor_the_number() {
    let stand_in = StandIn::start(Habit::Answers(200, people(vec![benjie_at(NUMBER)]))).await;
    let folder: TempDir = tempfile::tempdir().unwrap();
    let more = format!("[providers.customerconnect]\nbase_url = \"{}\"", stand_in.url);
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, access()).await;
    let call = org.call(&process, NUMBER);
    assert_eq!(call.tool("lookup_customer", spoken()).await, FOUND);
    for habit in [
        Habit::Answers(401, json!({"error": format!("bad key {KEY} for 6267888831")})),
        Habit::Says(format!("{KEY} 6267888831")),
    ] {
        stand_in.behave(habit);
        let call = org.call(&process, "anonymous");
        assert_eq!(call.tool("lookup_customer", spoken()).await["success"], false);
    }
    let bad = json!({"customerconnect": {"workspace_id": "7", "api_key": [KEY]}});
    assert_eq!(org.patch(&process, bad).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    drop(call);
    let log = process.stop(folder.path()).await;
    assert!(log.contains("customer directory gave no answer"), "the log was read: {log}");
    for secret in [KEY, "6267888831", "626-788-8831", "Benjie", "Test Household"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "`{secret}` in the log: {line:?}");
    }
}
