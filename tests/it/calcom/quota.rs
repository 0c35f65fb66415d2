//! How often Cal.com is asked, and what an operator sees of that.

use futures_util::future::join_all;

use super::*;

pub(crate) async fn breaker_of(server: &TestServer, connection: &str) -> Value {
    let status = server.get("/api/circuit-breaker/status").await;
    let items = status["items"].as_array().unwrap();
    items.iter().find(|item| item["connection_id"] == connection).unwrap().clone()
}

#[tokio::test]
async fn callers_who_ask_for_the_same_day_are_one_request() {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.base_url();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.calcom.base_url = url;
        config.sessions.slot_cache_ms = 60_000;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let org = server.org(json!({})).await;
    connect(&server, &org, connection(PLAIN)).await;
    let free = join_all((0..60).map(|_| async {
        let call = org.call(&server, ANN);
        call.tool("check_availability", json!({"date": DAY})).await
    }));
    assert!(free.await.iter().all(|free| free["available"] == true));
    let slots = || stand_in.asked_to(Operation::Slots).len();
    assert_eq!(slots(), 1);
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!((call.tool("create_booking", ten_for("Ann Ruiz")).await["success"]), true);
    assert_eq!(slots(), 2, "booking asks anew");
}

#[tokio::test]
async fn an_operator_sees_failures_since_when_and_until_when() {
    let clinic = Clinic::open().await;
    let well = breaker_of(&clinic.server, &clinic.connection).await;
    assert_eq!((&well["state"], &well["failures"]), (&json!("closed"), &json!(0)), "{well}");
    assert_eq!((&well["since"], &well["retry_in_seconds"]), (&Value::Null, &Value::Null));
    clinic.stand_in.always(Operation::Slots, Trouble::FailsBefore);
    let call = clinic.call();
    for _ in 0..6 {
        call.tool("check_availability", json!({"date": DAY})).await;
    }
    let open = breaker_of(&clinic.server, &clinic.connection).await;
    assert_eq!((&open["state"], &open["failures"]), (&json!("open"), &json!(5)), "{open}");
    let rest = open["retry_in_seconds"].as_f64().unwrap();
    assert!((1.0..=15.0).contains(&rest), "{open}");
    let since: jiff::Timestamp = open["since"].as_str().unwrap().parse().unwrap();
    let now: jiff::Timestamp =
        clinic.server.get("/api/health").await["now"].as_str().unwrap().parse().unwrap();
    assert!(since <= now && now.duration_since(since).as_secs() < 15, "{open}");
    assert_eq!((&open["waiting"], &open["under_way"]), (&json!(0), &json!(0)), "{open}");
}

#[tokio::test]
async fn an_account_that_asks_for_a_pause_rests_and_the_operator_sees_it() {
    let clinic = Clinic::open().await;
    clinic.stand_in.next(Operation::Slots, Trouble::TooMany { retry_after: Some(30) });
    let call = clinic.call();
    for _ in 0..4 {
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        hears(&free, "I cannot reach the calendar right now");
    }
    assert_eq!(clinic.stand_in.asked_to(Operation::Slots).len(), 1);
    let rests = breaker_of(&clinic.server, &clinic.connection).await;
    assert_eq!((&rests["state"], &rests["failures"]), (&json!("closed"), &json!(0)), "{rests}");
    let rest = rests["retry_in_seconds"].as_f64().unwrap();
    assert!((20.0..=30.0).contains(&rest), "{rests}");
    assert!(clinic.check().await["quota"].is_array());
}
