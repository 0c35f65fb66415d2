//! Requests against a socket of this machine that does what it is told, and what headers mean.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const LIMITS: Limits =
    Limits { connect: Duration::from_secs(1), total: Duration::from_secs(10), largest: 1 << 10 };

/// Answers every request with `head` after `wait`, and never says more. Gives where it is, and from which
/// ports it was asked.
async fn server(wait: Duration, head: &'static str) -> (Url, Arc<Mutex<BTreeSet<u16>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let asked: Arc<Mutex<BTreeSet<u16>>> = Arc::default();
    let ports = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut socket, from) = listener.accept().await.unwrap();
            let ports = Arc::clone(&ports);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while socket.read(&mut request).await.is_ok_and(|read| read > 0) {
                    ports.lock().unwrap().insert(from.port());
                    tokio::time::sleep(wait).await;
                    socket.write_all(head.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (url, asked)
}

const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"bookings\": [";

async fn asked(http: &Http, url: &Url) -> Result<StatusCode, Failure> {
    http.send(http.request(Method::GET, url.clone())).await.map(|answer| answer.status)
}

#[tokio::test]
async fn an_answer_that_stops_is_given_up_and_one_that_is_late_to_begin_is_waited_for() {
    let (stops, _) = server(Duration::ZERO, HALF).await;
    let (thinks, _) = server(SILENCE + Duration::from_millis(500), WHOLE).await;
    let (never, _) = server(LIMITS.total * 2, WHOLE).await;
    let http = Http::new(&stops, LIMITS).unwrap();
    let started = Instant::now();
    let short = Http::new(&never, Limits { total: Duration::from_secs(1), ..LIMITS }).unwrap();
    let (stopped, thought, hung) =
        tokio::join!(asked(&http, &stops), asked(&http, &thinks), asked(&short, &never));
    assert_eq!(stopped.err(), Some(Failure::Late), "after {:?}", started.elapsed());
    assert_eq!(thought.ok(), Some(StatusCode::OK));
    assert_eq!(hung.err(), Some(Failure::Late));
    assert!(started.elapsed() < LIMITS.total, "nothing waited for the total");
}

#[tokio::test]
async fn two_connections_share_no_socket_and_each_keeps_its_own() {
    let (url, ports) = server(Duration::ZERO, WHOLE).await;
    let first = Http::new(&url, LIMITS).unwrap();
    let second = first.own();
    let mut seen = Vec::new();
    for http in [&first, &second, &first.own(), &first.clone(), &second] {
        assert_eq!(asked(http, &url).await.ok(), Some(StatusCode::OK));
        seen.push(ports.lock().unwrap().len());
    }
    assert_eq!(seen, [1, 2, 3, 3, 3], "three ways, and two that were gone before");
}

#[test]
fn a_way_of_its_own_costs_next_to_nothing() {
    let first = Http::new(&"https://vendor.example".parse().unwrap(), LIMITS).unwrap();
    let one = |_: u32| {
        let started = Instant::now();
        drop(first.own());
        started.elapsed()
    };
    // The quickest of many, since other programs run as well. Certificates alone would take ten times as long.
    let quickest = (0..50).map(one).min().unwrap();
    assert!(quickest < Duration::from_millis(2), "{quickest:?}");
}

#[test]
fn the_version_is_the_vendors_whatever_the_base_is() {
    for (base, url) in [
        ("https://api.cal.com/v2", "https://api.cal.com/v2/bookings/a%2Fb"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
        ("http://127.0.0.1:9000/v2/", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
        ("http://proxy.example/cal", "http://proxy.example/cal/v2/bookings/a%2Fb"),
    ] {
        let base = versioned(base, "/v2").unwrap();
        assert_eq!(join(&base, &["bookings", "a/b"]).as_str(), url);
    }
    for bad in ["", "nowhere", "mailto:a@example.com"] {
        assert!(versioned(bad, "/v2").is_err(), "{bad}");
    }
}

#[test]
fn a_pause_is_read_in_seconds_or_as_a_date() {
    let with = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        pause(&headers)
    };
    assert_eq!(with("17"), Some(Duration::from_secs(17)));
    assert_eq!(with("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
    assert!(with("Sat, 21 Oct 2400 07:28:00 GMT").unwrap() > Duration::from_secs(1_000_000));
    assert_eq!(with("soon"), None);
    assert_eq!(pause(&HeaderMap::new()), None);
}

#[test]
fn a_reset_is_read_in_either_form() {
    let now = Timestamp::from_second(1_764_342_000).unwrap();
    let said = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset", text.parse().unwrap());
        reset(&headers, "x-ratelimit-reset", now).map(|pause| pause.as_secs())
    };
    assert_eq!(said("12"), Some(12));
    assert_eq!(said("1764342045"), Some(45));
    assert_eq!(said("1764341000"), None, "that was long ago");
    assert_eq!(said("soon"), None);
    assert_eq!(reset(&HeaderMap::new(), "x-ratelimit-reset", now), None);
}

#[test]
fn what_is_left_is_read_where_a_vendor_says_all_of_it() {
    let said = |lines: &[(&'static str, &str)]| {
        let headers = lines.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        told(&headers.collect(), Timestamp::from_second(1_764_342_000).unwrap())
    };
    let (left, reset) = (("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "30"));
    let resets_in = Duration::from_secs(30);
    let without_limit = QuotaTold { limit: None, remaining: 7, resets_in };
    assert_eq!(said(&[left, reset]), Some(without_limit));
    let of_calcom = said(&[
        ("x-ratelimit-limit-default", "120"),
        ("x-ratelimit-remaining-default", "0"),
        ("x-ratelimit-reset-default", "1764342030"),
    ]);
    assert_eq!(of_calcom, Some(QuotaTold { limit: Some(120), remaining: 0, resets_in }));
    assert_eq!(said(&[left]), None, "left until when?");
    assert_eq!(said(&[("x-ratelimit-remaining", "many"), reset]), None);
}
