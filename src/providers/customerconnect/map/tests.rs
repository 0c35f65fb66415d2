//! The vendor's documented answers, and what servers make of them on bad days.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

fn ok(body: Value) -> Result<DirectoryAnswer, DirectoryError> {
    answer(StatusCode::OK, None, body.to_string().as_bytes())
}

fn refused(status: u16, body: &Value) -> DirectoryError {
    let status = StatusCode::from_u16(status).unwrap();
    answer(status, None, body.to_string().as_bytes()).unwrap_err()
}

#[test]
fn both_documented_forms_of_a_contact_are_read() {
    let old = json!({"success": true, "count": 1, "data": [{
        "name": "Jo Doe", "phone_number": "+16267888831", "appointment_time": "3:30PM",
        "appointment_date_display": "12-15-2025",
        "metadata": {"custom_fields": {"household": "Doe"}},
    }]});
    let new = json!({"success": true, "data": [{
        "id": "1", "firstname": "Jo", "lastname": "Doe", "name": null, "email": null,
        "phone_number": 16_267_888_831_u64, "tags": [], "appointment_time": " 3:30PM\n",
        "appointment_date_display": "12-15-2025", "custom_fields": {"household": "Doe"},
        "metadata": "none", "leads": [{"id": "2"}],
    }]});
    let contact = |body| ok(body).unwrap().contacts.pop().unwrap();
    let (old, new) = (contact(old), contact(new));
    assert_eq!(DirectoryContact { phone: old.phone.clone(), ..new.clone() }, old);
    assert_eq!(new.phone.as_deref(), Some("16267888831"));
    assert_eq!(old.household.as_deref(), Some("Doe"));
}

#[test]
fn an_odd_contact_does_not_hide_the_others() {
    let answer =
        ok(json!({"success": true, "count": 3, "data": ["?", {"name": ["?"]}, {"name": "Jo"}]}));
    let names: Vec<_> = answer.unwrap().contacts.into_iter().map(|contact| contact.name).collect();
    assert_eq!(names, [None, Some("Jo".to_owned())]);
}

#[test]
fn nobody_is_an_answer_and_not_an_error() {
    for body in [
        json!({"success": true, "count": 0, "data": []}),
        json!({"success": true, "count": 0}),
        json!({"data": []}),
    ] {
        let nobody = DirectoryAnswer { contacts: Vec::new(), complete: true };
        assert_eq!(ok(body), Ok(nobody));
    }
}

#[test]
fn a_full_page_of_more_is_not_complete() {
    let page: Vec<Value> = (0..20).map(|n| json!({"name": n.to_string()})).collect();
    assert!(!ok(json!({"success": true, "count": 21, "data": page})).unwrap().complete);
    assert!(ok(json!({"success": true, "count": 20, "data": page})).unwrap().complete);
}

#[test]
fn both_error_forms_say_that_the_key_is_wrong() {
    let v3 = json!({"error": "Unauthorized", "details": "Invalid API key", "code": "INVALID_KEY"});
    let older = json!({"success": false, "error": "Invalid X-API-Key", "details": "no such key"});
    for body in [v3, older] {
        for status in [200, 400, 401, 403, 500] {
            assert_eq!(refused(status, &body), DirectoryError::KeyRefused, "{status} {body}");
        }
    }
    assert_eq!(refused(401, &json!("?")), DirectoryError::KeyRefused);
}

#[test]
fn other_errors_are_told_apart_by_what_can_be_done() {
    let no_workspace = json!({"error": "workspace_id is required", "code": "BAD_REQUEST"});
    assert_eq!(refused(400, &no_workspace), DirectoryError::Refused { status: 400 });
    assert_eq!(refused(404, &Value::Null), DirectoryError::Refused { status: 404 });
    let broken = json!({"success": false, "error": "database"});
    for status in [200, 302, 500, 503] {
        assert_eq!(refused(status, &broken), DirectoryError::Unavailable, "{status}");
    }
    let pause = Some(Duration::from_secs(7));
    assert_eq!(
        answer(StatusCode::TOO_MANY_REQUESTS, pause, b""),
        Err(DirectoryError::RateLimited { retry_after: pause })
    );
}

#[test]
fn what_is_no_answer_is_never_nobody() {
    for body in
        ["", "<html>", "[]", "null", "{}", "{\"success\":true}", "{\"success\":true,\"data\":7}"]
    {
        let read = answer(StatusCode::OK, None, body.as_bytes());
        assert_eq!(read, Err(DirectoryError::Unreadable), "{body}");
    }
}
