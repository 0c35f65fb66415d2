//! Cal.com's shapes as its description prints them, and the bodies that it is sent.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::*;
use crate::providers::trials::booking_at;

fn booking() -> Booking {
    Booking {
        time_zone: "Europe/Madrid".into(),
        customer_name: "Ana Ruiz".into(),
        customer_phone: Some("+34600000000".into()),
        ..booking_at("2050-09-05T07:00:00Z", 30)
    }
}

fn options(given: Value) -> Options {
    Options::read(given.as_object().unwrap()).unwrap()
}

fn details(body: Value) -> Details {
    Details::read(json!({"status": "success", "data": body}).to_string().as_bytes()).unwrap()
}

fn missing(field: &str) -> ProviderError {
    ProviderError::MissingInput { field: field.to_owned() }
}

#[test]
fn a_booking_becomes_the_documented_body() {
    let mut booking = booking();
    let plain = options(json!({}));
    let body = create(&booking, 1, None, &plain).unwrap();
    let wanted = json!({
        "start": "2050-09-05T07:00:00Z",
        "eventTypeId": 1,
        "attendee": {"name": "Ana Ruiz", "timeZone": "Europe/Madrid", "phoneNumber": "+34600000000"},
        "metadata": {"hookswitch_booking": booking.id.to_string()},
    });
    assert_eq!(body, wanted);
    booking.customer_email = Some("ana@example.com".into());
    booking.notes = Some("first visit".into());
    let body = create(&booking, 1, None, &options(json!({"language": "es"}))).unwrap();
    assert_eq!(body["attendee"]["email"], "ana@example.com");
    assert_eq!(body["attendee"]["language"], "es");
    assert_eq!(body["bookingFieldsResponses"], json!({"notes": "first visit"}));
    booking.customer_phone = None;
    booking.customer_email = None;
    assert_eq!(create(&booking, 1, None, &plain), Err(missing("customer_phone")));
}

#[test]
fn fields_that_the_event_type_demands_are_filled_or_asked_for() {
    let demands = |slug: &str, kind: &str| {
        details(json!({"lengthInMinutes": 30, "bookingFields": [
            {"type": "name", "slug": "name", "required": true, "isDefault": true},
            {"type": "email", "slug": "email", "required": true, "isDefault": true},
            {"type": "radioInput", "slug": "location", "required": true, "isDefault": true},
            {"type": "text", "slug": "optional", "required": false},
            {"an odd": "one"},
            {"type": kind, "slug": slug, "required": true},
        ]}))
    };
    let reason = demands("reason", "textarea");
    let mut booking = booking();
    let made = |booking: &Booking, details: &Details, given: Value| {
        let body = create(booking, 1, Some(details), &options(given))?;
        Ok::<Value, ProviderError>(body["bookingFieldsResponses"].clone())
    };
    assert_eq!(made(&booking, &reason, json!({})), Err(missing("reason")));
    let fixed = json!({"booking_fields": {"reason": "by phone", "rooms": 2}});
    assert_eq!(made(&booking, &reason, fixed), Ok(json!({"reason": "by phone", "rooms": 2})));
    let of_notes = json!({"booking_fields": {"reason": "Says: {notes}"}});
    assert_eq!(made(&booking, &reason, of_notes.clone()), Err(missing("reason")));
    booking.notes = Some("a {customer_phone} tooth".into());
    let notes = "a {customer_phone} tooth";
    assert_eq!(
        made(&booking, &reason, json!({})),
        Ok(json!({"reason": notes, "notes": notes})),
        "the caller's own words are the answer"
    );
    assert_eq!(
        made(&booking, &reason, of_notes),
        Ok(json!({"reason": format!("Says: {notes}"), "notes": notes})),
        "and are no placeholders"
    );
    let choice = demands("branch", "select");
    assert_eq!(made(&booking, &choice, json!({})), Err(missing("branch")));
    let phone = demands("attendeePhoneNumber", "phone");
    assert_eq!(made(&booking, &phone, json!({})), Ok(json!({"notes": notes})));
    booking.customer_phone = None;
    booking.customer_email = Some("ana@example.com".into());
    assert_eq!(made(&booking, &phone, json!({})), Err(missing("customer_phone")));
}

#[test]
fn a_length_is_sent_only_where_there_is_a_choice() {
    let booking = booking();
    let length = |details: &Details| {
        create(&booking, 1, Some(details), &options(json!({}))).unwrap()["lengthInMinutes"].clone()
    };
    let choice = details(json!({"lengthInMinutes": 60, "lengthInMinutesOptions": [30, 60]}));
    assert_eq!(length(&choice), 30);
    let other = details(json!({"lengthInMinutes": 60, "lengthInMinutesOptions": [45, 60]}));
    assert_eq!(length(&other), Value::Null);
    assert_eq!(length(&details(json!({"lengthInMinutes": 30}))), Value::Null);
}

