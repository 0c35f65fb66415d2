//! A provider's answer that was lost: the truth is told, the provider is asked what it has before it
//! is asked for anything again, and nothing is ever booked twice.

use std::time::Duration;

use hookswitch_storage::{OutagePolicy, Outcome};

use super::script::Mode;
use super::{Outside, is_confirmed, is_failed, is_unknown, size};

impl Outside {
    /// Until the asking for the only booking has ended without an answer.
    async fn ended(&self) {
        self.only("an end of the asking", |booking| {
            booking.intent.as_ref().is_some_and(|intent| intent.ended_at.is_some())
        })
        .await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_told_as_such_looked_up_and_brought_to_the_live_call() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::LostAfter]);
    let told = outside.book("call", "b", "10:00").await;
    assert_eq!(told["success"], false);
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("could not get a confirmation"), "{words}");
    outside.warned("call", "outcome_unknown").await;
    outside.only("being confirmed", is_confirmed).await;
    outside.heard("has confirmed the appointment").await;
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
    // Now that it is known, the same tool call hears it.
    let again = outside.book("call", "b", "10:00").await;
    assert_eq!(again["success"], true, "{again}");
    assert_eq!(outside.script.creates(), 1);
}

#[tokio::test]
async fn whoever_asks_again_meanwhile_joins_and_books_no_second() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::LostAfter]);
    for id in ["b", "b", "c"] {
        let told = outside.book("call", id, "10:00").await;
        outside.script.reads(Mode::Down);
        assert_eq!(told["success"], false, "{told}");
        assert!(told["message"].as_str().unwrap().contains("could not get a confirmation"));
    }
    // Another time would be a second booking if the first stands.
    outside.script.reads(Mode::Fine);
    outside.offer("call").await;
    let moved = outside.book("call", "d", "11:00").await;
    assert_eq!(moved["success"], true, "{moved}");
    let booking = outside.only("having moved", is_confirmed).await;
    assert_eq!(outside.script.standing(), [(booking.id, booking.start)]);
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
}

#[tokio::test]
async fn what_surely_was_not_made_is_made_if_it_was_promised() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::LostBefore]);
    outside.book("call", "b", "10:00").await;
    outside.only("being unknown", is_unknown).await;
    outside.house.wait(5);
    let found = || outside.script.finds() > 0;
    super::super::until("a look", found).await;
    assert_eq!(outside.script.creates(), 1, "what is on its way may still arrive");
    outside.house.wait(30);
    outside.only("being made", is_confirmed).await;
    assert_eq!(outside.script.creates(), 2);
    outside.heard("has confirmed the appointment").await;
    outside.agrees().await;
}

#[tokio::test]
async fn what_surely_was_not_made_is_released_where_nothing_was_promised() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.offer("call").await;
    outside.script.next(&[Mode::LostBefore]);
    outside.book("call", "b", "10:00").await;
    outside.only("being unknown", is_unknown).await;
    outside.house.wait(30);
    outside.only("being released", is_failed).await;
    outside.heard("could not be made").await;
    assert_eq!(outside.script.creates(), 1);
    outside.house.wait(1_000);
    let settled = outside.only("a last look", |booking| booking.intent.is_none()).await;
    assert_eq!(settled.outcome, Outcome::Failed);
    outside.agrees().await;
}

#[tokio::test]
async fn what_arrives_after_it_was_given_up_is_cancelled_there_and_said() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Late]);
    outside.book("call", "b", "10:00").await;
    outside.house.wait(30);
    outside.only("being released", is_failed).await;
    outside.script.arrive();
    assert_eq!(outside.script.standing().len(), 1);
    outside.house.wait(1_000);
    outside.only("the last look", |booking| booking.intent.is_none()).await;
    assert!(outside.script.standing().is_empty());
    outside.warned("call", "booking_compensated").await;
    outside.agrees().await;
}

#[tokio::test]
async fn an_answer_that_comes_after_the_deadline_is_brought_to_the_call() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Slow]);
    let told = outside.book_within("call", "b", "10:00", Duration::from_secs(3)).await;
    assert!(told["message"].as_str().unwrap().contains("could not get a confirmation"), "{told}");
    assert!(outside.script.standing().is_empty());
    outside.only("being unknown", is_unknown).await;
    outside.script.go_on();
    outside.only("being confirmed", is_confirmed).await;
    outside.heard("has confirmed the appointment").await;
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
}

