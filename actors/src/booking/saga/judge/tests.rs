//! What must follow from what, for every case there is.

use hookswitch_storage::{
    BookingId, BookingStatus, ConnectionId, CustomerId, Intent, OrgId, ResourceId, Source,
};
use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

fn seconds(length: Duration) -> i64 {
    i64::try_from(length.as_secs()).unwrap()
}

/// Starts at 10,000 s.
fn booking(intent: Option<Intent>) -> Booking {
    let connection = ConnectionId::random();
    Booking {
        id: BookingId::random(),
        org: OrgId::random(),
        customer_id: CustomerId::random(),
        status: BookingStatus::Pending,
        outcome: Outcome::Unknown,
        start: at(10_000),
        end: at(11_800),
        occupied_until: at(11_800),
        time_zone: "UTC".into(),
        service_id: "visit".parse().unwrap(),
        resource: ResourceId::of_connection(&connection),
        capacity: 1,
        places: 1,
        party_size: None,
        connection_id: connection,
        customer_name: "Ann Ruiz".into(),
        customer_phone: None,
        customer_email: None,
        notes: None,
        confirmation: "ACEFG4".into(),
        customer_confirmed_at: None,
        external_ids: Vec::new(),
        intent,
        source: Source::Phone,
        call_id: None,
        history: Vec::new(),
        created_at: at(0),
        updated_at: at(0),
    }
}

fn intent(act: Act, asked_at: Option<i64>, promised: bool) -> Intent {
    Intent {
        act,
        asked_at: asked_at.map(at),
        ended_at: asked_at.map(at),
        promised,
        outcome_before: Outcome::Confirmed,
        tool_call: None,
        call_id: None,
    }
}

fn to_noon() -> Act {
    Act::Move(MoveTo {
        start: at(20_000),
        end: at(21_800),
        occupied_until: at(21_800),
        capacity: 1,
        places: 1,
        party_size: None,
        caller: None,
        time_zone: "UTC".into(),
        meaning: None,
    })
}

fn record(start: i64, state: ProviderState) -> ProviderRecord {
    ProviderRecord::new("x", at(start), state)
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![Just(Act::Create), Just(to_noon()), Just(Act::Cancel { reason: None })]
}

fn records() -> impl Strategy<Value = Option<ProviderRecord>> {
    let states = prop_oneof![
        Just(ProviderState::Confirmed),
        Just(ProviderState::Pending),
        Just(ProviderState::Cancelled),
    ];
    let starts = prop_oneof![Just(10_000), Just(20_000), Just(30_000)];
    proptest::option::of((starts, states).prop_map(|(start, state)| record(start, state)))
}

proptest! {
    #[test]
    fn a_provider_is_never_asked_again_while_what_was_asked_may_still_arrive(
        act in acts(), promised: bool, asked in 0i64..1_000, passed in 0i64..60, found in records(),
        took in proptest::option::of(0i64..25),
    ) {
        let is_cancel = matches!(act, Act::Cancel { .. });
        // Where the end of the asking is not known, it took as long as it may.
        let (longest, absent) = (seconds(PROVIDER_WRITE), seconds(ABSENT_AFTER));
        let asked_for = Intent {
            ended_at: took.map(|took| at(asked + took)),
            ..intent(act, Some(asked), promised)
        };
        let booking = booking(Some(asked_for));
        let verdict = super::found(&booking, found.as_ref(), at(asked + passed));
        let fresh = passed < took.unwrap_or(longest) + absent;
        // To cancel twice does no harm.
        prop_assert!(verdict != Verdict::Ask || is_cancel || !fresh, "{verdict:?}");
    }

    #[test]
    fn nothing_is_made_that_was_not_promised_or_that_the_provider_has(
        promised: bool, asked in proptest::option::of(0i64..1_000), now in 0i64..9_000, found in records(),
    ) {
        let booking = booking(Some(intent(Act::Create, asked, promised)));
        let verdict = super::found(&booking, found.as_ref(), at(now));
        if verdict == Verdict::Ask {
            prop_assert!(promised && found.is_none());
        }
    }

    #[test]
    fn what_the_provider_has_is_never_given_up_here(
        asked in proptest::option::of(0i64..1_000), promised: bool, now in 0i64..100_000,
    ) {
        let booking = booking(Some(intent(Act::Create, asked, promised)));
        let found = record(10_000, ProviderState::Confirmed);
        let confirmed = Settlement::Confirmed { external_id: Some("x".into()) };
        prop_assert_eq!(super::found(&booking, Some(&found), at(now)), Verdict::Settled(confirmed));
    }
}

#[test]
fn a_booking_that_is_nowhere_waits_then_is_made_or_given_up_and_looked_for_once_more() {
    let look = |promised, now| {
        super::found(&booking(Some(intent(Act::Create, Some(0), promised))), None, at(now))
    };
    assert_eq!(look(true, 5), Verdict::Wait(Some(Duration::from_secs(10))));
    assert_eq!(look(true, 15), Verdict::Ask);
    for given_up in [look(false, 15), look(true, 10_001)] {
        let Verdict::Settled(Settlement::Failed { look_at: Some(_), .. }) = given_up else {
            panic!("{given_up:?}");
        };
    }
}

#[test]
fn a_request_of_which_no_end_is_known_was_sent_at_the_last_moment() {
    let look = |ended: Option<i64>, now| {
        let asked = Intent { ended_at: ended.map(at), ..intent(Act::Create, Some(0), true) };
        super::found(&booking(Some(asked)), None, at(now))
    };
    let wait = |seconds| Verdict::Wait(Some(Duration::from_secs(seconds)));
    // It hung for 22 s: what was sent then is on its way now.
    assert_eq!(look(Some(22), 24), wait(13));
    assert_eq!(look(Some(22), 37), Verdict::Ask);
    // Looked for at least as often as it takes to arrive.
    assert_eq!(look(None, 1), wait(15));
    assert_eq!(look(None, 39), wait(1));
    assert_eq!(look(None, 40), Verdict::Ask);
}

