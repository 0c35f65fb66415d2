//! Which starts are offered, on plain days, on days with clock changes, and under occupation.
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use super::*;
use hookswitch_storage::{BookingRules, BusinessHours};
use jiff::civil::date;

mod clock_changes;
mod properties;

/// A Friday in winter, in New York.
const DAY: Date = date(2026, 1, 16);

#[derive(Debug)]
struct Business {
    settings: Settings,
    service: Service,
    places: u32,
    zone: TimeZone,
    now: Timestamp,
}

impl Business {
    /// Open 9 to 12 every day, half-hour appointments, now 8:00 on [`DAY`], five hours behind UTC.
    fn new() -> Self {
        let service = Service {
            id: "checkup".parse().unwrap(),
            name: "Check-up".into(),
            duration_minutes: 30,
            buffer_minutes: 0,
            capacity: 1,
            capacity_counts: Default::default(),
            max_party_size: None,
            connections: Vec::new(),
            slot_minutes: None,
            max_per_day: None,
        };
        let settings = Settings {
            name: "Oak Street Dental".into(),
            timezone: "America/New_York".into(),
            country: "US".into(),
            business_hours: BusinessHours::default(),
            closed_dates: Default::default(),
            services: vec![service.clone()],
            default_service: None,
            phone_numbers: Default::default(),
            vapi_phone_number_ids: Default::default(),
            assistant_ids: Default::default(),
            departments: Default::default(),
            webhook_auth: Vec::new(),
            booking: BookingRules::default(),
            tool_names: Default::default(),
            disabled_tools: Default::default(),
            prompt: None,
            retention_days: None,
            default_connection: None,
            customerconnect: None,
            twilio: None,
            smtp: None,
            messages: hookswitch_storage::MessageRules::default(),
            calls: hookswitch_storage::CallRules::default(),
            inbound: Vec::new(),
            vapi_numbers: BTreeMap::new(),
            locale: hookswitch_storage::Locale::default(),
            vapi_credential_id: None,
        };
        let zone = TimeZone::get("America/New_York").unwrap();
        let business =
            Self { settings, service, places: 1, zone, now: instant("2026-01-16T08:00:00-05:00") };
        business.open(&[range(9, 12)])
    }

    fn open(mut self, ranges: &[TimeRange]) -> Self {
        let hours = &mut self.settings.business_hours;
        for day in [
            &mut hours.mon,
            &mut hours.tue,
            &mut hours.wed,
            &mut hours.thu,
            &mut hours.fri,
            &mut hours.sat,
            &mut hours.sun,
        ] {
            *day = ranges.to_vec();
        }
        self
    }

    fn rules(&self) -> SlotRules<'_> {
        SlotRules {
            settings: &self.settings,
            service: &self.service,
            places: self.places,
            zone: &self.zone,
            now: self.now,
        }
    }

    fn day(&self, date: Date, busy: &[Span]) -> (Vec<String>, DayVerdict) {
        let (slots, verdict) = day(&self.rules(), date, busy);
        (self.walls(&slots), verdict)
    }

    fn walls(&self, slots: &[FreeSlot]) -> Vec<String> {
        let wall =
            |slot: &FreeSlot| self.zone.to_datetime(slot.start).strftime("%H:%M").to_string();
        slots.iter().map(wall).collect()
    }

    fn at(&self, start: &str, busy: &[Span]) -> Result<FreeSlot, NotBookable> {
        at(&self.rules(), instant(start), busy)
    }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn range(from: i8, to: i8) -> TimeRange {
    let end = (to < 24).then(|| time(to, 0, 0, 0));
    TimeRange { start: time(from, 0, 0, 0), end }
}

/// Occupied on [`DAY`] between two wall times in New York.
fn busy(from: &str, to: &str, units: u32) -> Span {
    let on_day = |wall: &str| instant(&format!("{DAY}T{wall}:00-05:00"));
    Span { start: on_day(from), end: on_day(to), units }
}

