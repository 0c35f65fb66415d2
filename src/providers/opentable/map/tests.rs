//! Bodies, times and tables, without a server.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use proptest::prelude::*;

use super::super::tests::{booking, options};
use super::*;
use crate::providers::trials::at;

fn chicago() -> TimeZone {
    TimeZone::get("America/Chicago").unwrap()
}

#[test]
fn a_time_that_the_clock_shows_twice_or_never_is_not_used() {
    for (shown, moment) in [
        (date(2026, 9, 24).at(19, 0, 0, 0), Some("2026-09-25T00:00:00Z")),
        (date(2026, 11, 1).at(0, 30, 0, 0), Some("2026-11-01T05:30:00Z")),
        (date(2026, 11, 1).at(1, 30, 0, 0), None),
        (date(2027, 3, 14).at(2, 30, 0, 0), None),
        (date(2027, 3, 14).at(3, 0, 0, 0), Some("2027-03-14T08:00:00Z")),
    ] {
        assert_eq!(super::moment(shown, &chicago()), moment.map(at), "{shown}");
    }
    assert_eq!(wall_clock(at("2026-11-01T07:30:00Z"), &chicago()), None, "one of two");
}

proptest! {
    #[test]
    fn the_questions_of_a_day_cover_every_minute_of_it(reach in 30_u16..=720, minute in 0_i64..1_440) {
        let day = date(2026, 9, 24);
        let wanted = day.at(0, 0, 0, 0).saturating_add(minute.minutes());
        let covered = windows(day, reach).into_iter().any(|at| {
            let apart = at.duration_since(wanted).abs();
            apart <= SignedDuration::from_mins(i64::from(reach))
        });
        prop_assert!(covered);
    }
}

fn tables_of(types: Value, options: &Options) -> Vec<Table> {
    let body = json!({"times_available": [{"time": "2026-09-24T19:00",
        "availability_types": types}]});
    tables(serde_json::from_value(body).unwrap(), options).unwrap()
}

#[test]
fn only_tables_without_a_card_are_offered_the_ordinary_kind_first() {
    let standard = json!([{"type": "Standard", "diningArea": [
        {"id": 2, "table_type": ["outdoor"]}, {"id": 1, "table_type": ["counter", "default"]}]}]);
    let found = tables_of(standard.clone(), &options());
    assert_eq!((found[0].area, found[0].kind.as_str()), (Some(1), "default"));
    let outdoor = Options { table_type: Some("outdoor".into()), ..options() };
    assert_eq!(tables_of(standard.clone(), &outdoor)[0].area, Some(2));
    let elsewhere = Options { dining_area_id: Some(3), ..options() };
    assert!(tables_of(standard, &elsewhere).is_empty());
    let paid =
        json!([{"type": "Experience", "diningArea": [{"id": 1, "table_type": ["default"]}]}]);
    assert!(tables_of(paid, &options()).is_empty());
}

#[test]
fn a_reservation_has_names_a_number_by_region_and_our_code_and_no_consent_to_texts() {
    let mut booking = booking();
    booking.notes = Some(" by the window ".into());
    let body = reserve(&booking, "token", &options()).unwrap();
    let expected = json!({"restaurant_id": "1038007", "reservation_token": "token",
        "first_name": "Ann", "last_name": "Ruiz",
        "phone": {"number": "3125550142", "country_code": "US"},
        "sms_notifications_opt_in": false,
        "special_request": "by the window (Booking code KM73TN)"});
    assert_eq!(body, expected);
    assert_eq!(
        search(&phone(&booking).unwrap()),
        json!({"phone_number": {"number": "3125550142", "country_code": 1}})
    );
    booking.customer_name = "Ann".into();
    assert_eq!(reserve(&booking, "t", &options()), Err(missing("last_name")));
    booking.customer_phone = None;
    assert_eq!(phone(&booking), Err(missing("customer_phone")));
}

#[test]
fn ours_is_the_one_with_our_id_then_with_our_code_then_the_same_in_everything() {
    let one = |id: &str, change: Value| -> Reservation {
        let mut body = json!({"reservation_id": id, "date_time": "2026-09-24T19:00",
            "party_size": 4, "status": "Modifiable"});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    };
    let booking = booking();
    let id = |found: &[Reservation], booking: &Booking| {
        ours(found, booking, &options()).map(|found| found.reservation_id.clone())
    };
    let coded = one("coded", json!({"special_request": "x (Booking code KM73TN)"}));
    let other = one("other", json!({"special_request": "Booking code AAAAAA"}));
    let cancelled =
        one("over", json!({"status": "Cancelled", "special_request": "Booking code KM73TN"}));
    let alike = one("alike", json!({}));
    let all = [other.clone(), alike.clone(), cancelled.clone(), coded];
    assert_eq!(id(&all, &booking).as_deref(), Some("coded"));
    assert_eq!(id(&[other.clone(), cancelled], &booking).as_deref(), Some("over"));
    assert_eq!(id(&[other.clone(), alike.clone()], &booking).as_deref(), Some("alike"));
    for change in [
        json!({"party_size": 3}),
        json!({"date_time": "2026-09-24T19:30"}),
        json!({"status": "Cancelled"}),
    ] {
        assert_eq!(id(&[one("alike", change)], &booking), None);
    }
    let known = Booking { external_ids: vec!["other".into()], ..booking };
    assert_eq!(id(&[alike, other], &known).as_deref(), Some("other"));
}
