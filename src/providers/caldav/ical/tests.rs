//! Events as calendars keep them, and as nobody should.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

fn chicago() -> TimeZone {
    TimeZone::get("America/Chicago").unwrap()
}

fn object(lines: &[&str]) -> String {
    let mut all = vec!["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", "BEGIN:VEVENT"];
    all.extend(["UID:one", "DTSTAMP:20260901T080000Z"]);
    all.extend(lines);
    all.extend(["END:VEVENT", "END:VCALENDAR", ""]);
    all.join("\r\n")
}

fn times(lines: &[&str]) -> Vec<(String, String)> {
    let events = events(&object(lines), &chicago()).unwrap();
    let mut times: Vec<_> = events
        .iter()
        .map(|event| (event.time.start.to_string(), event.time.end.to_string()))
        .collect();
    times.sort();
    times
}

fn one(lines: &[&str]) -> (String, String) {
    let times = times(lines);
    assert_eq!(times.len(), 1, "{times:?}");
    times[0].clone()
}

fn span(start: &str, end: &str) -> (String, String) {
    (start.to_owned(), end.to_owned())
}

#[test]
fn times_are_read_in_each_way_in_which_they_are_written() {
    let ten = span("2026-09-24T15:00:00Z", "2026-09-24T15:30:00Z");
    for lines in [
        vec!["DTSTART:20260924T150000Z", "DTEND:20260924T153000Z"],
        vec!["DTSTART:20260924T150000Z", "DURATION:PT30M"],
        vec![
            "DTSTART;TZID=America/Chicago:20260924T100000",
            "DTEND;TZID=America/Chicago:20260924T103000",
        ],
        vec!["DTSTART;TZID=\"Europe/Berlin\":20260924T170000", "DURATION:PT1800S"],
        // As Outlook names it.
        vec!["DTSTART;TZID=Central Standard Time:20260924T100000", "DURATION:PT30M"],
        // Without a zone: the org's.
        vec!["DTSTART:20260924T100000", "DTEND:20260924T103000"],
        // Folded in the middle.
        vec!["DTSTART;TZID=America/Ch", " icago:20260924T1000", "\t00", "DURATION:PT30M"],
        vec!["dtstart:20260924T150000Z", "Dtend:20260924T153000Z"],
    ] {
        assert_eq!(one(&lines), ten, "{lines:?}");
    }
}

#[test]
fn a_whole_day_is_the_orgs_day_also_when_the_clocks_change() {
    let day = one(&["DTSTART;VALUE=DATE:20260924", "DTEND;VALUE=DATE:20260925"]);
    assert_eq!(day, span("2026-09-24T05:00:00Z", "2026-09-25T05:00:00Z"));
    let without_end = one(&["DTSTART;VALUE=DATE:20260924"]);
    assert_eq!(without_end, day);
    let long = one(&["DTSTART;VALUE=DATE:20261101", "DTEND;VALUE=DATE:20261102"]);
    assert_eq!(long, span("2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"));
}

