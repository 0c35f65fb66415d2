//! Whatever happens in a call, in whatever order: its state follows the same rules.

use hookswitch_storage::{
    BookingId, BookingStatus, BookingSummary, CallEvent, CallId, CallKey, CallLinks, Caller,
    ConnectionId, CustomerSummary, Direction, OfferedSlot, OrgId, Outcome, ResourceId, Speaker,
    StoredEvent, TransferSign,
};
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{CallState, Field};
use crate::bounds::{MAX_LINE, MAX_OFFERED, MAX_WARNINGS, TRANSCRIPT_TAIL};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + minutes * 60).unwrap()
}

fn empty(key: &CallKey) -> CallState {
    CallState::new(key.clone(), at(0), "2026-09-22".parse().unwrap(), "America/Chicago")
}

fn slot(number: i64) -> OfferedSlot {
    let connection = ConnectionId::of("con_tests1");
    OfferedSlot {
        start: at(number * 30),
        end: at(number * 30 + 30),
        service_id: "visit".parse().unwrap(),
        resource: ResourceId::of_connection(&connection),
        connection_id: connection,
        time_zone: "America/Chicago".into(),
        party_size: None,
        spoken: number % 2 == 0,
    }
}

/// Ids of the tests' own: the same each time.
trait Of {
    fn of(text: &str) -> Self;
}

impl<T: std::str::FromStr<Err: std::fmt::Debug>> Of for T {
    fn of(text: &str) -> Self {
        text.parse().unwrap()
    }
}

fn booking(number: u8, start: i64, status: BookingStatus) -> BookingSummary {
    BookingSummary {
        id: BookingId::of(&format!("00000000-0000-4000-8000-0000000000{number:02}")),
        status,
        outcome: Outcome::Confirmed,
        service_id: "visit".parse().unwrap(),
        start: at(start * 30),
        end: at(start * 30 + 30),
        time_zone: "America/Chicago".into(),
        customer_name: "Ann Ruiz".into(),
        confirmation: format!("CODE{number:02}"),
        customer_confirmed_at: None,
    }
}

fn any_booking() -> impl Strategy<Value = BookingSummary> {
    (0..4_u8, 0..20_i64, any::<bool>()).prop_map(|(number, start, stands)| {
        let status = if stands { BookingStatus::Confirmed } else { BookingStatus::Cancelled };
        booking(number, start, status)
    })
}

