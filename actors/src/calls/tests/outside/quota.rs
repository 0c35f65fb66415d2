//! What a provider is asked and how often: its limit in every second, one request for all who ask the
//! same, an answer for a few seconds, and an adapter that panics.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hookswitch_storage::{BookingId, OutagePolicy};
use serde_json::json;

use super::script::Mode;
use super::{DAY, LONG, Outside, is_confirmed};
use crate::outbound::Stalls;
use crate::ports::{ProviderError, SlotQuery};
use crate::provider::ProviderHandle;

async fn handle(outside: &Outside) -> ProviderHandle {
    outside.house.calls.connections().of_org(&outside.house.org).await.unwrap()
}

/// A question for the day of the tests; those that leave out different bookings differ.
fn query(outside: &Outside, ignore: Option<BookingId>) -> SlotQuery {
    let org = &outside.house.org;
    let day = DAY.parse().unwrap();
    SlotQuery {
        org: org.org.clone(),
        service: org.service(None).unwrap().clone(),
        places: 1,
        zone: org.zone.clone(),
        from: day,
        to: day,
        ignore,
        ignore_external: None,
        kept: Vec::new(),
        now: outside.house.calls.clock().now(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_questions_never_exceed_ten_a_second_and_who_is_too_late_hears_so_at_once() {
    let outside = Outside::allowing((10, 10)).await;
    let handle = handle(&outside).await;
    let (started, within) = (Instant::now(), Duration::from_secs(6));
    let stalls = Stalls::watch();
    let answers = join_all((0..1_000).map(|_| {
        let query = query(&outside, Some(BookingId::random()));
        let handle = handle.clone();
        async move {
            let answer = handle.availability(query, started + within).await;
            (answer, started.elapsed())
        }
    }))
    .await;
    let times = outside.script.reads_at();
    let most = stalls.most_in_a_second(&times);
    assert!(most <= 10, "{most} in one second");
    let answered = answers.iter().filter(|(answer, _)| answer.is_ok()).count();
    // A machine that stands still at the deadline may cut off the last batch, and no other.
    let last = within - Duration::from_millis(500);
    let sure = times.iter().filter(|at| **at < started + last).count();
    let asked = sure..=times.len();
    assert!(asked.contains(&answered), "{asked:?} were asked about, {answered} are answered");
    assert!(answered >= 25, "only {answered} of some 40 that had the time");
    let mut cut_off = 0;
    for (answer, after) in answers.iter().filter(|(answer, _)| answer.is_err()) {
        if *after >= last && cut_off < 10 {
            cut_off += 1;
            continue;
        }
        let Err(ProviderError::Unavailable { retry_after: Some(rest) }) = answer else {
            panic!("{answer:?}");
        };
        assert!(*after < Duration::from_secs(3), "told after {after:?} to wait {rest:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_who_ask_the_same_at_once_are_one_request() {
    let outside = Outside::open().await;
    outside.script.reads(Mode::Slow);
    let handle = handle(&outside).await;
    let ask = || handle.availability(query(&outside, None), Instant::now() + LONG);
    let asking = join_all((0..500).map(|_| ask()));
    let going_on = async {
        super::super::until("the request", || !outside.script.reads_at().is_empty()).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        outside.script.go_on();
    };
    let (answers, ()) = tokio::join!(asking, going_on);
    assert_eq!(outside.script.reads_at().len(), 1);
    for answer in &answers {
        assert!(!answer.as_ref().unwrap()[0].slots.is_empty());
    }
}

#[tokio::test]
async fn an_answer_is_given_again_for_seconds_but_nothing_is_booked_by_it() {
    let outside = Outside::caching(Duration::from_secs(5)).await;
    for call in ["one", "two", "three"] {
        outside.offer(call).await;
    }
    assert_eq!(outside.script.reads_at().len(), 1, "all three ask the same");
    // Somebody books at the provider itself: the old answer knows nothing of it.
    outside.script.book_elsewhere(&format!("{DAY}T15:00:00Z"));
    let told = outside.book("one", "b", "10:00").await;
    assert_eq!(told["error"], "slot_unavailable", "{told}");
    assert_eq!(outside.script.creates(), 0, "the check before it showed that");
    // A later moment has a later answer.
    let before = outside.script.reads_at().len();
    outside.house.wait(6);
    outside.offer("four").await;
    assert_eq!(outside.script.reads_at().len(), before + 1);
}

#[tokio::test]
async fn our_own_writes_and_the_providers_notices_end_an_answers_time() {
    let outside = Outside::caching(Duration::from_secs(3_600)).await;
    let reads = || outside.script.reads_at().len();
    outside.offer("one").await;
    outside.book("one", "b", "10:00").await;
    outside.only("being booked", is_confirmed).await;
    let before = reads();
    outside.offer("two").await;
    assert_eq!(reads(), before + 1, "after a booking");
    outside.offer("three").await;
    assert_eq!(reads(), before + 1);
    let handle = handle(&outside).await;
    outside.house.calls.connections().changed_there(handle.id());
    outside.offer("four").await;
    assert_eq!(reads(), before + 2, "after a notice");
}

#[tokio::test]
async fn a_read_that_fails_once_is_tried_once_more_and_one_that_fails_again_is_not() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.script.next_reads(&[Mode::Down]);
    let free = outside.offer("call").await;
    assert_eq!(free["available"], true, "{free}");
    assert_eq!(outside.script.reads_at().len(), 2);
    let before = outside.script.refused_reads();
    outside.script.reads(Mode::Down);
    for _ in 0..8 {
        assert_eq!(outside.offer("other").await["success"], false);
    }
    let refused = outside.script.refused_reads() - before;
    assert_eq!(refused, 5, "it is left alone after five failures, counted with those tried again");
}

#[tokio::test]
async fn a_provider_that_asks_for_a_pause_gets_it_and_whoever_asks_hears_how_long() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.script.next_reads(&[Mode::AsksToWait]);
    let handle = handle(&outside).await;
    let soon = || Instant::now() + Duration::from_secs(5);
    for _ in 0..3 {
        let answer = handle.availability(query(&outside, None), soon()).await;
        let Err(ProviderError::Unavailable { retry_after: Some(rest) }) = answer else {
            panic!("{answer:?}");
        };
        assert!((20..=30).contains(&rest.as_secs()), "{rest:?}");
    }
    assert_eq!(outside.script.reads_at().len(), 1);
    let condition = handle.condition().await.unwrap();
    assert_eq!(condition.health, crate::Health::Closed);
    assert!(condition.retry_in.is_some(), "{condition:?}");
}

#[tokio::test]
async fn an_adapter_that_panics_keeps_neither_its_place_nor_its_callers() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.script.next_reads(&[Mode::Panics, Mode::Panics]);
    let handle = handle(&outside).await;
    let soon = || Instant::now() + Duration::from_secs(30);
    let started = Instant::now();
    let asking = join_all((0..50).map(|_| handle.availability(query(&outside, None), soon())));
    assert!(asking.await.iter().all(Result::is_err));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let condition = handle.condition().await.unwrap();
    assert_eq!((condition.under_way, condition.waiting, condition.failures), (0, 0, 2));
    assert!(handle.availability(query(&outside, None), soon()).await.is_ok());
    assert_eq!(handle.condition().await.unwrap().failures, 0);
    outside.offer("call").await;
    assert_eq!(outside.book("call", "b", "10:00").await["success"], json!(true));
}
