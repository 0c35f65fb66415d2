//! What operators send and cannot be read: each refusal names the field and what would be right,
//! and repeats nothing of what was sent. And lists, which all come in parts.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer, eventually};

fn assert_names(status: StatusCode, answer: &Value, field: &str, what: &str) {
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("`{field}`")), "{what} names `{field}`: {message}");
    let hint = answer["error"]["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("`{field}`")), "{what}: {hint}");
    for jargon in ["deserialize", "struct ", "invalid type", "line 1", "expected "] {
        assert!(!answer.to_string().contains(jargon), "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_wrong_body_is_refused_by_its_fields_name_without_repeating_it() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let connections = server.get(&format!("/api/orgs/{}/connections", org.id)).await;
    let connection = format!("/connections/{}", connections["items"][0]["id"].as_str().unwrap());
    let key = "a-key-that-must-not-come-back";
    let own = |path: &str| format!("/api/orgs/{}{path}", org.id);
    let (post, patch) = (Method::POST, Method::PATCH);
    for (method, path, body, field) in [
        (&post, "/api/tokens".to_owned(), json!({}), "role"),
        (&post, "/api/tokens".into(), json!({"role": "king"}), "role"),
        (&post, "/api/tokens".into(), json!({"role": "viewer", "org": 7}), "org"),
        (&post, "/api/tokens".into(), json!({"role": "admin", "colour": 1}), "colour"),
        (
            &post,
            "/api/tokens".into(),
            json!({"role": "admin", "expires_at": "tomorrow"}),
            "expires_at",
        ),
        (&post, own("/bookings"), json!({"customer_name": "Ann"}), "start"),
        (&post, own("/bookings"), json!({"start": 5, "customer_name": "Ann"}), "start"),
        (&post, own("/bookings"), json!({"start": "soon", "customer_name": "Ann"}), "start"),
        (
            &post,
            own("/bookings"),
            json!({"start": "2026-09-20T10:00", "customer_name": "Ann"}),
            "start",
        ),
        (
            &post,
            own("/bookings"),
            json!({"start": "2026-09-24T10:00", "customer_name": "Ann", "customer_phone": "12"}),
            "customer_phone",
        ),
        (
            &post,
            own("/bookings"),
            json!({"start": "2026-09-24T10:00", "customer_name": "Ann", "customer_email": "x"}),
            "customer_email",
        ),
        (&post, own("/connections"), json!({}), "provider"),
        (&post, own("/connections"), json!({"provider": "builtin", "options": [1]}), "options"),
        (
            &post,
            own("/connections"),
            json!({"provider": "calcom", "credentials": key}),
            "credentials",
        ),
        (&patch, own(&connection), json!({"status": "asleep"}), "status"),
        (&patch, own(&connection), json!({"sync_enabled": "yes"}), "sync_enabled"),
        (&post, own("/calls/none/control"), json!({"action": "dance"}), "action"),
        (&post, own("/calls/none/control"), json!({}), "action"),
        (&post, own("/tools/check_availability/try"), json!({"arguments": []}), "arguments"),
        (&post, own("/tools/check_availability/try"), json!({"caller": "Ann"}), "caller"),
        (&post, "/api/vapi/tools/test".into(), json!({"toolName": "x"}), "userId"),
        (
            &post,
            "/api/vapi/tools/test".into(),
            json!({"userId": org.id, "toolName": "check_availability", "customerPhone": "Ann"}),
            "customerPhone",
        ),
    ] {
        let what = format!("{method} {path} {body}");
        let (status, answer) = server.api(method.clone(), &path, Some(body)).await;
        assert_names(status, &answer, field, &what);
        assert!(!answer.to_string().contains(key), "{what}: {answer}");
    }
    assert!(org.bookings(&server).await.is_empty());
    for (body, status) in [("[]", 400), ("{\"role\":", 400), ("", 400), ("{} {}", 422)] {
        let request = server.client().post(server.url("/api/tokens")).bearer_auth(server.token());
        let request = request.header("content-type", "application/json").body(body);
        assert_eq!(request.send().await.unwrap().status(), status, "{body}");
    }
    let request = server.client().post(server.url("/api/tokens")).bearer_auth(server.token());
    let answer = request.body("{\"role\": \"admin\"}").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.text().await.unwrap().contains("Content-Type"));
}

#[tokio::test]
async fn a_wrong_query_is_refused_by_its_fields_name_and_an_unknown_filter_filters_nothing_silently()
 {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for (path, field) in [
        ("/bookings?limit=ten", "limit"),
        ("/bookings?limit=-1", "limit"),
        ("/bookings?limit=0", "limit"),
        ("/bookings?limit=10001", "limit"),
        ("/bookings?limit=1&limit=2", "limit"),
        ("/bookings?cursor=abc", "cursor"),
        ("/bookings?from=yesterday", "from"),
        ("/bookings?status=lost", "status"),
        ("/bookings?statsu=confirmed", "statsu"),
        ("/bookings?phone=12", "phone"),
        ("/bookings?call_id=", "call_id"),
        ("/availability?from=2026-9-24", "from"),
        ("/availability?from=2026-09-24&to=2026-09-23", "to"),
        ("/availability?from=2026-09-24&service_id=none", "service_id"),
        ("/availability?from=2026-09-24&service=none", "service"),
        ("/customers?phone=12", "phone"),
        ("/customers?email=ann", "email"),
        ("/customers?name=", "name"),
        ("/customers?surname=Ruiz", "surname"),
        ("/customers", "phone"),
        ("/calls?state=dead", "state"),
        ("/calls?stat=live", "stat"),
        ("/connections?limit=x", "limit"),
        ("/connections?cursor=%21", "cursor"),
        ("/tools?colour=red", "colour"),
        ("/audit?colour=red", "colour"),
    ] {
        let path = format!("/api/orgs/{}{path}", org.id);
        let (status, answer) = server.api(Method::GET, &path, None).await;
        assert_names(status, &answer, field, &path);
    }
    for (path, field) in [
        ("/api/orgs?limit=0", "limit"),
        ("/api/orgs?colour=red", "colour"),
        ("/api/tokens?limit=x", "limit"),
        ("/api/circuit-breaker/status?cursor=%21", "cursor"),
    ] {
        let (status, answer) = server.api(Method::GET, path, None).await;
        assert_names(status, &answer, field, path);
    }
}

#[tokio::test]
async fn a_path_or_method_that_does_not_exist_says_where_to_look() {
    let server = TestServer::start().await;
    let (status, answer) = server.api(Method::GET, "/api/nothing", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(answer["error"]["hint"].as_str().unwrap().contains("/api/docs"), "{answer}");
    let request = server.client().put(server.url("/api/orgs")).bearer_auth(server.token());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    let allowed = answer.headers()["allow"].to_str().unwrap().to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    assert!(answer.text().await.unwrap().contains("`Allow`"));
    let (_, answer) = server.api(Method::GET, "/api/health/abacus", None).await;
    assert!(answer["error"]["hint"].as_str().unwrap().contains("customerconnect"), "{answer}");
}

/// Reads a list in parts of two and gives its items; each part but the last is full.
async fn in_parts(server: &TestServer, path: &str) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}{joint}limit=2{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().cloned());
        match page["next"].as_str() {
            Some(next) => {
                assert_eq!(items.len(), 2, "{path}: {page}");
                cursor = format!("&cursor={next}");
            }
            None => return found,
        }
        assert!(found.len() < 200, "{path} does not end");
    }
}

