//! Leads across changed clocks, and quiet hours in every kind of night.

use jiff::civil::time;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_day_before_is_the_same_local_time_and_hours_are_hours_whatever_clocks_do() {
    let zone = "America/Chicago";
    // Clocks go forward on 14 March 2027 at 2:00 and back on 1 November 2026 at 2:00.
    for (start, day_before, hours_before) in [
        ("2027-03-14T10:00:00-05:00", "2027-03-13T10:00:00-06:00", "2027-03-13T09:00:00-06:00"),
        ("2026-11-01T10:00:00-06:00", "2026-10-31T10:00:00-05:00", "2026-10-31T11:00:00-05:00"),
        ("2027-01-05T10:00:00-06:00", "2027-01-04T10:00:00-06:00", "2027-01-04T10:00:00-06:00"),
        // A local time that is skipped the day before, and one that comes twice.
        ("2027-03-15T02:30:00-05:00", "2027-03-14T03:30:00-05:00", "2027-03-14T01:30:00-06:00"),
        ("2026-11-02T01:30:00-06:00", "2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00"),
    ] {
        assert_eq!(Lead::Days(1).before(at(start), zone), Some(at(day_before)), "{start}");
        let day = Lead::Minutes(24 * 60);
        assert_eq!(day.before(at(start), zone), Some(at(hours_before)), "{start}");
    }
}

#[test]
fn a_lead_is_a_number_and_a_unit_within_bounds() {
    for (text, lead) in [
        ("1d", Lead::Days(1)),
        (" 2h ", Lead::Minutes(120)),
        ("45m", Lead::Minutes(45)),
        ("10m", Lead::Minutes(10)),
        ("60d", Lead::Days(60)),
    ] {
        assert_eq!(text.parse(), Ok(lead), "{text}");
        assert_eq!(lead.to_string().parse(), Ok(lead));
    }
    for wrong in
        ["", "d", "0h", "9m", "61d", "-1d", "+1d", "1", "1w", "1 d", "1.5h", "2ä", "99999999999d"]
    {
        assert_eq!(wrong.parse::<Lead>(), Err(InvalidLead), "{wrong}");
    }
}

#[test]
fn quiet_hours_reach_over_midnight_and_end_where_they_say() {
    let night = QuietHours { from: time(21, 0, 0, 0), to: time(8, 0, 0, 0) };
    let zone = "America/Chicago";
    let evening = at("2026-09-22T21:00:00-05:00");
    let morning = at("2026-09-23T08:00:00-05:00");
    for inside in
        ["2026-09-22T21:00:00-05:00", "2026-09-23T00:00:00-05:00", "2026-09-23T07:59:59-05:00"]
    {
        assert_eq!(night.around(at(inside), zone), Some((evening, morning)), "{inside}");
    }
    assert_eq!(night.around(morning, zone), None);
    assert_eq!(night.around(at("2026-09-22T20:59:59-05:00"), zone), None);
    // The nights in which clocks are changed are an hour shorter and longer.
    for (inside, end) in [
        ("2027-03-14T00:00:00-06:00", "2027-03-14T08:00:00-05:00"),
        ("2026-11-01T00:00:00-05:00", "2026-11-01T08:00:00-06:00"),
    ] {
        assert_eq!(night.around(at(inside), zone).unwrap().1, at(end));
    }
}

/// Whether a local time of day is one of the quiet ones.
fn is_quiet(hours: QuietHours, local: Time) -> bool {
    if hours.to > hours.from {
        (hours.from..hours.to).contains(&local)
    } else {
        local >= hours.from || local < hours.to
    }
}

proptest! {
    #[test]
    fn nothing_that_waits_for_the_end_of_quiet_hours_is_sent_within_them(
        second in 1_767_225_600_i64..1_893_456_000,
        (from, length) in (0_i32..48, 1_i32..48),
        zone in prop::sample::select(vec![
            "UTC", "America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu",
            "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
        ]),
    ) {
        let clock = |half_hours: i32| {
            let minutes = half_hours.rem_euclid(48) * 30;
            time((minutes / 60) as i8, (minutes % 60) as i8, 0, 0)
        };
        let hours = QuietHours { from: clock(from), to: clock(from + length) };
        let at = Timestamp::from_second(second).unwrap();
        let local = |at: Timestamp| TimeZone::get(zone).unwrap().to_datetime(at);
        let around = hours.around(at, zone);
        let goes = around.map_or(at, |(_, end)| end);
        prop_assert!(hours.around(goes, zone).is_none(), "still quiet at {goes}");
        if let Some((begin, end)) = around {
            prop_assert!(begin <= at && at < end);
            prop_assert!(end.duration_since(begin) <= SignedDuration::from_hours(26));
        }
        // On a day without a change the clock alone says it.
        let same = |days: i32| {
            let other = at + SignedDuration::from_hours(24 * i64::from(days));
            local(other).time() == local(at).time()
        };
        if same(-1) && same(1) && same(-2) {
            prop_assert_eq!(around.is_some(), is_quiet(hours, local(at).time()));
            prop_assert!(!is_quiet(hours, local(goes).time()) || !same(2));
        }
    }
}
