//! Work that may never come back, such as sled's on files that are gone: done on a thread of its
//! own, which is left behind when it takes too long, so that whoever waits goes on.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Such threads' name; their panics are expected and reported by who waits.
pub(crate) const THREAD: &str = "hookswitch-sled-work";

/// Does the work, unless it panics or takes longer.
pub(crate) fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (answer, answered) = mpsc::channel();
    let spawned = thread::Builder::new().name(THREAD.into()).spawn(move || {
        // Nobody listens any more if this took too long.
        let _ = answer.send(panic::catch_unwind(AssertUnwindSafe(work)));
    });
    spawned.map_err(|error| error.to_string())?;
    match answered.recv_timeout(patience) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err("sled panicked".into()),
        Err(_) => Err("sled did not come back".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_panics_or_never_ends_keeps_nobody() {
        assert_eq!(within(Duration::from_secs(10), || 7), Ok(7));
        assert!(within(Duration::from_secs(10), || panic!("told to")).is_err());
        let (_held, never) = mpsc::channel::<()>();
        let waits = within(Duration::from_millis(20), move || never.recv().is_ok());
        assert_eq!(waits, Err("sled did not come back".into()));
    }
}