#[tokio::test]
async fn a_booking_that_runs_when_the_caller_hangs_up_is_finished_and_stands() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Slow]);
    outside.book_within("call", "b", "10:00", Duration::from_secs(3)).await;
    outside.hang_up("call").await;
    outside.script.go_on();
    let booking = outside.only("being confirmed", is_confirmed).await;
    let key = outside.house.key("call");
    loop {
        let state = outside.house.calls.known(&key).await.unwrap();
        if state.bookings[0].outcome == Outcome::Confirmed {
            assert_eq!(state.bookings[0].id, booking.id);
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(outside.listener.heard.lock().unwrap().is_empty(), "nobody is on the line");
    outside.agrees().await;
}

#[tokio::test]
async fn a_crash_while_the_provider_is_asked_is_settled_after_the_start() {
    for (mode, creates) in [(Mode::HangAfter, 1), (Mode::HangBefore, 2)] {
        let outside = Outside::open().await;
        outside.offer("call").await;
        outside.script.next(&[mode]);
        let told = outside.book_within("call", "b", "10:00", Duration::from_secs(3)).await;
        assert_eq!(told["success"], false);
        let outside = outside.crash().await;
        // Nobody knows when the asking ended: as late as it may, and it is on its way from then on.
        super::super::until("a look", || outside.script.finds() > 0).await;
        outside.house.wait(30);
        if mode == Mode::HangBefore {
            super::super::until("another look", || outside.script.finds() > 1).await;
        }
        assert_eq!(outside.script.creates(), 1, "what is on its way may still arrive");
        outside.house.wait(15);
        outside.only("being settled", is_confirmed).await;
        assert_eq!(outside.script.creates(), creates);
        outside.agrees().await;
    }
}

#[tokio::test]
async fn a_crash_that_nobody_was_told_of_leaves_what_the_provider_made_and_nothing_else() {
    for (mode, stands) in [(Mode::HangAfter, true), (Mode::HangBefore, false)] {
        let outside = Outside::open().await;
        outside.offer("call").await;
        outside.script.next(&[mode]);
        let asking = outside.book_within("call", "b", "10:00", Duration::from_secs(30));
        let asked = async {
            let is_asked = || outside.script.creates() == 1;
            super::super::until("the provider to be asked", is_asked).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        futures_util::future::select(Box::pin(asking), Box::pin(asked)).await;
        let outside = outside.crash().await;
        outside.house.wait(45);
        if stands {
            outside.only("being found", is_confirmed).await;
        } else {
            outside.only("being released", is_failed).await;
            outside.house.wait(1_000);
            outside.only("a last look", |booking| booking.intent.is_none()).await;
        }
        assert_eq!(outside.script.creates(), 1);
        outside.agrees().await;
        // The caller asks again under the same id: one booking, whatever was there.
        let again = outside.book("call", "b", "10:00").await;
        assert_eq!(again["success"], true, "{again}");
        assert_eq!(outside.script.standing().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_may_be_the_booking_itself() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    // Lost, surely absent, asked again: meanwhile the first has arrived and is in the way.
    outside.script.next(&[Mode::Late, Mode::Taken]);
    outside.book("call", "b", "10:00").await;
    outside.only("being unknown", is_unknown).await;
    let script = outside.script.clone();
    script.next(&[]);
    outside.house.wait(10);
    let looks = || outside.script.finds() > 0;
    super::super::until("a look", looks).await;
    outside.script.arrive();
    outside.house.wait(30);
    outside.only("being found", is_confirmed).await;
    assert_eq!(outside.script.standing().len(), 1);
    outside.agrees().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_again_and_again_are_settled_by_look_up_without_a_duplicate() {
    let runs = size(60, 500, 500);
    // The org's one day has sixteen starts; as many callers as it takes share each of them.
    let capacity = u32::try_from(runs.div_ceil(16)).unwrap();
    let outside = Outside::with(OutagePolicy::Defaults, capacity).await;
    let starts: Vec<String> =
        (0..16).map(|half| format!("{:02}:{:02}", 9 + half / 2, half % 2 * 30)).collect();
    for run in 0..runs {
        let call = format!("call-{run}");
        outside.see(&call).await;
        outside.script.plan(Mode::LostAfter);
        let told = outside.book(&call, "b", &starts[run % 16]).await;
        let words = told["message"].as_str().unwrap_or_default();
        assert!(words.contains("could not get a confirmation"), "{told}");
        outside.house.wait(3);
        let asked = || outside.script.finds() > run;
        super::super::until("the look", asked).await;
    }
    while !outside.bookings().await.iter().all(is_confirmed) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(outside.bookings().await.len(), runs);
    assert_eq!(outside.script.creates(), runs);
    outside.agrees().await;
}

#[tokio::test]
async fn a_request_that_hung_and_arrives_later_is_not_made_a_second_time() {
    // Two fit, so that nothing but patience keeps the provider from having it twice.
    let outside = Outside::with(OutagePolicy::Defaults, 2).await;
    outside.offer("call").await;
    outside.script.next(&[Mode::HangLate]);
    let told = outside.book_within("call", "b", "10:00", Duration::from_millis(600)).await;
    assert_eq!(told["success"], false, "{told}");
    // It hangs for longer than anything is on its way, and only then its connection breaks.
    outside.house.wait(22);
    outside.script.break_hanging();
    outside.ended().await;
    outside.house.wait(3);
    super::super::until("the look", || outside.script.finds() > 0).await;
    outside.script.arrive();
    outside.house.wait(20);
    let booking = outside.only("being found", is_confirmed).await;
    assert_eq!(outside.script.standing(), [(booking.id, booking.start)]);
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
}

#[tokio::test]
async fn a_request_that_hung_and_is_lost_is_made_when_it_surely_does_not_arrive() {
    let outside = Outside::with(OutagePolicy::Defaults, 2).await;
    outside.offer("call").await;
    outside.script.next(&[Mode::HangLate]);
    outside.book_within("call", "b", "10:00", Duration::from_millis(600)).await;
    outside.house.wait(22);
    outside.script.break_hanging();
    outside.ended().await;
    outside.script.lose_late();
    outside.house.wait(20);
    outside.only("being made", is_confirmed).await;
    assert_eq!(outside.script.creates(), 2);
    outside.agrees().await;
}

#[tokio::test]
async fn an_old_answer_to_a_look_does_not_prove_that_nothing_came_later() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Late]);
    outside.book("call", "b", "10:00").await;
    // The look finds nothing, and its answer takes longer than anything stays on its way.
    outside.script.reads(Mode::Slow);
    outside.house.wait(3);
    super::super::until("the look", || outside.script.finds() == 1).await;
    outside.script.arrive();
    outside.house.wait(60);
    outside.script.reads(Mode::Fine);
    outside.script.go_on();
    outside.only("being found", is_confirmed).await;
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
}
