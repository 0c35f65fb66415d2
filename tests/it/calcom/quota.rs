//! How often Cal.com is asked, and that one org's trouble with it is no other org's.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::future::join_all;

use super::*;

/// The key of the org whose Cal.com is in trouble.
const TROUBLED_KEY: &str = "cal_live_the_troubled_ones_key";

async fn breaker_of(server: &TestServer, connection: &str) -> Value {
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

/// Passes requests with the troubled org's key to one stand-in and all others to another, byte by
/// byte as they come.
async fn fork(State((troubled, well)): State<(String, String)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let key = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    let is_troubled = key.is_some_and(|key| key.contains(TROUBLED_KEY));
    let base = if is_troubled { troubled } else { well };
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut sent = reqwest::Client::new().request(parts.method, format!("{base}{}", parts.uri));
    for (name, value) in parts.headers.iter().filter(|(name, _)| *name != "host") {
        sent = sent.header(name, value);
    }
    let answer = sent.body(body).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let chunks = futures_util::stream::unfold(answer, |mut answer| async move {
        let chunk = answer.chunk().await.ok()??;
        Some((Ok::<_, std::convert::Infallible>(chunk), answer))
    });
    response.body(Body::from_stream(chunks)).unwrap()
}

/// Half of these took no longer.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_orgs_trouble_is_answered_in_time_and_slows_no_other_org() {
    const DEADLINE_MS: u64 = 2_000;
    let well = StandIn::start(setup(MORNING)).await.unwrap();
    let troubled =
        StandIn::start(Setup { api_key: TROUBLED_KEY.into(), ..setup(MORNING) }).await.unwrap();
    let bases = (troubled.url().to_owned(), well.url().to_owned());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2", listener.local_addr().unwrap());
    let forking = Router::new().fallback(fork).with_state(bases);
    let serving = tokio::spawn(async move { axum::serve(listener, forking).await });
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.calcom.base_url = url;
        config.sessions.tool_deadline_ms = DEADLINE_MS;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    let other = server.org(json!({})).await;
    connect(&server, &other, connection(PLAIN)).await;
    let call = other.call(&server, ANN);
    let ask = || async {
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
        started.elapsed()
    };
    for _ in 0..5 {
        ask().await;
    }
    // The bomb is packed at its first use, which is not to be measured.
    troubled.next(Operation::Any, Trouble::Bomb);
    reqwest::get(format!("{}/v2/slots", troubled.url())).await.unwrap();
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    for trouble in [Trouble::HangsBefore, Trouble::Drips, Trouble::Bomb, Trouble::HangsBefore] {
        troubled.behave();
        troubled.always(Operation::Slots, trouble.clone());
        // A new one each time, so that its breaker is closed and each of its callers really waits.
        let org = server.org(json!({})).await;
        let mut connected = connection(PLAIN);
        connected["credentials"]["api_key"] = TROUBLED_KEY.into();
        connect(&server, &org, connected).await;
        let callers = join_all(["2026-09-22", "2026-09-23", DAY, "2026-09-25"].map(|date| {
            let call = org.call(&server, ANN);
            async move {
                let started = Instant::now();
                let free = call.tool("check_availability", json!({"date": date})).await;
                (started.elapsed(), free)
            }
        }));
        let callers = tokio::spawn(callers);
        let asked = || async { (!troubled.asked_to(Operation::Slots).is_empty()).then_some(()) };
        crate::support::eventually("the troubled to be asked", asked).await;
        for _ in 0..8 {
            beside.push(ask().await);
        }
        for (took, free) in callers.await.unwrap() {
            // The deadline is the server's own; the rest is this test's way there and back.
            let late = Duration::from_millis(DEADLINE_MS + 1_500);
            assert!(took < late, "{trouble:?}: heard after {took:?}");
            assert!(!message(&free).is_empty(), "{free}");
        }
        for _ in 0..8 {
            alone.push(ask().await);
        }
    }
    let (beside, alone) = (median(&mut beside), median(&mut alone));
    // Ten percent, and what a busy machine's clock is off by.
    assert!(
        beside <= alone + alone / 10 + Duration::from_millis(20),
        "{beside:?} beside, {alone:?} alone"
    );
    serving.abort();
}
