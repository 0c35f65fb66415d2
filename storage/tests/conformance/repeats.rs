//! Requests that come again: by tool call id, by meaning, late and changed.

use crate::fixtures::*;

crate::checks! {
    a_repeated_tool_call_books_once_and_hears_the_same_booking,
    a_tool_call_id_with_other_arguments_is_refused_without_effect,
    the_same_tool_call_id_of_another_call_is_another_tool_call,
    the_same_meaning_joins_the_active_booking_and_ends_with_it,
    a_failed_answer_does_not_stop_the_next_attempt,
    a_late_repeat_of_a_move_does_not_undo_a_later_move,
    a_repeated_cancellation_says_that_it_was_cancelled_already,
    an_answer_is_kept_with_the_booking_it_made,
    old_answers_are_forgotten_oldest_first_in_bounded_steps,
}

mod check {
    use super::*;
    use hookswitch_storage::*;

    pub(super) async fn a_repeated_tool_call_books_once_and_hears_the_same_booking(store: &Store) {
        let org = org_in(store).await;
        let request = NewBooking { tool_call: tool_call("tc", "h"), ..booking(&org, 0, 30) };
        let first = booked(store.book(request.clone()).await.unwrap());
        let again = NewBooking { id: BookingId::random(), ..request };
        assert_eq!(store.book(again).await.unwrap(), BookOutcome::Same(Box::new(first)));
    }

    pub(super) async fn a_tool_call_id_with_other_arguments_is_refused_without_effect(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let request = NewBooking { tool_call: tool_call("tc", "h"), ..booking(&org, 0, 30) };
        let made = booked(store.book(request).await.unwrap());
        let before = everything(store, &org).await;
        let other = || tool_call("tc", "other");
        let book = NewBooking { tool_call: other(), ..booking(&org, 60, 30) };
        assert_eq!(store.book(book).await.unwrap(), BookOutcome::KeyReused);
        let to = MoveBooking { tool_call: other(), ..moved(&made, 90, 30) };
        assert_eq!(store.move_booking(to).await.unwrap(), MoveOutcome::KeyReused);
        let cancel = CancelBooking { tool_call: other(), ..cancelled(&made) };
        assert_eq!(store.cancel(cancel).await.unwrap(), CancelOutcome::KeyReused);
        assert_eq!(everything(store, &org).await, before);
    }

    pub(super) async fn the_same_tool_call_id_of_another_call_is_another_tool_call(store: &Store) {
        let org = org_in(store).await;
        for (n, id) in ["call-a", "call-b"].into_iter().enumerate() {
            let request = NewBooking {
                tool_call: tool_call("tc", "h"),
                call_id: Some(id.parse().unwrap()),
                ..booking(&org, i64::try_from(n).unwrap() * 60, 30)
            };
            booked(store.book(request).await.unwrap());
        }
    }

    pub(super) async fn the_same_meaning_joins_the_active_booking_and_ends_with_it(store: &Store) {
        let org = org_in(store).await;
        let request =
            || NewBooking { meaning: Some("ada, cut, 9:00".into()), ..booking(&org, 0, 30) };
        let first = booked(store.book(request()).await.unwrap());
        assert_eq!(
            store.book(request()).await.unwrap(),
            BookOutcome::Same(Box::new(first.clone()))
        );
        store.cancel(cancelled(&first)).await.unwrap();
        let second = booked(store.book(request()).await.unwrap());
        assert_ne!(second.id, first.id);
        assert_ne!(second.confirmation, first.confirmation);
    }

    pub(super) async fn a_failed_answer_does_not_stop_the_next_attempt(store: &Store) {
        let org = org_in(store).await;
        store.save_answer(&org, None, answer("tc", "h", 0)).await.unwrap();
        let request = NewBooking { tool_call: tool_call("tc", "h"), ..booking(&org, 0, 30) };
        booked(store.book(request).await.unwrap());
    }

    pub(super) async fn a_late_repeat_of_a_move_does_not_undo_a_later_move(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let first = MoveBooking { tool_call: tool_call("m1", "h"), ..moved(&made, 60, 30) };
        assert!(matches!(store.move_booking(first.clone()).await.unwrap(), MoveOutcome::Moved(_)));
        let second = MoveBooking { tool_call: tool_call("m2", "h"), ..moved(&made, 120, 30) };
        assert!(matches!(store.move_booking(second).await.unwrap(), MoveOutcome::Moved(_)));
        match store.move_booking(first).await.unwrap() {
            MoveOutcome::Same(now) => assert_eq!(now.start, at(120)),
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn a_repeated_cancellation_says_that_it_was_cancelled_already(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let request = CancelBooking { tool_call: tool_call("c", "h"), ..cancelled(&made) };
        let CancelOutcome::Cancelled(first) = store.cancel(request.clone()).await.unwrap() else {
            panic!("not cancelled");
        };
        assert_eq!(first.history.last().unwrap().reason.as_deref(), Some("ill"));
        assert_eq!(store.cancel(request).await.unwrap(), CancelOutcome::Already(first));
    }

    pub(super) async fn an_answer_is_kept_with_the_booking_it_made(store: &Store) {
        let org = org_in(store).await;
        let request = NewBooking { tool_call: tool_call("tc", "h"), ..booking(&org, 0, 30) };
        let made = booked(store.book(request).await.unwrap());
        let id = "tc".parse().unwrap();
        let noted = store.answer(&org, None, &id).await.unwrap().unwrap();
        assert_eq!((noted.booking, noted.answer), (Some(made.id), None));
        store.save_answer(&org, None, answer("tc", "h", 1)).await.unwrap();
        let kept = store.answer(&org, None, &id).await.unwrap().unwrap();
        assert_eq!(kept.booking, Some(made.id));
        assert_eq!(kept.answer, answer("tc", "h", 1).answer);
        assert_eq!(store.answer(&org, Some(&"other".parse().unwrap()), &id).await.unwrap(), None);
    }

    pub(super) async fn old_answers_are_forgotten_oldest_first_in_bounded_steps(store: &Store) {
        let org = org_in(store).await;
        let key = call(&org, "c");
        let saves: Vec<_> = (0..1_200)
            .map(|n| {
                let answer = Some(answer(&format!("tc{n}"), "h", n));
                store.queue_call(&key, CallWrite { answer, ..CallWrite::default() })
            })
            .collect();
        for save in saves {
            save.await.unwrap();
        }
        // Answered anew, so not old any more.
        store.save_answer(&org, Some(&key.call), answer("tc3", "h", 5_000)).await.unwrap();
        assert_eq!(store.forget_answers_before(at(1_100)).await.unwrap(), 1_000);
        assert_eq!(store.forget_answers_before(at(1_100)).await.unwrap(), 99);
        assert_eq!(store.forget_answers_before(at(1_100)).await.unwrap(), 0);
        let left = store.call_history(&key).await.unwrap().unwrap().answers;
        assert_eq!(left.len(), 101);
        assert!(left.iter().any(|answer| answer.tool_call_id.as_str() == "tc3"));
    }
}