fn any_event() -> impl Strategy<Value = CallEvent> {
    let speaker = prop_oneof![Just(Speaker::Agent), Just(Speaker::Caller)];
    let number = proptest::option::of("\\+1512555[0-9]{4}");
    prop_oneof![
        1 => number.prop_map(|number| CallEvent::CallStarted {
            direction: Direction::Outbound,
            caller: Caller { number, name: None },
            today: "2026-09-23".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
            assistant_id: Some("assistant".into()),
            phone_number_id: None,
            links: CallLinks { control_url: Some("https://example.com".into()), listen_url: None },
        }),
        2 => "[a-z-]{1,12}".prop_map(|status| CallEvent::StatusChanged { status }),
        6 => (speaker, "[a-z ]{0,40}", any::<bool>()).prop_map(|(speaker, text, is_final)| {
            CallEvent::Transcript { speaker, text: text.repeat(60), is_final, from_copy: false }
        }),
        4 => (0..6_u8).prop_map(|id| CallEvent::ToolStarted {
            tool_call_id: Of::of(&format!("tool-{id}")), name: "create_booking".into(),
        }),
        4 => (0..6_u8).prop_map(|id| CallEvent::ToolFinished {
            tool_call_id: Of::of(&format!("tool-{id}")), name: "create_booking".into(),
            success: true, duration_ms: 12, message: "Done.".into(),
        }),
        1 => "[A-Z][a-z]{1,8}".prop_map(|name| CallEvent::CustomerIdentified {
            customer: CustomerSummary {
                id: None, name, phone: None, email: None, last_visit: None,
            },
        }),
        4 => (0..400_i64, 1..80_i64).prop_map(|(first, count)| CallEvent::SlotsOffered {
            slots: (first..first + count).map(slot).collect(),
        }),
        2 => (0..20_i64).prop_map(|n| CallEvent::SlotHeld { slot: slot(n), until: at(n) }),
        2 => any_booking().prop_map(|booking| CallEvent::BookingMade { booking }),
        2 => any_booking().prop_map(|booking| CallEvent::BookingChanged { booking }),
        2 => any_booking().prop_map(|booking| CallEvent::BookingCancelled { booking }),
        1 => Just(CallEvent::BookingFailed { reason: "slot_unavailable".into(), name: None }),
        2 => (0..9_u32).prop_map(|attempts| CallEvent::AttemptCounted { attempts }),
        1 => Just(CallEvent::TransferRequested {
            department: None, number: None, summary: "Wants a person.".into(), warm: false,
            by_command: false,
        }),
        1 => (0..2_u8).prop_map(|n| CallEvent::TransferRequested {
            department: Some("billing".into()), number: Some(format!("+1512555019{n}")),
            summary: "A bill.".into(), warm: n == 1, by_command: n == 0,
        }),
        2 => prop::sample::select(vec![
            TransferSign::Dialing, TransferSign::Accepted, TransferSign::NoAnswer,
        ]).prop_map(|sign| CallEvent::TransferChanged { sign, number: None }),
        1 => Just(CallEvent::ControlSent { action: "transfer".into(), by: "agent".into() }),
        1 => Just(CallEvent::ControlSent { action: "say".into(), by: "Dana".into() }),
        4 => "[a-z_]{1,12}".prop_map(|code| CallEvent::Warning { code, message: "Hm.".into() }),
        1 => "[a-z-]{1,12}".prop_map(|reason| CallEvent::CallEnded { reason }),
        1 => Just(CallEvent::SessionRestored),
    ]
}

/// Events with rising positions, as a session numbers them; interim lines leave holes in what is kept.
fn any_events() -> impl Strategy<Value = Vec<StoredEvent>> {
    vec((any_event(), 1..3_u64, 0..90_i64), 0..60).prop_map(|events| {
        let mut seq = 0;
        let number = |(event, step, minute)| {
            seq += step;
            StoredEvent { seq, at: at(minute), event }
        };
        events.into_iter().map(number).collect()
    })
}

fn key() -> CallKey {
    CallKey { org: OrgId::of("org_tests1"), call: CallId::of("call-1") }
}

/// What a watcher does with a field that it is sent.
fn put(field: Field, from: &CallState, to: &mut CallState) {
    match field {
        Field::Status => to.status.clone_from(&from.status),
        Field::Direction => to.direction = from.direction,
        Field::Caller => to.caller.clone_from(&from.caller),
        Field::Customer => to.customer.clone_from(&from.customer),
        Field::StartedAt => to.started_at = from.started_at,
        Field::Today => to.today = from.today,
        Field::OfferedSlots => to.offered_slots.clone_from(&from.offered_slots),
        Field::HeldSlot => to.held_slot.clone_from(&from.held_slot),
        Field::Bookings => to.bookings.clone_from(&from.bookings),
        Field::Attempts => to.attempts = from.attempts,
        Field::ToolsInFlight => to.tools_in_flight.clone_from(&from.tools_in_flight),
        Field::TranscriptTail => to.transcript_tail.clone_from(&from.transcript_tail),
        Field::Warnings => to.warnings.clone_from(&from.warnings),
        Field::Watchers => to.watchers.clone_from(&from.watchers),
        Field::Controller => to.controller.clone_from(&from.controller),
        Field::Transfer => to.transfer.clone_from(&from.transfer),
    }
}

/// The part of a state that nobody is sent.
fn unseen(from: &CallState, to: &mut CallState) {
    to.time_zone.clone_from(&from.time_zone);
    to.links.clone_from(&from.links);
    to.assistant_id.clone_from(&from.assistant_id);
    to.asked_name.clone_from(&from.asked_name);
    to.transfer_requested_at = from.transfer_requested_at;
    to.ended.clone_from(&from.ended);
    (to.seq, to.last_at) = (from.seq, from.last_at);
}

