//! The call log's way in (R16): what came in and what we answered, redacted and sealed off the
//! request path. Best effort: when it cannot follow, it drops and counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use hookswitch_actors::{CALL_LOG_FIELD, Calls};
use hookswitch_storage::{CallKey, CallLogEntry, LogKind};
use jiff::Timestamp;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::vapi::redact_for_log;

/// Messages that may wait. Their bodies are held meanwhile, 16 MiB each at the worst, 30 KB as a
/// rule.
const QUEUE: usize = 256;

/// One message of a call and our answer to it.
pub(super) struct Exchange {
    pub(super) key: CallKey,
    pub(super) at: Timestamp,
    pub(super) body: Bytes,
    pub(super) answer: Option<Bytes>,
}

/// The way in.
pub(super) struct CallLog {
    queue: mpsc::Sender<Exchange>,
    dropped: AtomicU64,
    keeper: Mutex<Option<JoinHandle<()>>>,
    stop: Notify,
}

impl CallLog {
    pub(super) fn start(calls: Calls) -> Arc<Self> {
        let (queue, mut waiting) = mpsc::channel::<Exchange>(QUEUE);
        let log = Arc::new(Self {
            queue,
            dropped: AtomicU64::new(0),
            keeper: Mutex::new(None),
            stop: Notify::new(),
        });
        let myself = Arc::clone(&log);
        let keeper = tokio::spawn(async move {
            let stopped = myself.stop.notified();
            tokio::pin!(stopped);
            loop {
                let exchange = tokio::select! {
                    biased;
                    exchange = waiting.recv() => exchange,
                    () = &mut stopped => None,
                };
                let Some(exchange) = exchange else { return };
                let calls = calls.clone();
                // Parsing and sealing a large body takes milliseconds: not on an async thread.
                let kept = tokio::task::spawn_blocking(move || keep(&calls, &exchange)).await;
                if kept.is_err() {
                    tracing::error!("an entry of the call log could not be made");
                }
            }
        });
        *log.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
        log
    }

    /// Ends when everything that waits has been kept.
    pub(super) async fn close(&self) {
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.stop.notify_one();
        if let Some(keeper) = keeper {
            let _ = keeper.await;
        }
    }

    pub(super) fn add(&self, exchange: Exchange) {
        if self.queue.try_send(exchange).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

fn keep(calls: &Calls, exchange: &Exchange) {
    let Exchange { key, at, body, answer } = exchange;
    let seal = |kind, text: &str| {
        let body = calls.store().seal(&key.org, CALL_LOG_FIELD, text.as_bytes());
        calls.store().log(key, CallLogEntry { at: *at, kind, body });
    };
    if let Some(text) = redact_for_log(body) {
        seal(LogKind::Inbound, &text);
    }
    if let Some(text) = answer.as_ref().and_then(|answer| std::str::from_utf8(answer).ok()) {
        seal(LogKind::Answer, text);
    }
}
