//! What a provider is asked: written down before, settled after, and never without a job that sees
//! to it.

use crate::fixtures::*;

crate::checks! {
    a_booking_to_be_made_has_an_intent_and_a_job_until_it_is_settled,
    what_was_not_made_frees_its_range_and_lets_its_tool_call_try_anew,
    a_lost_answer_changes_nothing_that_is_settled,
    a_booking_that_waits_to_be_made_moves_and_is_cancelled_without_its_provider,
    only_what_is_settled_loses_its_job,
    a_move_claims_both_ranges_until_it_is_settled,
    a_cancellation_keeps_the_range_until_it_is_settled,
    nothing_else_begins_while_something_is_unsettled,
    a_provisional_booking_waits_for_its_provider_through_a_move_that_failed,
    what_a_provider_has_of_a_released_booking_is_to_be_cancelled_there,
}

mod check {
    use super::*;
    use hookswitch_storage::*;

    async fn made(store: &Store, org: &OrgId) -> Booking {
        let asked = NewBooking {
            status: BookingStatus::Pending,
            outcome: Outcome::Pending,
            ask_provider: Some(at(5)),
            tool_call: tool_call("tc", "h"),
            ..booking(org, 0, 30)
        };
        booked(store.book(asked).await.unwrap())
    }

    async fn settle(store: &Store, booking: &Booking, settlement: Settlement) -> Booking {
        let settled = store.settle(&booking.org, &booking.id, settlement, "job", at(3)).await;
        settled.unwrap().unwrap()
    }

    fn confirmed(id: &str) -> Settlement {
        Settlement::Confirmed { external_id: Some(id.into()) }
    }

    fn failed(look_at: Option<i64>) -> Settlement {
        Settlement::Failed { reason: "no".into(), look_at: look_at.map(at), taken: false }
    }

    /// When the job that settles is due; `None` if there is none.
    async fn due(store: &Store, org: &OrgId) -> Option<i64> {
        let jobs = store.jobs(org).await.unwrap();
        assert!(jobs.len() < 2, "{jobs:?}");
        let job = jobs.first()?;
        assert_eq!(job.kind, SETTLE_BOOKING);
        Some((job.due.as_second() - at(0).as_second()) / 60)
    }

    async fn chair(store: &Store, org: &OrgId) -> Vec<i64> {
        let busy = store.busy(org, &resource("chair"), at(-100), at(1_000)).await.unwrap();
        busy.iter().map(|busy| (busy.start.as_second() - at(0).as_second()) / 60).collect()
    }

    pub(super) async fn a_booking_to_be_made_has_an_intent_and_a_job_until_it_is_settled(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        let intent = new.intent.clone().unwrap();
        assert_eq!(
            (intent.act, intent.asked_at, intent.promised),
            (Act::Create, Some(at(0)), false)
        );
        assert_eq!(due(store, &org).await, Some(5));
        let unknown = settle(store, &new, unknown_outcome()).await;
        assert_eq!((unknown.outcome, due(store, &org).await), (Outcome::Unknown, Some(10)));
        let pending = settle(store, &new, Settlement::Pending { ask_at: at(20) }).await;
        assert_eq!((pending.outcome, pending.status), (Outcome::Pending, BookingStatus::Pending));
        assert!(pending.is_unasked() && pending.intent.as_ref().unwrap().promised);
        assert_eq!(due(store, &org).await, Some(20));
        let asked = store.ask_again(&org, &new.id, at(21), at(25)).await.unwrap().unwrap();
        assert_eq!(asked.intent.unwrap().asked_at, Some(at(21)));
        let made = settle(store, &new, confirmed("x")).await;
        assert_eq!((made.status, made.intent), (BookingStatus::Confirmed, None));
        assert_eq!(made.external_ids, ["x"]);
        assert_eq!(due(store, &org).await, None);
        assert_eq!(store.ask_again(&org, &new.id, at(30), at(31)).await.unwrap(), None);
    }

