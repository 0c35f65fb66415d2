//! Somebody changes an event between our look at it and our write: the server refuses our write (412), we
//! look again, and nothing of theirs is lost. A proxy before the server makes that moment happen.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::radicale::Running;
use super::*;

const SLOT: &str = "slot-20260924T150000Z.ics";

/// What the person writes into the event at the next write of ours.
struct Hand {
    person: Person,
    line: Option<&'static str>,
}

struct Between {
    client: reqwest::Client,
    upstream: String,
    hand: tokio::sync::Mutex<Hand>,
    /// Our conditional writes, and how they were answered.
    writes: Mutex<Vec<(Method, StatusCode)>>,
}

/// A calendar server that is reached through a proxy.
struct Front {
    between: Arc<Between>,
    host_port: String,
    serving: JoinHandle<()>,
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Front {
    async fn start(client: &reqwest::Client, upstream: &str, path: &str) -> Self {
        let upstream = upstream.trim_end_matches('/').to_owned();
        let person = Person::new(client, &format!("{upstream}{path}"));
        let between = Arc::new(Between {
            client: client.clone(),
            upstream,
            hand: tokio::sync::Mutex::new(Hand { person, line: None }),
            writes: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host_port = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(carry).with_state(Arc::clone(&between));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { between, host_port, serving }
    }

    /// The person adds a line at our next conditional write, a moment before it arrives.
    async fn interrupt_with(&self, line: &'static str) {
        self.between.hand.lock().await.line = Some(line);
        self.between.writes.lock().unwrap().clear();
    }

    fn writes(&self) -> Vec<(Method, StatusCode)> {
        self.between.writes.lock().unwrap().clone()
    }
}

async fn carry(
    State(between): State<Arc<Between>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_write = headers.contains_key("if-match");
    if is_write {
        let mut hand = between.hand.lock().await;
        if let Some(line) = hand.line.take() {
            let change =
                |text: &str| text.replacen("END:VEVENT", &format!("{line}\r\nEND:VEVENT"), 1);
            hand.person.edit(SLOT, change).await;
        }
    }
    headers.remove("host");
    let request = between.client.request(method.clone(), format!("{}{uri}", between.upstream));
    let answer = request.headers(headers).body(body).send().await.unwrap();
    if is_write {
        between.writes.lock().unwrap().push((method, answer.status()));
    }
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove("transfer-encoding");
    (status, headers, answer.bytes().await.unwrap()).into_response()
}

async fn nothing_is_lost(front: &Front, path: &str) {
    let server = server_for(&front.host_port, 5_500).await;
    let org = server.org(json!({})).await;
    let url = format!("http://{}{path}", front.host_port);
    connect(&server, &org, connection(&url, &json!({}))).await;
    let call = org.call(&server, ANN);
    assert_eq!(free(&call).await["available"], true);
    let booked = call.tool("create_booking", ten_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let code = booked["confirmationNumber"].clone();

    front.interrupt_with("LOCATION:Room 2").await;
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    let statuses: Vec<u16> = front.writes().iter().map(|(_, status)| status.as_u16()).collect();
    assert_eq!(statuses[0], 412, "{statuses:?}");
    assert_eq!(statuses.len(), 2, "once more, and no oftener: {statuses:?}");
    let text = front.between.hand.lock().await.person.read(SLOT).await.unwrap();
    assert!(text.contains("Room 2") && text.contains("DTSTART:20260924T160000Z"), "{text}");

    front.interrupt_with("COMMENT:Bring the papers").await;
    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(front.writes()[0], (Method::DELETE, StatusCode::PRECONDITION_FAILED));
    assert!(front.between.hand.lock().await.person.booked().await.is_empty());
    assert_eq!(org.bookings(&server).await[0]["status"], "cancelled");
}

#[tokio::test]
async fn what_somebody_writes_in_the_moment_of_our_write_is_kept() {
    let stand_in = StandIn::start(Setup::new(USER, PASSWORD)).await.unwrap();
    let path = format!("/dav/{USER}/work/");
    let any = TestServer::start().await;
    let front = Front::start(any.client(), stand_in.url(), &path).await;
    nothing_is_lost(&front, &path).await;
}

#[tokio::test]
async fn what_somebody_writes_at_radicale_in_the_moment_of_our_write_is_kept() {
    let Some(here) = Running::start().await else { return };
    let path = format!("/{USER}/work/");
    let front = Front::start(here.server.client(), &here.url, &path).await;
    nothing_is_lost(&front, &path).await;
}
