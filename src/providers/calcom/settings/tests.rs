//! What is refused when a connection is entered, and by which name.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn read(given: Value) -> Result<Options, Wrong> {
    Options::read(given.as_object().unwrap())
}

#[test]
fn options_are_read_and_have_defaults() {
    let plain = read(json!({})).unwrap();
    assert!(plain.services.is_empty() && plain.booking_fields.is_empty());
    assert_eq!((plain.language, plain.bookings_api_version.as_str()), (None, "2024-08-13"));
    assert_eq!((plain.hold_slots, plain.requests_per_minute), (true, 120));
    let full = read(json!({
        "services": {"consultation": 123, "cleaning": "456"},
        "booking_fields": {"reason": "{notes}, by {customer_name}", "agreed": true},
        "language": "pt-BR",
        "bookings_api_version": "2026-02-25",
        "hold_slots": false,
        "requests_per_minute": 600,
    }))
    .unwrap();
    assert_eq!(full.services["consultation"], 123);
    assert_eq!(full.services["cleaning"], 456);
    assert_eq!(full.bookings_api_version, "2026-02-25");
    assert_eq!((full.hold_slots, full.requests_per_minute), (false, 600));
}

#[test]
fn a_wrong_option_is_refused_by_its_whole_name() {
    for (given, field) in [
        (json!({"servises": {}}), "options.servises"),
        (json!({"services": []}), "options.services"),
        (json!({"services": {"a": 0}}), "options.services.a"),
        (json!({"services": {"a": -4}}), "options.services.a"),
        (json!({"services": {"a": "abc"}}), "options.services.a"),
        (json!({"services": {"a": 1.5}}), "options.services.a"),
        (json!({"booking_fields": {"a": {}}}), "options.booking_fields.a"),
        (json!({"booking_fields": {"a": "{nots}"}}), "options.booking_fields.a"),
        (json!({"booking_fields": {"a": "{"}}), "options.booking_fields.a"),
        (json!({"language": "English"}), "options.language"),
        (json!({"language": 7}), "options.language"),
        (json!({"hold_slots": "yes"}), "options.hold_slots"),
        (json!({"requests_per_minute": 0}), "options.requests_per_minute"),
        (json!({"requests_per_minute": "120"}), "options.requests_per_minute"),
        (json!({"requests_per_minute": 100_000}), "options.requests_per_minute"),
        (json!({"bookings_api_version": "latest"}), "options.bookings_api_version"),
        (json!({"bookings_api_version": "2024-08-13\r\nX: y"}), "options.bookings_api_version"),
    ] {
        assert_eq!(read(given.clone()).unwrap_err().field, field, "{given}");
    }
}

#[test]
fn a_key_is_taken_alone_and_a_wrong_one_is_not_repeated() {
    let key = |given: Value| api_key(given.as_object().unwrap()).map(str::to_owned);
    assert_eq!(key(json!({"api_key": " cal_live_1 "})), Ok("cal_live_1".to_owned()));
    for (given, field) in [
        (json!({}), "credentials.api_key"),
        (json!({"api_key": ""}), "credentials.api_key"),
        (json!({"api_key": 7}), "credentials.api_key"),
        (json!({"api_key": ["cal_secret"]}), "credentials.api_key"),
        (json!({"api_key": "Bearer cal_secret"}), "credentials.api_key"),
        (json!({"api_key": "cal_secret\r\nX-Y: z"}), "credentials.api_key"),
        (json!({"api_key": "cal_secret".repeat(60)}), "credentials.api_key"),
        (json!({"api_key": "a", "secret": "cal_secret"}), "credentials"),
    ] {
        let wrong = key(given.clone()).unwrap_err();
        assert_eq!(wrong.field, field, "{given}");
        assert!(!wrong.to_string().contains("cal_secret"), "{wrong}");
    }
}
