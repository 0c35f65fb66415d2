//! Google says no: nothing is left there, the caller hears what they can do about it, and the operator
//! what is to be put right.

use super::*;

fn saying(status: u16, reason: &str, message: &str) -> Trouble {
    let one = json!({"domain": "global", "reason": reason, "message": message});
    let body = json!({"error": {"code": status, "message": message, "errors": [one]}});
    Trouble::Answers { status, body }
}

#[tokio::test]
async fn each_refusal_of_a_new_event_is_told_apart() {
    for (trouble, error) in [
        (saying(400, "invalid", "Invalid attendee email."), "missing_input"),
        (saying(400, "timeRangeEmpty", "0x42"), "Could not connect to booking provider"),
        (saying(403, "rateLimitExceeded", "0x42"), "Could not connect to booking provider"),
        (saying(403, "userRateLimitExceeded", "0x42"), "Could not connect to booking provider"),
        (saying(403, "quotaExceeded", "0x42"), "Could not connect to booking provider"),
        (saying(403, "insufficientPermissions", "0x42"), "Could not connect to booking provider"),
        (saying(403, "requiredAccessLevel", "0x42"), "Could not connect to booking provider"),
        (saying(404, "notFound", "0x42"), "Could not connect to booking provider"),
        (saying(429, "rateLimitExceeded", "0x42"), "Could not connect to booking provider"),
        (Trouble::Refuses, "Could not connect to booking provider"),
    ] {
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_with(policy, json!({"calendar_ids": [DESK]}), 5_500).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Insert, trouble.clone());
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], error, "{trouble:?}: {refused}");
        assert!(!refused.to_string().contains("0x42"), "{refused}");
        assert!(clinic.stand_in.standing().is_empty(), "{trouble:?}");
        let bookings = clinic.bookings().await;
        assert_eq!(bookings[0]["status"], "cancelled", "{trouble:?}");
    }
}

#[tokio::test]
async fn the_check_tells_the_operator_what_to_do() {
    for (options, trouble, words) in [
        (json!({"calendar_ids": [HOLIDAYS]}), None, "right to make changes"),
        (json!({"calendar_ids": ["nobody@example.com"]}), None, "options.calendar_ids"),
        (json!({"calendar_ids": [DESK, "nobody@example.com"]}), None, "options.calendar_ids"),
        (json!({}), Some(saying(403, "insufficientPermissions", "x")), "leave every box ticked"),
        (json!({}), Some(saying(403, "accessNotConfigured", "x")), "is not enabled"),
        (json!({}), Some(Trouble::Redirects), "base_url"),
    ] {
        let clinic = Clinic::open_with(json!({}), options.clone(), 5_500).await;
        if let Some(trouble) = trouble {
            clinic.stand_in.always(Operation::Any, trouble);
        }
        let checked = clinic.check().await;
        assert_eq!(checked["ok"], false, "{options}: {checked}");
        assert!(checked["problem"].as_str().unwrap().contains(words), "{options}: {checked}");
    }
    let clinic = Clinic::open_with(json!({}), json!({}), 5_500).await;
    let checked = clinic.check().await;
    assert_eq!(
        (&checked["ok"], &checked["account"]),
        (&json!(true), &json!("Willow Street Dental"))
    );
    let asked = clinic.stand_in.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "{asked:?}");
    clinic.stand_in.change_token("another");
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")));
}

#[tokio::test]
async fn wrong_entries_are_refused_by_name() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/connections", org.id);
    let of = |credentials: Value, options: Value| json!({"provider": "google", "credentials": credentials, "options": options});
    let right = json!({"access_token": TOKEN});
    for (body, field) in [
        (json!({"provider": "google"}), "credentials.access_token"),
        (of(json!({"access_token": "a b"}), json!({})), "credentials.access_token"),
        (of(json!({"access_token": TOKEN, "more": 1}), json!({})), "credentials"),
        (of(right.clone(), json!({"calendar_ids": []})), "options.calendar_ids"),
        (of(right.clone(), json!({"calendar_ids": "primary"})), "options.calendar_ids"),
        (of(right.clone(), json!({"calendar_ids": ["a/b"]})), "options.calendar_ids"),
        (of(right.clone(), json!({"invite": "yes"})), "options.invite"),
        (of(right.clone(), json!({"send_updates": "some"})), "options.send_updates"),
        (of(right.clone(), json!({"event_fields": {"id": "x"}})), "options.event_fields.id"),
        (of(right.clone(), json!({"event_fields": {"location": "{x}"}})), "options.event_fields"),
        (of(right.clone(), json!({"colour": "red"})), "options.colour"),
    ] {
        let (status, answer) = server.api(Method::POST, &path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("`{field}")), "{body}: {message}");
        assert!(!answer.to_string().contains(TOKEN), "{answer}");
    }
}

#[tokio::test]
async fn a_calendar_that_is_not_shown_is_never_taken_for_free() {
    let clinic = Clinic::open().await;
    let odd = json!({"kind": "calendar#freeBusy", "calendars": {ROOM: {"busy": [],
        "errors": [{"domain": "global", "reason": "notFound"}]}}});
    for body in [odd, json!({"calendars": {}}), json!({})] {
        clinic.stand_in.behave();
        clinic.stand_in.always(Operation::FreeBusy, Trouble::Answers { status: 200, body });
        let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
        hears(&free, "I cannot reach the calendar right now");
    }
}
