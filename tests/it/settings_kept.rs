//! What is kept of settings: accounts for messages without their secrets, the order of assistants,
//! defaults that come back, and an audit log of what really changed.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer};

const TOKEN: &str = "a-twilio-token-never-to-be-seen";
const PASSWORD: &str = "a-mail-password-never-to-be-seen";

fn account() -> String {
    format!("AC{}", "0a".repeat(16))
}

fn messaging() -> Value {
    json!({
        "twilio": {"account_sid": account(), "auth_token": TOKEN, "from": "(512) 555-0100"},
        "smtp": {"host": "Smtp.Example.invalid", "username": "desk", "password": PASSWORD,
            "from": "desk@example.com"},
    })
}

async fn read(server: &TestServer, org: &TestOrg) -> Value {
    server.get(&format!("/api/orgs/{}", org.id)).await
}

#[tokio::test]
async fn accounts_for_messages_are_kept_sealed_and_shown_without_their_secrets() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let token = json!({"role": "viewer", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(token)).await;
    let health = async |name: &str| {
        let request = server.client().get(server.url(&format!("/api/health/{name}")));
        let request = request.bearer_auth(token["token"].as_str().unwrap());
        request.send().await.unwrap().json::<Value>().await.unwrap()["status"].clone()
    };
    assert_eq!(health("twilio").await, "not_configured");
    let (status, kept) = org.patch(&server, messaging()).await;
    assert_eq!(status, StatusCode::OK, "{kept}");
    assert_eq!(health("twilio").await, "unavailable", "nobody listens there");
    assert_eq!(health("smtp").await, "unavailable", "nobody is there");
    assert_eq!(
        kept["twilio"],
        json!({"account_sid": account(), "from": "+15125550100", "messaging_service_sid": null,
            "configured": true})
    );
    assert_eq!(
        kept["smtp"],
        json!({"host": "smtp.example.invalid", "port": 587, "security": "starttls",
            "username": "desk", "from": "desk@example.com", "notify": [], "configured": true})
    );
    let as_read = json!({"twilio": kept["twilio"], "smtp": kept["smtp"]});
    let (status, same) = org.patch(&server, as_read).await;
    assert_eq!((status, &same), (StatusCode::OK, &kept), "what was read can be sent back");
    let elsewhere = json!({"smtp": {"host": "mail.example.org"}});
    let (status, refused) = org.patch(&server, elsewhere).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "a password goes to no other host");
    assert!(refused.to_string().contains("`smtp.password`"), "{refused}");
    let (_, gone) = org.patch(&server, json!({"twilio": null})).await;
    assert_eq!((&gone["twilio"], &gone["smtp"]), (&Value::Null, &kept["smtp"]));
    let audit = server.get(&format!("/api/orgs/{}/audit", org.id)).await;
    for answer in [&kept, &same, &refused, &gone, &audit] {
        let text = answer.to_string();
        assert!(!text.contains(TOKEN) && !text.contains(PASSWORD), "{text}");
    }
    let folder = server.stop().await;
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            for secret in [TOKEN, PASSWORD] {
                let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                assert!(!found, "a secret is in {}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn wrong_accounts_for_messages_are_refused_by_the_fields_name() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = read(&server, &org).await;
    let service = format!("MG{}", "0a".repeat(16));
    let twilio = |field: &str, value: Value| {
        let mut twilio = messaging()["twilio"].clone();
        twilio[field] = value;
        json!({"twilio": twilio})
    };
    let smtp = |field: &str, value: Value| {
        let mut smtp = messaging()["smtp"].clone();
        smtp[field] = value;
        json!({"smtp": smtp})
    };
    for (patch, field) in [
        (json!({"twilio": []}), "twilio"),
        (json!({"twilio": {}}), "twilio.account_sid"),
        (twilio("account_sid", json!("AC12")), "twilio.account_sid"),
        (twilio("account_sid", json!(format!("SK{}", "0a".repeat(16)))), "twilio.account_sid"),
        (twilio("auth_token", json!(null)), "twilio.auth_token"),
        (twilio("auth_token", json!(" ")), "twilio.auth_token"),
        (twilio("auth_token", json!([TOKEN])), "twilio.auth_token"),
        (twilio("from", json!("the desk")), "twilio.from"),
        (twilio("from", json!(null)), "twilio.from"),
        (twilio("messaging_service_sid", json!(service)), "twilio.from"),
        (twilio("colour", json!("red")), "twilio.colour"),
        (twilio("configured", json!(false)), "twilio.configured"),
        (json!({"smtp": "smtp.example.com"}), "smtp"),
        (smtp("host", json!("smtp.example.com/x")), "smtp.host"),
        (smtp("host", json!("")), "smtp.host"),
        (smtp("port", json!(0)), "smtp.port"),
        (smtp("port", json!(65_536)), "smtp.port"),
        (smtp("security", json!("ssl")), "smtp.security"),
        (smtp("security", json!("none")), "smtp.security"),
        (smtp("username", json!(null)), "smtp.username"),
        (smtp("password", json!(null)), "smtp.password"),
        (smtp("from", json!("the desk")), "smtp.from"),
    ] {
        let (status, answer) = org.patch(&server, patch.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{patch}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("`{field}`")), "{patch} names `{field}`: {message}");
        assert!(!answer.to_string().contains("never-to-be-seen"), "{answer}");
        assert_eq!(read(&server, &org).await, before, "{patch}");
    }
}

