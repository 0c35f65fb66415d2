//! What is read from the words of callers and models: moments, zones, and what holds for all.
//! "Today" is Thursday, January 15th, 2026.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use super::*;
use jiff::SignedDuration;
use jiff::civil::{Time, date, time};
use proptest::prelude::*;

mod dates;
mod times;

const TODAY: Date = date(2026, 1, 15);

fn read_date(text: &str) -> Result<Date, WhenError> {
    parse_date(text, TODAY)
}

fn read_local(text: &str) -> Option<DateTime> {
    match parse_moment(text, TODAY) {
        Ok(Moment::Local(local)) => Some(local),
        _ => None,
    }
}

#[test]
fn a_moment_without_offset_is_local() {
    let expected = date(2026, 2, 8).at(14, 30, 0, 0);
    for text in [
        "2026-02-08T14:30",
        "2026-02-08t14:30:00",
        "2026-02-08 14:30:00.000",
        "20260208T143000",
        "2026-02-08 2:30 pm",
        "2026-02-08 at 14:30",
        "February 8th at 2:30 PM",
        "Sunday, February 8th, 2026, 2:30 p.m.",
        "2:30 PM on February 8",
        "8 Feb 14 30",
    ] {
        assert_eq!(read_local(text), Some(expected), "{text:?}");
    }
    assert_eq!(read_local("tomorrow at 9"), Some(date(2026, 1, 16).at(9, 0, 0, 0)));
    assert_eq!(read_local("noon tomorrow"), Some(date(2026, 1, 16).at(12, 0, 0, 0)));
    assert_eq!(
        read_local("in 3 days at 8 in the evening"),
        Some(date(2026, 1, 18).at(20, 0, 0, 0))
    );
}

#[test]
fn a_moment_with_offset_is_an_instant_and_keeps_what_was_written() {
    let written = date(2026, 2, 8).at(14, 30, 0, 0);
    for (text, utc) in [
        ("2026-02-08T14:30Z", "2026-02-08T14:30:00Z"),
        ("2026-02-08T14:30:00+00:00", "2026-02-08T14:30:00Z"),
        ("2026-02-08 14:30:00 UTC", "2026-02-08T14:30:00Z"),
        ("2026-02-08T14:30:00+01:00", "2026-02-08T13:30:00Z"),
        ("2026-02-08T14:30-0530", "2026-02-08T20:00:00Z"),
        ("2026-02-08T14:30:00+02", "2026-02-08T12:30:00Z"),
        ("2026-02-08T14:30-05:00[America/New_York]", "2026-02-08T19:30:00Z"),
    ] {
        let instant = utc.parse().unwrap();
        assert_eq!(parse_moment(text, TODAY), Ok(Moment::Fixed { instant, written }), "{text:?}");
    }
}

#[test]
fn half_a_moment_is_asked_for_the_other_half() {
    assert_eq!(
        parse_moment("tomorrow", TODAY).unwrap_err().to_string(),
        "I also need a time on Friday January 16th. Please give it as HH:MM, for example 14:30."
    );
    assert_eq!(
        parse_moment("2 pm", TODAY).unwrap_err().to_string(),
        "I also need the date for \"2 pm\". Please give it as YYYY-MM-DD."
    );
}

#[test]
fn an_unclear_moment_is_refused_with_its_best_reason() {
    let error = |text| parse_moment(text, TODAY).unwrap_err();
    assert!(matches!(error("2026-02-30T10:00:00Z"), WhenError::NoSuchDate { .. }));
    assert!(matches!(error("February 30th at 10 am"), WhenError::NoSuchDate { .. }));
    assert!(matches!(error("02/08/2026 10:00"), WhenError::AmbiguousDate { .. }));
    assert!(matches!(error("Monday January 20th at 10"), WhenError::WrongWeekday { .. }));
    for text in [
        "",
        "9 January 20",
        "2026-02-08T25:00",
        "2026-02-08T10:00+99:00",
        "soon enough",
        "2026-02-08T10:00[Asia/Tokyo]",
    ] {
        assert!(matches!(error(text), WhenError::UnreadableMoment { .. }), "{text:?}");
    }
}

#[test]
fn clocks_that_jump_leave_no_instant_and_clocks_turned_back_leave_two() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(
        resolve(date(2026, 1, 15).at(9, 0, 0, 0), &zone),
        Resolved::One(at("2026-01-15T14:00:00Z"))
    );
    assert_eq!(resolve(date(2026, 3, 8).at(2, 30, 0, 0), &zone), Resolved::Gap);
    assert_eq!(
        resolve(date(2026, 11, 1).at(1, 30, 0, 0), &zone),
        Resolved::Fold { first: at("2026-11-01T05:30:00Z"), second: at("2026-11-01T06:30:00Z") }
    );
}

