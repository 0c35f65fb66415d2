//! Connections: taken, served, ended in order. Owns how long a client may take over the head of a request, which axum's own loop
//! leaves open. Knows no route.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::serve::Listener;
use hyper::rt::{Sleep, Timer};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::io::InspectReader;

/// How long the head of a request may take from its first byte, and a connection until it says anything.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection may rest between two requests. Longer than the usual proxies keep theirs, so that none sends a webhook
/// into a connection that we are just closing.
const REST: Duration = Duration::from_secs(150);

/// Serves until `stopping` says so, then ends when the answers in flight are given. WebSockets are not waited for: they have left
/// their connection.
pub(super) async fn serve(
    mut listener: TcpListener,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    // Those that do not end in time end with the task that waits for them.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // The trait's, which waits when the system has no room for another connection.
            (stream, _) = <TcpListener as Listener>::accept(&mut listener) => {
                connections.spawn(connection(stream, router.clone(), stopping.clone()));
            }
            Some(_) = connections.join_next() => {}
            () = stop(&mut stopping) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, router: Router, mut stopping: watch::Receiver<bool>) {
    let read = Arc::new(AtomicU64::new(0));
    let mut server = http1::Builder::new();
    server.timer(HeadTimer { read: Arc::clone(&read) }).header_read_timeout(REST);
    let stream = InspectReader::new(stream, move |bytes: &[u8]| {
        read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    });
    let service = TowerToHyperService::new(router);
    let connection = server.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::trace!(%error, "a connection broke");
    }
}

/// Ends when the server is to stop, or nobody is left to say so.
async fn stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Measures heads. hyper has one limit, from the end of a request to the end of the next one's head; this ends it earlier when the
/// head has begun.
#[derive(Clone)]
struct HeadTimer {
    /// Bytes that came on the connection.
    read: Arc<AtomicU64>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let before = self.read.load(Ordering::Relaxed);
        let first = before == 0;
        let deadline = if first { Instant::now() + HEAD } else { deadline };
        let late = Box::pin(tokio::time::sleep_until(deadline.into()));
        Box::pin(Late { read: Arc::clone(&self.read), before, begun: first, late })
    }
}

/// Ends when a head is late.
struct Late {
    read: Arc<AtomicU64>,
    before: u64,
    begun: bool,
    late: Pin<Box<tokio::time::Sleep>>,
}

impl Future for Late {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !self.begun && self.read.load(Ordering::Relaxed) != self.before {
            self.begun = true;
            self.late.as_mut().reset(tokio::time::Instant::now() + HEAD);
        }
        self.late.as_mut().poll(cx)
    }
}

impl Sleep for Late {}
