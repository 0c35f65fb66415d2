//! A provider that cannot be reached, or has yet to decide: what the caller hears, what is kept and
//! what becomes of it.

use hookswitch_storage::{BookingStatus, OutagePolicy, Outcome};

use super::script::{Asked, Mode};
use super::{Outside, is_confirmed, is_failed};
use crate::booking::phrases::{PROVIDER_ERROR, hand_over, take_message};
use crate::ports::ProviderState;

fn is_kept(booking: &hookswitch_storage::Booking) -> bool {
    booking.is_unasked() && booking.outcome == Outcome::Pending
}

#[tokio::test]
async fn a_request_taken_during_an_outage_is_made_when_the_provider_is_back_and_the_caller_hears() {
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    let free = outside.offer("call").await;
    assert_eq!(free["success"], true, "{free}");
    let told = outside.book("call", "b", "10:00").await;
    assert_eq!(told["success"], true, "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("requested") && words.contains("not confirmed"), "{words}");
    outside.only("being kept", is_kept).await;
    outside.warned("call", "provider_unavailable").await;

    outside.script.always(Mode::Fine);
    outside.house.wait(3_600);
    let booking = outside.only("being made", is_confirmed).await;
    assert_eq!(outside.script.standing(), [(booking.id, booking.start)]);
    outside.heard(&format!("confirmation number is {}", booking.confirmation)).await;
    outside.agrees().await;
    // What the caller was told stays what they are told.
    assert_eq!(outside.book("call", "b", "10:00").await, told);
}

#[tokio::test]
async fn a_request_that_waits_survives_a_crash() {
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    outside.offer("call").await;
    outside.book("call", "b", "10:00").await;
    outside.only("being kept", is_kept).await;
    let outside = outside.crash().await;
    outside.only("still being kept", is_kept).await;
    outside.script.always(Mode::Fine);
    outside.house.wait(3_600);
    outside.only("being made", is_confirmed).await;
    outside.agrees().await;
}

#[tokio::test]
async fn a_breaker_that_closes_brings_the_waiting_requests_on_at_once() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Down]);
    outside.book("call", "b", "10:00").await;
    let kept = outside.only("being kept", is_kept).await;
    // Later than any test waits.
    let far = outside.house.calls.clock().now() + jiff::SignedDuration::from_hours(2);
    let store = outside.house.calls.store();
    store.job_tried(&kept.org, &job_of(&outside).await, Some(far), None).await.unwrap();
    crate::booking::hurry_org(&outside.house.calls.shared, &kept.org).await;
    outside.only("being made", is_confirmed).await;
}

async fn job_of(outside: &Outside) -> hookswitch_storage::JobId {
    let jobs = outside.house.calls.store().jobs(outside.house.org.id()).await.unwrap();
    jobs[0].id.clone()
}

#[tokio::test]
async fn a_conflict_found_later_frees_the_slot_and_everyone_concerned_hears_of_it() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Down, Mode::Taken]);
    let told = outside.book("call", "b", "10:00").await;
    assert_eq!(told["success"], true, "{told}");
    outside.house.wait(3_600);
    let failed = outside.only("failing", is_failed).await;
    assert!(failed.history.last().unwrap().reason.as_deref().unwrap().contains("taken"));
    outside.warned("call", "booking_failed").await;
    outside.heard("could not be made").await;
    outside.agrees().await;
    let audit = outside.house.calls.store();
    let page = hookswitch_storage::Page::default();
    let chain = audit.audit(outside.house.org.id(), &page).await.unwrap().items;
    assert_eq!(
        (chain[0].action.as_str(), chain[0].actor.as_str()),
        ("booking.settled", "reconciler")
    );
}

#[tokio::test]
async fn without_the_policy_of_defaults_nothing_is_promised_and_nothing_kept() {
    for (policy, transfer) in [(OutagePolicy::TakeMessage, false), (OutagePolicy::Transfer, true)] {
        let outside = Outside::with(policy, 1).await;
        outside.offer("call").await;
        outside.script.next(&[Mode::Down]);
        let told = outside.book("call", "b", "10:00").await;
        assert_eq!((&told["success"], &told["error"]), (&false.into(), &PROVIDER_ERROR.into()));
        assert_eq!(told["transferSuggested"] == true, transfer);
        assert_eq!(told["message"], if transfer { hand_over() } else { take_message() });
        outside.only("being released", is_failed).await;
        outside.agrees().await;
        // The same tool call is not bound to what came to nothing.
        let again = outside.book("call", "b", "10:00").await;
        assert_eq!(again["success"], true, "{again}");
        assert_eq!(outside.script.standing().len(), 1);
    }
}

