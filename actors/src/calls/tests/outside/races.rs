//! Many callers, few slots; and one caller who is heard many times.

use std::sync::Arc;

use futures_util::future::join_all;
use hookswitch_storage::{Booking, OutagePolicy};
use serde_json::{Value, json};

use super::{DAY, LONG, Outside, is_confirmed, size};

/// Everybody was offered the slot and books it at the same time; gives what each was told.
async fn rush(outside: &Outside, callers: usize, time: impl Fn(usize) -> String) -> Vec<Value> {
    let calls: Vec<String> = (0..callers).map(|number| format!("call-{number}")).collect();
    join_all(calls.iter().map(|call| outside.see(call))).await;
    let book = |(number, call): (usize, &String)| {
        let (call, time) = (call.clone(), time(number));
        async move { outside.book_within(&call, "b", &time, LONG).await }
    };
    join_all(calls.iter().enumerate().map(book)).await
}

fn one_booking_each(told: &[Value], places: usize) {
    let (won, lost): (Vec<_>, Vec<_>) = told.iter().partition(|told| told["success"] == true);
    assert_eq!(won.len(), places, "{won:#?}");
    for told in lost {
        assert_eq!(told["error"], "slot_unavailable", "{told}");
        assert!(told["alternatives"].as_array().is_some_and(|all| !all.is_empty()), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slot_goes_to_one_of_a_thousand_callers_and_the_others_hear_of_others() {
    let (rounds, callers) = (size(1, 3, 50), size(60, 1_000, 1_000));
    for _ in 0..rounds {
        for places in [1, 3] {
            let outside = Outside::with(OutagePolicy::TakeMessage, places).await;
            let told = rush(&outside, callers, |_| "10:00".into()).await;
            let places = usize::try_from(places).unwrap();
            one_booking_each(&told, places);
            assert_eq!(outside.script.standing().len(), places);
            assert_eq!(outside.script.creates(), places, "the provider was asked in vain");
            outside.agrees().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_slots_of_different_length_never_overlap_when_booked() {
    let (rounds, callers) = (size(1, 3, 50), size(60, 1_000, 1_000));
    for _ in 0..rounds {
        let outside = Outside::overlapping(OutagePolicy::TakeMessage).await;
        let service = |number: usize| ["short", "long", "visit"][number % 3];
        let see = |number: usize| {
            let (outside, call) = (&outside, format!("call-{number}"));
            async move {
                let free = json!({"date": DAY, "serviceType": service(number)});
                let seen = outside.tool_within(&call, "see", "checkAvailability", free, LONG).await;
                assert_eq!(seen["success"], true, "{seen}");
            }
        };
        join_all((0..callers).map(see)).await;
        let book = |number: usize| {
            let (outside, call) = (&outside, format!("call-{number}"));
            async move {
                let time = ["10:00", "10:15", "10:30"][number / 3 % 3];
                let arguments = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz",
                    "service_type": service(number)});
                outside.tool_within(&call, "b", "create_booking", arguments, LONG).await
            }
        };
        let told = join_all((0..callers).map(book)).await;
        let mut standing: Vec<Booking> =
            outside.bookings().await.into_iter().filter(Booking::is_active).collect();
        standing.sort_by_key(|booking| booking.start);
        for pair in standing.windows(2) {
            assert!(pair[0].occupied_until <= pair[1].start, "{pair:#?}");
        }
        assert!(!standing.is_empty() && standing.iter().all(is_confirmed));
        assert!(standing.len() < callers);
        one_booking_each(&told, standing.len());
        assert_eq!(outside.script.creates(), standing.len(), "the provider was asked in vain");
        outside.agrees().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tool_call_sent_a_hundred_times_is_one_booking_with_one_answer() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    let arguments = json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"});
    let send = |outside: &Arc<Outside>| {
        let (outside, arguments) = (Arc::clone(outside), arguments.clone());
        async move { outside.given("call", "same", "create_booking", arguments, LONG).await }
    };
    let shared = Arc::new(outside);
    let mut given = join_all((0..100).map(|_| send(&shared))).await;
    given.push(send(&shared).await);
    let outside = Arc::into_inner(shared).unwrap().crash().await;
    let shared = Arc::new(outside);
    given.extend(join_all((0..20).map(|_| send(&shared))).await);
    assert!(given[0].success);
    for other in &given {
        assert_eq!(other.body, given[0].body);
    }
    assert_eq!(shared.script.creates(), 1);
    assert_eq!(shared.bookings().await.len(), 1);
    shared.agrees().await;
}