#[tokio::test]
async fn every_list_can_be_read_in_parts_and_the_parts_are_the_whole() {
    let server = TestServer::start().await;
    let mut orgs: Vec<TestOrg> = Vec::new();
    for n in 0..5 {
        orgs.push(server.org(json!({"name": format!("Org {n}")})).await);
    }
    let org = &orgs[0];
    let own = |path: &str| format!("/api/orgs/{}{path}", org.id);
    for n in 0..4 {
        let new = json!({"provider": "builtin"});
        server.api(Method::POST, &own("/connections"), Some(new)).await;
        let token = json!({"role": "viewer", "org": org.id});
        server.api(Method::POST, "/api/tokens", Some(token)).await;
        let booking = json!({"start": format!("2026-09-24T1{n}:00"), "customer_name": "Ann Ruiz",
            "customer_phone": format!("+1512555014{n}")});
        let (status, made) = server.api(Method::POST, &own("/bookings"), Some(booking)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    let call = org.call(&server, "+15125550143");
    for _ in 0..3 {
        call.tool("check_availability", json!({"date": "2026-09-25"})).await;
    }
    let events = own(&format!("/calls/{}/events", call.id));
    eventually("the call's events", || async {
        let (status, answer) = server.api(Method::GET, &events, None).await;
        let many = || answer["items"].as_array().unwrap().len() >= 7;
        (status == StatusCode::OK && many()).then_some(())
    })
    .await;
    let same_name = own("/customers?name=Ann%20Ruiz");
    for (path, least) in [
        ("/api/orgs", 5),
        ("/api/tokens", 4),
        ("/api/circuit-breaker/status", 9),
        (&own("/connections"), 5),
        (&own("/bookings"), 4),
        (&own("/audit"), 9),
        (&own("/tools"), 10),
        (&same_name, 4),
        (&events, 7),
    ] {
        let whole = server.get(path).await;
        let whole = whole["items"].as_array().unwrap();
        assert!(whole.len() >= least, "{path}: {whole:?}");
        let parts = in_parts(&server, path).await;
        assert_eq!(parts.len(), whole.len(), "{path}");
        assert_eq!(&parts, whole, "{path}");
    }
}

#[tokio::test]
async fn a_viewer_reads_no_number_in_a_bookings_history() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/bookings", org.id);
    let booking = json!({"start": "2026-09-24T10:00", "customer_name": "Ann Ruiz",
        "customer_phone": "(555) 123-4567", "notes": "ring 512 555 0199"});
    let (status, made) = server.api(Method::POST, &path, Some(booking)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["customer_phone"], "+15551234567", "possible, though no plan has given it out");
    let found = server.get(&format!("{path}?phone=555-123-4567")).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "by the number in another form");
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let reason = json!({"reason": "call 512-555-0188 instead"});
    let (status, _) = server.api(Method::POST, &format!("{one}/cancel"), Some(reason)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(server.get(&one).await["history"].to_string().contains("512-555-0188"));
    let token = json!({"role": "viewer", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(token)).await;
    for path in [&one, &path] {
        let request = server.client().get(server.url(path));
        let answer = request.bearer_auth(token["token"].as_str().unwrap()).send().await.unwrap();
        let seen: Value = answer.json().await.unwrap();
        let text = seen.to_string();
        for number in ["0188", "0199", "1234567"] {
            assert!(!text.contains(number), "{number} in {text}");
        }
        assert!(text.contains("instead"), "only the number is hidden: {text}");
    }
}