#[tokio::test]
async fn a_provisional_booking_is_called_requested_and_settled_by_the_providers_decision() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Provisional]);
    let told = outside.book("call", "b", "10:00").await;
    assert!(told["message"].as_str().unwrap().contains("requested"), "{told}");
    let requested =
        outside.only("being requested", hookswitch_storage::Booking::is_requested).await;
    assert_eq!(requested.external_ids.len(), 1);
    outside.house.wait(200);
    let asked = || outside.script.asked().contains(&Asked::Find(requested.id));
    super::super::until("the provider to be asked", asked).await;
    outside.script.decide(ProviderState::Confirmed);
    outside.house.wait(200);
    outside.only("being confirmed", is_confirmed).await;
    outside.heard("has confirmed the appointment").await;
    assert_eq!(outside.script.creates(), 1);
    outside.agrees().await;
}

#[tokio::test]
async fn a_provisional_booking_that_is_declined_frees_its_slot() {
    let outside = Outside::open().await;
    outside.offer("call").await;
    outside.script.next(&[Mode::Provisional]);
    outside.book("call", "b", "10:00").await;
    outside.script.decide(ProviderState::Cancelled);
    outside.house.wait(200);
    let declined = outside.only("being declined", is_failed).await;
    assert_eq!(declined.status, BookingStatus::Cancelled);
    outside.heard("could not be made").await;
    outside.agrees().await;
}

#[tokio::test]
async fn a_waiting_request_moves_and_is_cancelled_without_its_provider() {
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    outside.offer("call").await;
    outside.book("call", "b", "10:00").await;
    let told = outside.book("call", "c", "11:00").await;
    assert!(told["message"].as_str().unwrap().contains("requested"), "{told}");
    let arguments = serde_json::json!({"customer_name": "Ann Ruiz"});
    let gone = outside.tool("call", "x", "cancel_booking", arguments).await;
    assert_eq!(gone["success"], true, "{gone}");
    outside.script.always(Mode::Fine);
    outside.house.wait(3_600);
    outside.agrees().await;
    assert!(outside.script.standing().is_empty());
}

#[tokio::test]
async fn a_request_whose_time_has_passed_is_not_made_any_more() {
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    outside.offer("call").await;
    outside.book("call", "b", "10:00").await;
    outside.script.always(Mode::Fine);
    let before = outside.script.creates();
    outside.house.wait(3 * 86_400);
    outside.only("failing", is_failed).await;
    assert_eq!(outside.script.creates(), before);
    outside.agrees().await;
}

#[tokio::test]
async fn during_an_outage_a_time_that_was_not_offered_is_offered_first_and_an_odd_one_never_booked()
{
    let outside = Outside::open().await;
    outside.script.always(Mode::Down);
    // Nobody offers a time at night, whoever is out of reach.
    let night = outside.book("call", "a", "03:17").await;
    assert_eq!(night["error"], "slot_unavailable", "{night}");
    assert!(!night["alternatives"].as_array().unwrap().is_empty(), "{night}");
    let asked = outside.book("other", "b", "10:00").await;
    assert_eq!(asked["error"], "not_offered", "{asked}");
    assert!(outside.bookings().await.is_empty());
    assert_eq!(outside.book("other", "b", "10:00").await, asked, "the same tool call, sent twice");
    let told = outside.book("other", "c", "10:00").await;
    assert_eq!(told["success"], true, "{told}");
    outside.only("being kept", is_kept).await;
    // What we have claimed ourselves is free for nobody else.
    let free = outside.offer("third").await;
    assert_eq!(free["success"], true, "{free}");
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(!slots.contains(&"10:00".into()) && slots.contains(&"10:30".into()), "{free}");
}

#[tokio::test]
async fn what_the_provider_offered_before_it_went_down_is_taken_although_it_is_not_of_nine_to_five()
{
    let outside = Outside::overlapping(OutagePolicy::Defaults).await;
    let short = serde_json::json!({"date": super::DAY, "service_type": "short"});
    let offered = outside.tool("call", "free", "check_availability", short).await;
    assert!(offered["data"]["slots"].as_array().unwrap().contains(&"10:15".into()), "{offered}");
    outside.script.always(Mode::Down);
    let told = outside.book("call", "b", "10:15").await;
    assert_eq!(told["success"], true, "{told}");
    outside.only("being kept", is_kept).await;
}