#[test]
fn in_every_zone_each_instant_around_a_transition_is_found_again_by_its_local_time() {
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let until: Timestamp = "2038-01-01T00:00:00Z".parse().unwrap();
    let mut transitions = 0;
    for name in jiff::tz::db().available() {
        let zone = TimeZone::get(name.as_str()).unwrap();
        for transition in zone.following(from).take_while(|t| t.timestamp() < until) {
            transitions += 1;
            for minutes in (-150..=150).step_by(15) {
                let instant = transition.timestamp() + SignedDuration::from_mins(minutes);
                let local = zone.to_datetime(instant);
                match resolve(local, &zone) {
                    Resolved::One(one) => assert_eq!(one, instant, "{name:?} {local}"),
                    Resolved::Fold { first, second } => {
                        assert!(first < second, "{name:?} {local}");
                        assert!(first == instant || second == instant, "{name:?} {local}");
                        assert_eq!(zone.to_datetime(first), zone.to_datetime(second));
                    }
                    Resolved::Gap => panic!("{name:?}: {local} is shown by clocks at {instant}"),
                }
                // The same wall time read with the offset of the other side: a gap or a fold.
                let shifted = zone.to_offset(transition.timestamp()).to_datetime(instant);
                match resolve(shifted, &zone) {
                    Resolved::Gap => {}
                    Resolved::One(found) | Resolved::Fold { first: found, .. } => {
                        assert_eq!(zone.to_datetime(found), shifted, "{name:?}");
                    }
                }
            }
        }
    }
    assert!(transitions > 1_000, "the time zone database is there: {transitions}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = (read_date(&text), parse_time(&text), parse_moment(&text, TODAY));
        let _ = other_half_of_day(&text);
    }

    #[test]
    fn no_near_miss_makes_reading_panic(
        text in "([0-9]{1,5}[-/.: T+Zapm,é]{0,2}){0,8}",
        words in "(next |in |on |at )?(friday|jan|20th|2026|the|noon|9|pm| |-|é){0,6}",
    ) {
        for text in [text, words] {
            let _ = (read_date(&text), parse_time(&text), parse_moment(&text, TODAY));
            let _ = other_half_of_day(&text);
        }
    }

    #[test]
    fn the_first_and_last_days_of_the_calendar_are_no_danger(words in "(next |in 999 )?(sunday|days|weeks|the 31st|feb 29|tomorrow|yesterday|1/2)") {
        let _ = (parse_date(&words, Date::MAX), parse_date(&words, Date::MIN));
        let _ = resolve(DateTime::MAX, &TimeZone::fixed(jiff::tz::offset(-12)));
        let _ = resolve(DateTime::MIN, &TimeZone::fixed(jiff::tz::offset(12)));
    }

    #[test]
    fn every_date_is_read_back_from_each_of_its_forms(days in 0..364_i64) {
        let day = TODAY + SignedDuration::from_hours(24 * days);
        for format in ["%Y-%m-%d", "%A, %B %d, %Y", "%d %b %Y", "%B %d", "%a %b %d"] {
            let text = day.strftime(format).to_string();
            prop_assert_eq!(read_date(&text), Ok(day), "{}", text);
        }
        prop_assert_eq!(read_date(&spoken_date(day)), Ok(day));
    }

    #[test]
    fn every_minute_is_read_back_from_each_of_its_forms(minute in 0..1_440_i16) {
        let (hour, minute) = (i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap());
        let clock = time(hour, minute, 0, 0);
        for format in ["%H:%M", "%H:%M:%S", "%I:%M %p", "%H%M", "%-I:%M%P"] {
            let text = clock.strftime(format).to_string();
            prop_assert_eq!(parse_time(&text), Ok(clock), "{}", text);
        }
        prop_assert_eq!(parse_time(&super::super::speech::spoken_time(clock)), Ok(clock));
    }

    #[test]
    fn a_time_and_its_other_half_are_twelve_hours_apart(text in "(0?[0-9]|1[0-9]|2[0-4])(:[0-5][0-9])?( ?[ap]m)?") {
        if let Some(other) = other_half_of_day(&text) {
            let hours = (other.hour() - parse_time(&text).unwrap().hour()).abs();
            prop_assert_eq!(hours, 12);
        }
    }
}
