//! Bodies and arguments that cannot be used.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{assert_untouched, booking};
use crate::support::{INSTANCE, MORNING, TestOrg, TestServer, eventually};

async fn post(server: &TestServer, org: &TestOrg, body: Vec<u8>) -> (StatusCode, Value) {
    let bearer = format!("Bearer {}", org.secret);
    let path = format!("/webhook/{}", org.webhook_id);
    server.post_raw(&path, &[("authorization", &bearer)], body).await
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_and_says_where_it_broke() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let cut = booking(&json!({"id": "call-cut"})).to_string();
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for body in [
        b"".to_vec(),
        b"hello".to_vec(),
        b"[1,2]".to_vec(),
        b"\"text\"".to_vec(),
        b"null".to_vec(),
        b"{\"message\": {\"type\": \"hang\"},}".to_vec(),
        b"\xff\xfe{}".to_vec(),
        cut.as_bytes()[..cut.len() - 3].to_vec(),
        format!("{{\"message\":{deep}}}").into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let (status, answer) = post(&server, &org, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown}: {answer}");
        for part in ["code", "message", "hint"] {
            let text = answer["error"][part].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{shown}: {answer}");
        }
        let (status, _) =
            server.post_raw("/webhook/vapi", &[("x-vapi-secret", INSTANCE)], body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{shown} on the shared URL");
    }
    assert_untouched(&server, &org).await;
}

#[tokio::test]
async fn a_body_of_twenty_megabytes_is_refused_by_its_size_and_the_server_goes_on() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let mut body = booking(&json!({"id": "call-large"}));
    body["message"]["artifact"] = json!({"transcript": "x".repeat(20_000_000)});
    let body = body.to_string().into_bytes();
    let (status, answer) = post(&server, &org, body.clone()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{answer}");
    assert_eq!(answer["error"]["code"], "too_large");
    for path in ["/webhook/vapi", "/api/vapi/tools", "/api/vapi/tools/create_booking"] {
        let answer = server.post_raw(path, &[("x-vapi-secret", INSTANCE)], body.clone()).await;
        assert_eq!(answer.0, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    assert_untouched(&server, &org).await;
    let mut almost = booking(&json!({"id": "call-large"}));
    almost["message"]["artifact"] = json!({"transcript": "x".repeat(15_000_000)});
    let (status, _) = post(&server, &org, almost.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::OK, "fifteen are within bounds");
    // What is large is still being written: its folder must not go first.
    server.stop().await;
}

#[tokio::test]
async fn an_operators_body_may_have_one_megabyte() {
    let server = TestServer::start().await;
    let body = json!({"name": "x".repeat(2_000_000), "timezone": "UTC"});
    let (status, answer) = server.api(reqwest::Method::POST, "/api/orgs", Some(body)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{answer}");
    assert_eq!(server.get("/api/orgs").await["items"], json!([]));
}

#[tokio::test]
async fn a_missing_or_mistyped_argument_is_named() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let whole = json!({"date": "2026-09-24", "time": "10:00", "customer_name": "Ann Ruiz"});
    let changed = |field: &str, value: Value| {
        let mut arguments = whole.clone();
        arguments[field] = value;
        arguments
    };
    let without = |field: &str| {
        let mut arguments = whole.clone();
        arguments.as_object_mut().unwrap().remove(field);
        arguments
    };
    for (tool, arguments, named) in [
        ("create_booking", without("date"), "date"),
        ("create_booking", without("time"), "time"),
        ("create_booking", without("customer_name"), "customer_name"),
        ("create_booking", changed("customer_name", json!("   ")), "customer_name"),
        ("create_booking", changed("date", json!(["2026-09-24"])), "date"),
        ("create_booking", changed("time", json!(["10:00"])), "time"),
        ("create_booking", changed("customer_name", json!({"first": "Ann"})), "customer_name"),
        ("create_booking", changed("party_size", json!("four")), "party_size"),
        ("create_booking", changed("keep_existing", json!("perhaps")), "keep_existing"),
        ("check_availability", json!({}), "date"),
        ("check_availability", json!({"date": null}), "date"),
        ("book_appointment", json!({"customer_name": "Ann Ruiz"}), "start"),
        ("update_event", json!({"start_time": "2026-09-24T10:00:00"}), "event_id"),
        ("delete_event", json!({"event_id": " "}), "event_id"),
        ("lookupCaller", json!({"searchType": "phone"}), "searchKey"),
    ] {
        let answer = call.raw(tool, arguments.clone()).await;
        let error = answer["results"][0]["error"]
            .as_str()
            .unwrap_or_else(|| panic!("{tool} {arguments}: no error in {answer}"));
        assert!(error.contains(&format!("`{named}`")), "{tool} {arguments}: {error}");
        assert!(!error.contains("Ann"), "an error repeats no value: {error}");
    }
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn a_harmless_argument_of_another_type_is_understood_and_the_schema_stays_strict() {
    let server = TestServer::start().await;
    let org = server.org(json!({"tool_names": "camel"})).await;
    let call = org.call(&server, "+15125550143");
    let free = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    let time = |n: usize| free["data"]["slots"][n].clone();
    let first = call.tool(
        "create_booking",
        json!({"date": "2026-09-24", "time": time(0),
        "customer_name": "Ann Ruiz", "customer_phone": 5_125_550_143_u64, "party_size": "4",
        "customer_email": ""}),
    );
    let first = first.await;
    assert_eq!(first["success"], true, "{first}");
    let second = call.tool(
        "create_booking",
        json!({"date": "2026-09-24", "time": time(1),
        "customer_name": "Ann Ruiz", "keep_existing": "true"}),
    );
    assert_eq!(second.await["success"], true);
    let third = call.tool(
        "bookClinicAppointment",
        json!({"appointmentDate": "2026-09-24",
        "appointmentTime": time(2), "patientName": "Ben Ruiz", "patientEmail": "ben@example.com",
        "duration": "30", "keepExisting": 1}),
    );
    let third = third.await;
    assert_eq!(third["success"], true, "{third}");
    let bookings = org.bookings(&server).await;
    let standing = bookings.iter().filter(|booking| booking["status"] == "confirmed").count();
    assert_eq!(standing, 3, "{bookings:?}");
    let own = bookings.iter().find(|booking| booking["booking_time"] == time(0)).unwrap();
    assert_eq!(own["customer_phone"], "+15125550143");
    let ended = call.tool("endCall", json!({"reason": "Patient request", "summary": 7})).await;
    assert_eq!(ended["reason"], "patient_request", "{ended}");

    let tools = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
    let tools = tools["items"].as_array().unwrap();
    let clinic = tools.iter().find(|tool| tool["function"]["name"] == "bookClinicAppointment");
    let properties = &clinic.unwrap()["function"]["parameters"]["properties"];
    assert_eq!(properties["duration"]["type"], "integer");
    assert_eq!(properties["keepExisting"]["type"], "boolean");
    assert_eq!(properties["patientPhone"]["type"], "string");
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_an_error_text_under_its_id() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    for name in ["no_such_tool", "Create_Booking", "create-booking", "", "notify_hot_lead"] {
        let answer = call.raw(name, json!({})).await;
        let error = answer["results"][0]["error"].as_str().unwrap();
        assert!(error.contains("no tool named"), "{name}: {error}");
    }
    let long = "x".repeat(100_000);
    let answer = call.raw(&long, json!({})).await;
    assert!(answer["results"][0]["error"].as_str().unwrap().len() < 300);
    assert!(org.bookings(&server).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn dates_that_do_not_exist_are_asked_back_and_never_moved_to_others() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    for date in ["2026-02-30", "2026-13-01", "2026-09-31", "the day after never", "0000-00-00", ""]
    {
        let free = call.tool("check_availability", json!({"date": date})).await;
        assert_eq!(free["success"], false, "{date}: {free}");
        assert!(!free["message"].as_str().unwrap().is_empty());
        let arguments = json!({"date": date, "time": "10:00", "customer_name": "Ann Ruiz"});
        let answer = call.raw("create_booking", arguments).await;
        let result = &answer["results"][0];
        let refused = result["error"].is_string()
            || result["result"].as_str().unwrap().contains("\"success\":false");
        assert!(refused, "{date}: {answer}");
    }
    for time in ["25:00", "10:75", "noonish o'clock", ""] {
        let arguments = json!({"date": "2026-09-24", "time": time, "customer_name": "Ann Ruiz"});
        let answer = call.raw("create_booking", arguments).await;
        let result = &answer["results"][0];
        let refused = result["error"].is_string()
            || result["result"].as_str().unwrap().contains("\"success\":false");
        assert!(refused, "{time}: {answer}");
    }
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn dates_that_are_over_or_too_far_ahead_are_refused_with_the_reason() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    for (date, time, code) in [
        ("2026-09-21", "10:00", "date_in_past"),
        ("2024-01-20", "10:00", "date_in_past"),
        ("2026-09-22", "09:00", "date_in_past"),
    ] {
        let arguments = json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
        let refused = call.tool("create_booking", arguments).await;
        assert_eq!(refused["success"], false, "{date} {time}: {refused}");
        assert_eq!(refused["error"], code, "{date} {time}: {refused}");
        assert!(refused["message"].as_str().unwrap().contains("already passed"), "{refused}");
    }
    let far = call.tool("check_availability", json!({"date": "2028-09-22"})).await;
    assert_eq!(far["error"], "date_too_far", "{far}");
    let over = call.tool("check_availability", json!({"date": "2026-09-21"})).await;
    assert_eq!(over["error"], "date_in_past");
    let arguments = json!({"date": "2028-09-22", "time": "10:00", "customer_name": "Ann Ruiz"});
    let far = org.call(&server, "+15125550144").tool("create_booking", arguments).await;
    assert_eq!(far["success"], false, "{far}");
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn three_refusals_in_a_call_suggest_a_person() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let arguments = json!({"date": "2026-09-21", "time": "10:00", "customer_name": "Ann Ruiz"});
    let mut attempts = Vec::new();
    for _ in 0..3 {
        let refused = call.tool("create_booking", arguments.clone()).await;
        attempts.push((refused["attempts"].clone(), refused["transferSuggested"].clone()));
    }
    assert_eq!(
        attempts,
        [(json!(1), Value::Null), (json!(2), Value::Null), (json!(3), json!(true))]
    );
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    let known = eventually("the attempts in the call's state", || async {
        let call = server.get(&path).await;
        (call["state"]["attempts"] == 3).then_some(call)
    })
    .await;
    assert_eq!(known["state"]["bookings"], json!([]));
}