    pub(super) async fn only_what_is_settled_loses_its_job(store: &Store) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        let job = store.jobs(&org).await.unwrap().remove(0);
        store.end_settling(&org, &new.id).await.unwrap();
        assert_eq!(due(store, &org).await, Some(5), "somebody has begun anew meanwhile");
        let done = settle(store, &new, confirmed("x")).await;
        store.put_job(job).await.unwrap();
        store.end_settling(&org, &done.id).await.unwrap();
        assert_eq!(due(store, &org).await, None);
    }

    pub(super) async fn what_was_not_made_frees_its_range_and_lets_its_tool_call_try_anew(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let first = made(store, &org).await;
        let gone = settle(store, &first, failed(None)).await;
        assert_eq!((gone.status, gone.outcome), (BookingStatus::Cancelled, Outcome::Failed));
        assert_eq!((gone.intent, due(store, &org).await), (None, None));
        assert!(chair(store, &org).await.is_empty());
        // The same tool call: not told that it had made what came to nothing.
        let second = made(store, &org).await;
        assert_ne!(first.id, second.id);
        // Once it was answered, its answer stands.
        let mut answered = answer("tc", "h", 4);
        answered.booking = Some(second.id);
        store.save_answer(&org, None, answered).await.unwrap();
        settle(store, &second, failed(None)).await;
        let again = NewBooking { tool_call: tool_call("tc", "h"), ..booking(&org, 0, 30) };
        let BookOutcome::Same(same) = store.book(again).await.unwrap() else { panic!("anew") };
        assert_eq!(same.id, second.id);
    }

    pub(super) async fn a_lost_answer_changes_nothing_that_is_settled(store: &Store) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        let settled = settle(store, &new, confirmed("x")).await;
        assert_eq!(settle(store, &new, unknown_outcome()).await, settled);
        assert_eq!(settle(store, &new, Settlement::Pending { ask_at: at(9) }).await, settled);
        store.promise(&org, &new.id).await.unwrap();
        assert_eq!(store.booking(&org, &new.id).await.unwrap(), Some(settled));
        assert_eq!(due(store, &org).await, None);
    }

    pub(super) async fn a_booking_that_waits_to_be_made_moves_and_is_cancelled_without_its_provider(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        settle(store, &new, Settlement::Pending { ask_at: at(20) }).await;
        let MoveOutcome::Moved(there) = store.move_booking(moved(&new, 60, 30)).await.unwrap()
        else {
            panic!("not moved");
        };
        assert!(there.is_unasked());
        assert_eq!(chair(store, &org).await, [60]);
        assert_eq!(due(store, &org).await, Some(20));
        let CancelOutcome::Cancelled(gone) = store.cancel(cancelled(&new)).await.unwrap() else {
            panic!("not cancelled");
        };
        assert_eq!(gone.intent, None);
        assert!(chair(store, &org).await.is_empty());
        assert_eq!(due(store, &org).await, None);
    }

    async fn moving(store: &Store, org: &OrgId) -> Booking {
        let new = made(store, org).await;
        let there = settle(store, &new, confirmed("x")).await;
        match store.begin_move(moved(&there, 60, 45), at(7)).await.unwrap() {
            MoveOutcome::Begun(booking) => *booking,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn a_move_claims_both_ranges_until_it_is_settled(store: &Store) {
        let org = org_in(store).await;
        let begun = moving(store, &org).await;
        assert_eq!((begun.start, begun.status), (at(0), BookingStatus::Confirmed));
        assert_eq!(chair(store, &org).await, [0, 60]);
        assert_eq!(due(store, &org).await, Some(7));
        for minutes in [15, 100] {
            let other = store.book(booking(&org, minutes, 10)).await.unwrap();
            assert_eq!(other, BookOutcome::Taken, "{minutes}");
        }
        let unknown = settle(store, &begun, unknown_outcome()).await;
        assert_eq!((unknown.outcome, unknown.status), (Outcome::Unknown, BookingStatus::Confirmed));
        let stays = settle(store, &begun, failed(None)).await;
        assert_eq!((stays.start, stays.outcome), (at(0), Outcome::Confirmed));
        assert_eq!((chair(store, &org).await, due(store, &org).await), (vec![0], None));

        let Ok(MoveOutcome::Begun(_)) = store.begin_move(moved(&begun, 60, 45), at(7)).await else {
            panic!("not begun again");
        };
        let there = settle(store, &begun, confirmed("y")).await;
        assert_eq!((there.start, there.end, &there.intent), (at(60), at(105), &None));
        assert_eq!(there.external_ids, ["x", "y"]);
        assert_eq!(there.history.iter().rev().find_map(|c| c.from_start), Some(at(0)));
        assert_eq!((chair(store, &org).await, due(store, &org).await), (vec![60], None));
        let found = BookingFilter { from: Some(at(60)), ..Default::default() };
        let found = store.bookings(&org, &found, &Page::default()).await.unwrap();
        assert_eq!(found.items, [there]);
    }

    pub(super) async fn a_cancellation_keeps_the_range_until_it_is_settled(store: &Store) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        settle(store, &new, confirmed("x")).await;
        let Ok(CancelOutcome::Begun(begun)) = store.begin_cancel(cancelled(&new), at(7)).await
        else {
            panic!("not begun");
        };
        assert!(begun.is_active() && begun.is_in_doubt());
        assert_eq!((chair(store, &org).await, due(store, &org).await), (vec![0], Some(7)));
        let stands = settle(store, &begun, failed(None)).await;
        assert_eq!((stands.outcome, stands.intent), (Outcome::Confirmed, None));
        store.begin_cancel(cancelled(&new), at(8)).await.unwrap();
        let gone = settle(store, &begun, Settlement::Confirmed { external_id: None }).await;
        assert_eq!((gone.status, gone.outcome), (BookingStatus::Cancelled, Outcome::Confirmed));
        assert_eq!(gone.history.last().unwrap().reason.as_deref(), Some("ill"));
        assert!(chair(store, &org).await.is_empty());
        assert_eq!(due(store, &org).await, None);
    }

    pub(super) async fn nothing_else_begins_while_something_is_unsettled(store: &Store) {
        let org = org_in(store).await;
        let begun = moving(store, &org).await;
        let before = everything(store, &org).await;
        let again = store.begin_move(moved(&begun, 200, 30), at(9)).await.unwrap();
        assert_eq!(again, MoveOutcome::Unsettled(Box::new(begun.clone())));
        let plain = store.move_booking(moved(&begun, 200, 30)).await.unwrap();
        assert_eq!(plain, MoveOutcome::Unsettled(Box::new(begun.clone())));
        for outcome in [
            store.begin_cancel(cancelled(&begun), at(9)).await.unwrap(),
            store.cancel(cancelled(&begun)).await.unwrap(),
        ] {
            assert_eq!(outcome, CancelOutcome::Unsettled(Box::new(begun.clone())));
        }
        assert_eq!(everything(store, &org).await, before);
        let gone = settle(store, &begun, Settlement::Gone { reason: "theirs".into() }).await;
        assert!(!gone.is_active());
        assert!(chair(store, &org).await.is_empty());
    }

    pub(super) async fn a_provisional_booking_waits_for_its_provider_through_a_move_that_failed(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        let accepted = Settlement::Accepted { external_id: "x".into(), ask_at: at(30) };
        let requested = settle(store, &new, accepted).await;
        assert!(requested.is_requested());
        assert_eq!(due(store, &org).await, Some(30));
        let begun = store.begin_move(moved(&new, 60, 30), at(7)).await.unwrap();
        let MoveOutcome::Begun(begun) = begun else { panic!("{begun:?}") };
        assert!(!begun.is_requested());
        let stays = settle(store, &begun, failed(None)).await;
        assert!(stays.is_requested());
        assert!(due(store, &org).await.is_some());
        let decided = settle(store, &stays, confirmed("x")).await;
        assert_eq!(decided.outcome, Outcome::Confirmed);
        assert_eq!(due(store, &org).await, None);
    }

    pub(super) async fn what_a_provider_has_of_a_released_booking_is_to_be_cancelled_there(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let new = made(store, &org).await;
        let watched = settle(store, &new, failed(Some(40))).await;
        assert!(matches!(watched.intent.as_ref().unwrap().act, Act::Cancel { .. }));
        assert_eq!((chair(store, &org).await, due(store, &org).await), (vec![], Some(40)));
        let nothing = settle(store, &new, Settlement::Confirmed { external_id: None }).await;
        assert_eq!((nothing.intent, nothing.outcome), (None, Outcome::Failed));
        assert_eq!(due(store, &org).await, None);
        // A late answer: the provider has made it after all.
        let late = settle(store, &new, confirmed("z")).await;
        assert_eq!(late.status, BookingStatus::Cancelled);
        assert!(matches!(late.intent.as_ref().unwrap().act, Act::Cancel { .. }));
        assert_eq!(late.external_ids, ["z"]);
        assert_eq!(due(store, &org).await, Some(3));
        assert!(chair(store, &org).await.is_empty());
    }
}
