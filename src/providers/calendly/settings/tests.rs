//! Options as operators write them.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn read(given: &Value) -> Result<Options, Wrong> {
    Options::read(given.as_object().unwrap())
}

#[test]
fn an_event_type_is_named_by_its_uri_or_by_its_last_part() {
    for given in ["https://api.calendly.com/event_types/AB-c_1", "AB-c_1", " AB-c_1 "] {
        let options = read(&json!({"services": {"visit": given}})).unwrap();
        assert_eq!(options.services["visit"], "https://api.calendly.com/event_types/AB-c_1");
    }
    for wrong in ["", "a/b", "../users/me", "https://evil.example/event_types/A", "a?b", "a b"] {
        assert!(read(&json!({"services": {"visit": wrong}})).is_err(), "{wrong}");
    }
}

#[test]
fn a_place_has_a_kind_that_calendly_knows_and_an_address_is_one() {
    let place = read(&json!({"location": {"kind": "physical", "location": "1 Main St"}})).unwrap();
    let location = Some("1 Main St".to_owned());
    assert_eq!(place.location, Some(Place { kind: "physical".into(), location }));
    for wrong in [
        json!({"location": "physical"}),
        json!({"location": {"kind": "physical", "floor": 3}}),
        json!({"location": {"kind": "physical", "location": ""}}),
        json!({"location": {"kind": "physical", "location": "{floor}"}}),
        json!({"email": "a@b"}),
        json!({"email": "@example.com"}),
        json!({"email": "{phone}@example.com"}),
        json!({"answers": ["x"]}),
    ] {
        assert!(read(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_token_is_one_word_and_never_repeated() {
    let of = |token: &str| json!({"token": token});
    assert_eq!(token(of(" abc.def ").as_object().unwrap()).unwrap(), "abc.def");
    for wrong in ["", " ", "Bearer abc", "ab\ncd", "äbc"] {
        let given = of(wrong);
        let error = token(given.as_object().unwrap()).unwrap_err().to_string();
        assert!(error.contains("credentials.token"), "{error}");
        assert!(wrong.trim().is_empty() || !error.contains(wrong), "{error}");
    }
}
