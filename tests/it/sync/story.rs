//! What the host does by hand in Cal.com appears in our bookings and frees or blocks slots.

use super::*;
use crate::support::FeedClient;

/// The next frame that is a notice.
async fn noticed(feed: &mut FeedClient) -> Value {
    loop {
        let frame = feed.next().await.expect("the feed goes on");
        if frame["type"] == "notice" {
            return frame;
        }
    }
}

#[tokio::test]
async fn what_the_host_moves_cancels_or_confirms_in_calcom_is_so_here() {
    let clinic = Clinic::posted_to().await;
    let (_call, kept) = clinic.booked("10:00").await;
    assert_eq!(clinic.free().await, ["10:30", "11:00", "15:00"]);
    let mut seen = clinic.stand_in.posts().len();

    let moved = clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30")).unwrap();
    clinic.carry_new(seen).await;
    let ours = clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
    assert_eq!(ours["status"], "confirmed");
    assert_eq!(ours["external_ids"].as_array().unwrap().last(), Some(&json!(moved)));
    assert_eq!(clinic.free().await, ["10:00", "10:30", "11:00"], "one slot is freed, one taken");

    let (_other, second) = clinic.booked("10:00").await;
    seen = clinic.stand_in.posts().len();
    assert!(clinic.stand_in.set_standing(&moved, Standing::Cancelled));
    clinic.carry_new(seen).await;
    let gone = clinic.stands("the cancellation", 1, |ours| ours["status"] == "cancelled").await;
    assert_eq!(gone["id"], ours["id"]);
    assert_eq!(clinic.free().await, ["10:30", "11:00", "15:00"]);
    assert_eq!(second.start, at("10:00"));

    let trail = clinic.server.get(&format!("/api/orgs/{}/audit", clinic.org.id)).await;
    let of_provider: Vec<&str> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["actor"] == "provider:calcom")
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert!(of_provider.contains(&"booking.moved"), "{trail}");
    assert!(of_provider.contains(&"booking.cancelled"), "{trail}");
    let connection = clinic.server.get(&clinic.of_connection("")).await;
    assert!(connection["last_sync_at"].is_string(), "{connection}");
}

#[tokio::test]
async fn a_request_that_the_host_decides_is_decided_here_at_once() {
    for (standing, status) in [(Standing::Accepted, "confirmed"), (Standing::Rejected, "cancelled")]
    {
        let clinic = Clinic::posted_to().await;
        clinic.stand_in.next(Operation::Create, Trouble::NeedsConfirmation);
        let (_call, kept) = clinic.booked("10:00").await;
        assert_eq!(clinic.bookings().await[0]["status"], "pending");
        let seen = clinic.stand_in.posts().len();
        clinic.stand_in.set_standing(&kept.uid, standing);
        clinic.carry_new(seen).await;
        clinic.stands("the decision", 0, |ours| ours["status"] == status).await;
        let is_free = clinic.free().await.contains(&"10:00".to_owned());
        assert_eq!(is_free, status == "cancelled");
        let jobs = clinic.server.get(&format!("/api/orgs/{}/jobs", clinic.org.id)).await;
        assert_eq!(jobs["items"], json!([]), "nothing is left to be asked: {jobs}");
    }
}

#[tokio::test]
async fn those_who_watch_see_it_in_the_call_and_on_the_orgs_feed() {
    let clinic = Clinic::posted_to().await;
    let (call, kept) = clinic.booked("10:00").await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let seen = clinic.stand_in.posts().len();
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30"));
    clinic.carry_new(seen).await;
    let notice = noticed(&mut feed).await;
    assert_eq!(
        (&notice["code"], &notice["warning"]),
        (&json!("booking_moved_there"), &json!(false))
    );
    assert_eq!(notice["connection_id"], json!(clinic.connection));
    assert_eq!(notice["booking_id"], clinic.bookings().await[0]["id"]);
    let events = format!("/api/orgs/{}/calls/{}/events", clinic.org.id, call.id);
    let changed = eventually("the call's event", || async {
        let events = clinic.server.get(&events).await;
        let items = events["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["event"]["type"] == "booking_changed")
    })
    .await;
    assert_eq!(changed["event"]["booking"]["booking_time"], "15:00", "{changed}");
}

#[tokio::test]
async fn a_move_onto_a_time_that_is_booked_here_stays_as_it_is_there_and_the_operator_is_warned() {
    let clinic = Clinic::posted_to().await;
    clinic.booked("10:00").await;
    let (_call, second) = clinic.booked("11:00").await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    let seen = clinic.stand_in.posts().len();
    clinic.stand_in.move_by_hand(&second.uid, at("10:00"), at("10:30"));
    clinic.carry_new(seen).await;
    let notice = noticed(&mut feed).await;
    assert_eq!((&notice["code"], &notice["warning"]), (&json!("booking_collides"), &json!(true)));
    let ours = clinic.bookings().await;
    assert!(ours.iter().all(|ours| ours["booking_time"] == "10:00"), "{ours:?}");
    assert!(ours.iter().all(|ours| ours["status"] == "confirmed"), "{ours:?}");
    assert_eq!(clinic.free().await, ["10:30", "11:00", "15:00"]);
}
