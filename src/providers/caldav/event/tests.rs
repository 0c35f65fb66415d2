//! What is written is what is read again, whatever a caller said.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::providers::trials::booking;

fn now() -> Timestamp {
    "2026-09-22T14:30:00Z".parse().unwrap()
}

fn only(text: &str) -> ical::Event {
    let events = ical::events(text, &TimeZone::UTC).unwrap_or_else(|| panic!("unreadable: {text}"));
    assert_eq!(events.len(), 1, "{text}");
    events[0].clone()
}

#[test]
fn an_event_says_whose_it_is_and_is_ours_until_somebody_moves_it() {
    let booking = booking();
    let text = of(&booking, now());
    for line in [
        "DTSTART:20260924T150000Z",
        "DTEND:20260924T153000Z",
        "SUMMARY:Ann Ruiz (consultation)",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "DTSTAMP:20260922T143000Z",
    ] {
        assert!(text.lines().any(|have| have == line), "{line} is not in {text}");
    }
    let event = only(&text);
    assert_eq!(event.uid, uid(&booking));
    assert_eq!(event.booking, Some(booking.id.to_string()));
    assert_eq!(event.time, time(&booking));
    let connection = booking.connection_id.to_string();
    assert!(event.is_claimed_by(&connection));
    assert!(!event.is_claimed_by("another"));
    let by_hand = text.replace("DTEND:20260924T153000Z", "DTEND:20260924T160000Z");
    assert!(!only(&by_hand).is_claimed_by(&connection), "longer than our claim");
}

#[test]
fn what_a_person_added_stays_when_it_moves() {
    let booking = booking();
    let by_hand = of(&booking, now())
        .replace("SEQUENCE:0", "SEQUENCE:4\r\nX-COLOUR:red\r\nCOMMENT;LANGUAGE=en:bring the file")
        .replace("DTSTART:20260924T150000Z", "DTSTART;TZID=America/Chicago:20260924T100000")
        .replace("DTEND:20260924T153000Z", "DURATION:PT30M")
        .replace(
            "END:VEVENT",
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:soon\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\n\
             END:VEVENT",
        );
    let start: Timestamp = "2026-09-24T16:00:00Z".parse().unwrap();
    let to = Time { start, end: "2026-09-24T16:30:00Z".parse().unwrap() };
    let moved = moved(&by_hand, &booking, to, now()).unwrap();
    for line in ["X-COLOUR:red", "SEQUENCE:5", "TRIGGER:-PT10M", "DTSTART:20260924T160000Z"] {
        assert!(moved.lines().any(|have| have == line), "{line} is not in {moved}");
    }
    assert!(moved.contains("bring the file"), "{moved}");
    assert!(!moved.contains("DURATION") && !moved.contains("TZID"), "{moved}");
    assert_eq!(only(&moved).time, to);
    assert!(only(&moved).is_claimed_by(&booking.connection_id.to_string()));
    let strangers = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260924T150000Z\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";
    assert_eq!(self::moved(strangers, &booking, to, now()), None);
}

proptest! {
    #[test]
    fn nothing_that_a_caller_says_becomes_a_property(
        name in "\\PC{0,120}", notes in "(\\PC|\r\n|\n|\r|;|,|\\\\|:|BEGIN:VEVENT|\nX-HOOKSWITCH-BOOKING:x){0,60}",
    ) {
        let mut booking = booking();
        booking.customer_name = name;
        booking.notes = Some(notes);
        let text = of(&booking, now());
        let event = only(&text);
        prop_assert_eq!(event.booking, Some(booking.id.to_string()));
        prop_assert_eq!(event.time, time(&booking));
        prop_assert_eq!(text.matches("\r\nBEGIN:VEVENT\r\n").count(), 1);
        for line in text.split("\r\n") {
            prop_assert!(line.len() <= 75, "{} bytes: {line}", line.len());
            prop_assert!(!line.contains(['\n', '\r']), "{line:?}");
        }
        let moved = moved(&text, &booking, time(&booking), now()).unwrap();
        prop_assert_eq!(only(&moved).booking, Some(booking.id.to_string()));
    }
}