#[tokio::test]
async fn assistants_keep_the_operators_order_and_the_first_takes_the_call() {
    let mut server = TestServer::start().await;
    let wanted = json!({"assistant_ids": ["zoe", "adam", "zoe", "mia"]});
    let org = server.org(wanted).await;
    assert_eq!(read(&server, &org).await["assistant_ids"], json!(["zoe", "adam", "mia"]));
    server.restart(None).await;
    assert_eq!(read(&server, &org).await["assistant_ids"], json!(["zoe", "adam", "mia"]));
    let path = format!("/webhook/{}", org.webhook_id);
    let ask = async |first: &str| {
        let body = json!({"message": {"type": "assistant-request",
            "call": {"id": format!("call-for-{first}"), "type": "inboundPhoneCall"}}});
        let (_, answer) = server.post_as(&path, &org.secret, &body).await;
        assert_eq!(answer["assistantId"], first, "{answer}");
    };
    ask("zoe").await;
    org.patch(&server, json!({"assistant_ids": ["mia", "zoe"]})).await;
    ask("mia").await;
}

#[tokio::test]
async fn null_brings_a_default_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = read(&server, &org).await;
    let others = json!({"country": "DE", "business_hours": {"mon": [], "sun": [["10:00", "11:00"]]},
        "services": [{"id": "cut", "name": "Cut", "duration_minutes": 20}], "prompt": "Be kind.",
        "booking": {"max_offers": 2}, "retention_days": 30, "tool_names": "camel"});
    let (status, changed) = org.patch(&server, others.clone()).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let nothing: serde_json::Map<String, Value> =
        others.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect();
    let (status, mut after) = org.patch(&server, Value::Object(nothing)).await;
    assert_eq!(status, StatusCode::OK, "{after}");
    after["version"] = before["version"].clone();
    assert_eq!(after, before);
    for field in ["name", "timezone"] {
        let (status, answer) = org.patch(&server, json!({field: null})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(message, format!("`{field}`: is missing"));
    }
}

#[tokio::test]
async fn the_audit_log_names_what_changed_and_not_what_was_sent_as_it_was() {
    let server = TestServer::start().await;
    let org = server.org(json!({"prompt": "Be kind."})).await;
    let before = read(&server, &org).await;
    for same in [json!({}), json!({"prompt": "Be kind.", "country": "us"})] {
        let (status, answer) = org.patch(&server, same).await;
        assert_eq!((status, &answer), (StatusCode::OK, &before), "nothing changed");
    }
    let patch = json!({"prompt": "Be kind.", "retention_days": 30,
        "webhook_auth": [{"mode": "bearer", "secret": "another-secret"}]});
    assert_eq!(org.patch(&server, patch).await.0, StatusCode::OK);
    let audit = server.get(&format!("/api/orgs/{}/audit", org.id)).await;
    let changes: Vec<&Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["action"] == "settings.changed")
        .map(|entry| &entry["fields"])
        .collect();
    assert_eq!(changes, [&json!(["webhook_auth", "retention_days"])]);
}
