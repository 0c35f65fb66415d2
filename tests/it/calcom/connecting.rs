//! Connecting Cal.com: what is refused, what the check finds out, where bookings go from then on, and
//! who reaches it.

use hookswitch::config::{Config, Secret};

use super::*;
use crate::clinic::connections;
use crate::support::{FeedClient, eventually};

async fn book_at_ten(call: &VapiCall) -> Value {
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(free["available"], true, "{free}");
    call.tool("create_booking", ten_for("Ann Ruiz")).await
}

#[tokio::test]
async fn bookings_go_to_calcom_once_it_is_connected_and_the_built_in_calendar_may_go() {
    let clinic = Clinic::open().await;
    let server = &clinic.server;
    let org = server.get(&format!("/api/orgs/{}", clinic.org.id)).await;
    assert_eq!(org["default_connection"], json!(clinic.connection));
    let all = server.get(&connections(&clinic.org)).await;
    let items = all["items"].as_array().unwrap();
    let builtin = items.iter().find(|item| item["provider"] == "builtin").unwrap();
    let calcom = items.iter().find(|item| item["provider"] == "calcom").unwrap();
    assert_eq!((&builtin["default"], &calcom["default"]), (&json!(false), &json!(true)));
    let path = format!("{}/{}", connections(&clinic.org), builtin["id"].as_str().unwrap());
    assert_eq!(server.api(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(book_at_ten(&clinic.call()).await["success"], true);
    assert_eq!(clinic.stand_in.standing().len(), 1);
}

#[tokio::test]
async fn what_was_booked_in_the_built_in_calendar_stays_there_and_can_be_changed() {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.url().to_owned();
    let change = |config: &mut Config| config.providers.calcom.base_url = url;
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let booked = book_at_ten(&call).await;
    connect(&server, &org, connection(PLAIN)).await;
    let code = json!({"booking_reference": booked["confirmationNumber"],
        "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", code).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert!(stand_in.bookings().is_empty());
    // What is taken at Cal.com by now is free in the built-in calendar only by mistake.
    stand_in.book_elsewhere(PLAIN, "2026-09-24T19:00:00Z".parse().unwrap());
    let taken = json!({"booking_reference": booked["confirmationNumber"],
        "new_date": DAY, "new_time": "14:00"});
    let refused = call.tool("reschedule_booking", taken).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    let other = org.call(&server, "+13125550199");
    assert_eq!(book_at_ten(&other).await["success"], true, "an address without a version will do");
    assert_eq!(stand_in.standing().len(), 2);
}

#[tokio::test]
async fn a_second_outside_calendar_waits_until_it_is_chosen() {
    let clinic = Clinic::open().await;
    let second = connect(&clinic.server, &clinic.org, connection(GROUP)).await;
    assert_eq!(second["default"], false, "{second}");
    assert_eq!(book_at_ten(&clinic.call()).await["success"], true);
    assert_eq!(clinic.stand_in.standing()[0].event_type, PLAIN);
    let choose = json!({"default_connection": second["id"]});
    assert_eq!(clinic.org.patch(&clinic.server, choose).await.0, StatusCode::OK);
    let other = clinic.org.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": "2026-09-28"})).await;
    let nine = json!({"date": "2026-09-28", "time": "09:00", "customer_name": "Omar Haddad"});
    assert_eq!(other.tool("create_booking", nine).await["success"], true);
    assert_eq!(clinic.stand_in.standing()[1].event_type, GROUP);
}

#[tokio::test]
async fn the_check_names_the_account_and_changes_nothing_there() {
    let clinic = Clinic::open().await;
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(true), &json!("connected")));
    assert_eq!(checked["account"], "Willow Street Dental", "{checked}");
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "{asked:?}");
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let shown = clinic.server.get(&path).await;
    assert_eq!(shown["external_account_id"], "4711");
    assert_eq!(shown["external_account_name"], "Willow Street Dental");
    assert_eq!(shown["status"], "connected");
    assert!(shown["connected_at"].is_string(), "{shown}");
}

#[tokio::test]
async fn a_wrong_key_is_found_by_the_check_and_does_not_send_bookings_elsewhere() {
    let clinic = Clinic::open().await;
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let wrong = json!({"credentials": {"api_key": "cal_live_wrong"}});
    let (status, patched) = clinic.server.api(Method::PATCH, &path, Some(wrong)).await;
    assert_eq!(status, StatusCode::OK, "{patched}");
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")));
    assert!(checked["hint"].as_str().unwrap().contains("credentials"), "{checked}");
    let call = clinic.call();
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    hears(&free, "I cannot reach the calendar right now");
    let right = json!({"credentials": {"api_key": KEY}});
    let (_, patched) = clinic.server.api(Method::PATCH, &path, Some(right)).await;
    assert_eq!(patched["status"], "connected", "{patched}");
    assert_eq!(clinic.check().await["ok"], true);
    assert_eq!(book_at_ten(&call).await["success"], true);
    assert_eq!(clinic.stand_in.standing().len(), 1);
}

