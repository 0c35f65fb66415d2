//! What the business does in Acuity's own calendar reaches us: by its posts, which prove themselves, and
//! where it cannot post by looking at every appointment now and then.

use std::time::Duration;

use super::*;
use crate::support::{eventually, eventually_within};

/// Under which the server is known outside; posts are carried to it by hand.
const OUTSIDE: &str = "https://calls.example.com";

/// A clinic that is posted to, or one that asks.
async fn clinic(is_posted_to: bool) -> Clinic {
    let stand_in = StandIn::start(setup(MORNING, Vec::new())).await.unwrap();
    let url = stand_in.base_url();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.acuity.base_url = url;
        config.sync.probe_seconds = 3_600;
        config.sync.poll_seconds = if is_posted_to { 3_600 } else { 1 };
        config.server.public_url = is_posted_to.then(|| OUTSIDE.into());
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let clinic = Clinic::with(stand_in, server, json!({}), connection(PLAIN)).await;
    if is_posted_to {
        let asked = || async { clinic.stand_in.webhooks().pop() };
        let webhook = eventually("the promise to post", asked).await;
        assert!(webhook.target.starts_with(OUTSIDE), "{webhook:?}");
    }
    clinic
}

/// Acuity posts about an appointment; with another body if it is `forged`.
async fn posts(clinic: &Clinic, id: u64, forged: bool) -> StatusCode {
    let path = format!("/api/providers/acuity/webhook/{}", clinic.connection);
    let post = clinic.stand_in.post(id, "changed").unwrap();
    let headers: Vec<(&str, &str)> =
        post.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = if forged { post.body + "&calendarID=8" } else { post.body };
    clinic.server.post_raw(&path, &headers, body.into_bytes()).await.0
}

async fn ours(clinic: &Clinic, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let look = || async { clinic.bookings().await.into_iter().find(|ours| fits(ours)) };
    // Whoever is not posted to sees it at the next look at everything.
    eventually_within(Duration::from_secs(60), what, look).await
}

async fn free(clinic: &Clinic) -> Vec<String> {
    let call = clinic.org.call(&clinic.server, "+13125550199");
    let heard = call.tool("checkAvailability", json!({"date": DAY})).await.to_string();
    let times = ["10:00", "15:00"].into_iter();
    times.filter(|time| heard.contains(&format!("\"{time}\""))).map(str::to_owned).collect()
}

async fn moved_and_cancelled(clinic: &Clinic, told: impl AsyncFn(u64)) {
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(free(clinic).await, ["15:00"]);
    let id = clinic.stand_in.standing()[0].id;
    assert!(clinic.stand_in.move_by_hand(id, "2026-09-24T20:00:00Z".parse().unwrap()));
    told(id).await;
    let moved = ours(clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    assert_eq!(moved["confirmation"], booked["confirmationNumber"]);
    assert_eq!(free(clinic).await, ["10:00"]);
    assert!(clinic.stand_in.cancel_by_hand(id));
    told(id).await;
    ours(clinic, "the cancellation", |ours| ours["status"] == "cancelled").await;
    assert_eq!(free(clinic).await, ["10:00", "15:00"]);

    let path = format!("/api/orgs/{}/audit?limit=1000", clinic.org.id);
    let audit = clinic.server.get(&path).await;
    let by_acuity = |entry: &&Value| entry["actor"] == "provider:acuity";
    let entries = audit["items"].as_array().unwrap().iter().filter(by_acuity);
    let actions: Vec<&str> = entries.map(|entry| entry["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"booking.moved"), "{audit}");
    assert!(actions.contains(&"booking.cancelled"), "{audit}");
}

#[tokio::test]
async fn what_the_business_moves_or_cancels_is_so_here_when_acuity_posts() {
    let clinic = clinic(true).await;
    let told = async |id: u64| {
        assert_eq!(posts(&clinic, id, true).await, StatusCode::UNAUTHORIZED);
        // Posts come twice.
        for _ in 0..2 {
            assert_eq!(posts(&clinic, id, false).await, StatusCode::OK);
        }
    };
    moved_and_cancelled(&clinic, told).await;
}

#[tokio::test]
async fn what_the_business_moves_or_cancels_is_found_without_a_post() {
    let clinic = clinic(false).await;
    moved_and_cancelled(&clinic, async |_: u64| {}).await;
    assert!(clinic.stand_in.webhooks().is_empty(), "nobody could post to us");
}
