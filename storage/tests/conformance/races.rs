//! Many callers at once.

use crate::fixtures::*;

crate::checks! {
    one_of_two_racing_callers_gets_the_slot,
    a_thousand_racers_for_one_slot_get_it_once,
    racers_for_overlapping_ranges_never_overlap,
    a_capacity_of_three_is_filled_and_never_exceeded,
    a_hundred_copies_of_one_tool_call_book_once,
}

mod check {
    use super::*;
    use hookswitch_storage::*;

    /// Books all at once; the outcomes in the order of the requests.
    async fn race(store: &Store, requests: Vec<NewBooking>) -> Vec<BookOutcome> {
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let store = store.clone();
                tokio::spawn(async move { store.book(request).await.unwrap() })
            })
            .collect();
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(task.await.unwrap());
        }
        outcomes
    }

    fn winners(outcomes: &[BookOutcome]) -> Vec<&Booking> {
        outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                BookOutcome::Booked(booking) => Some(&**booking),
                _ => None,
            })
            .collect()
    }

    pub(super) async fn one_of_two_racing_callers_gets_the_slot(store: &Store) {
        let org = org_in(store).await;
        for round in 0..20 {
            let requests = vec![booking(&org, round * 60, 30), booking(&org, round * 60, 30)];
            let outcomes = race(store, requests).await;
            assert_eq!(winners(&outcomes).len(), 1, "round {round}");
            assert!(outcomes.contains(&BookOutcome::Taken), "round {round}");
        }
    }

    pub(super) async fn a_thousand_racers_for_one_slot_get_it_once(store: &Store) {
        let org = org_in(store).await;
        let outcomes = race(store, (0..1_000).map(|_| booking(&org, 600, 30)).collect()).await;
        assert_eq!(winners(&outcomes).len(), 1);
        let taken = outcomes.iter().filter(|outcome| **outcome == BookOutcome::Taken).count();
        assert_eq!(taken, 999);
        let busy = store.busy(&org, &resource("chair"), at(0), at(1_440)).await.unwrap();
        assert_eq!(busy.len(), 1);
        assert_eq!(busy[0].booking, winners(&outcomes)[0].id);
    }

    pub(super) async fn racers_for_overlapping_ranges_never_overlap(store: &Store) {
        let org = org_in(store).await;
        let requests: Vec<_> =
            (0..300).map(|n| booking(&org, (n * 7) % 480, 10 + (n * 13) % 95)).collect();
        race(store, requests).await;
        let busy = store.busy(&org, &resource("chair"), at(-1_000), at(2_000)).await.unwrap();
        assert!(busy.len() > 3, "{busy:?}");
        assert!(busy.windows(2).all(|pair| pair[0].end <= pair[1].start), "{busy:?}");
    }

    pub(super) async fn a_capacity_of_three_is_filled_and_never_exceeded(store: &Store) {
        let org = org_in(store).await;
        let request = || NewBooking { capacity: 3, ..booking(&org, 600, 30) };
        let outcomes = race(store, (0..50).map(|_| request()).collect()).await;
        assert_eq!(winners(&outcomes).len(), 3);
    }

    pub(super) async fn a_hundred_copies_of_one_tool_call_book_once(store: &Store) {
        let org = org_in(store).await;
        let id = "call-1".parse::<CallId>().unwrap();
        let request = |n: i64| NewBooking {
            tool_call: tool_call("tc_1", "hash"),
            call_id: Some(id.clone()),
            ..booking(&org, 600 + n, 30)
        };
        let outcomes = race(store, (0..100).map(request).collect()).await;
        let made = winners(&outcomes);
        assert_eq!(made.len(), 1);
        for outcome in &outcomes {
            match outcome {
                BookOutcome::Booked(one) | BookOutcome::Same(one) => assert_eq!(&**one, made[0]),
                other => panic!("{other:?}"),
            }
        }
    }
}
