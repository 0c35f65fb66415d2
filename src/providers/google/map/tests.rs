//! Ids, times and bodies, for any booking.

#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_storage::BookingId;
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn an_events_id_is_one_that_google_allows_and_tells_the_booking(bytes in any::<u128>()) {
        let text = format!("{bytes:032x}");
        let booking: BookingId = text.parse().unwrap();
        let place = Place::of("c_a@group.calendar.google.com", &booking);
        prop_assert!((5..=1024).contains(&place.event.len()));
        prop_assert!(place.event.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'v').contains(&b)));
        prop_assert_eq!(booking_of(&place.event), Some(booking));
        prop_assert_eq!(Place::read(&place.external_id()), Some(place));
    }

    #[test]
    fn a_time_is_the_same_instant_in_every_zone(
        second in 0_i64..4_000_000_000,
        zone in prop::sample::select(vec!["America/Chicago", "Europe/London", "Asia/Kolkata", "?"]),
    ) {
        let at = Timestamp::from_second(second).unwrap();
        let written = moment(at, zone);
        let text = written["dateTime"].as_str().unwrap();
        prop_assert_eq!(text.parse::<Timestamp>().unwrap(), at);
        prop_assert_eq!(stamp(at).parse::<Timestamp>().unwrap(), at);
    }

    #[test]
    fn an_id_that_is_not_ours_is_no_booking(id in "[0-9a-v]{5,40}") {
        prop_assume!(!(id.starts_with("hs") && id.len() == 34));
        prop_assert_eq!(booking_of(&id), None);
    }
}
