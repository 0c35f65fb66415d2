//! An org's settings: what is refused and how, what is never shown, what is unique.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestOrg, TestServer};

async fn read(server: &TestServer, org: &TestOrg) -> Value {
    server.get(&format!("/api/orgs/{}", org.id)).await
}

fn assert_names(status: StatusCode, answer: &Value, field: &str, what: &Value) {
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {answer}");
    let error = &answer["error"];
    assert_eq!(error["code"], "invalid_field", "{what}: {answer}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("`{field}`")), "{what} names `{field}`: {message}");
    assert!(error["hint"].as_str().unwrap().contains("nothing was changed"), "{answer}");
}

#[tokio::test]
async fn a_new_org_can_take_bookings_at_once() {
    let server = TestServer::start().await;
    let body = json!({"name": "Oak Dental", "timezone": "Europe/Berlin", "country": "DE"});
    let (status, org) = server.api(Method::POST, "/api/orgs", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{org}");
    for field in ["id", "webhook_id", "webhook_secret", "webhook_url", "created_at"] {
        assert!(org[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {org}");
    }
    assert!(org["webhook_secret"].as_str().unwrap().len() >= 32, "long enough not to be guessed");
    let weekday = json!([["09:00", "17:00"]]);
    let hours = json!({"mon": weekday, "tue": weekday, "wed": weekday, "thu": weekday,
        "fri": weekday, "sat": [], "sun": []});
    assert_eq!(org["business_hours"], hours);
    assert_eq!(
        org["services"],
        json!([{"id": "consultation", "name": "Consultation", "duration_minutes": 30,
            "buffer_minutes": 0, "capacity": 1}])
    );
    assert_eq!(
        org["booking"],
        json!({"min_lead_minutes": 0, "horizon_days": 180, "max_offers": 4, "hold_seconds": 300,
            "waitlist_hold_minutes": 15,
            "outage_policy": "defaults", "required_fields": null})
    );
    assert_eq!(org["tool_names"], "snake");
    let path = format!("/api/orgs/{}", org["id"].as_str().unwrap());
    let connections = server.get(&format!("{path}/connections")).await;
    assert_eq!(connections["items"][0]["status"], "connected");
    assert_eq!(connections["items"][0]["id"], org["default_connection"]);
    let (status, _) = server.api(Method::GET, "/api/orgs/nobody", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_org_without_what_it_needs_is_not_made() {
    let server = TestServer::start().await;
    for (body, field) in [
        (json!({"timezone": "UTC"}), "name"),
        (json!({"name": "Oak Dental"}), "timezone"),
        (json!({"name": " ", "timezone": "UTC"}), "name"),
        (json!({"name": "Oak Dental", "timezone": null}), "timezone"),
        (json!({"name": "Oak Dental", "timezone": "Mars/Base"}), "timezone"),
        (json!({"name": "Oak Dental", "timezone": "UTC", "colour": "red"}), "colour"),
        (
            json!({"name": "Oak Dental", "timezone": "UTC", "webhook_auth": [{"mode": "bearer"}]}),
            "webhook_auth[0].secret",
        ),
    ] {
        let (status, answer) = server.api(Method::POST, "/api/orgs", Some(body.clone())).await;
        assert_names(status, &answer, field, &body);
    }
    let (status, _) = server.api(Method::POST, "/api/orgs", Some(json!([]))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(server.get("/api/orgs").await["items"], json!([]));
}

#[tokio::test]
async fn every_wrong_change_is_refused_by_the_fields_name_and_changes_nothing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = read(&server, &org).await;
    let service = |field: &str, value: Value| {
        let mut service = json!({"id": "cut", "name": "Cut", "duration_minutes": 30});
        service[field] = value;
        json!({"services": [service], "default_service": null})
    };
    for (patch, field) in [
        (json!({"timezone": "Mars/Base"}), "timezone"),
        (json!({"timezone": null}), "timezone"),
        (json!({"timezone": 7}), "timezone"),
        (json!({"country": "Utopia"}), "country"),
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"nmae": "Oak Dental"}), "nmae"),
        (json!({"id": "another"}), "id"),
        (json!({"webhook_id": "another"}), "webhook_id"),
        (json!({"business_hours": {"mon": [["9", "17:00"]]}}), "business_hours.mon[0]"),
        (json!({"business_hours": {"mon": [["17:00", "09:00"]]}}), "business_hours.mon[0]"),
        (json!({"business_hours": {"mon": [["09:00", "25:00"]]}}), "business_hours.mon[0]"),
        (
            json!({"business_hours": {"tue": [["09:00", "13:00"], ["12:00", "17:00"]]}}),
            "business_hours.tue[1]",
        ),
        (json!({"business_hours": {"monday": []}}), "business_hours.monday"),
        (json!({"closed_dates": ["2026-02-30"]}), "closed_dates[0]"),
        (json!({"services": []}), "services"),
        (service("duration_minutes", json!(0)), "services[0].duration_minutes"),
        (service("duration_minutes", json!("thirty")), "services[0].duration_minutes"),
        (service("capacity", json!(0)), "services[0].capacity"),
        (service("id", json!("")), "services[0].id"),
        (service("price", json!(10)), "services[0].price"),
        (
            json!({"services": [
                {"id": "cut", "name": "Cut", "duration_minutes": 30},
                {"id": "cut", "name": "Another", "duration_minutes": 60},
            ]}),
            "services[1].id",
        ),
        (json!({"default_service": "unheard_of"}), "default_service"),
        (json!({"phone_numbers": ["+15125550100", "call me"]}), "phone_numbers[1]"),
        (json!({"vapi_phone_number_ids": [""]}), "vapi_phone_number_ids"),
        (json!({"departments": {"billing": {"number": "12"}}}), "departments.billing.number"),
        (json!({"departments": {"billing": {}}}), "departments.billing.number"),
        (json!({"departments": {"": {"number": "+15125550100"}}}), "departments"),
        (json!({"prompt": "x".repeat(20_001)}), "prompt"),
        (json!({"retention_days": 36_501}), "retention_days"),
        (json!({"customerconnect": "76692"}), "customerconnect"),
        (json!({"webhook_auth": []}), "webhook_auth"),
        (json!({"webhook_auth": [{"mode": "bearer", "secret": " "}]}), "webhook_auth[0].secret"),
        (json!({"webhook_auth": [{"mode": "hmac"}]}), "webhook_auth[0].secret"),
        (
            json!({"webhook_auth": [{"mode": "hmac", "secret": "s", "payload_format": "{url}"}]}),
            "webhook_auth[0].payload_format",
        ),
        (json!({"webhook_auth": [{"mode": "magic", "secret": "s"}]}), "webhook_auth[0].mode"),
        (
            json!({"webhook_auth": [{"mode": "bearer"}, {"mode": "bearer", "secret": "b"},
                {"mode": "bearer", "secret": "c"}]}),
            "webhook_auth",
        ),
        (json!({"booking": {"max_offers": 0}}), "booking.max_offers"),
        (json!({"booking": {"horizon_days": 0}}), "booking.horizon_days"),
        (json!({"booking": {"hold_seconds": -1}}), "booking.hold_seconds"),
        (json!({"booking": {"outage_policy": "panic"}}), "booking.outage_policy"),
        (json!({"booking": {"required_fields": ["shoe_size"]}}), "booking.required_fields[0]"),
        (json!({"booking": {"min_lead": 5}}), "booking.min_lead"),
        (json!({"tool_names": "kebab"}), "tool_names"),
        (json!({"retention_days": 0}), "retention_days"),
        (json!({"default_connection": "none-such"}), "default_connection"),
    ] {
        let (status, answer) = org.patch(&server, patch.clone()).await;
        assert_names(status, &answer, field, &patch);
        // What is right beside what is wrong is not taken either.
        let mut mixed = patch.clone();
        if mixed.get("prompt").is_none() {
            mixed["prompt"] = json!("Be brief.");
        }
        assert_eq!(org.patch(&server, mixed).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(read(&server, &org).await, before, "{patch}");
    }
    for body in [json!([]), json!("name"), json!(null)] {
        assert_eq!(org.patch(&server, body).await.0, StatusCode::BAD_REQUEST);
    }
    assert_eq!(read(&server, &org).await, before);
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_leaves_the_rest() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({"prompt": "Be kind.", "retention_days": 30})).await;
    let before = read(&server, &org).await;
    let patch = json!({
        "business_hours": {"sat": [["10:00", "12:00"]]},
        "booking": {"max_offers": 2},
        "departments": {"general": {"number": "(512) 555-0100"}},
        "prompt": null,
        "closed_dates": ["2026-12-25"],
    });
    let (status, changed) = org.patch(&server, patch).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let mut expected = before;
    expected["business_hours"]["sat"] = json!([["10:00", "12:00"]]);
    expected["booking"]["max_offers"] = json!(2);
    expected["departments"]["general"] = json!({"number": "+15125550100"});
    expected["prompt"] = Value::Null;
    expected["closed_dates"] = json!(["2026-12-25"]);
    expected["version"] = changed["version"].clone();
    assert_eq!(changed, expected);
    server.restart(None).await;
    let mut lasting = read(&server, &org).await;
    // The server has moved to another port.
    lasting["webhook_url"] = expected["webhook_url"].clone();
    assert_eq!(lasting, expected, "and it lasts");
}

#[tokio::test]
async fn a_change_counts_for_the_next_tool_call() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let day = json!({"date": "2026-09-26"});
    let free = org.call(&server, "+15125550143").tool("check_availability", day.clone()).await;
    assert_eq!(free["available"], false, "Saturdays are closed: {free}");
    let patch = json!({"business_hours": {"sat": [["10:00", "11:00"]]}});
    assert_eq!(org.patch(&server, patch).await.0, StatusCode::OK);
    let free = org.call(&server, "+15125550143").tool("check_availability", day).await;
    assert_eq!(free["data"]["slots"], json!(["10:00", "10:30"]), "{free}");
}

#[tokio::test]
async fn changes_at_the_same_time_all_count() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let patches = [
        json!({"prompt": "Be brief."}),
        json!({"retention_days": 90}),
        json!({"booking": {"max_offers": 3}}),
        json!({"assistant_ids": ["asst_1"]}),
    ];
    let sent = patches.iter().map(|patch| org.patch(&server, patch.clone()));
    for (status, answer) in futures_util::future::join_all(sent).await {
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    let after = read(&server, &org).await;
    assert_eq!(after["prompt"], "Be brief.");
    assert_eq!(after["retention_days"], 90);
    assert_eq!(after["booking"]["max_offers"], 3);
    assert_eq!(after["assistant_ids"], json!(["asst_1"]));
}

#[tokio::test]
async fn secrets_are_shown_once_and_never_again() {
    let server = TestServer::start().await;
    let first = server.org(json!({})).await;
    let chosen = "a-secret-that-the-operator-chose";
    let signing = "a-signing-key-that-the-operator-chose";
    let body = json!({"name": "Oak Dental", "timezone": "UTC", "webhook_auth": [
        {"mode": "bearer", "secret": chosen}, {"mode": "hmac", "secretKey": signing}]});
    let (status, made) = server.api(Method::POST, "/api/orgs", Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let second = made["id"].as_str().unwrap().to_owned();
    assert!(made.get("webhook_secret").is_none(), "a secret of one's own is not shown at all");
    let (_, patched) = first
        .patch(
            &server,
            json!({"webhook_auth": [{"mode": "bearer"}, {"mode": "secret", "secret": chosen}]}),
        )
        .await;
    let mut answers = vec![made, patched];
    for wrong in [
        json!([{"mode": "bearer", "secret": signing, "colour": 1}]),
        json!([{"mode": "hmac", "secret": chosen, "payload_format": "{url}"}]),
        json!([{"mode": "bearer", "secret": [chosen]}]),
        json!([{"mode": "bearer", "secret": 8_675_309_000_u64}]),
        json!({"mode": "bearer", "secret": chosen}),
        json!(chosen),
    ] {
        let (status, answer) = first.patch(&server, json!({"webhook_auth": wrong})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        answers.push(answer);
    }
    for id in [&first.id, &second] {
        for path in ["", "/connections", "/tools", "/calls", "/bookings"] {
            answers.push(server.get(&format!("/api/orgs/{id}{path}")).await);
        }
    }
    answers.push(server.get("/api/orgs").await);
    answers.push(server.get("/api/health").await);
    for answer in &answers[..2] {
        assert!(answer["webhook_auth"][0]["mode"].is_string(), "the ways are shown: {answer}");
    }
    for answer in answers {
        let text = answer.to_string();
        for secret in [first.secret.as_str(), signing, chosen, "8675309000"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn a_number_a_number_id_and_an_assistant_belong_to_one_org() {
    let server = TestServer::start().await;
    let marks = json!({"phone_numbers": ["+1 512 555 0100"], "vapi_phone_number_ids": ["pn_1"],
        "assistant_ids": ["asst_1"]});
    let owner = server.org(marks).await;
    let other = server.org(json!({"name": "Oak Dental"})).await;
    let before = read(&server, &other).await;
    for (patch, field) in [
        (json!({"phone_numbers": ["+15125550100"]}), "phone_numbers"),
        (json!({"phone_numbers": ["(512) 555-0100"]}), "phone_numbers"),
        (json!({"vapi_phone_number_ids": ["pn_2", "pn_1"]}), "vapi_phone_number_ids"),
        (json!({"assistant_ids": ["asst_1"]}), "assistant_ids"),
    ] {
        let (status, answer) = other.patch(&server, patch.clone()).await;
        assert_eq!(status, StatusCode::CONFLICT, "{patch}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(field), "{message}");
        assert!(!answer.to_string().contains(&owner.id), "whose it is, is not told: {answer}");
        assert_eq!(read(&server, &other).await, before, "{patch}");
        let mut body = patch.clone();
        body["name"] = json!("A third");
        body["timezone"] = json!("UTC");
        let (status, _) = server.api(Method::POST, "/api/orgs", Some(body)).await;
        assert_eq!(status, StatusCode::CONFLICT, "{patch}");
    }
    assert_eq!(server.get("/api/orgs").await["items"].as_array().unwrap().len(), 2);
    let (status, _) = owner.patch(&server, json!({"assistant_ids": []})).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = other.patch(&server, json!({"assistant_ids": ["asst_1"]})).await;
    assert_eq!(status, StatusCode::OK, "what was given up is free");
    let path = format!("/api/orgs/{}", owner.id);
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    let (status, _) = other.patch(&server, json!({"vapi_phone_number_ids": ["pn_1"]})).await;
    assert_eq!(status, StatusCode::OK, "and so is what a deleted org had");
}

#[tokio::test]
async fn operators_routes_answer_nobody_without_a_token() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    for path in ["/api/orgs", &format!("/api/orgs/{}", org.id), "/api/health"] {
        for token in ["", "wrong", org.secret.as_str()] {
            let request = server.client().get(server.url(path)).bearer_auth(token);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path} with `{token}`");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["error"]["code"], "unauthorized");
        }
        let answer = server.client().get(server.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path} without any");
    }
}
