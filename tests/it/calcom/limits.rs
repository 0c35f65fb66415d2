//! What Cal.com allows a key: counted request by request over all who use it, shown, and kept to.

use std::time::{Duration, Instant};

use super::quota::breaker_of;
use super::*;
use crate::support::eventually;

/// What is left of a connection's first allowance, and what the allowance is.
async fn left(server: &TestServer, connection: &str) -> (u64, u64) {
    let breaker = breaker_of(server, connection).await;
    let quota = &breaker["quota"][0];
    assert_eq!((&quota["of"], &quota["within_seconds"]), (&json!("requests"), &json!(60.0)));
    (quota["remaining"].as_u64().unwrap(), quota["requests"].as_u64().unwrap())
}

#[tokio::test]
async fn every_request_counts_whatever_operation_it_is_of_and_whoever_shares_the_key() {
    let clinic = Clinic::open().await;
    let sharing = clinic.server.org(json!({})).await;
    let shared = connect(&clinic.server, &sharing, connection(PLAIN)).await;
    let shared = shared["id"].as_str().unwrap();
    let adds_up = async |what: &str, connection: &str| {
        eventually(what, || async {
            let asked = clinic.stand_in.asked().len() as u64;
            (left(&clinic.server, connection).await == (120 - asked, 120)).then_some(())
        })
        .await;
    };
    let call = clinic.offered().await;
    // The event type and its slots: two requests of one operation.
    let of_operation = |operation| clinic.stand_in.asked_to(operation).len();
    assert_eq!((of_operation(Operation::EventType), of_operation(Operation::Slots)), (1, 1));
    adds_up("two to be gone", &clinic.connection).await;
    assert_eq!(clinic.book(&call).await["success"], true);
    adds_up("those of the booking to be gone", &clinic.connection).await;
    assert!(clinic.stand_in.asked().len() >= 6, "a look, a hold, a booking, a release");

    let other = sharing.call(&clinic.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY})).await;
    adds_up("the other's to be gone for both", &clinic.connection).await;
    adds_up("the other's to be gone for both", shared).await;
}

#[tokio::test]
async fn what_is_beyond_the_limit_is_told_at_once_and_not_sent() {
    let clinic = Clinic::open().await;
    clinic.options(json!({"requests_per_minute": 8})).await;
    let call = clinic.offered().await;
    assert_eq!(left(&clinic.server, &clinic.connection).await.1, 8);
    let mut heard = Vec::new();
    for day in ["09-23", "09-25", "09-28", "09-29", "09-30", "10-01", "10-02", "10-05", "10-06"] {
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": format!("2026-{day}")})).await;
        let is_outage = message(&free).contains("I cannot reach the calendar right now");
        heard.push((!is_outage, started.elapsed()));
    }
    let answered = heard.iter().filter(|(answered, _)| *answered).count();
    assert!((1..8).contains(&answered), "{heard:?}");
    assert!(clinic.stand_in.asked().len() <= 8, "{:?}", clinic.stand_in.asked());
    for (_, took) in heard.iter().filter(|(answered, _)| !answered) {
        assert!(*took < Duration::from_secs(4), "nobody waits a minute: {heard:?}");
    }
    let refused = call.tool("check_availability", json!({"date": "2026-10-07"})).await;
    hears(&refused, "I cannot reach the calendar right now");
    let status = breaker_of(&clinic.server, &clinic.connection).await;
    assert_eq!(status["state"], "closed", "it is not Cal.com that fails: {status}");
}

#[tokio::test]
async fn what_questions_have_left_over_is_enough_to_look_and_to_book() {
    let clinic = Clinic::open().await;
    let settings = json!({"booking": {"outage_policy": "take_message"}});
    assert_eq!(clinic.org.patch(&clinic.server, settings).await.0, StatusCode::OK);
    clinic.options(json!({"requests_per_minute": 24})).await;
    let call = clinic.offered().await;
    // Others ask for one day after another until no more questions are let through.
    let others = clinic.org.call(&clinic.server, "+13125550177");
    let day = async |after: i64| {
        let day: jiff::civil::Date = DAY.parse().unwrap();
        let day = day.checked_add(jiff::Span::new().days(after)).unwrap();
        others.tool("check_availability", json!({"date": day})).await;
        clinic.stand_in.asked().len()
    };
    let mut asked = 0;
    for after in 1..=25 {
        asked = day(after).await;
    }
    assert_eq!((day(26).await, day(27).await), (asked, asked), "questions are held back");
    assert!(asked < 24, "something is left over");
    assert_eq!(clinic.book(&call).await["success"], true);
    assert_eq!(clinic.stand_in.standing().len(), 1);
}
