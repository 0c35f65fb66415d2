//! What is read as a time of day.

use super::*;

#[test]
fn times_are_read_on_both_clocks() {
    for (text, hour, minute) in [
        ("14:30", 14, 30),
        ("14:30:00", 14, 30),
        ("1430", 14, 30),
        ("14.30", 14, 30),
        ("2:30 pm", 14, 30),
        ("2:30PM", 14, 30),
        ("2:30\u{202f}PM", 14, 30),
        ("230pm", 14, 30),
        ("2 p.m.", 14, 0),
        ("2 P. M.", 14, 0),
        ("14:30 pm", 14, 30),
        ("at 2pm", 14, 0),
        ("9", 9, 0),
        ("09", 9, 0),
        ("9am", 9, 0),
        ("9 30", 9, 30),
        ("930", 9, 30),
        ("9 o'clock", 9, 0),
        ("9 o'clock am", 9, 0),
        ("8 in the evening", 20, 0),
        ("9:15 in the morning", 9, 15),
        ("noon", 12, 0),
        ("midnight", 0, 0),
        ("12 noon", 12, 0),
        ("12 pm", 12, 0),
        ("12am", 0, 0),
        ("12:30 am", 0, 30),
        ("0:15", 0, 15),
        ("00:00", 0, 0),
        ("2026-02-08T14:30", 14, 30),
    ] {
        assert_eq!(parse_time(text), Ok(time(hour, minute, 0, 0)), "{text:?}");
    }
    assert_eq!(parse_time("14:30:15"), Ok(time(14, 30, 15, 0)));
}

#[test]
fn what_is_no_time_is_asked_for_again() {
    assert_eq!(
        parse_time("soon").unwrap_err().to_string(),
        "I could not read \"soon\" as a time. Please give it as HH:MM, for example 14:30."
    );
    for text in [
        "",
        "24:00",
        "25",
        "9:60",
        "9:5",
        "9:30:61",
        "13 am",
        "0 pm",
        "pm",
        "m",
        "9 30 00 00",
        "-9",
        "+9",
        "2 0",
        "14305",
        "９",
        "2026-02-08T14:30Z",
        "2026-02-08",
        "early morning",
    ] {
        assert!(matches!(parse_time(text), Err(WhenError::UnreadableTime { .. })), "{text:?}");
    }
}

#[test]
fn only_words_that_leave_the_half_of_the_day_open_have_another_reading() {
    assert_eq!(other_half_of_day("2:30"), Some(time(14, 30, 0, 0)));
    assert_eq!(other_half_of_day("9"), Some(time(21, 0, 0, 0)));
    assert_eq!(other_half_of_day("12"), Some(Time::midnight()));
    assert_eq!(other_half_of_day("at 11 o'clock"), Some(time(23, 0, 0, 0)));
    for text in ["2:30 am", "2 pm", "02:30", "14:30", "15", "0:30", "noon", "2026-02-08T02:30", "x"]
    {
        assert_eq!(other_half_of_day(text), None, "{text:?}");
    }
}