#[test]
fn starts_follow_each_other_by_the_duration_until_the_last_that_ends_in_time() {
    let mut business = Business::new();
    let (slots, verdict) = business.day(DAY, &[]);
    assert_eq!(slots, ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]);
    assert_eq!(verdict, DayVerdict::Open);

    business.service.duration_minutes = 50;
    assert_eq!(business.day(DAY, &[]).0, ["09:00", "09:50", "10:40"]);
    business.service.slot_minutes = Some(60);
    assert_eq!(business.day(DAY, &[]).0, ["09:00", "10:00", "11:00"]);
}

#[test]
fn each_range_has_its_own_grid_and_may_end_at_midnight() {
    let mut business = Business::new();
    business.service.duration_minutes = 60;
    let late = TimeRange { start: time(22, 30, 0, 0), end: None };
    let business = business.open(&[range(9, 11), late]);
    assert_eq!(business.day(DAY, &[]).0, ["09:00", "10:00", "22:30"]);
}

#[test]
fn ranges_that_overlap_offer_a_start_once() {
    let business = Business::new().open(&[range(9, 11), range(10, 12)]);
    assert_eq!(business.day(DAY, &[]).0, ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]);
}

#[test]
fn the_buffer_may_run_over_closing_time_but_not_into_a_booking() {
    let mut business = Business::new();
    business.service.buffer_minutes = 30;
    let (slots, _) = business.day(DAY, &[busy("10:30", "11:00", 1)]);
    assert_eq!(slots, ["09:00", "09:30", "11:00", "11:30"]);
    let last = business.at("2026-01-16T11:30:00-05:00", &[]).unwrap();
    assert_eq!(last.end, instant("2026-01-16T12:00:00-05:00"));
}

#[test]
fn appointments_may_touch_but_not_overlap() {
    let business = Business::new();
    let (slots, _) = business.day(DAY, &[busy("09:30", "10:00", 1), busy("10:59", "11:01", 1)]);
    assert_eq!(slots, ["09:00", "10:00", "11:30"]);
}

#[test]
fn capacity_counts_what_overlaps_at_one_moment_not_what_touches_the_slot() {
    let mut business = Business::new();
    business.service.duration_minutes = 60;
    business.service.capacity = 2;
    let one_after_the_other = [busy("09:00", "09:30", 1), busy("09:30", "10:00", 1)];
    assert!(business.day(DAY, &one_after_the_other).0.contains(&"09:00".into()));
    let together = [busy("09:00", "09:31", 1), busy("09:30", "10:00", 1)];
    assert!(!business.day(DAY, &together).0.contains(&"09:00".into()));
    assert!(!business.day(DAY, &[busy("09:10", "09:20", 2)]).0.contains(&"09:00".into()));
}

#[test]
fn a_span_that_ends_before_it_starts_occupies_nothing() {
    let business = Business::new();
    let odd = [busy("11:00", "09:00", 5), busy("10:00", "10:00", 5)];
    assert_eq!(business.day(DAY, &odd), business.day(DAY, &[]));
}

#[test]
fn a_start_equal_to_now_is_over() {
    let mut business = Business::new();
    business.now = instant("2026-01-16T09:30:00-05:00");
    assert_eq!(business.day(DAY, &[]).0, ["10:00", "10:30", "11:00", "11:30"]);
    assert_eq!(business.at("2026-01-16T09:30:00-05:00", &[]), Err(NotBookable::Past));
}

#[test]
fn the_lead_time_is_kept_to_the_minute() {
    let mut business = Business::new();
    business.settings.booking.min_lead_minutes = 120;
    assert_eq!(business.day(DAY, &[]).0, ["10:00", "10:30", "11:00", "11:30"]);
    assert_eq!(business.at("2026-01-16T09:30:00-05:00", &[]), Err(NotBookable::TooSoon));
}

