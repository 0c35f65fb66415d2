//! What holds in every time zone around every change of its clocks from 2020 to 2037.

use super::*;
use crate::booking::speech::spoken_start;
use crate::booking::trials::{full_size, zones};

/// Calls `check` for moments around each change of each zone's clocks, which are not few.
fn around_every_change(check: impl Fn(&TimeZone, Timestamp)) {
    let from: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    let until: Timestamp = "2038-01-01T00:00:00Z".parse().unwrap();
    let (mut changes, zones) = (0, zones());
    // The time zone database is there, and all of it is gone through.
    let (least_zones, least_changes) = if full_size() { (400, 5_000) } else { (30, 200) };
    assert!(zones.len() > least_zones, "{} zones", zones.len());
    for zone in zones {
        for change in zone.following(from).take_while(|change| change.timestamp() < until) {
            changes += 1;
            for minutes in (-150..=150).step_by(30) {
                check(&zone, change.timestamp() + SignedDuration::from_mins(minutes));
            }
        }
    }
    assert!(changes > least_changes, "{changes} changes");
}

fn only(readings: Result<Vec<Moment>, WhenError>, zone: &TimeZone) -> Vec<Timestamp> {
    let readings = readings.unwrap();
    assert_eq!(readings.len(), 1, "{readings:?}");
    readings[0].instants(zone)
}

#[test]
fn each_instant_is_found_again_by_its_local_time() {
    around_every_change(|zone, instant| {
        let local = zone.to_datetime(instant);
        match resolve(local, zone) {
            Resolved::One(one) => assert_eq!(one, instant, "{zone:?} {local}"),
            Resolved::Fold { first, second } => {
                assert!(first < second, "{zone:?} {local}");
                assert!(first == instant || second == instant, "{zone:?} {local}");
                assert_eq!(zone.to_datetime(first), zone.to_datetime(second));
            }
            Resolved::Gap => panic!("{zone:?}: {local} is shown by clocks at {instant}"),
        }
        let turn = LocalTime::of(instant, zone).turn();
        let twice = matches!(resolve(local, zone), Resolved::Fold { .. });
        assert_eq!(turn.is_some(), twice, "{zone:?} {local}");
    });
}

#[test]
fn a_time_that_clocks_jump_over_has_no_instant_and_a_next_time_that_they_show() {
    around_every_change(|zone, instant| {
        // The wall time of the other side of the change: a gap, a fold or an ordinary time.
        for other in [-90, 90] {
            let beside = instant + SignedDuration::from_mins(other);
            let wall = zone.to_offset(beside).to_datetime(instant);
            let moment = Moment::Local { at: wall, pick: None };
            let instants = moment.instants(zone);
            let next = gap_end(wall, zone);
            assert_eq!(instants.is_empty(), next.is_some(), "{zone:?} {wall}");
            for found in instants {
                assert_eq!(zone.to_datetime(found), wall, "{zone:?}");
            }
            if let Some(next) = next {
                assert!(zone.to_datetime(next) > wall, "{zone:?} {wall}");
            }
        }
    });
}

#[test]
fn what_is_written_and_said_of_an_instant_is_read_as_that_instant() {
    around_every_change(|zone, instant| {
        let shown = LocalTime::of(instant, zone);
        let today = shown.date();
        let date = today.to_string();
        let written = only(read_moment(&date, &shown.written_time(), today), zone);
        assert_eq!(written, [instant], "{zone:?} {date} {}", shown.written_time());

        let said = (spoken_date(today), spoken_start(shown));
        let heard = only(read_moment(&said.0, &said.1, today), zone);
        assert_eq!(heard, [instant], "{zone:?} {said:?}");

        let iso = instant.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        assert_eq!(only(read_moment("", &iso, today), zone), [instant], "{iso}");
    });
}
