//! What is read as a date.

use super::*;

#[test]
fn numeric_dates_are_read_year_first() {
    for text in [
        "2026-02-08",
        " 2026-2-8 ",
        "2026/02/08",
        "2026.02.08",
        "20260208",
        "2026-02-08T14:30",
        "2026-02-08 14:30:00",
        "2026-02-08T23:30:00.5-08:00",
        "20260208T143000Z",
    ] {
        assert_eq!(read_date(text), Ok(date(2026, 2, 8)), "{text:?}");
    }
}

#[test]
fn dates_with_one_possible_order_are_read() {
    for text in ["01/20/2026", "20/01/2026", "20.1.2026", "1-20-2026", "1/20"] {
        assert_eq!(read_date(text), Ok(date(2026, 1, 20)), "{text:?}");
    }
    assert_eq!(read_date("02/02/2026"), Ok(date(2026, 2, 2)));
}

#[test]
fn a_date_with_two_possible_orders_is_asked_back_with_both() {
    let error = read_date("02/08/2026").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"02/08/2026\" could be Sunday February 8th or Sunday August 2nd. \
         Please give the date as YYYY-MM-DD: 2026-02-08 or 2026-08-02."
    );
}

#[test]
fn relative_days_count_from_the_pinned_today() {
    assert_eq!(read_date("Today"), Ok(TODAY));
    assert_eq!(read_date("tomorrow"), Ok(date(2026, 1, 16)));
    assert_eq!(read_date("the day after tomorrow"), Ok(date(2026, 1, 17)));
    assert_eq!(read_date("in 3 days"), Ok(date(2026, 1, 18)));
    assert_eq!(read_date("in 2 weeks"), Ok(date(2026, 1, 29)));
    assert_eq!(read_date("yesterday"), Ok(date(2026, 1, 14)));
}

#[test]
fn a_weekday_is_the_coming_one_and_next_means_next_week() {
    assert_eq!(read_date("Friday"), Ok(date(2026, 1, 16)));
    assert_eq!(read_date("on thursday"), Ok(TODAY));
    assert_eq!(read_date("this Wed."), Ok(date(2026, 1, 21)));
    assert_eq!(read_date("next Friday"), Ok(date(2026, 1, 23)));
    assert_eq!(read_date("next monday"), Ok(date(2026, 1, 19)));
    assert_eq!(read_date("next Sunday"), Ok(date(2026, 1, 25)));
    assert_eq!(read_date("Friday next week"), Ok(date(2026, 1, 23)));
    assert_eq!(read_date("next week on Friday"), Ok(date(2026, 1, 23)));
}

#[test]
fn a_named_month_needs_no_year() {
    for text in [
        "January 20th",
        "Jan 20",
        "20 January 2026",
        "the 20th of January",
        "January 20th, 2026",
        "Tuesday, January 20th",
        "Tue 20 Jan 2026",
        "20-Jan-2026",
        "the 20th",
        "Tuesday the 20th",
    ] {
        assert_eq!(read_date(text), Ok(date(2026, 1, 20)), "{text:?}");
    }
    assert_eq!(read_date("January 15"), Ok(TODAY));
    assert_eq!(read_date("January 14th"), Ok(date(2027, 1, 14)));
    assert_eq!(read_date("the 14th"), Ok(date(2026, 2, 14)));
    assert_eq!(read_date("29 February"), Ok(date(2028, 2, 29)));
    assert_eq!(parse_date("the 31st", date(2026, 4, 2)), Ok(date(2026, 5, 31)));
}

