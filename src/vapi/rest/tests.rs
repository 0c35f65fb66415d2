//! The client against a socket server of this machine that answers what it is told, on a clock that leaps.

use std::sync::Mutex;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde_json::json;

use super::*;

/// Half a second passes each time that somebody looks.
struct Leaping(Mutex<Timestamp>);

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_millis(500)).unwrap();
        *now
    }
}

type Script = Vec<(u16, &'static [(&'static str, &'static str)], Value)>;

#[derive(Clone)]
struct Vapi {
    clock: Arc<Leaping>,
    script: Arc<Mutex<Script>>,
    asked: Arc<Mutex<Vec<(String, Timestamp)>>>,
}

async fn answer(State(vapi): State<Vapi>, request: Request) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    let at = *vapi.clock.0.lock().unwrap();
    vapi.asked.lock().unwrap().push((asked, at));
    let mut script = vapi.script.lock().unwrap();
    if script.is_empty() {
        return StatusCode::IM_A_TEAPOT.into_response();
    }
    let (status, headers, body) = script.remove(0);
    let mut answer = (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response();
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    answer
}

/// A client, and what it is asked with what it is answered.
async fn talk(script: Script, spacing: Duration) -> (Rest, Vapi) {
    let clock = Arc::new(Leaping(Mutex::new("2026-09-22T14:30:00Z".parse().unwrap())));
    let vapi = Vapi {
        clock: Arc::clone(&clock),
        script: Arc::new(Mutex::new(script)),
        asked: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(vapi.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let limits = Limits { total: Duration::from_secs(5), ..LIMITS };
    let key = Secret::new("sk-test");
    (Rest::with(&url, key, limits, Pace::new(clock, spacing)).unwrap(), vapi)
}

impl Vapi {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(asked, _)| asked.clone()).collect()
    }

    /// Seconds between the requests.
    fn distances(&self) -> Vec<f64> {
        let asked = self.asked.lock().unwrap();
        asked.windows(2).map(|two| two[1].1.duration_since(two[0].1).as_secs_f64()).collect()
    }
}

fn broken() -> (u16, &'static [(&'static str, &'static str)], Value) {
    (502, &[], json!({}))
}

#[tokio::test]
async fn a_read_is_tried_once_and_three_times_more_after_two_four_and_eight_seconds() {
    let (rest, vapi) = talk(vec![broken(), broken(), broken(), broken()], Duration::ZERO).await;
    let read = rest.read(Kind::Assistant, "a/1").await;
    assert_eq!(read, Err(PlatformError::Broken { status: 502 }));
    assert_eq!(vapi.asked(), ["GET /assistant/a%2F1"; 4]);
    for (distance, pause) in vapi.distances().into_iter().zip([2.0, 4.0, 8.0]) {
        assert!((pause..pause + 3.0).contains(&distance), "{distance} s instead of {pause} s");
    }
}

#[tokio::test]
async fn a_change_that_succeeds_the_second_time_has_succeeded() {
    let (rest, vapi) = talk(vec![broken(), (200, &[], json!({"id": "t"}))], Duration::ZERO).await;
    let changed = rest.change(Kind::Tool, "t", &json!({"async": false})).await;
    assert_eq!(changed, Ok(json!({"id": "t"})));
    assert_eq!(vapi.asked(), ["PATCH /tool/t"; 2]);
}

#[tokio::test]
async fn a_creation_whose_fate_is_open_is_not_repeated_and_one_that_was_refused_for_now_is() {
    let (rest, vapi) = talk(vec![broken()], Duration::ZERO).await;
    let created = rest.create(Kind::Tool, &json!({})).await;
    assert_eq!(created, Err(PlatformError::Broken { status: 502 }));
    assert_eq!(vapi.asked(), ["POST /tool"]);
    let too_many = (429, &[("retry-after", "30")][..], json!({}));
    let (rest, vapi) = talk(vec![too_many, (201, &[], json!({"id": "t"}))], Duration::ZERO).await;
    assert_eq!(rest.create(Kind::Tool, &json!({})).await, Ok(json!({"id": "t"})));
    assert!(vapi.distances()[0] >= 30.0, "{:?}", vapi.distances());
}

#[tokio::test]
async fn vapi_is_not_granted_a_pause_of_hours() {
    let too_many = (429, &[("retry-after", "86400")][..], json!({}));
    let (rest, vapi) = talk(vec![too_many, (200, &[], json!({}))], Duration::ZERO).await;
    assert_eq!(rest.read(Kind::Call, "c").await, Ok(json!({})));
    assert!((60.0..70.0).contains(&vapi.distances()[0]), "{:?}", vapi.distances());
}

#[tokio::test]
async fn a_refusal_is_final_and_a_redirect_is_not_followed() {
    let elsewhere = (307, &[("location", "/elsewhere")][..], json!({}));
    for (script, says) in [
        ((400, &[][..], json!({"message": ["property a should not exist"]})), "should not exist"),
        ((401, &[], json!({"message": "Invalid Key"})), "VAPI_PRIVATE_KEY"),
        ((404, &[], json!({})), "does not know it"),
        (elsewhere, "HTTP 307"),
    ] {
        let (rest, vapi) = talk(vec![script], Duration::ZERO).await;
        let error = rest.change(Kind::Assistant, "a", &json!({})).await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(vapi.asked().len(), 1, "{says}");
        assert!(!error.passes());
    }
}

#[tokio::test]
async fn requests_keep_their_distance() {
    let fine = || (200, &[][..], json!({}));
    let (rest, vapi) = talk(vec![fine(), fine(), fine(), fine()], Duration::from_secs(7)).await;
    let reads = (0..4).map(|_| rest.read(Kind::Call, "c"));
    futures_util::future::join_all(reads).await;
    assert!(vapi.distances().iter().all(|distance| *distance >= 7.0), "{:?}", vapi.distances());
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_everything_in_it_once() {
    let made = |number: usize| {
        // Three to a second, so that parts end between equals.
        let at =
            Timestamp::from_second(1_780_000_000 - i64::try_from(number / 3).unwrap()).unwrap();
        json!({"id": format!("t{number}"), "createdAt": at.to_string()})
    };
    let part = |from: usize, to: usize| (200, &[][..], (from..to).map(made).collect());
    let (rest, vapi) =
        talk(vec![part(0, 100), part(99, 199), part(198, 210)], Duration::ZERO).await;
    let all = rest.list(Kind::Tool).await.unwrap();
    let ids: Vec<String> = (0..210).map(|number| format!("t{number}")).collect();
    let found: Vec<&str> = all.iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(found, ids);
    assert_eq!(vapi.asked()[0], "GET /tool?limit=100");
    assert!(vapi.asked()[1].contains("createdAtLe=2026-"), "{:?}", vapi.asked());
}

#[tokio::test]
async fn without_a_key_nothing_is_asked() {
    let (mut rest, vapi) = talk(Vec::new(), Duration::ZERO).await;
    rest.key = None;
    assert_eq!(rest.list(Kind::Tool).await, Err(PlatformError::NoKey));
    assert!(!rest.has_key() && vapi.asked().is_empty());
}
