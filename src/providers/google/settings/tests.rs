//! What may be entered, and what is meant without it.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn read(options: &Value) -> Result<Options, Wrong> {
    Options::read(options.as_object().unwrap())
}

#[test]
fn without_options_the_accounts_own_calendar_is_meant_and_nobody_is_written_to() {
    let options = read(&json!({})).unwrap();
    assert_eq!(options.calendar(), "primary");
    assert_eq!((options.invite, options.send_updates), (false, Updates::None));
}

#[test]
fn who_is_invited_is_written_to_unless_that_is_said_otherwise() {
    assert_eq!(read(&json!({"invite": true})).unwrap().send_updates, Updates::All);
    let other = json!({"invite": true, "send_updates": "externalOnly"});
    assert_eq!(read(&other).unwrap().send_updates, Updates::ExternalOnly);
}

#[test]
fn a_calendar_is_named_once_and_the_first_takes_the_bookings() {
    let options =
        read(&json!({"calendar_ids": [" a@example.com ", "b", "a@example.com"]})).unwrap();
    assert_eq!(options.calendar_ids, ["a@example.com", "b"]);
}