#[tokio::test]
async fn a_service_without_an_event_type_is_named_by_the_check() {
    let clinic = Clinic::open().await;
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    for (services, word) in [
        (json!({"consultation": null, "cleaning": PLAIN}), "options.services.consultation"),
        (json!({"consultation": 99}), "options.services"),
    ] {
        let mut wanted = json!({"options": {"services": {"cleaning": PLAIN}}});
        for (service, id) in services.as_object().unwrap() {
            if !id.is_null() {
                wanted["options"]["services"][service] = id.clone();
            }
        }
        let (status, patched) = clinic.server.api(Method::PATCH, &path, Some(wanted)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
        let checked = clinic.check().await;
        assert_eq!(checked["ok"], false, "{checked}");
        assert!(checked["problem"].as_str().unwrap().contains(word), "{checked}");
        assert_eq!(checked["account"], "Willow Street Dental", "the key is right: {checked}");
    }
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name_and_nothing_is_kept() {
    let of = |credentials: Value, options: Value| json!({"provider": "calcom", "credentials": credentials, "options": options});
    let entries = vec![
        (json!({"provider": "calcom"}), "credentials.api_key"),
        (of(json!({}), json!({})), "credentials.api_key"),
        (of(json!({"api_key": "a b"}), json!({})), "credentials.api_key"),
        (of(json!({"api_key": KEY, "token": KEY}), json!({})), "credentials"),
        (of(json!({"api_key": KEY}), json!({"services": {"a": "x"}})), "options.services.a"),
        (of(json!({"api_key": KEY}), json!({"colour": "red"})), "options.colour"),
    ];
    let (server, org) = clinic::are_refused(entries, KEY).await;
    let made = connect(&server, &org, connection(PLAIN)).await;
    let path = format!("{}/{}", connections(&org), made["id"].as_str().unwrap());
    for patch in [json!({"options": {"services": 7}}), json!({"credentials": {"key": KEY}})] {
        let (status, answer) = server.api(Method::PATCH, &path, Some(patch)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    }
    assert_eq!(server.get(&path).await["options"], made["options"]);
}

#[tokio::test]
async fn the_servers_own_key_is_lent_by_an_administrator_only() {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.base_url();
    let change = |config: &mut Config| {
        config.providers.calcom.base_url = url;
        config.secrets.calcom_api_key = Secret::new(KEY);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    let mut bare = connection(PLAIN);
    bare.as_object_mut().unwrap().remove("credentials");
    let body = json!({"role": "org", "org": org.id});
    let (_, token) = server.api(Method::POST, "/api/tokens", Some(body)).await;
    let token = token["token"].as_str().unwrap();
    let as_org = async |method: Method, path: String, body: &Value| {
        let request = server.client().request(method, server.url(&path)).bearer_auth(token);
        request.json(body).send().await.unwrap().status()
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(as_org(Method::POST, connections(&org), &bare).await, refused);
    let mut forged = bare.clone();
    forged["credentials"] = json!({"own_key_of_the_server": "calcom"});
    assert_eq!(as_org(Method::POST, connections(&org), &forged).await, refused);
    let own = connect(&server, &org, connection(PLAIN)).await;
    let path = format!("{}/{}", connections(&org), own["id"].as_str().unwrap());
    let none = json!({"credentials": null});
    assert_eq!(as_org(Method::PATCH, path.clone(), &none).await, StatusCode::OK);
    let (_, checked) = server.api(Method::POST, &format!("{path}/check"), None).await;
    assert_eq!(
        checked["status"], "error",
        "taking one's key away does not lend another: {checked}"
    );
    let lent = connect(&server, &org, bare).await;
    let path = format!("{}/{}", connections(&org), lent["id"].as_str().unwrap());
    let check = format!("{path}/check");
    let (_, checked) = server.api(Method::POST, &check, None).await;
    assert_eq!(checked["ok"], true, "{checked}");
    // What Cal.com allows the key is of all who use it.
    let other = connect(&server, &server.org(json!({})).await, connection(PLAIN)).await;
    assert_eq!(other["options"]["requests_per_minute"], Value::Null);
    let rate = |rate: u32| json!({"options": {"requests_per_minute": rate}});
    for rate in [rate(6_000), rate(1)] {
        assert_eq!(as_org(Method::PATCH, path.clone(), &rate).await, refused, "{rate}");
    }
    let language = json!({"options": {"language": "de"}});
    assert_eq!(as_org(Method::PATCH, path.clone(), &language).await, StatusCode::OK);
    let (status, answer) = server.api(Method::PATCH, &path, Some(rate(6_000))).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (_, checked) = server.api(Method::POST, &check, None).await;
    assert_eq!(checked["quota"][0]["requests"], 120, "another knows of no more: {checked}");
}

#[tokio::test]
async fn a_connection_of_another_org_is_not_there_and_not_used() {
    let clinic = Clinic::open().await;
    let other = clinic.server.org(json!({"name": "Oak Dental"})).await;
    let body = json!({"role": "org", "org": other.id});
    let (_, token) = clinic.server.api(Method::POST, "/api/tokens", Some(body)).await;
    let token = token["token"].as_str().unwrap();
    let status = async |method: Method, path: String| {
        let request = clinic.server.client().request(method, clinic.server.url(&path));
        let answer = request.bearer_auth(token).json(&json!({})).send().await.unwrap();
        answer.status()
    };
    for org in [&clinic.org, &other] {
        let one = format!("{}/{}", connections(org), clinic.connection);
        for (method, path) in [
            (Method::GET, one.clone()),
            (Method::PATCH, one.clone()),
            (Method::POST, format!("{one}/check")),
            (Method::DELETE, one.clone()),
        ] {
            assert_eq!(status(method, path).await, StatusCode::NOT_FOUND);
        }
    }
    let choose = json!({"default_connection": clinic.connection});
    let (answer, _) = other.patch(&clinic.server, choose).await;
    assert_eq!(answer, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(book_at_ten(&other.call(&clinic.server, ANN)).await["success"], true);
    assert!(clinic.stand_in.asked().is_empty(), "the other org's calendar is its own");
}

#[tokio::test]
async fn what_waited_for_a_calendar_that_is_removed_is_told_as_failed_and_leaves_nothing_behind() {
    let clinic =
        Clinic::open_with(PLAIN, json!({"booking": {"outage_policy": "defaults"}}), 5_500).await;
    let call = clinic.offered().await;
    clinic.stand_in.change_key("another-key");
    let promised = clinic.book(&call).await;
    assert_eq!(promised["success"], true, "{promised}");
    assert_eq!(clinic.bookings().await[0]["status"], "pending", "{promised}");
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let (status, _) = clinic.server.api(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    clinic.server.set_clock("2026-09-22T15:00:00Z");
    let ended = eventually("the end of what was promised", || async {
        let ours = clinic.bookings().await.remove(0);
        (ours["outcome"] == "failed").then_some(ours)
    })
    .await;
    assert_eq!(ended["status"], "cancelled", "{ended}");
    let jobs = clinic.server.get(&format!("/api/orgs/{}/jobs", clinic.org.id)).await;
    assert_eq!(jobs["items"], json!([]), "{jobs}");
}

#[tokio::test]
async fn an_appointment_in_a_calendar_that_was_removed_can_still_be_given_up() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let (status, _) = clinic.server.api(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    let given_up = call.tool("cancel_booking", code).await;
    assert_eq!(given_up["success"], true, "{given_up}");
    assert_eq!(clinic.bookings().await[0]["status"], "cancelled");
    let told = feed.notice("cancelled_only_here").await;
    assert_eq!(told["warning"], true, "{told}");
}

#[tokio::test]
async fn a_service_whose_own_calendar_refuses_us_keeps_to_the_outage_policy() {
    let clinic =
        Clinic::open_with(PLAIN, json!({"booking": {"outage_policy": "defaults"}}), 5_500).await;
    let services = json!([{"id": "consultation", "name": "Consultation", "duration_minutes": 30,
        "connections": [clinic.connection]}]);
    let (status, answer) = clinic.org.patch(&clinic.server, json!({"services": services})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    clinic.stand_in.change_key("another-key");
    let path = format!("{}/{}", connections(&clinic.org), clinic.connection);
    let (_, checked) = clinic.server.api(Method::POST, &format!("{path}/check"), None).await;
    assert_eq!(checked["ok"], false, "{checked}");
    eventually("the connection is in trouble", || async {
        (clinic.server.get(&path).await["status"] == "error").then_some(())
    })
    .await;
    let call = clinic.offered().await;
    let promised = clinic.book(&call).await;
    assert_eq!(promised["success"], true, "{promised}");
    assert_eq!(clinic.bookings().await[0]["outcome"], "pending");
}
