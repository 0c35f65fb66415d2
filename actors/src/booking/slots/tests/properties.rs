//! What holds for every business, day and occupation.

use super::*;
use proptest::prelude::*;

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let span = (-60..1_500_i64, 1..240_i64, 0..3_u32).prop_map(|(from, length, units)| {
        let midnight = instant("2026-01-16T00:00:00-05:00");
        let start = midnight + SignedDuration::from_mins(from);
        Span { start, end: start + SignedDuration::from_mins(length), units }
    });
    prop::collection::vec(span, 0..12)
}

fn businesses() -> impl Strategy<Value = Business> {
    let hours = prop::collection::vec((0..24_i8, 0..=24_i8), 0..4);
    let service = (1..200_u32, 0..60_u32, 1..4_u32, prop::option::of(5..120_u32));
    (hours, service, 0..300_u32, -60..1_500_i64).prop_map(|(hours, service, lead, now)| {
        let ranges: Vec<_> = hours.into_iter().map(|(from, to)| range(from, to)).collect();
        let mut business = Business::new().open(&ranges);
        (
            business.service.duration_minutes,
            business.service.buffer_minutes,
            business.service.capacity,
            business.service.slot_minutes,
        ) = service;
        business.settings.booking.min_lead_minutes = lead;
        business.now = instant("2026-01-16T00:00:00-05:00") + SignedDuration::from_mins(now);
        business
    })
}

proptest! {
    #![proptest_config(crate::booking::trials::trials(64))]

    #[test]
    fn no_free_slot_exceeds_capacity_at_any_minute(business in businesses(), busy in spans()) {
        let (slots, _) = day(&business.rules(), DAY, &busy);
        for slot in slots {
            let minutes = business.service.duration_minutes + business.service.buffer_minutes;
            for minute in 0..i64::from(minutes) {
                // All spans begin and end on whole minutes, so this looks at every level there is.
                let moment = slot.start + SignedDuration::from_mins(minute);
                let taken: u32 = busy
                    .iter()
                    .filter(|span| span.start <= moment && moment < span.end)
                    .map(|span| span.units)
                    .sum();
                prop_assert!(taken < business.service.capacity, "{:?} at {}", slot, moment);
            }
        }
    }

    #[test]
    fn every_free_slot_lies_within_one_range_and_after_the_lead_time(
        business in businesses(),
        busy in spans(),
    ) {
        let (slots, verdict) = day(&business.rules(), DAY, &busy);
        prop_assert_eq!(verdict == DayVerdict::Open, !slots.is_empty());
        let lead = SignedDuration::from_mins(business.settings.booking.min_lead_minutes.into());
        for slot in slots {
            let start = business.zone.to_datetime(slot.start);
            let end = business.zone.to_datetime(slot.end);
            prop_assert!(slot.start > business.now && slot.start >= business.now + lead);
            prop_assert!(business.settings.business_hours.fri.iter().any(|range| {
                let closes = range.end.map_or(DAY.tomorrow().unwrap().at(0, 0, 0, 0), |end| {
                    DAY.to_datetime(end)
                });
                DAY.to_datetime(range.start) <= start && end <= closes
            }), "{} to {}", start, end);
        }
    }

    #[test]
    fn a_start_is_accepted_exactly_when_the_day_lists_it(
        business in businesses(),
        busy in spans(),
        step in 1..20_i64,
    ) {
        let (slots, _) = day(&business.rules(), DAY, &busy);
        let midnight = instant("2026-01-16T00:00:00-05:00");
        for minute in (0..1_440).step_by(usize::try_from(step).unwrap()) {
            let start = midnight + SignedDuration::from_mins(minute);
            let listed = slots.iter().find(|slot| slot.start == start).copied();
            prop_assert_eq!(at(&business.rules(), start, &busy).ok(), listed, "{}", start);
        }
        for slot in slots {
            prop_assert_eq!(at(&business.rules(), slot.start, &busy), Ok(slot));
        }
    }

    #[test]
    fn what_is_not_offered_for_a_free_grid_start_really_is_taken(
        business in businesses(),
        busy in spans(),
    ) {
        let (all, _) = day(&business.rules(), DAY, &[]);
        let (free, _) = day(&business.rules(), DAY, &busy);
        let length = business.service.duration_minutes + business.service.buffer_minutes;
        for slot in all.iter().filter(|slot| !free.iter().any(|free| free.start == slot.start)) {
            let end = slot.start + SignedDuration::from_mins(length.into());
            let units: u32 = busy
                .iter()
                .filter(|span| span.start < end && slot.start < span.end)
                .map(|span| span.units)
                .sum();
            prop_assert!(units >= business.service.capacity);
        }
    }
    #[test]
    fn of_an_outside_calendars_slots_only_what_we_have_claimed_and_what_is_too_soon_is_left_out(
        business in businesses(),
        busy in spans(),
        starts in prop::collection::vec(-600..2_000_i64, 0..40),
    ) {
        let midnight = instant("2026-01-16T00:00:00-05:00");
        let length = SignedDuration::from_mins(business.service.duration_minutes.into());
        let slot = |minute: &i64| {
            let start = midnight + SignedDuration::from_mins(*minute);
            FreeSlot::new(start, start + length)
        };
        let named: Vec<FreeSlot> = starts.iter().map(slot).collect();
        let (free, verdict) = outside_day(&business.rules(), DAY, &named, &busy);
        prop_assert_eq!(verdict == DayVerdict::Open, !free.is_empty());
        prop_assert!(free.windows(2).all(|pair| pair[0].start < pair[1].start));
        let occupied = length + SignedDuration::from_mins(business.service.buffer_minutes.into());
        let lead = SignedDuration::from_mins(business.settings.booking.min_lead_minutes.into());
        for slot in named {
            let fits = slot.start > business.now
                && slot.start >= business.now + lead
                && business.zone.to_datetime(slot.start).date() == DAY
                && business.zone.to_datetime(business.now).date() <= DAY;
            let mut minutes = 0..occupied.as_mins();
            let room = minutes.all(|minute| {
                let moment = slot.start + SignedDuration::from_mins(minute);
                let at_once = busy.iter().filter(|span| span.start <= moment && moment < span.end);
                at_once.map(|span| span.units).sum::<u32>() < business.service.capacity
            });
            let is_free = free.iter().any(|free| free.start == slot.start);
            prop_assert_eq!(is_free, fits && room, "{:?}", slot);
        }
    }
}