fn answer(body: &Value) -> Answer {
    let body = body.to_string().into_bytes();
    Answer { status: StatusCode::OK, headers: HeaderMap::new(), body }
}

#[test]
fn slots_are_read_in_both_documented_forms() {
    let ten = SignedDuration::from_mins(10);
    let read = |data: Value| slots(&answer(&json!({"status": "success", "data": data})), ten);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let time =
        json!({"2050-09-05": [{"start": "2050-09-05T09:00:00.000+02:00"}, "2050-09-05T07:10:00Z"]});
    assert_eq!(
        read(time).unwrap(),
        [
            FreeSlot::new(at("2050-09-05T07:00:00Z"), at("2050-09-05T07:10:00Z")),
            FreeSlot::new(at("2050-09-05T07:10:00Z"), at("2050-09-05T07:20:00Z")),
        ]
    );
    let range = json!({"2050-09-05": [{"start": "2050-09-05T09:00:00.000+02:00",
        "end": "2050-09-05T09:45:00.000+02:00", "attendeesCount": 2, "bookingUid": "x"}]});
    assert_eq!(read(range).unwrap()[0].end, at("2050-09-05T07:45:00Z"));
    assert_eq!(read(json!({})), Some(Vec::new()));
    for wrong in [json!([]), json!(7), json!({"2050-09-05": [{"begin": 1}]}), Value::Null] {
        assert_eq!(read(wrong.clone()), None, "{wrong}");
    }
}

#[test]
fn a_booking_is_read_by_what_it_is() {
    let body = |status: &str| {
        json!({"status": "success", "data": {"id": 123, "uid": "booking_uid_123", "title": "Consultation",
            "hosts": [], "status": status, "start": "2024-08-13T15:30:00Z", "end": "2024-08-13T16:30:00Z",
            "duration": 60, "eventTypeId": 50, "eventType": {"id": 50, "slug": "some-event"},
            "absentHost": false, "attendees": [], "metadata": {"hookswitch_booking": "b"},
            "bookingFieldsResponses": {}}})
    };
    let read = |status: &str| wire::booking(body(status).to_string().as_bytes()).unwrap();
    let accepted = read("accepted");
    assert!(accepted.is_of("b") && !accepted.is_of("c"));
    for (status, confirmed, state) in [
        ("accepted", Some(true), ProviderState::Confirmed),
        ("pending", Some(false), ProviderState::Pending),
        ("cancelled", None, ProviderState::Cancelled),
        ("rejected", None, ProviderState::Cancelled),
    ] {
        assert_eq!(made(&read(status)).map(|made| made.confirmed), confirmed, "{status}");
        assert_eq!(record(&read(status)).state, state, "{status}");
    }
    let series = json!({"status": "success", "data": [body("accepted")["data"]]});
    assert_eq!(wire::booking(series.to_string().as_bytes()).unwrap().uid, "booking_uid_123");
    for wrong in ["", "<html>", "{}", "{\"data\":{\"uid\":1}}"] {
        assert!(wire::booking(wrong.as_bytes()).is_none(), "{wrong}");
    }
}

#[test]
fn the_account_goes_by_the_first_name_that_it_has() {
    let me = |data: Value| account(json!({"data": data}).to_string().as_bytes());
    let named = |name: &str| Some(ProviderAccount { id: Some("7".into()), name: name.to_owned() });
    assert_eq!(me(json!({"id": 7, "name": "Ann", "username": "ann"})), named("Ann"));
    assert_eq!(me(json!({"id": 7, "name": null, "username": "ann"})), named("ann"));
    assert_eq!(me(json!({"id": 7})), named("7"));
    assert_eq!(me(json!({"name": "Ann"})), None);
}

proptest! {
    #[test]
    fn no_answer_makes_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = wire::booking(&bytes);
        let _ = wire::bookings(&bytes);
        let _ = wire::slots(&bytes);
        let _ = wire::event_type(&bytes);
        let _ = wire::said(&bytes);
    }

    #[test]
    fn whatever_is_in_the_notes_stays_in_the_notes(notes in ".{0,80}") {
        let mut booking = booking();
        booking.notes = Some(notes.clone());
        let template = json!({"booking_fields": {"reason": "<{notes}>"}});
        let body = create(&booking, 1, None, &options(template)).unwrap();
        prop_assert_eq!(&body["bookingFieldsResponses"]["reason"], &json!(format!("<{notes}>")));
    }
}
