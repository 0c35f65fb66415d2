//! Work that goes on to its end when nobody waits for it any more. What is written down has to be known
//! everywhere it counts, whether or not the one who asked for it has gone away meanwhile.

use std::panic;

/// Does `work` to its end, also when this is dropped before.
///
/// # Panics
/// If the work does.
pub async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panicked) => panic::resume_unwind(panicked),
            // The program is at its end, and nobody waits.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use futures_util::FutureExt;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_done_all_the_same() {
        let (go_on, done) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let work = {
            let (go_on, done) = (Arc::clone(&go_on), Arc::clone(&done));
            async move {
                go_on.notified().await;
                done.store(true, Ordering::SeqCst);
            }
        };
        assert!(to_its_end(work).now_or_never().is_none(), "given up at once");
        go_on.notify_one();
        let waits = async {
            while !done.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(10), waits).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_gets_what_comes_of_it() {
        assert_eq!(to_its_end(async { 7 }).await, 7);
        let panics = panic::AssertUnwindSafe(to_its_end(async { panic!("it is told to") }));
        assert!(panics.catch_unwind().await.is_err());
    }
}