#[test]
fn repetitions_are_laid_out_with_what_was_taken_out_and_put_elsewhere() {
    let weekly = times(&[
        "DTSTART;TZID=America/Chicago:20261022T100000",
        "DTEND;TZID=America/Chicago:20261022T110000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=America/Chicago:20261029T100000",
    ]);
    let expected = [
        span("2026-10-22T15:00:00Z", "2026-10-22T16:00:00Z"),
        span("2026-11-05T16:00:00Z", "2026-11-05T17:00:00Z"),
        span("2026-11-12T16:00:00Z", "2026-11-12T17:00:00Z"),
    ];
    assert_eq!(weekly, expected, "ten o'clock stays ten o'clock in winter");
    let moved = format!(
        "{}{}",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTART:20260921T150000Z\r\nDURATION:PT1H\r\n\
         RRULE:FREQ=DAILY;COUNT=3\r\nRDATE:20260930T150000Z\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:one\r\nRECURRENCE-ID:20260922T150000Z\r\nDTSTART:20260922T200000Z\r\n\
         DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let mut starts: Vec<String> = events(&moved, &chicago())
        .unwrap()
        .iter()
        .map(|event| event.time.start.to_string())
        .collect();
    starts.sort();
    let expected = [
        "2026-09-21T15:00:00Z",
        "2026-09-22T20:00:00Z",
        "2026-09-23T15:00:00Z",
        "2026-09-30T15:00:00Z",
    ];
    assert_eq!(starts, expected);
}

#[test]
fn a_rule_without_an_end_ends_for_us() {
    let daily = ["DTSTART:20100101T150000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"];
    let all = times(&daily);
    assert!(all.iter().any(|(start, _)| start.starts_with("2040-01-01")), "thirty years on");
    assert!(all.len() <= MOST_REPETITIONS + 1);
    let secondly = ["DTSTART:20260924T150000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"];
    assert!(times(&secondly).len() <= MOST_REPETITIONS + 1);
}

#[test]
fn what_takes_no_time_from_others_is_told_apart() {
    let busy = |line: &str| {
        let lines = ["DTSTART:20260924T150000Z", "DTEND:20260924T153000Z", line];
        events(&object(&lines), &chicago()).unwrap()[0].is_busy()
    };
    assert!(busy("STATUS:TENTATIVE"));
    assert!(busy("TRANSP:OPAQUE"));
    assert!(busy("X-ANYTHING:goes"));
    assert!(!busy("STATUS:CANCELLED"));
    assert!(!busy("TRANSP:TRANSPARENT"));
}

#[test]
fn an_event_without_a_start_that_can_be_read_is_not_passed_over() {
    for lines in
        [vec!["SUMMARY:nothing more"], vec!["DTSTART:soon"], vec!["DTSTART:20261301T990000Z"]]
    {
        assert_eq!(events(&object(&lines), &chicago()), None, "{lines:?}");
    }
    assert_eq!(
        events(
            "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
            &chicago()
        ),
        Some(Vec::new())
    );
    assert_eq!(events("<html>", &chicago()), None);
    assert_eq!(events("", &chicago()), None);
}

#[test]
fn busy_times_are_read_in_both_forms_that_servers_have() {
    let one_component = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n\
        FREEBUSY;FBTYPE=BUSY:20260924T150000Z/20260924T153000Z,20260924T160000Z/PT30M\r\n\
        FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260924T170000Z/20260924T173000Z\r\n\
        FREEBUSY;FBTYPE=FREE:20260924T180000Z/20260924T183000Z\r\n\
        FREEBUSY:20260924T190000Z/20260924T193000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    let starts = |text: &str| {
        let times = busy(text).unwrap();
        times.iter().map(|time| stamp(time.start)[9..13].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(starts(one_component), ["1500", "1600", "1700", "1900"]);
    let one_each = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nDTSTART:20260924T150000Z\r\n\
        DTEND:20260924T153000Z\r\nFBTYPE:BUSY\r\nEND:VFREEBUSY\r\nBEGIN:VFREEBUSY\r\n\
        DTSTART:20260924T160000Z\r\nDTEND:20260924T163000Z\r\nFBTYPE:FREE\r\nEND:VFREEBUSY\r\n\
        END:VCALENDAR\r\n";
    assert_eq!(starts(one_each), ["1500"]);
    let nothing = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nDTSTART:20260924T000000Z\r\n\
        DTEND:20260925T000000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    assert_eq!(busy(nothing), Some(Vec::new()));
}

/// Lines such as calendars have, and a little less so.
fn lines() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        Just("BEGIN"),
        Just("END"),
        Just("DTSTART"),
        Just("DTEND"),
        Just("RRULE"),
        Just("EXDATE"),
        Just("RDATE"),
        Just("RECURRENCE-ID"),
        Just("DURATION"),
        Just("FREEBUSY"),
        Just("TZID"),
        Just("TZOFFSETTO"),
        Just("TZOFFSETFROM"),
        Just("SEQUENCE"),
        Just("UID"),
        Just("X-A"),
    ];
    let parameter = prop_oneof![
        Just(String::new()),
        Just(";VALUE=DATE".to_owned()),
        Just(";TZID=America/Chicago".to_owned()),
        Just(";RANGE=THISANDFUTURE".to_owned()),
        Just(";VALUE=PERIOD".to_owned()),
        ";[A-Z]{0,5}=?\"?[ -~]{0,8}",
    ];
    let value = prop_oneof![
        Just("VCALENDAR".to_owned()),
        Just("VEVENT".to_owned()),
        Just("VTIMEZONE".to_owned()),
        Just("VFREEBUSY".to_owned()),
        Just("STANDARD".to_owned()),
        "[0-9]{4}[0-9]{2}[0-9]{2}(T[0-9]{6}Z?)?",
        "99999999T999999Z",
        "[+-][0-9]{4,6}",
        "-?P([0-9]{1,20}[WD])?(T[0-9]{1,20}[HMS])?",
        "[0-9]{8}T[0-9]{6}Z/(PT[0-9]{1,19}S|[0-9]{8}T[0-9]{6}Z)",
        "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|MINUTELY|SECONDLY);(INTERVAL|COUNT|BYSETPOS|BYWEEKNO|BYYEARDAY|BYMONTH)=-?[0-9]{1,10}(;UNTIL=[0-9]{8})?",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "\\PC{0,40}",
    ];
    (name, parameter, value)
        .prop_map(|(name, parameter, value)| format!("{name}{parameter}:{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_whatever_makes_reading_fail(text in "\\PC*") {
        let _ = (events(&text, &chicago()), busy(&text));
    }

    #[test]
    fn no_calendar_however_wrong_makes_reading_fail(
        lines in proptest::collection::vec(lines(), 0..24), wrapped: bool,
    ) {
        let inner = lines.iter().map(String::as_str).collect::<Vec<_>>();
        let text = if wrapped { object(&inner) } else { inner.join("\n") };
        let _ = (events(&text, &chicago()), busy(&text));
    }
}

#[test]
fn what_is_too_long_is_not_read() {
    let long = format!("SUMMARY:{}", "x".repeat(LONGEST));
    assert_eq!(events(&object(&["DTSTART:20260924T150000Z", &long]), &chicago()), None);
    let nested = "BEGIN:VEVENT\r\n".repeat(60_000);
    let _ = events(&format!("BEGIN:VCALENDAR\r\n{nested}"), &chicago());
}
