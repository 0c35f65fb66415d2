//! What may be entered for an Acuity connection and what is refused, by name.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn options(given: Value) -> Result<Options, Wrong> {
    Options::read(given.as_object().unwrap())
}

#[test]
fn options_are_read_with_numbers_as_numbers_or_texts() {
    let read = options(json!({
        "services": {"consultation": 30, "cleaning": "31"},
        "calendar_id": "7",
        "form_fields": {"10": "{notes}", "11": true, "12": ["a", "b"], "13": 4},
        "reference_field": 14,
        "fallback_email": "calls@willow.example",
        "fallback_last_name": "-",
        "no_email": true,
    }));
    let read = read.unwrap();
    assert_eq!(read.services["cleaning"], 31);
    assert_eq!((read.calendar_id, read.reference_field), (Some(7), Some(14)));
    let fields: Vec<&str> = read.form_fields.values().map(String::as_str).collect();
    assert_eq!(fields, ["{notes}", "yes", "a,b", "4"]);
    assert!(read.no_email);
    assert_eq!(options(json!({})).unwrap(), Options::default());
}

#[test]
fn a_wrong_option_is_refused_by_its_name() {
    for (given, field) in [
        (json!({"colour": 1}), "options.colour"),
        (json!({"services": 7}), "options.services"),
        (json!({"services": {"a": "x"}}), "options.services.a"),
        (json!({"services": {"a": 0}}), "options.services.a"),
        (json!({"services": {"a": 4_294_967_296_u64}}), "options.services.a"),
        (json!({"calendar_id": -1}), "options.calendar_id"),
        (json!({"form_fields": {"reason": "x"}}), "options.form_fields.reason"),
        (json!({"form_fields": {"1": "{name}"}}), "options.form_fields.1"),
        (json!({"form_fields": {"1": [1]}}), "options.form_fields.1"),
        (json!({"form_fields": {"1": null}}), "options.form_fields.1"),
        (json!({"form_fields": {"1": "x"}, "reference_field": 1}), "options.form_fields.1"),
        (json!({"fallback_email": "nobody"}), "options.fallback_email"),
        (json!({"fallback_last_name": " "}), "options.fallback_last_name"),
        (json!({"no_email": "yes"}), "options.no_email"),
    ] {
        assert_eq!(options(given.clone()).unwrap_err().field, field, "{given}");
    }
}

#[test]
fn credentials_are_a_number_and_a_key_and_are_never_repeated() {
    let read = |given: Value| account(given.as_object().unwrap());
    for given in
        [json!({"user_id": 11, "api_key": " a_key "}), json!({"user_id": "11", "api_key": "a_key"})]
    {
        let account = read(given).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!((account.user_id, account.api_key.as_str()), (11, "a_key"));
    }
    for (given, field) in [
        (json!({}), "credentials.user_id"),
        (json!({"user_id": "s3cret", "api_key": "k"}), "credentials.user_id"),
        (json!({"user_id": 0, "api_key": "s3cret"}), "credentials.user_id"),
        (json!({"user_id": 11}), "credentials.api_key"),
        (json!({"user_id": 11, "api_key": ""}), "credentials.api_key"),
        (json!({"user_id": 11, "api_key": ["s3cret"]}), "credentials.api_key"),
        (json!({"user_id": 11, "api_key": "s3cret s3cret"}), "credentials.api_key"),
        (json!({"user_id": 11, "api_key": "a", "token": "s3cret"}), "credentials"),
    ] {
        let Err(wrong) = read(given.clone()) else { panic!("{given} was taken") };
        assert_eq!(wrong.field, field, "{given}");
        assert!(!wrong.to_string().contains("s3cret"), "{wrong}");
    }
}
