//! Opens a sled folder that may be damaged: sled then panics or hangs, so it is opened on a thread
//! of its own that can be given up.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::thread;
use std::time::{Duration, Instant};

use crate::base::{self, Meta};
use crate::patience;

const THREAD: &str = "hookswitch-sled-check";

/// Rows that were found, or why they cannot be used.
pub(super) enum Found {
    Missing,
    Unusable(String),
    Sound(sled::Db, Meta),
}

/// Opens and checks the rows in a folder, without ever panicking or hanging.
pub(super) fn inspect(folder: &Path, cache_bytes: u64, patience: Duration) -> Found {
    if !folder.exists() {
        return Found::Missing;
    }
    let progress = Arc::new(AtomicU64::new(0));
    let (answer, answered) = mpsc::channel();
    let (folder, seen) = (folder.to_path_buf(), Arc::clone(&progress));
    let spawned = thread::Builder::new().name(THREAD.into()).spawn(move || {
        let inspected = panic::catch_unwind(AssertUnwindSafe(|| {
            let db = open_patiently(&folder, cache_bytes)?;
            let meta = base::check(&db, || {
                seen.fetch_add(1, Ordering::Relaxed);
            })?;
            Ok((db, meta))
        }));
        let inspected = inspected.unwrap_or_else(|_| Err("sled could not read its files".into()));
        // Nobody listens any more if this took too long; the handle is then dropped here.
        let _ = answer.send(inspected);
    });
    if spawned.is_err() {
        return Found::Unusable("no thread could be started".into());
    }
    let mut last = u64::MAX;
    loop {
        match answered.recv_timeout(patience) {
            Ok(Ok((db, meta))) => return Found::Sound(db, meta),
            Ok(Err(reason)) => return Found::Unusable(reason),
            Err(RecvTimeoutError::Disconnected) => {
                return Found::Unusable("sled could not read its files".into());
            }
            Err(RecvTimeoutError::Timeout) => {
                let now = progress.load(Ordering::Relaxed);
                if now == last || now == 0 {
                    return Found::Unusable("sled did not come back".into());
                }
                last = now;
            }
        }
    }
}

/// sled lets go of its file a moment after its last handle is dropped, so a folder that was just
/// closed is tried again for a while.
pub(super) fn open_patiently(folder: &Path, cache_bytes: u64) -> Result<sled::Db, String> {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        match base::open(folder, cache_bytes) {
            Ok(db) => return Ok(db),
            Err(error) if error.to_string().contains("lock") && Instant::now() < until => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// A panic of sled on damaged files is expected and handled; its backtrace would only alarm the
/// operator. Panics of all other threads are reported as before.
pub(super) fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let thread = thread::current();
            match thread.name() {
                Some(name)
                    if name == THREAD || name == patience::THREAD || name.starts_with("sled-") =>
                {
                    tracing::warn!(thread = name, "sled panicked");
                }
                _ => report(info),
            }
        }));
    });
}
