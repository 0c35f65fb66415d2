//! The calendar server does not answer as it should: the caller is answered in time, by the org's policy.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let clinic =
            Clinic::open_within(Setup::new(USER, PASSWORD), json!({}), &json!({}), 1_500).await;
        clinic.stand_in.always(Operation::Any, trouble.clone());
        let call = clinic.call();
        let started = Instant::now();
        let free = free(&call).await;
        assert!(started.elapsed() < Duration::from_secs(4), "{trouble:?}");
        hears(&free, "I cannot reach the calendar right now");
        clinic.stand_in.behave();
    }
}

#[tokio::test]
async fn a_password_that_ends_in_the_middle_and_a_new_one() {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_with(Setup::new(USER, PASSWORD), policy).await;
    let call = clinic.offered().await;
    clinic.stand_in.set_password("another");
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    hears(&refused, "Can I take a message instead?");
    let checked = clinic.check().await;
    assert_eq!((&checked["ok"], &checked["status"]), (&json!(false), &json!("error")), "{checked}");
    let login = json!({"url": format!("{}/dav/", clinic.stand_in.url()), "username": USER,
        "password": "another"});
    clinic.patch(json!({"credentials": login})).await;
    assert_eq!(clinic.check().await["ok"], true);
    assert_eq!(free(&call).await["available"], true);
    assert_eq!(clinic.book(&call).await["success"], true);
}

#[tokio::test]
async fn a_server_that_is_down_and_back_again() {
    let clinic = Clinic::open().await;
    clinic.stand_in.always(Operation::Any, Trouble::DropsBefore);
    let call = clinic.call();
    hears(&free(&call).await, "I cannot reach the calendar right now");
    clinic.stand_in.behave();
    assert_eq!(free(&call).await["available"], true);
    assert_eq!(clinic.book(&call).await["success"], true);
}
