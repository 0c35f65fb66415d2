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
    assert_eq!(other_half("2:30"), Some(time(14, 30, 0, 0)));
    assert_eq!(other_half("9"), Some(time(21, 0, 0, 0)));
    assert_eq!(other_half("12"), Some(Time::midnight()));
    assert_eq!(other_half("at 11 o'clock"), Some(time(23, 0, 0, 0)));
    for text in ["2:30 am", "2 pm", "02:30", "14:30", "15", "0:30", "noon", "2026-02-08T02:30", "x"]
    {
        assert_eq!(other_half(text), None, "{text:?}");
    }
}

#[test]
fn times_are_read_as_they_are_spoken() {
    for (text, hour, minute) in [
        ("two thirty", 2, 30),
        ("two-thirty pm", 14, 30),
        ("two oh five", 2, 5),
        ("nine forty five in the evening", 21, 45),
        ("ten o'clock", 10, 0),
        ("at nine", 9, 0),
        ("around three in the afternoon", 15, 0),
        ("two pm", 14, 0),
        ("2.30pm", 14, 30),
        ("14 30", 14, 30),
        ("fourteen thirty", 14, 30),
        ("fourteen hundred hours", 14, 0),
        ("nineteen fifteen", 19, 15),
        ("half past two", 2, 30),
        ("half past 2 pm", 14, 30),
        ("half past two in the afternoon", 14, 30),
        ("quarter to three", 2, 45),
        ("a quarter to three pm", 14, 45),
        ("quarter past ten", 10, 15),
        ("quarter of three", 2, 45),
        ("twenty past four pm", 16, 20),
        ("twenty-five to five", 4, 35),
        ("ten minutes to noon", 11, 50),
        ("three minutes past nine", 9, 3),
        ("quarter to one am", 0, 45),
        ("two at night", 2, 0),
        ("eight at night", 20, 0),
        ("nine sharp", 9, 0),
        ("3 p.m. please", 15, 0),
        ("9ish", 9, 0),
        ("noonish", 12, 0),
        ("Noon", 12, 0),
        ("the second 1:30 AM", 1, 30),
        ("1:30 AM (first)", 1, 30),
        ("01:30-05:00", 1, 30),
    ] {
        assert_eq!(parse_time(text), Ok(time(hour, minute, 0, 0)), "{text:?}");
    }
    assert_eq!(other_half("half past two"), Some(time(14, 30, 0, 0)));
    assert_eq!(other_half("quarter to one"), Some(time(12, 45, 0, 0)));
    assert_eq!(other_half("ten thirty"), Some(time(22, 30, 0, 0)));
    assert_eq!(other_half("10:30"), None);
    for text in ["nine to five", "9 to 5", "half", "quarter to", "half past", "eleventy", "2 pm am"]
    {
        assert!(matches!(parse_time(text), Err(WhenError::UnreadableTime { .. })), "{text:?}");
    }
}

#[test]
fn half_two_is_asked_back_with_both_its_meanings() {
    assert_eq!(
        parse_time("half two").unwrap_err().to_string(),
        "\"half two\" could be 2:30 or 1:30. Which of the two? Please give it as HH:MM."
    );
    assert!(matches!(parse_time("half two pm"), Err(WhenError::AmbiguousTime { .. })));
    assert!(matches!(
        parse_moment("tomorrow at half two", TODAY),
        Err(WhenError::AmbiguousTime { .. })
    ));
}

#[test]
fn which_of_two_equal_times_is_meant_can_be_said_or_written() {
    let pick = |text: &str| read_time(text).unwrap().pick;
    for text in
        ["the second 1:30 AM", "second 1:30 am", "1:30 AM the second time", "01:30 (second)"]
    {
        assert_eq!(pick(text), Some(Pick::Turn(Turn::Second)), "{text:?}");
    }
    assert_eq!(pick("the first 1 AM"), Some(Pick::Turn(Turn::First)));
    assert_eq!(pick("01:30-05:00"), Some(Pick::Offset(jiff::tz::offset(-5))));
    assert_eq!(pick("1:30 AM"), None);
}
