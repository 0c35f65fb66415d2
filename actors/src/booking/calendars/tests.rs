//! How a day stands over calendars that stand differently.

use super::*;

#[test]
fn where_one_calendar_is_closed_and_the_other_sold_out_the_day_is_sold_out() {
    let date: Date = "2026-09-24".parse().unwrap();
    let day = |verdict| DaySlots { date, slots: Vec::new(), verdict };
    for [first, second, both] in [
        [DayVerdict::NoHours, DayVerdict::Full, DayVerdict::Full],
        [DayVerdict::Full, DayVerdict::NoHours, DayVerdict::Full],
        [DayVerdict::ClosedDate, DayVerdict::Full, DayVerdict::Full],
        [DayVerdict::TooSoon, DayVerdict::Full, DayVerdict::Full],
        [DayVerdict::Full, DayVerdict::TooLong, DayVerdict::TooLong],
        [DayVerdict::Open, DayVerdict::Full, DayVerdict::Open],
    ] {
        let mut open = BTreeMap::new();
        add(&mut open, 0, day(first));
        add(&mut open, 1, day(second));
        assert_eq!(open[&date].verdict, both, "{first:?} and {second:?}");
    }
}
