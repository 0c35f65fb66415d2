//! How long a client may take to say what it wants: not as long as it likes, and a pause between requests is no slowness.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::TestServer;

const WHOLE: &[u8] = b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n";

/// Longer than any head may take.
const AGES: Duration = Duration::from_secs(30);

async fn connect(server: &TestServer) -> TcpStream {
    let address = server.url("").replacen("http://", "", 1);
    TcpStream::connect(address).await.unwrap()
}

/// Reads one answer of `/livez`, which is small enough to come at once.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 1024];
    while !text.ends_with('}') {
        let read = timeout(AGES, stream.read(&mut piece)).await.unwrap().unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
    text
}

/// How long it took until the server let the connection go.
async fn let_go(stream: &mut TcpStream, since: Instant) -> Duration {
    let mut rest = Vec::new();
    // A reset is letting go as well.
    let _ = timeout(AGES, stream.read_to_end(&mut rest)).await.expect("held for ages");
    assert!(!rest.starts_with(b"HTTP/1.1 200"), "it was answered");
    since.elapsed()
}

#[tokio::test]
async fn who_is_slow_to_say_what_it_wants_is_let_go_and_who_rests_between_requests_is_not() {
    let server = TestServer::start().await;
    let mut resting = connect(&server).await;
    resting.write_all(WHOLE).await.unwrap();
    assert!(answer(&mut resting).await.starts_with("HTTP/1.1 200"));

    let began = Instant::now();
    let mut silent = connect(&server).await;
    let mut half = connect(&server).await;
    half.write_all(&WHOLE[..20]).await.unwrap();
    let mut second = connect(&server).await;
    second.write_all(WHOLE).await.unwrap();
    answer(&mut second).await;
    second.write_all(&WHOLE[..20]).await.unwrap();
    // A byte now and then keeps nothing open: the head is measured, not the pause.
    let mut drip = connect(&server).await;
    let dripping = async {
        let began = Instant::now();
        for byte in WHOLE.iter().cycle().filter(|byte| byte.is_ascii_alphabetic()) {
            let slower = timeout(Duration::from_millis(500), drip.readable()).await;
            if slower.is_ok() || drip.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        let_go(&mut drip, began).await
    };
    let (silent, half, second, drip) = tokio::join!(
        let_go(&mut silent, began),
        let_go(&mut half, began),
        let_go(&mut second, began),
        dripping,
    );
    for (what, took) in [("silent", silent), ("half", half), ("second", second), ("drip", drip)] {
        assert!((9..25).contains(&took.as_secs()), "{what} was let go after {took:?}");
    }
    resting.write_all(WHOLE).await.unwrap();
    assert!(answer(&mut resting).await.starts_with("HTTP/1.1 200"), "after a rest of ten seconds");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_who_rests_between_requests() {
    let server = TestServer::start().await;
    let mut resting = connect(&server).await;
    resting.write_all(WHOLE).await.unwrap();
    answer(&mut resting).await;
    let began = Instant::now();
    server.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(resting.read(&mut [0; 16]).await.unwrap_or(0), 0, "it is closed");
}
