//! Google does not answer questions as it should: the caller is answered in time, by the org's policy.

use std::time::{Duration, Instant};

use super::*;

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in clinic::bad_answers() {
        let options = json!({"calendar_ids": [DESK, ROOM]});
        let clinic = Clinic::open_with(json!({}), options, 3_000).await;
        clinic.stand_in.always(Operation::Any, trouble.clone());
        let call = clinic.call();
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        hears(&free, "I cannot reach the calendar right now");
        let asked = clinic.stand_in.asked();
        assert!(asked.iter().all(|asked| !asked.uri.starts_with("/elsewhere")), "{asked:?}");
        clinic.stand_in.behave();
        let free = call.tool("check_availability", json!({"date": "2026-09-25"})).await;
        assert_eq!(free["available"], true, "{trouble:?}: Google is back, and {free}");
    }
}