#[test]
fn only_what_cannot_be_had_there_is_taken() {
    let asked = booking(Some(intent(Act::Create, Some(0), false)));
    let keep = Keep { in_outage: false, in_doubt: false };
    let is_taken = |error| match answered(&asked, &Err(error), keep, at(1)) {
        Settlement::Failed { taken, .. } => taken,
        other => panic!("{other:?}"),
    };
    assert!(is_taken(ProviderError::SlotTaken));
    assert!(is_taken(ProviderError::OutsidePolicy("not on Mondays".into())));
    assert!(!is_taken(ProviderError::Unavailable { retry_after: None }));
    assert!(!is_taken(ProviderError::NeedsHuman("no".into())));
}

#[test]
fn a_move_is_done_where_the_provider_says_it_is() {
    let moving = |promised| booking(Some(intent(to_noon(), Some(0), promised)));
    let seen = |start, promised| {
        let found = record(start, ProviderState::Confirmed);
        super::found(&moving(promised), Some(&found), at(100))
    };
    assert!(matches!(seen(20_000, false), Verdict::Settled(Settlement::Confirmed { .. })));
    assert_eq!(seen(10_000, true), Verdict::Ask);
    assert!(matches!(seen(10_000, false), Verdict::Settled(Settlement::Failed { .. })));
    assert!(matches!(seen(30_000, true), Verdict::Settled(Settlement::Failed { .. })));
    assert_eq!(super::found(&moving(true), None, at(100)), Verdict::Wait(None));
}

#[test]
fn only_a_lost_answer_leaves_a_booking_in_doubt() {
    let asked = booking(Some(intent(Act::Create, Some(0), false)));
    let down = || ProviderError::Unavailable { retry_after: None };
    let keep = |keep| Keep { in_outage: keep, in_doubt: keep };
    let of = |error, kept| answered(&asked, &Err(error), keep(kept), at(1));
    for kept in [true, false] {
        assert!(matches!(of(ProviderError::Unknown, kept), Settlement::Unknown { .. }));
        assert!(matches!(of(ProviderError::SlotTaken, kept), Settlement::Failed { .. }));
    }
    assert!(matches!(of(down(), true), Settlement::Pending { .. }));
    assert!(matches!(of(down(), false), Settlement::Failed { .. }));
    // What was given up here must not stay there.
    let mut gone = booking(Some(intent(Act::Cancel { reason: None }, Some(0), true)));
    gone.status = BookingStatus::Cancelled;
    let refused = Err(ProviderError::NeedsHuman("no".into()));
    assert!(matches!(answered(&gone, &refused, keep(false), at(1)), Settlement::Pending { .. }));
}

#[test]
fn a_refusal_after_a_lost_answer_stands_only_if_the_provider_has_none() {
    let asked = booking(Some(intent(Act::Create, Some(0), true)));
    let refusal = || Settlement::Failed { reason: "taken".into(), look_at: None, taken: false };
    let judge = |found| refused_after_doubt(&asked, found, refusal(), at(1));
    assert_eq!(judge(Ok(None)), refusal());
    let there = Some(record(10_000, ProviderState::Confirmed));
    assert!(matches!(judge(Ok(there)), Settlement::Confirmed { .. }));
    let lost = Err(ProviderError::Unavailable { retry_after: None });
    assert!(matches!(judge(lost), Settlement::Unknown { .. }));
}

#[test]
fn what_was_given_up_is_looked_for_until_it_surely_does_not_come_and_cancelled_when_it_does() {
    let mut gone = booking(Some(intent(Act::Cancel { reason: None }, None, true)));
    (gone.status, gone.outcome) = (BookingStatus::Cancelled, Outcome::Failed);
    let last = seconds(LOOK_ONCE_MORE);
    let nowhere = |now| super::found(&gone, None, at(now));
    assert_eq!(nowhere(last - 5), Verdict::Wait(Some(Duration::from_secs(5))));
    assert_eq!(nowhere(last), Verdict::Settled(Settlement::Confirmed { external_id: None }));
    let late = record(10_000, ProviderState::Confirmed);
    assert_eq!(super::found(&gone, Some(&late), at(1)), Verdict::Ask);
}

#[test]
fn a_half_done_move_is_gone_on_with_whether_or_not_it_was_promised() {
    for promised in [true, false] {
        let moving = booking(Some(intent(to_noon(), Some(0), promised)));
        let half = |start, state| ProviderRecord { half_moved: true, ..record(start, state) };
        let both = half(20_000, ProviderState::Confirmed);
        assert_eq!(super::found(&moving, Some(&both), at(1)), Verdict::Ask);
        // While it stands nowhere, what was asked for may still arrive.
        let nowhere = half(10_000, ProviderState::Cancelled);
        let wait = Verdict::Wait(Some(Duration::from_secs(10)));
        assert_eq!(super::found(&moving, Some(&nowhere), at(5)), wait);
        assert_eq!(super::found(&moving, Some(&nowhere), at(15)), Verdict::Ask);
        // Neither is it given up because the provider says no for now.
        for half in [both, nowhere] {
            let refusal = Settlement::Failed { reason: "no".into(), look_at: None, taken: false };
            let after = refused_after_doubt(&moving, Ok(Some(half)), refusal, at(15));
            assert!(matches!(after, Settlement::Unknown { promised: true, .. }), "{after:?}");
        }
    }
}