#[test]
fn a_slot_that_is_offered_again_is_the_last_one_as_it_was_offered_last() {
    let offered = |seq, slots: &[OfferedSlot]| StoredEvent {
        seq,
        at: at(0),
        event: CallEvent::SlotsOffered { slots: slots.to_vec() },
    };
    let first = OfferedSlot { party_size: Some(2), ..slot(2) };
    let again = OfferedSlot {
        party_size: Some(4),
        time_zone: "America/New_York".into(),
        spoken: false,
        ..slot(2)
    };
    let events = [offered(1, &[first, slot(3)]), offered(2, std::slice::from_ref(&again))];
    let state = empty(&key()).restore(&events);
    let spoken = OfferedSlot { spoken: true, ..again };
    assert_eq!(state.offered_slots, [slot(3), spoken.clone()]);
    // How many come is not forgotten for not being said once more.
    let state = state.restore(&[offered(3, &[slot(3)]), offered(4, &[slot(2)])]);
    let last = OfferedSlot { time_zone: "America/Chicago".into(), ..spoken };
    assert_eq!(state.offered_slots, [slot(3), last]);
}

proptest! {
    #[test]
    fn applying_events_twice_does_no_harm(events in any_events()) {
        let once = empty(&key()).restore(&events);
        let mut each_twice = empty(&key());
        for event in &events {
            each_twice.apply(event);
            let changed = each_twice.apply(event);
            prop_assert_eq!(changed.fields().count(), 0);
        }
        prop_assert_eq!(&each_twice, &once);
        prop_assert_eq!(once.clone().restore(&events), once);
    }

    #[test]
    fn a_snapshot_and_the_fields_that_later_events_changed_make_the_state(
        events in any_events(),
        snapshot_at in 0..60_usize,
    ) {
        let (before, after) = events.split_at(snapshot_at.min(events.len()));
        let mut state = empty(&key()).restore(before);
        let mut watched = state.clone();
        for event in after {
            let changed = state.apply(event);
            for field in changed.fields() {
                put(field, &state, &mut watched);
            }
            unseen(&state, &mut watched);
            prop_assert_eq!(&watched, &state, "after {:?}", event.event);
        }
    }

    #[test]
    fn a_watcher_who_meets_a_restored_call_for_the_first_time_gets_all_of_it(events in any_events()) {
        let mut state = empty(&key()).restore(&events);
        let restored = StoredEvent { seq: state.seq + 1, at: at(0), event: CallEvent::SessionRestored };
        let changed = state.apply(&restored);
        prop_assert_eq!(changed.fields().count(), Field::ALL.len());
    }

    #[test]
    fn an_ended_call_stays_ended_and_says_so_with_every_event(events in any_events()) {
        let mut state = empty(&key());
        let mut ended = None;
        let mut attempts = 0;
        for event in &events {
            let changed = state.apply(event);
            prop_assert!(state.attempts >= attempts);
            attempts = state.attempts;
            if let CallEvent::CallEnded { reason } = &event.event {
                // The moment stays, the reason may become known better.
                let (_, known) = ended.get_or_insert((event.at, String::new()));
                known.clone_from(reason);
            }
            if let Some((at, reason)) = &ended {
                let known = state.ended.as_ref().unwrap();
                prop_assert_eq!((&known.at, &known.reason), (at, reason));
                prop_assert_eq!(state.status.as_str(), "ended");
                prop_assert!(changed.fields().any(|field| field == Field::Status));
            }
        }
    }

    #[test]
    fn a_call_takes_no_more_memory_than_its_bounds_allow(events in any_events()) {
        let state = empty(&key()).restore(&events);
        prop_assert!(state.offered_slots.len() <= MAX_OFFERED);
        prop_assert!(state.warnings.len() <= MAX_WARNINGS);
        prop_assert!(state.transcript_tail.len() <= TRANSCRIPT_TAIL);
        prop_assert!(state.transcript_tail.iter().all(|line| line.text.chars().count() <= MAX_LINE));
    }
}
