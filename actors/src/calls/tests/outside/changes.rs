//! Moving and cancelling at a provider outside: the old one is kept until the new one is safe, and
//! nothing is said to be done that may not be.

use std::time::Duration;

use hookswitch_storage::{Booking, BookingStatus};
use serde_json::json;

use super::script::Mode;
use super::{DAY, LONG, Outside, is_confirmed, is_moving, size};

async fn booked() -> Outside {
    let outside = Outside::open().await;
    outside.offer("call").await;
    let told = outside.book("call", "b", "10:00").await;
    assert_eq!(told["success"], true, "{told}");
    outside
}

async fn reschedule(outside: &Outside, id: &str, time: &str) -> serde_json::Value {
    let arguments = json!({"new_date": DAY, "new_time": time, "customer_name": "Ann Ruiz"});
    outside.tool_within("call", id, "reschedule_booking", arguments, LONG).await
}

async fn cancel(outside: &Outside, id: &str) -> serde_json::Value {
    let arguments = json!({"customer_name": "Ann Ruiz"});
    outside.tool_within("call", id, "cancel_booking", arguments, LONG).await
}

fn is_gone(booking: &Booking) -> bool {
    booking.status == BookingStatus::Cancelled && booking.intent.is_none()
}

fn at_three(booking: &Booking) -> bool {
    is_confirmed(booking) && booking.start.to_string() == "2026-09-24T20:00:00Z"
}

fn at_ten(booking: &Booking) -> bool {
    is_confirmed(booking) && booking.start.to_string() == "2026-09-24T15:00:00Z"
}

#[tokio::test]
async fn a_booking_moves_and_is_cancelled_at_the_provider() {
    let outside = booked().await;
    let told = reschedule(&outside, "m", "15:00").await;
    assert_eq!(told["success"], true, "{told}");
    outside.only("having moved", at_three).await;
    outside.agrees().await;
    let told = cancel(&outside, "x").await;
    assert_eq!(told["success"], true, "{told}");
    outside.only("being gone", is_gone).await;
    outside.agrees().await;
}

#[tokio::test]
async fn a_move_with_a_lost_answer_holds_both_times_until_it_is_known() {
    for (mode, ends) in
        [(Mode::LostAfter, at_three as fn(&Booking) -> bool), (Mode::LostBefore, at_three)]
    {
        let outside = booked().await;
        outside.script.next(&[mode]);
        let told = reschedule(&outside, "m", "15:00").await;
        assert_eq!(told["error"], "outcome_unknown", "{told}");
        outside.only("being in doubt", is_moving).await;
        // Nobody else gets either time meanwhile.
        outside.see("other").await;
        for time in ["10:00", "15:00"] {
            let arguments = json!({"date": DAY, "time": time, "customer_name": "Bo Chen"});
            let other = outside.tool("other", time, "create_booking", arguments).await;
            assert_eq!(other["error"], "slot_unavailable", "{other}");
        }
        outside.house.wait(60);
        outside.only("being known", ends).await;
        outside.heard("has been moved").await;
        outside.agrees().await;
    }
}

#[tokio::test]
async fn a_crash_in_a_move_never_loses_both_times() {
    for (mode, ends) in
        [(Mode::HangAfter, at_three as fn(&Booking) -> bool), (Mode::HangBefore, at_ten)]
    {
        let outside = booked().await;
        outside.script.next(&[mode]);
        let arguments = json!({"new_date": DAY, "new_time": "15:00", "customer_name": "Ann Ruiz"});
        let within = Duration::from_secs(30);
        let asking = outside.tool_within("call", "m", "reschedule_booking", arguments, within);
        let begun = outside.only("being asked", is_moving);
        futures_util::future::select(Box::pin(asking), Box::pin(begun)).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let outside = outside.crash().await;
        outside.house.wait(60);
        outside.only("being known", ends).await;
        outside.agrees().await;
    }
}

#[tokio::test]
async fn a_move_that_the_provider_refuses_leaves_the_booking_where_it_is() {
    let outside = booked().await;
    for (id, mode, code) in [
        ("m1", Mode::Taken, "slot_unavailable"),
        ("m2", Mode::Down, "Could not connect to booking provider"),
    ] {
        outside.script.next(&[mode]);
        let told = reschedule(&outside, id, "15:00").await;
        assert_eq!(told["error"], code, "{told}");
        outside.only("staying", at_ten).await;
        outside.agrees().await;
    }
}

#[tokio::test]
async fn a_cancellation_with_a_lost_answer_is_seen_through() {
    for mode in [Mode::LostAfter, Mode::LostBefore] {
        let outside = booked().await;
        outside.script.next(&[mode]);
        let told = cancel(&outside, "x").await;
        assert_eq!(told["error"], "outcome_unknown", "{told}");
        outside.house.wait(60);
        outside.only("being gone", is_gone).await;
        outside.heard("has been cancelled").await;
        outside.agrees().await;
    }
}

#[tokio::test]
async fn a_cancellation_that_cannot_reach_the_provider_leaves_the_booking_standing() {
    let outside = booked().await;
    outside.script.next(&[Mode::Down]);
    let told = cancel(&outside, "x").await;
    assert_eq!(told["success"], false, "{told}");
    outside.only("standing", at_ten).await;
    outside.agrees().await;
    let told = cancel(&outside, "y").await;
    assert_eq!(told["success"], true, "{told}");
}

/// A request that waits for its provider, which is back but has not been asked yet.
async fn waiting() -> Outside {
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    outside.offer("call").await;
    let told = outside.book("call", "b", "10:00").await;
    assert!(told["message"].as_str().is_some_and(|words| words.contains("requested")), "{told}");
    outside.only("waiting", Booking::is_unasked).await;
    outside.script.always(Mode::Fine);
    outside
}

#[tokio::test]
async fn a_waiting_request_that_is_made_while_its_move_is_looked_into_moves_at_the_provider_too() {
    let outside = waiting().await;
    outside.script.reads(Mode::Slow);
    let looks = outside.script.reads_at().len();
    let moves = reschedule(&outside, "m", "15:00");
    let overtakes = async {
        let looked = || outside.script.reads_at().len() > looks;
        super::super::until("the look whether three is free", looked).await;
        outside.house.wait(3_600);
        outside.only("being made", at_ten).await;
        outside.script.reads(Mode::Fine);
        outside.script.go_on();
    };
    let (told, ()) = futures_util::join!(moves, overtakes);
    assert_eq!(told["success"], true, "{told}");
    outside.only("having moved", at_three).await;
    outside.agrees().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_request_that_is_changed_at_the_moment_it_is_made_is_the_same_on_both_sides() {
    for run in 0..size(12, 60, 300) {
        let outside = waiting().await;
        let changes = async {
            match run % 2 {
                0 => cancel(&outside, "x").await,
                _ => reschedule(&outside, "m", "15:00").await,
            }
        };
        let makes = async { outside.house.wait(3_600) };
        let (told, ()) = futures_util::join!(changes, makes);
        // Whatever came first; what was not known then is known afterwards.
        outside.house.wait(60);
        let ends = match (run % 2, told["success"] == true) {
            (0, true) => is_gone,
            (_, true) => at_three,
            (_, false) => |booking: &Booking| booking.intent.is_none() && booking.is_active(),
        };
        outside.only(&format!("its end in run {run}: {told}"), ends).await;
        outside.agrees().await;
    }
}
