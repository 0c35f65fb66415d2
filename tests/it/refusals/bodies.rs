//! Bodies of strangers, over plain sockets: what can be refused without its body is, and what is held
//! for its signature costs neither memory nor anybody else's time.

use std::time::{Duration, Instant};

use hmac::{Hmac, Mac};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{INSTANCE, MORNING, TestOrg, TestServer};

const KEY: &str = "signing-key-of-the-bodies";

/// As large as a webhook may be.
const LARGEST: usize = 16 * 1024 * 1024;

/// How long whoever is refused at the door waits for it.
const AT_ONCE: Duration = Duration::from_secs(5);

/// How long a round of requests may take beside bodies that are held back: less than those are waited for.
const ROUND: Duration = Duration::from_secs(8);

async fn connect(server: &TestServer) -> TcpStream {
    let url = server.url("");
    TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap()
}

fn head(path: &str, headers: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: hooks\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n"
    )
}

/// Status of the answer, read until the server closes or the answer is whole.
async fn status(socket: &mut TcpStream) -> u16 {
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match socket.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&chunk[..count]),
        }
        if answer.windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("{text}"))
}

async fn ends(mut socket: TcpStream) {
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(15), socket.read_to_end(&mut rest));
    let _ = end.await.expect("the server ends the connection");
}

async fn sign_with_hmac(server: &TestServer, org: &TestOrg) {
    let auth = json!([{"mode": "hmac", "secret": KEY, "include_timestamp": false}]);
    let (status, answer) = org.patch(server, json!({"webhook_auth": auth})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

fn signature(body: &str) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check() -> Value {
    json!({"message": {"type": "tool-calls", "call": {"id": "call-held"}, "toolCallList": [
        {"id": "t1", "name": "check_availability", "arguments": {"date": "2026-09-24"}}]}})
}

#[tokio::test]
async fn who_has_no_proof_is_refused_before_the_body_is_read() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let own = format!("/webhook/{}", org.webhook_id);
    for (path, headers, expected) in [
        ("/webhook/wh_of_nobody", "authorization: Bearer x\r\n", 404),
        (own.as_str(), "", 401),
        (own.as_str(), "authorization: Bearer guessed\r\n", 401),
        (own.as_str(), "x-vapi-secret: guessed\r\n", 401),
        (own.as_str(), "x-signature: 00\r\n", 401),
        ("/webhook/vapi", "x-vapi-secret: guessed\r\n", 401),
        ("/api/vapi/webhook", "", 401),
        ("/api/vapi/tools", "authorization: Bearer guessed\r\n", 401),
        ("/api/vapi/tools/create_booking", "x-vapi-secret: \r\n", 401),
        ("/api/vapi/tools/calendar/check", "", 401),
    ] {
        let mut socket = connect(&server).await;
        // Not one byte of the body is sent.
        socket.write_all(head(path, headers, LARGEST).as_bytes()).await.unwrap();
        let answered = tokio::time::timeout(AT_ONCE, status(&mut socket)).await;
        assert_eq!(answered, Ok(expected), "{path} {headers}");
    }
}

#[tokio::test]
async fn a_signature_that_is_missing_or_stale_is_refused_before_the_body_is_read() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let auth = json!([{"mode": "hmac", "secret": KEY}]);
    assert_eq!(org.patch(&server, json!({"webhook_auth": auth})).await.0, StatusCode::OK);
    for headers in ["", "x-signature: 00\r\n", "x-signature: 00\r\nx-timestamp: 1500000000\r\n"] {
        let mut socket = connect(&server).await;
        let head = head(&format!("/webhook/{}", org.webhook_id), headers, LARGEST);
        socket.write_all(head.as_bytes()).await.unwrap();
        let answered = tokio::time::timeout(AT_ONCE, status(&mut socket)).await;
        assert_eq!(answered, Ok(401), "{headers}");
    }
}

