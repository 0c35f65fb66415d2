//! What may be entered for a Square connection and what is refused, by name.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn options(given: Value) -> Result<Options, String> {
    Options::read(given.as_object().unwrap()).map_err(|wrong| wrong.to_string())
}

fn credentials(given: Value) -> Result<Credentials, String> {
    Credentials::read(given.as_object().unwrap()).map_err(|wrong| wrong.to_string())
}

#[test]
fn options_are_read_by_name_and_none_is_needed() {
    assert_eq!(options(json!({})), Ok(Options::default()));
    let read = options(json!({"services": {"cut": " VAR1 "}, "location_id": "LABC",
        "team_members": ["TM-1", "TM_2"], "seller_note": "For {customer_name}"}));
    let read = read.unwrap();
    assert_eq!(read.services["cut"], "VAR1");
    assert_eq!(read.location_id.as_deref(), Some("LABC"));
    assert_eq!(read.team_members, ["TM-1", "TM_2"]);
    assert_eq!(read.seller_note.as_deref(), Some("For {customer_name}"));
}

#[test]
fn what_is_wrong_is_named() {
    for (given, field) in [
        (json!({"services": []}), "options.services"),
        (json!({"services": {"cut": 7}}), "options.services.cut"),
        (json!({"services": {"cut": "a b"}}), "options.services.cut"),
        (json!({"services": {"cut": "x".repeat(37)}}), "options.services.cut"),
        (json!({"location_id": ""}), "options.location_id"),
        (json!({"location_id": "x".repeat(33)}), "options.location_id"),
        (json!({"location_id": "../v2"}), "options.location_id"),
        (json!({"team_members": "TM1"}), "options.team_members"),
        (json!({"team_members": [1]}), "options.team_members"),
        (json!({"seller_note": "{secret}"}), "options.seller_note"),
        (json!({"seller_note": 1}), "options.seller_note"),
        (json!({"calendar": 1}), "options.calendar"),
    ] {
        let error = options(given.clone()).unwrap_err();
        assert!(error.starts_with(&format!("`{field}`")), "{given}: {error}");
    }
}

#[test]
fn a_token_is_taken_alone_and_never_repeated() {
    let kept = credentials(json!({"access_token": " EAAA-secret "})).unwrap().into_fields();
    assert_eq!(Value::Object(kept), json!({"access_token": "EAAA-secret"}));
    let both = json!({"access_token": "EAAA-secret", "webhook_signature_key": "sig-secret"});
    let kept = credentials(both.clone()).unwrap().into_fields();
    assert_eq!(Value::Object(kept), both);
    for (given, field) in [
        (json!({}), "credentials.access_token"),
        (json!({"access_token": ""}), "credentials.access_token"),
        (json!({"access_token": "Bearer EAAA-secret"}), "credentials.access_token"),
        (json!({"access_token": 5}), "credentials.access_token"),
        (json!({"access_token": "x".repeat(1_001)}), "credentials.access_token"),
        (
            json!({"access_token": "a", "webhook_signature_key": ""}),
            "credentials.webhook_signature_key",
        ),
        (json!({"access_token": "a", "own_token_of_the_server": "square"}), "credentials"),
    ] {
        let error = credentials(given.clone()).err().unwrap();
        assert!(error.starts_with(&format!("`{field}`")), "{given}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
