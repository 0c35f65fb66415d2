//! Days on which clocks are changed.

use super::*;
use crate::booking::when::LocalTime;
use std::collections::BTreeSet;

#[test]
fn starts_that_the_clocks_jump_over_are_not_offered() {
    let business = Business::new().open(&[range(1, 4)]);
    let (slots, _) = business.day(date(2026, 3, 8), &[]);
    assert_eq!(slots, ["01:00", "01:30", "03:00", "03:30"]);
}

#[test]
fn a_closing_time_that_the_clocks_jump_over_is_the_jump() {
    let half_past_two = TimeRange { start: time(1, 0, 0, 0), end: Some(time(2, 30, 0, 0)) };
    let mut business = Business::new().open(&[half_past_two]);
    assert_eq!(business.day(date(2026, 3, 8), &[]).0, ["01:00", "01:30"]);
    business.service.duration_minutes = 61;
    assert_eq!(business.day(date(2026, 3, 8), &[]).1, DayVerdict::TooLong);
    business.service.duration_minutes = 45;
    let start = "2026-03-08T01:05:00-05:00";
    assert_eq!(business.at(start, &[]), Err(NotBookable::OffGrid));
    let start = "2026-03-08T01:20:00-05:00";
    assert_eq!(business.at(start, &[]), Err(NotBookable::OutsideHours));
}

#[test]
fn an_hour_that_the_clocks_run_through_twice_is_offered_twice() {
    let mut business = Business::new().open(&[range(0, 3)]);
    business.settings.booking.horizon_days = 365;
    let (slots, _) = day(&business.rules(), date(2026, 11, 1), &[]);
    assert_eq!(
        business.walls(&slots),
        ["00:00", "00:30", "01:00", "01:30", "01:00", "01:30", "02:00", "02:30"]
    );
    assert_eq!(slots[2].start, instant("2026-11-01T01:00:00-04:00"));
    assert_eq!(slots[4].start, instant("2026-11-01T01:00:00-05:00"));
    assert_eq!(business.at("2026-11-01T01:00:00-05:00", &[]), Ok(slots[4]));
}

#[test]
fn lengths_are_elapsed_time_across_a_clock_change() {
    let mut business = Business::new().open(&[range(1, 4)]);
    business.service.duration_minutes = 60;
    business.service.slot_minutes = Some(30);
    let slot = business.at("2026-03-08T01:30:00-05:00", &[]).unwrap();
    assert_eq!(slot.end, instant("2026-03-08T03:30:00-04:00"));
}

#[test]
fn in_every_zone_a_day_with_a_clock_change_is_offered_in_order_and_checked_alike() {
    let mut business = Business::new().open(&[range(0, 24)]);
    business.now = instant("2019-12-31T00:00:00Z");
    business.service.slot_minutes = Some(30);
    business.settings.booking.horizon_days = 7_000;
    let until = instant("2038-01-01T00:00:00Z");
    for zone in crate::booking::trials::zones() {
        business.zone = zone.clone();
        for jump in zone.following(business.now).take_while(|jump| jump.timestamp() < until) {
            let date = zone.to_datetime(jump.timestamp()).date();
            let (slots, _) = day(&business.rules(), date, &[]);
            assert!(slots.is_sorted_by(|a, b| a.start < b.start), "{zone:?} {date}");
            let shown: Vec<_> = slots.iter().map(|slot| LocalTime::of(slot.start, &zone)).collect();
            assert!(shown.iter().all(|shown| shown.date() == date), "{zone:?} {date}");
            // Whatever is offered can be named, and no two are named alike.
            let names: BTreeSet<_> = shown.iter().map(|shown| shown.written_time()).collect();
            assert_eq!(names.len(), slots.len(), "{zone:?} {date}");
            let around = slots.iter().filter(|slot| {
                slot.start.duration_since(jump.timestamp()).abs() < SignedDuration::from_hours(2)
            });
            for slot in around {
                assert_eq!(at(&business.rules(), slot.start, &[]), Ok(*slot), "{zone:?} {date}");
            }
        }
    }
}