#[test]
fn an_impossible_date_is_named() {
    for text in [
        "2026-02-30",
        "02/30/2026",
        "30/02/2026",
        "31 April",
        "February 29th 2026",
        "2026-13-01",
        "the 32nd",
        "00/00/2026",
        "2026-02-30T10:00:00Z",
    ] {
        let error = read_date(text).unwrap_err();
        assert!(matches!(error, WhenError::NoSuchDate { .. }), "{text:?}: {error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_weekday_that_contradicts_its_date_is_asked_back() {
    let error = read_date("Friday January 20th").unwrap_err();
    assert_eq!(
        error.to_string(),
        "Tuesday January 20th is not a Friday. Do you mean Tuesday January 20th or Friday January \
         23rd? Please give the date as YYYY-MM-DD: 2026-01-20 or 2026-01-23."
    );
}

#[test]
fn what_is_no_date_is_asked_for_again() {
    let error = read_date("whenever").unwrap_err();
    assert_eq!(
        error.to_string(),
        "I could not read \"whenever\" as a date. Please give it as YYYY-MM-DD."
    );
    for text in [
        "",
        "2026",
        "26-01-20",
        "next",
        "next week",
        "January",
        "20",
        "2.30",
        "2026-02-08x",
        "2026-02-08T99:00",
        "in many days",
        "Friday Monday January",
        "the third Friday",
        "third Friday of January",
        "1/2/26",
        "January 20th 20266",
    ] {
        assert!(matches!(read_date(text), Err(WhenError::UnreadableDate { .. })), "{text:?}");
    }
}

#[test]
fn an_error_repeats_a_long_text_shortened_and_on_one_line() {
    let error = read_date(&format!("\"{}\n{}", "x".repeat(20), "y".repeat(500))).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("'xxxx") && told.contains("yy…"), "{told}");
    assert!(told.len() < 150 && !told.contains('\n'), "{told}");
}

#[test]
fn dates_are_read_as_they_are_spoken() {
    for (text, expected) in [
        ("January twentieth", date(2026, 1, 20)),
        ("the twenty-third", date(2026, 1, 23)),
        ("the twenty third of January", date(2026, 1, 23)),
        ("March third", date(2026, 3, 3)),
        ("March the 3rd", date(2026, 3, 3)),
        ("first of May", date(2026, 5, 1)),
        ("May thirty first", date(2026, 5, 31)),
        ("march thirtieth twenty twenty six", date(2026, 3, 30)),
        ("January twentieth two thousand twenty seven", date(2027, 1, 20)),
        ("in two weeks", date(2026, 1, 29)),
        ("in a week", date(2026, 1, 22)),
        ("in a fortnight", date(2026, 1, 29)),
        ("a week from today", date(2026, 1, 22)),
        ("two weeks from Friday", date(2026, 1, 30)),
        ("a week after the 20th", date(2026, 1, 27)),
        ("Tuesday week", date(2026, 1, 27)),
        ("the 3rd of next month", date(2026, 2, 3)),
        ("this afternoon", TODAY),
        ("tonight", TODAY),
        ("three days from now", date(2026, 1, 18)),
        ("in three days' time", date(2026, 1, 18)),
        ("a week on Friday", date(2026, 1, 23)),
        ("this upcoming Friday", date(2026, 1, 16)),
        ("the 21st of this month", date(2026, 1, 21)),
        ("January 16, 2026 (Friday)", date(2026, 1, 16)),
        ("tomorrow please", date(2026, 1, 16)),
        ("tomorrow morning", date(2026, 1, 16)),
        ("Friday in the evening", date(2026, 1, 16)),
        ("next week on Friday afternoon", date(2026, 1, 23)),
        ("Tuesday the third of February", date(2026, 2, 3)),
    ] {
        assert_eq!(read_date(text), Ok(expected), "{text:?}");
    }
}

#[test]
fn a_weekday_that_people_mean_differently_has_both_dates() {
    let on = |today: Date, text: &str| {
        let day = read_day(text, today).unwrap();
        (day.date, day.other)
    };
    let (thursday, saturday) = (TODAY, date(2026, 1, 17));
    assert_eq!(on(thursday, "next Friday"), (date(2026, 1, 23), Some(date(2026, 1, 16))));
    assert_eq!(on(thursday, "next Monday"), (date(2026, 1, 19), None));
    assert_eq!(on(saturday, "next Tuesday"), (date(2026, 1, 20), Some(date(2026, 1, 27))));
    assert_eq!(on(saturday, "this Tuesday"), (date(2026, 1, 20), None));
    assert_eq!(on(thursday, "Thursday"), (TODAY, Some(date(2026, 1, 22))));
    assert_eq!(on(thursday, "this Thursday"), (TODAY, None));
    assert_eq!(on(thursday, "next Thursday"), (date(2026, 1, 22), None));
    assert_eq!(on(thursday, "Friday"), (date(2026, 1, 16), None));
    assert_eq!(on(thursday, "Friday next week"), (date(2026, 1, 23), None));
}

#[test]
fn a_wrong_year_has_the_coming_one_beside_it() {
    assert_eq!(in_coming_year(date(2024, 1, 20), TODAY), Some(date(2026, 1, 20)));
    assert_eq!(in_coming_year(date(2025, 1, 10), TODAY), Some(date(2027, 1, 10)));
    assert_eq!(in_coming_year(date(2028, 1, 20), TODAY), Some(date(2026, 1, 20)));
    assert_eq!(in_coming_year(date(2026, 1, 10), TODAY), None);
    assert_eq!(in_coming_year(date(2027, 1, 10), TODAY), None);
}