#[tokio::test]
async fn a_claimed_length_beyond_the_largest_is_refused_before_the_body_is_read() {
    let server = TestServer::start_shared(MORNING).await;
    let org = server.org(json!({})).await;
    let proof = format!("authorization: Bearer {}\r\n", org.secret);
    let mut socket = connect(&server).await;
    let path = format!("/webhook/{}", org.webhook_id);
    socket.write_all(head(&path, &proof, LARGEST + 1).as_bytes()).await.unwrap();
    assert_eq!(tokio::time::timeout(AT_ONCE, status(&mut socket)).await, Ok(413));
    // One that claims nothing is cut off where it gets too long.
    let mut socket = connect(&server).await;
    let head = head(&path, &format!("{proof}transfer-encoding: chunked\r\n"), 0);
    let head = head.replace("content-length: 0\r\n", "");
    socket.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut sent = 0;
    while sent < 2 * LARGEST && socket.write_all(chunk.as_bytes()).await.is_ok() {
        sent += chunk.len();
    }
    assert!(sent < 2 * LARGEST, "the server goes on taking an endless body");
}

#[tokio::test]
async fn bodies_that_are_held_back_end_with_408_and_hurt_nobody_meanwhile() {
    let server = TestServer::start_shared(MORNING).await;
    let (signing, bearing) = (server.org(json!({})).await, server.org(json!({})).await);
    sign_with_hmac(&server, &signing).await;
    let path = format!("/webhook/{}", signing.webhook_id);
    // More than is held of strangers at once, none of it complete.
    let started = Instant::now();
    let mut held = Vec::new();
    for number in 0..30 {
        let mut socket = connect(&server).await;
        // Some on the shared URL, which waits for them because an org might have signed them.
        let path = if number % 3 == 0 { "/webhook/vapi" } else { path.as_str() };
        let head = head(path, "x-signature: 00\r\n", LARGEST);
        socket.write_all(head.as_bytes()).await.unwrap();
        let (read, mut write) = socket.into_split();
        let part = vec![b' '; 2 * 1024 * 1024];
        // What the server does not take stays with the sender.
        let sending = tokio::spawn(async move {
            let _ = write.write_all(&part).await;
            write
        });
        held.push((read, sending));
    }
    let waiting = held.into_iter().map(|(mut read, sending)| async move {
        let mut first = [0; 12];
        read.read_exact(&mut first).await.unwrap();
        let when = Instant::now();
        let write = sending.await.unwrap();
        (String::from_utf8_lossy(&first).into_owned(), when, read.reunite(write).unwrap())
    });
    let mut waiting: Vec<_> = waiting.map(tokio::spawn).collect();

    // Meanwhile whoever has proof, or a small body, is served as ever.
    for round in 0..10 {
        let asked = Instant::now();
        let (status, answer) = server
            .post_as(&format!("/webhook/{}", bearing.webhook_id), &bearing.secret, &check())
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let large = json!({"message": {"type": "hang", "artifact": "x".repeat(3_000_000)}});
        let answer = server.post_as("/webhook/vapi", INSTANCE, &large).await;
        assert_eq!(answer.0, StatusCode::OK, "{}", answer.1);
        let body = check().to_string();
        let headers = [("x-signature", &*signature(&body))];
        let (status, answer) = server.post_raw(&path, &headers, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert!(asked.elapsed() < ROUND, "round {round} took {:?}", asked.elapsed());
    }
    let (line, when, socket) = waiting.remove(0).await.unwrap();
    assert_eq!(line, "HTTP/1.1 408");
    let took = when - started;
    assert!(took < Duration::from_secs(18), "a slow body was let go after {took:?}");
    ends(socket).await;
    for held in futures_util::future::join_all(waiting).await {
        let held = held.unwrap();
        assert_eq!(held.0, "HTTP/1.1 408");
        assert!(held.1 - started < Duration::from_secs(20));
    }
}