#[test]
fn a_day_without_slots_says_why() {
    let mut business = Business::new();
    business.settings.closed_dates.insert(date(2026, 1, 20));
    business.settings.business_hours.sat.clear();
    business.settings.business_hours.sun = vec![range(9, 9)];
    business.settings.booking.horizon_days = 10;
    let verdict = |business: &Business, date| {
        let (slots, verdict) = business.day(date, &[]);
        assert_eq!(slots, Vec::<String>::new());
        verdict
    };
    assert_eq!(verdict(&business, date(2026, 1, 15)), DayVerdict::Past);
    assert_eq!(verdict(&business, date(2026, 1, 20)), DayVerdict::ClosedDate);
    assert_eq!(verdict(&business, date(2026, 1, 17)), DayVerdict::NoHours);
    assert_eq!(verdict(&business, date(2026, 1, 18)), DayVerdict::NoHours);
    assert_eq!(business.day(date(2026, 1, 26), &[]).1, DayVerdict::Open);
    assert_eq!(verdict(&business, date(2026, 1, 27)), DayVerdict::BeyondHorizon);
    business.settings.booking.min_lead_minutes = 6 * 60;
    assert_eq!(verdict(&business, DAY), DayVerdict::TooSoon);
    business.now = instant("2026-01-16T11:30:00-05:00");
    assert_eq!(verdict(&business, DAY), DayVerdict::Past);
    business.service.duration_minutes = 181;
    assert_eq!(verdict(&business, date(2026, 1, 19)), DayVerdict::TooLong);
}

#[test]
fn a_day_whose_gaps_are_all_shorter_than_the_service_says_so() {
    let mut business = Business::new();
    business.service.duration_minutes = 60;
    let taken = [busy("09:30", "10:00", 1), busy("10:30", "11:00", 1), busy("11:30", "12:00", 1)];
    assert_eq!(business.day(DAY, &taken), (vec![], DayVerdict::TooLong));
    business.service.duration_minutes = 30;
    assert_eq!(business.day(DAY, &taken).0, ["09:00", "10:00", "11:00"]);
}

#[test]
fn a_day_that_has_no_gap_with_places_for_all_of_a_party_is_full_and_not_too_short() {
    let mut business = Business::new();
    (business.service.duration_minutes, business.service.capacity) = (60, 10);
    let five = [busy("09:00", "12:00", 5)];
    business.places = 6;
    assert_eq!(business.day(DAY, &five), (vec![], DayVerdict::Full));
    // At half past nine four places more are taken, so that five stay for less than an hour.
    business.places = 5;
    let more = ["09:30", "10:30", "11:30"].map(|from| busy(from, &format!("{}59", &from[..3]), 4));
    let taken: Vec<Span> = five.into_iter().chain(more).collect();
    assert_eq!(business.day(DAY, &taken), (vec![], DayVerdict::TooLong));
}

#[test]
fn a_free_slot_tells_how_many_of_its_places_are_taken() {
    let mut business = Business::new();
    business.service.capacity = 3;
    let taken = [busy("09:00", "09:30", 1), busy("09:15", "09:45", 1)];
    let (slots, _) = day(&business.rules(), DAY, &taken);
    let counts: Vec<u32> = slots.iter().map(|slot| slot.taken).collect();
    assert_eq!(counts[..3], [2, 1, 0]);
}

#[test]
fn a_day_is_full_when_only_what_is_over_or_taken_is_left() {
    let mut business = Business::new();
    let all = [busy("09:00", "12:00", 1)];
    assert_eq!(business.day(DAY, &all), (vec![], DayVerdict::Full));
    business.now = instant("2026-01-16T10:45:00-05:00");
    assert_eq!(business.day(DAY, &all), (vec![], DayVerdict::Full));
}

#[test]
fn a_refused_start_says_why() {
    let mut business = Business::new();
    business.settings.closed_dates.insert(date(2026, 1, 20));
    business.settings.booking.horizon_days = 10;
    let taken = [busy("09:00", "09:30", 1)];
    for (start, reason) in [
        ("2026-01-15T09:00:00-05:00", NotBookable::Past),
        ("2026-01-27T09:00:00-05:00", NotBookable::BeyondHorizon),
        ("2026-01-20T09:00:00-05:00", NotBookable::ClosedDate),
        ("2026-01-16T08:30:00-05:00", NotBookable::OutsideHours),
        ("2026-01-16T11:45:00-05:00", NotBookable::OutsideHours),
        ("2026-01-16T12:00:00-05:00", NotBookable::OutsideHours),
        ("2026-01-16T09:15:00-05:00", NotBookable::OffGrid),
        ("2026-01-16T09:00:00-05:00", NotBookable::Taken),
    ] {
        assert_eq!(business.at(start, &taken), Err(reason), "{start}");
    }
}

