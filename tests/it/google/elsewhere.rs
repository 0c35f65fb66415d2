//! What the people of a business do in Google Calendar reaches us, by what Google posts and by asking.

use super::*;
use crate::support::eventually;

/// Under which the server is known outside; posts are carried to it by hand.
const OUTSIDE: &str = "https://calls.example.com";

async fn open(known_outside: bool) -> Clinic {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.base_url();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.google.base_url = url;
        config.server.public_url = known_outside.then(|| OUTSIDE.to_owned());
        config.sync.poll_seconds = if known_outside { 3_600 } else { 1 };
        config.sync.probe_seconds = 3_600;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    Clinic::with(stand_in, server, json!({}), connection(json!({"calendar_ids": [DESK]}))).await
}

/// Carries everything that Google has posted.
async fn carry(clinic: &Clinic) -> usize {
    let posts = clinic.stand_in.posts();
    for post in &posts {
        let path = post.url.strip_prefix(OUTSIDE).unwrap();
        let headers: Vec<(&str, &str)> =
            post.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (status, body) = clinic.server.post_raw(path, &headers, post.body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    posts.len()
}

async fn stands(clinic: &Clinic, what: &str, fits: impl Fn(&Value) -> bool) {
    eventually(what, || async {
        let found = clinic.bookings().await.into_iter().next();
        found.filter(|booking| fits(booking)).map(|_| ())
    })
    .await;
}

/// Moves the booking of the clinic by hand, then removes it, and sees both here.
async fn moved_and_removed(clinic: &Clinic) {
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    carry(clinic).await;
    let id = clinic.stand_in.standing()[0].id.clone();
    let (three, later) = (at("2026-09-24T20:00:00Z"), at("2026-09-24T20:30:00Z"));
    assert!(clinic.stand_in.move_by_hand(&id, three, later));
    carry(clinic).await;
    stands(clinic, "the move", |ours| ours["booking_time"] == "15:00").await;
    let free = clinic.free(DAY).await;
    assert!(free.contains(&json!("10:00")) && !free.contains(&json!("15:00")), "{free:?}");
    assert!(clinic.stand_in.remove_by_hand(&id));
    carry(clinic).await;
    stands(clinic, "the removal", |ours| ours["status"] == "cancelled").await;
    assert!(clinic.free(DAY).await.contains(&json!("15:00")));
}

#[tokio::test]
async fn what_is_moved_or_removed_in_google_is_so_here_when_google_posts() {
    let clinic = open(true).await;
    eventually("the channel", || async {
        (!clinic.stand_in.asked_to(Operation::Watch).is_empty()).then_some(())
    })
    .await;
    let watch = clinic.stand_in.asked_to(Operation::Watch).remove(0).body.unwrap();
    assert!(watch["address"].as_str().unwrap().starts_with(OUTSIDE), "{watch}");
    assert_eq!(carry(&clinic).await, 1, "Google says that the channel is open");
    moved_and_removed(&clinic).await;
    let path = watch["address"].as_str().unwrap().strip_prefix(OUTSIDE).unwrap().to_owned();
    let forged = [("X-Goog-Channel-Token", "guessed"), ("X-Goog-Resource-State", "exists")];
    let (status, _) = clinic.server.post_raw(&path, &forged, Vec::new()).await;
    assert!(status.is_client_error(), "{status}");
}

#[tokio::test]
async fn what_is_moved_or_removed_in_google_is_found_by_asking() {
    let clinic = open(false).await;
    eventually("the first question", || async {
        (!clinic.stand_in.asked_to(Operation::Sync).is_empty()).then_some(())
    })
    .await;
    moved_and_removed(&clinic).await;
    assert!(clinic.stand_in.asked_to(Operation::Watch).is_empty());
}
