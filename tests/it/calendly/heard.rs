//! What people do in Calendly's own pages reaches us: by its posts, which prove themselves, and by asking.

use hookswitch::player::stand_ins::calendly::Post;

use super::*;
use crate::support::eventually;

/// Under which the server is known outside; posts are carried to it by hand.
const OUTSIDE: &str = "https://calls.example.com";

/// The key of our application at Calendly.
const APPLICATION_KEY: &str = "the-signing-key-of-the-application";

/// A clinic that is posted to, or one that asks every second.
async fn clinic(is_posted_to: bool) -> Clinic {
    clinic_with(is_posted_to, |_| {}).await
}

async fn clinic_with(
    is_posted_to: bool,
    also: impl FnOnce(&mut hookswitch::config::Config),
) -> Clinic {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.url().to_owned();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.calendly.base_url = url;
        config.sync.probe_seconds = 3_600;
        config.sync.poll_seconds = if is_posted_to { 3_600 } else { 1 };
        config.server.public_url = is_posted_to.then(|| OUTSIDE.into());
        also(config);
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let clinic = Clinic::at(stand_in, server, json!({}), connection(PLAIN)).await;
    if is_posted_to {
        let asked = || async { clinic.stand_in.subscriptions().pop() };
        eventually("the subscription", asked).await;
    }
    clinic
}

/// Carries a post to the server, as the internet would.
async fn carry(clinic: &Clinic, post: &Post) -> StatusCode {
    let path = post.url.strip_prefix(OUTSIDE).unwrap();
    let signature = post.headers.iter().filter(|(name, _)| name != "content-type");
    let headers: Vec<(&str, &str)> =
        signature.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    clinic.server.post_raw(path, &headers, post.body.clone()).await.0
}

/// Our one booking, once it is as wanted.
async fn ours(clinic: &Clinic, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let look = || async { clinic.bookings().await.into_iter().find(|ours| fits(ours)) };
    eventually(what, look).await
}

#[tokio::test]
async fn what_is_moved_or_cancelled_in_calendly_is_so_here() {
    let clinic = clinic(true).await;
    let (_call, code) = clinic.booked().await;
    let first = clinic.stand_in.standing()[0].invitee.clone();
    let three = "2026-09-24T20:00:00Z".parse().unwrap();
    let moved = clinic.stand_in.move_by_hand(&first, three).unwrap();
    // The second half first: order is not to be trusted.
    for invitee in [&moved, &first, &first] {
        for post in clinic.stand_in.posts_about(invitee) {
            assert_eq!(carry(&clinic, &post).await, StatusCode::OK);
        }
    }
    let booking = ours(&clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    assert_eq!((&booking["status"], &booking["confirmation"]), (&json!("confirmed"), &code));
    assert_eq!(booking["external_ids"], json!([first, moved]));

    assert!(clinic.stand_in.cancel_by_hand(&moved, "ill"));
    let post = clinic.stand_in.posts_about(&moved).remove(0);
    let mut forged = post.clone();
    forged.body = String::from_utf8(forged.body).unwrap().replace("ill", "bad").into_bytes();
    assert!(carry(&clinic, &forged).await.is_client_error(), "its body is another");
    assert_eq!(carry(&clinic, &post).await, StatusCode::OK);
    ours(&clinic, "the cancellation", |ours| ours["status"] == "cancelled").await;
}

#[tokio::test]
async fn a_move_of_our_own_is_not_taken_for_a_cancellation_when_calendly_posts_about_it() {
    let clinic = clinic(true).await;
    let (call, code) = clinic.booked().await;
    let first = clinic.stand_in.standing()[0].invitee.clone();
    let moved = call.tool("reschedule_booking", to(&code, "11:00")).await;
    assert_eq!(moved["success"], true, "{moved}");
    let looks = clinic.stand_in.asked_to(Operation::Invitee).len();
    for post in clinic.stand_in.posts_about(&first) {
        assert!(String::from_utf8_lossy(&post.body).contains("invitee.canceled"));
        assert_eq!(carry(&clinic, &post).await, StatusCode::OK);
    }
    let looked =
        || async { (clinic.stand_in.asked_to(Operation::Invitee).len() > looks).then_some(()) };
    eventually("the look", looked).await;
    let booking = ours(&clinic, "the booking", |_| true).await;
    assert_eq!(
        (&booking["status"], &booking["booking_time"]),
        (&json!("confirmed"), &json!("11:00"))
    );
}

#[tokio::test]
async fn without_a_public_url_changes_are_found_by_asking() {
    let clinic = clinic(false).await;
    clinic.booked().await;
    let first = clinic.stand_in.standing()[0].invitee.clone();
    let three = "2026-09-24T20:00:00Z".parse().unwrap();
    let moved = clinic.stand_in.move_by_hand(&first, three).unwrap();
    ours(&clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    assert!(clinic.stand_in.subscriptions().is_empty(), "nobody could post to us");
    assert!(clinic.stand_in.cancel_by_hand(&moved, "ill"));
    ours(&clinic, "the cancellation", |ours| ours["status"] == "cancelled").await;
}

#[tokio::test]
async fn an_account_that_was_connected_in_a_browser_proves_its_posts_by_the_applications_key() {
    let clinic = clinic_with(true, |config| {
        config.secrets.calendly_webhook_key = hookswitch::config::Secret::new(APPLICATION_KEY);
    })
    .await;
    clinic.booked().await;
    clinic.stand_in.sign_as_application(APPLICATION_KEY);
    let first = clinic.stand_in.standing()[0].invitee.clone();
    clinic.stand_in.move_by_hand(&first, "2026-09-24T20:00:00Z".parse().unwrap()).unwrap();
    for post in clinic.stand_in.posts_about(&first) {
        assert_eq!(carry(&clinic, &post).await, StatusCode::OK);
    }
    ours(&clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    clinic.stand_in.sign_as_application("of another application");
    for post in clinic.stand_in.posts_about(&first) {
        assert!(carry(&clinic, &post).await.is_client_error());
    }
}

#[tokio::test]
async fn a_calendar_whose_posts_prove_nothing_any_more_is_asked_at_once() {
    let clinic = clinic(true).await;
    clinic.booked().await;
    let first = clinic.stand_in.standing()[0].invitee.clone();
    for post in clinic.stand_in.posts_about(&first) {
        assert_eq!(carry(&clinic, &post).await, StatusCode::OK);
    }
    clinic.stand_in.sign_as_application(APPLICATION_KEY);
    clinic.stand_in.move_by_hand(&first, "2026-09-24T20:00:00Z".parse().unwrap()).unwrap();
    for post in clinic.stand_in.posts_about(&first) {
        assert!(carry(&clinic, &post).await.is_client_error(), "the key is not known here");
    }
    ours(&clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
}

#[tokio::test]
async fn a_promise_to_post_that_is_not_kept_makes_nobody_ask_less_often() {
    let clinic = clinic_with(true, |config| config.sync.poll_seconds = 2).await;
    clinic.booked().await;
    let mut at = clinic.stand_in.standing()[0].invitee.clone();
    // Each is heard of within two seconds, where a calendar that posts is asked twice a minute.
    for (utc, local) in [("20:00", "15:00"), ("19:30", "14:30"), ("21:00", "16:00")] {
        let start = format!("2026-09-24T{utc}:00Z").parse().unwrap();
        at = clinic.stand_in.move_by_hand(&at, start).unwrap();
        ours(&clinic, local, |ours| ours["booking_time"] == local).await;
    }
}