#[test]
fn the_nearest_slots_come_in_order_of_time() {
    let business = Business::new();
    let (slots, _) = day(&business.rules(), DAY, &[]);
    let near = |to: &str, count| {
        business.walls(&nearest(slots.clone(), |slot| slot.start, instant(to), count))
    };
    assert_eq!(near("2026-01-16T10:30:00-05:00", 3), ["10:00", "10:30", "11:00"]);
    assert_eq!(near("2026-01-16T10:15:00-05:00", 1), ["10:00"]);
    assert_eq!(near("2026-01-16T22:00:00-05:00", 2), ["11:00", "11:30"]);
    assert_eq!(near("2020-01-01T00:00:00Z", 99).len(), slots.len());
    assert_eq!(near("2026-01-16T10:30:00-05:00", 0), Vec::<String>::new());
}

#[test]
fn an_outage_offers_nine_to_five_in_half_hours() {
    let mut business = Business::new();
    let offered =
        |business: &Business, busy: &[Span]| outage_day(&business.rules(), DAY, &[], busy);
    let (slots, _) = offered(&business, &[]);
    assert_eq!(slots.len(), 16);
    assert_eq!(slots[0].start, instant("2026-01-16T09:00:00-05:00"));
    assert_eq!(slots[15].end, instant("2026-01-16T17:00:00-05:00"));
    let claimed = busy("09:00", "10:00", 1);
    assert_eq!(business.walls(&offered(&business, &[claimed]).0)[0], "10:00");
    business.now = instant("2026-01-16T12:00:00-05:00");
    assert_eq!(business.walls(&offered(&business, &[]).0)[0], "12:30");
    business.settings.booking.min_lead_minutes = 120;
    assert_eq!(business.walls(&offered(&business, &[]).0)[0], "14:00");
    business.service.duration_minutes = 120;
    assert_eq!(business.walls(&offered(&business, &[]).0), ["14:00", "14:30", "15:00"]);
    let evening =
        FreeSlot::new(instant("2026-01-16T18:15:00-05:00"), instant("2026-01-16T20:15:00-05:00"));
    let (slots, _) = outage_day(&business.rules(), DAY, &[evening], &[]);
    assert_eq!(slots.last(), Some(&evening), "it was named before");
    business.settings.closed_dates = [DAY].into();
    assert_eq!(
        outage_day(&business.rules(), DAY, &[evening], &[]),
        (Vec::new(), DayVerdict::ClosedDate)
    );
}

#[test]
fn extreme_settings_end_in_an_answer() {
    let mut business = Business::new();
    business.service.duration_minutes = 0;
    business.service.slot_minutes = Some(0);
    assert_eq!(business.day(DAY, &[]).0.len(), 180);
    business.service.buffer_minutes = u32::MAX;
    business.settings.booking.horizon_days = u32::MAX;
    assert_eq!(business.day(DAY, &[]).0.len(), 180);
    for extreme in [Date::MAX, Date::MIN] {
        let _ = business.day(extreme, &[]);
        let _ = outage_day(&business.rules(), extreme, &[], &[]);
    }
    business.settings.booking.min_lead_minutes = u32::MAX;
    assert_eq!(business.day(DAY, &[]).1, DayVerdict::TooSoon);
    for extreme in [Timestamp::MAX, Timestamp::MIN] {
        assert!(at(&business.rules(), extreme, &[]).is_err());
        business.now = extreme;
        let _ = business.day(DAY, &[]);
    }
    business.service.slot_minutes = Some(u32::MAX);
    business.service.duration_minutes = u32::MAX;
    assert_eq!(business.day(Date::MAX, &[]).0, Vec::<String>::new());
}
