//! What is read from the words of callers and models: moments, zones, and what holds for all.
//! "Today" is Thursday, January 15th, 2026.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use super::*;
use crate::booking::trials::trials;
use jiff::SignedDuration;
use jiff::civil::{Time, date, time};
use proptest::prelude::*;

mod dates;
mod times;
mod zones;

const TODAY: Date = date(2026, 1, 15);

fn read_date(text: &str) -> Result<Date, WhenError> {
    parse_date(text, TODAY)
}

fn other_half(text: &str) -> Option<Time> {
    read_time(text).ok()?.other
}

fn read_local(text: &str) -> Option<DateTime> {
    match parse_moment(text, TODAY) {
        Ok(Moment::Local { at, .. }) => Some(at),
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
fn a_spoken_moment_is_read_in_any_order() {
    for (text, expected) in [
        ("tomorrow at half past two in the afternoon", date(2026, 1, 16).at(14, 30, 0, 0)),
        ("at nine tomorrow morning", date(2026, 1, 16).at(9, 0, 0, 0)),
        ("tomorrow morning at nine", date(2026, 1, 16).at(9, 0, 0, 0)),
        ("tomorrow afternoon at three", date(2026, 1, 16).at(15, 0, 0, 0)),
        ("tonight at eight", TODAY.at(20, 0, 0, 0)),
        ("eight tonight", TODAY.at(20, 0, 0, 0)),
        ("this afternoon at quarter to four", TODAY.at(15, 45, 0, 0)),
        ("March third two thirty pm", date(2026, 3, 3).at(14, 30, 0, 0)),
        ("the second at 9 am", date(2026, 2, 2).at(9, 0, 0, 0)),
        ("in two weeks at noon", date(2026, 1, 29).at(12, 0, 0, 0)),
        ("the second 1:30 AM on Sunday November 1st", date(2026, 11, 1).at(1, 30, 0, 0)),
    ] {
        assert_eq!(read_local(text), Some(expected), "{text:?}");
    }
}

#[test]
fn a_moment_has_every_reading_that_its_words_have() {
    let read = |date: &str, time: &str| -> Vec<DateTime> {
        let readings = read_moment(date, time, TODAY).unwrap();
        readings.iter().map(Moment::written).collect()
    };
    let at = |day, hour| date(2026, 1, day).at(hour, 0, 0, 0);
    assert_eq!(read("2026-01-16", "at three"), [at(16, 3), at(16, 15)]);
    assert_eq!(read("2026-01-16", "15:00"), [at(16, 15)]);
    assert_eq!(read("next Friday", "3 pm"), [at(23, 15), at(16, 15)]);
    assert_eq!(read("tomorrow afternoon", "3"), [at(16, 15)]);
    assert_eq!(read("", "next Friday at 3"), [at(23, 3), at(23, 15), at(16, 3), at(16, 15)]);
    // The date said twice, and said in two different ways.
    assert_eq!(read("2026-01-16", "2026-01-16T15:00"), [at(16, 15)]);
    assert!(read_moment("2026-01-16", "2026-01-17T15:00", TODAY).is_err());
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

/// Letters that change their length with their case, digits of other scripts, signs without width.
const ODD: [&str; 12] = [
    "İ",
    "ẞ",
    "K",
    "ﬁrst",
    "２ｐｍ",
    "٣",
    "two\u{200d}thirty",
    "\u{202e}mp 2",
    "2\u{a0}pm",
    "🕑 pm",
    "half pa\u{301}st two",
    "\u{feff}next İ friday at \u{1d7d0} p\u{131}m",
];

#[test]
fn odd_characters_make_no_text_panic_and_no_time() {
    for text in ODD {
        for (date, time) in [("", text), (text, "9"), ("2026-01-16", text), (text, text)] {
            let _ = read_moment(date, time, TODAY);
        }
        let is_time = text == "2\u{a0}pm";
        assert_eq!(parse_time(text).is_ok(), is_time, "{text:?}");
        let _ = read_date(&format!("{text} January 20th"));
    }
}

proptest! {
    #![proptest_config(trials(500))]

    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        let _ = (read_date(&text), parse_time(&text), parse_moment(&text, TODAY));
    }

    #[test]
    fn no_near_miss_makes_reading_panic(
        text in "([0-9]{1,5}[-/.: T+Zapm,é]{0,2}){0,8}",
        words in "(next |in |on |at )?(friday|jan|20th|2026|the|noon|9|pm| |-|é){0,6}",
    ) {
        for text in [text, words] {
            let _ = (read_date(&text), parse_time(&text), parse_moment(&text, TODAY));
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
        if let Some(other) = other_half(&text) {
            let hours = (other.hour() - parse_time(&text).unwrap().hour()).abs();
            prop_assert_eq!(hours, 12);
        }
    }
}
