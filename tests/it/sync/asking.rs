//! Where nobody posts, Cal.com is asked what changed; also what changed while the server was down.

use std::time::Duration;

use super::*;
use crate::support::eventually_within;

#[tokio::test]
async fn without_a_public_url_the_hosts_changes_are_found_by_asking() {
    let clinic = Clinic::asking().await;
    let (_call, kept) = clinic.booked("10:00").await;
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30")).unwrap();
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
    assert!(clinic.stand_in.asked_to(Operation::Webhooks).is_empty(), "nobody could post to us");
    let uid = clinic.stand_in.standing()[0].uid.clone();
    clinic.stand_in.set_standing(&uid, Standing::Cancelled);
    clinic.stands("the cancellation", 0, |ours| ours["status"] == "cancelled").await;
}

#[tokio::test]
async fn what_changed_while_the_server_was_down_is_taken_over_when_it_is_back() {
    // Two seconds lie between two bookings that are looked at one by one.
    let mut clinic = Clinic::open(|config| config.sync.poll_seconds = 60).await;
    let (_call, first) = clinic.booked("10:00").await;
    let (_call, second) = clinic.booked("11:00").await;
    let change = |clinic: &Clinic| {
        clinic.stand_in.move_by_hand(&first.uid, at("15:00"), at("15:30"));
        clinic.stand_in.set_standing(&second.uid, Standing::Cancelled);
    };
    change(&clinic);
    clinic.server.restart(None).await;
    let moved = |ours: &Value| ours["booking_time"] == "15:00";
    clinic.stands("the move", 1, moved).await;
    clinic.stands("the cancellation", 0, |ours| ours["status"] == "cancelled").await;
}

#[tokio::test]
async fn a_connection_that_is_not_to_be_synchronised_is_not() {
    let clinic = Clinic::asking().await;
    let (_call, kept) = clinic.booked("10:00").await;
    let (status, patched) = clinic
        .server
        .api(Method::PATCH, &clinic.of_connection(""), Some(json!({"sync_enabled": false})))
        .await;
    assert_eq!((status, &patched["sync_enabled"]), (StatusCode::OK, &json!(false)));
    // What was under way has ended when nothing was asked for two polls.
    let quiet = || async {
        let asked = clinic.stand_in.asked().len();
        tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
        (clinic.stand_in.asked().len() == asked).then_some(())
    };
    eventually("silence", quiet).await;
    clinic.stand_in.move_by_hand(&kept.uid, at("15:00"), at("15:30")).unwrap();
    eventually("silence", quiet).await;
    assert_eq!(clinic.bookings().await[0]["booking_time"], "10:00");
    let on = Some(json!({"sync_enabled": true}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), on).await;
    clinic.stands("the move", 0, |ours| ours["booking_time"] == "15:00").await;
}

#[tokio::test]
async fn a_key_that_calcom_refuses_shows_before_a_caller_meets_it_and_so_does_a_good_one() {
    let clinic = Clinic::asking().await;
    let status = || async { clinic.server.get(&clinic.of_connection("")).await };
    let health = || async { clinic.server.get("/api/health/calcom").await };
    let turns = async |wanted: &'static str| {
        eventually(wanted, || async {
            let shown = status().await;
            (shown["status"] == wanted).then_some(())
        })
        .await;
    };
    clinic.stand_in.always(Operation::Any, Trouble::Refuses);
    turns("error").await;
    let shown = health().await;
    assert_eq!(shown["status"], "unavailable", "{shown}");
    assert!(shown["connections"][0]["problem"].is_string(), "{shown}");
    clinic.stand_in.behave();
    turns("connected").await;
    eventually("health", || async { (health().await["status"] == "ok").then_some(()) }).await;
}

#[tokio::test]
async fn a_connection_that_exchanges_nothing_is_tried_now_and_then_all_the_same() {
    let clinic = Clinic::open(|config| {
        config.sync.probe_seconds = 10;
    })
    .await;
    let off = Some(json!({"sync_enabled": false}));
    clinic.server.api(Method::PATCH, &clinic.of_connection(""), off).await;
    for (trouble, wanted) in [(Some(Trouble::Refuses), "error"), (None, "connected")] {
        match trouble {
            Some(trouble) => clinic.stand_in.always(Operation::Any, trouble),
            None => clinic.stand_in.behave(),
        }
        eventually_within(Duration::from_secs(60), wanted, || async {
            let shown = clinic.server.get(&clinic.of_connection("")).await;
            (shown["status"] == wanted).then_some(())
        })
        .await;
    }
    let asked = clinic.stand_in.asked();
    assert!(asked.len() < 12, "tried far more often than every ten seconds: {asked:#?}");
}
