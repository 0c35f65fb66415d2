//! What may be entered for an OpenTable connection and what is refused, by name.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

#[test]
fn a_wrong_or_missing_option_is_refused_by_its_name() {
    let good = json!({"restaurant_id": "1038007", "time_zone": "America/Chicago"});
    let read = Options::read(good.as_object().unwrap()).unwrap();
    assert_eq!((read.restaurant_id, read.window_minutes), (1_038_007, 720));
    for (given, field) in [
        (json!({"time_zone": "America/Chicago"}), "options.restaurant_id"),
        (json!({"restaurant_id": 7}), "options.time_zone"),
        (json!({"restaurant_id": "x", "time_zone": "UTC"}), "options.restaurant_id"),
        (json!({"restaurant_id": 7, "time_zone": "Chicago"}), "options.time_zone"),
        (json!({"dining_area_id": 0}), "options.dining_area_id"),
        (json!({"table_type": ""}), "options.table_type"),
        (json!({"window_minutes": 5}), "options.window_minutes"),
        (json!({"colour": "red"}), "options.colour"),
    ] {
        let wrong = Options::read(given.as_object().unwrap()).unwrap_err();
        assert_eq!(wrong.field, field, "{given}");
    }
}

#[test]
fn credentials_are_id_and_secret_and_are_never_repeated() {
    let good = json!({"client_id": " a ", "client_secret": "b"});
    assert_eq!(partner(good.as_object().unwrap()), Ok(["a", "b"]));
    for (given, field) in [
        (json!({}), "credentials.client_id"),
        (json!({"client_id": "s3cret"}), "credentials.client_secret"),
        (json!({"client_secret": "s3cret"}), "credentials.client_id"),
        (json!({"client_id": "a", "client_secret": "s3cret x"}), "credentials.client_secret"),
        (json!({"client_id": 7, "client_secret": "s3cret"}), "credentials.client_id"),
        (json!({"client_id": "a", "client_secret": "b", "api_key": "s3cret"}), "credentials"),
    ] {
        let Err(wrong) = partner(given.as_object().unwrap()) else { panic!("{given} was taken") };
        assert_eq!(wrong.field, field, "{given}");
        assert!(!wrong.to_string().contains("s3cret"), "{wrong}");
    }
}
