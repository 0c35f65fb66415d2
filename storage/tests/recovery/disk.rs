//! A full disk: refused honestly, and over when there is room.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hookswitch_storage::*;

use crate::fixtures::*;
use crate::image::*;

async fn until(what: &str, met: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !met().await {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_bookings_keeps_reads_and_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let room = Arc::new(AtomicU64::new(u64::MAX));
    let mut options = options(folder.path());
    options.journal_room = Some(Arc::clone(&room));
    let store = Store::open(options).await.unwrap();
    let org = org_in(&store).await;
    let used = || {
        segments(folder.path())
            .iter()
            .map(|file| std::fs::metadata(file).unwrap().len())
            .sum::<u64>()
    };
    let mut made = 0;
    for round in 0..3 {
        // A little room: the next write goes through in part.
        room.store(used() + 100, Ordering::Relaxed);
        for n in 0..5 {
            let refused = store.book(booking(&org, 1_000 * round + n * 30, 30)).await;
            assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
            let key = call(&org, "c");
            let write =
                CallWrite { events: vec![said(1, &"x".repeat(200))], ..CallWrite::default() };
            assert!(store.save_call(&key, write).await.is_err());
        }
        assert!(!store.is_healthy());
        // Reads go on, and so do operations that write nothing.
        let found =
            store.bookings(&org, &BookingFilter::default(), &Page::default()).await.unwrap();
        assert_eq!(found.items.len(), made);
        // A copy now is a kill while the disk is full.
        let killed = tempfile::tempdir().unwrap();
        copy(folder.path(), killed.path());
        let reopened = open(killed.path()).await;
        assert_eq!(everything(&reopened, &org).await, everything(&store, &org).await);

        room.store(u64::MAX, Ordering::Relaxed);
        until("healthy again", async || store.is_healthy()).await;
        for n in 0..5 {
            booked(store.book(booking(&org, 1_000 * round + n * 30, 30)).await.unwrap());
            made += 1;
        }
    }
    store.close().await.unwrap();
    let store = open(folder.path()).await;
    let found = store.bookings(&org, &BookingFilter::default(), &Page::default()).await.unwrap();
    assert_eq!(found.items.len(), made);
    assert!(store.verify_audit(&org).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heard_writes_that_the_disk_refuses_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let room = Arc::new(AtomicU64::new(u64::MAX));
    let mut options = options(folder.path());
    options.journal_room = Some(Arc::clone(&room));
    let store = Store::open(options).await.unwrap();
    let org = org_in(&store).await;
    room.store(0, Ordering::Relaxed);
    store.hear(&call(&org, "c"), vec![said(1, "lost")]);
    until("counted", async || store.dropped_writes() == 1).await;
}

/// Longest time for one operation while files are gone; far less than a watching person gives it.
const PROMPT: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_taken_away_is_noticed_by_the_next_write_and_nothing_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (data, aside) = (folder.path().join("data"), folder.path().join("aside"));
    let store = Store::open(options(&data)).await.unwrap();
    let org = org_in(&store).await;
    booked(store.book(booking(&org, 0, 30)).await.unwrap());
    let refused = async |start: i64| {
        let outcome = tokio::time::timeout(PROMPT, store.book(booking(&org, start, 30))).await;
        let Ok(Err(StoreError::Unavailable { reason })) = &outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("removed or replaced"), "{reason}");
    };
    std::fs::rename(&data, &aside).unwrap();
    refused(60).await;
    assert!(!store.is_healthy());
    // Another store in its place must not be written to.
    let other = open(&data).await;
    let before =
        segments(&data).iter().map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>();
    refused(90).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    refused(120).await;
    let after = segments(&data).iter().map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>();
    assert!(before == after, "the other store's journal is as it was");
    other.close().await.unwrap();
    std::fs::remove_dir_all(&data).unwrap();

    // Put back, it goes on by itself.
    std::fs::rename(&aside, &data).unwrap();
    until("healthy again", async || store.is_healthy()).await;
    booked(store.book(booking(&org, 60, 30)).await.unwrap());

    // Removed for good, it stays refused, reads end one way or the other, and so does closing.
    std::fs::remove_dir_all(&data).unwrap();
    let gone = Instant::now();
    let mut start = 200;
    while gone.elapsed() < Duration::from_secs(3) {
        start += 30;
        refused(start).await;
        let (all, page) = (BookingFilter::default(), Page::default());
        let read = store.bookings(&org, &all, &page);
        let read = tokio::time::timeout(PROMPT, read).await.expect("reads do not hang");
        assert!(matches!(read, Ok(_) | Err(StoreError::Unavailable { .. })), "{read:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let closed = tokio::time::timeout(PROMPT, store.close()).await;
    closed.expect("closing does not hang").unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_taken_away_cost_nothing_that_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let org = org_in(&store).await;
    let (mut made, mut start) = (Vec::new(), 0);
    for round in 1..=3 {
        std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
        let begun = Instant::now();
        while made.len() < round * 30 {
            let waited = begun.elapsed();
            assert!(waited < Duration::from_secs(20), "{} taken in round {round}", made.len());
            start += 30;
            let outcome = tokio::time::timeout(PROMPT, store.book(booking(&org, start, 30))).await;
            match outcome.expect("writes do not hang") {
                Ok(outcome) => made.push(booked(outcome).id),
                Err(StoreError::Unavailable { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if !folder.path().join("sled").exists() {
            std::fs::create_dir(folder.path().join("sled")).unwrap();
        }
    }
    let closed = tokio::time::timeout(Duration::from_secs(40), store.close()).await;
    closed.expect("closing ends").unwrap();
    let store = open(folder.path()).await;
    for id in &made {
        assert!(store.booking(&org, id).await.unwrap().is_some());
    }
    assert!(store.verify_audit(&org).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_finds_damage_of_a_running_stores_journal() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    let report = store.verify().await.unwrap();
    assert!(report.is_sound() && report.records > 60 && report.rows > 100, "{report:?}");
    flip(&segments(data.path())[0], 2_000, 0);
    let report = store.verify().await.unwrap();
    assert!(!report.is_sound());
    assert!(report.problems[0].contains("damaged at byte"), "{report:?}");
}

/// Run it with `HOOKSWITCH_SMALL_DISK` naming an empty file system of 8 to 16 MB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a small file system of its own, named by HOOKSWITCH_SMALL_DISK"]
async fn a_disk_that_is_really_full_loses_nothing_and_ends_by_itself() {
    let disk = std::path::PathBuf::from(std::env::var_os("HOOKSWITCH_SMALL_DISK").unwrap());
    let ballast = disk.join("ballast");
    let data = disk.join("data");
    let mut options = options(&data);
    options.reserve_bytes = 2 << 20;
    let store = Store::open(options).await.unwrap();
    let org = org_in(&store).await;
    let mut made = Vec::new();
    let mut start = 0;
    for round in 0..5 {
        let mut filler = std::fs::File::create(&ballast).unwrap();
        while std::io::Write::write_all(&mut filler, &[1; 4_096]).is_ok() {}
        // A little stays free, so that journal and rows run out of it in changing order.
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - 100_000 * (round + 1)).unwrap();
        drop(filler);
        let mut refused = 0;
        while refused < 20 {
            start += 30;
            match store.book(booking(&org, start, 30)).await {
                Ok(outcome) => made.push(booked(outcome).id),
                Err(StoreError::Unavailable { .. }) => {
                    refused += 1;
                    // Time for sled's own flush to find out as well.
                    tokio::time::sleep(Duration::from_millis(60)).await;
                }
                Err(other) => panic!("{other:?}"),
            }
            let events = vec![said(start.unsigned_abs(), &"y".repeat(5_000))];
            let write = CallWrite { events, ..CallWrite::default() };
            drop(store.save_call(&call(&org, "c"), write).await);
        }
        assert!(!store.is_healthy(), "round {round}");
        assert!(store.org(&org).await.unwrap().is_some());
        std::fs::remove_file(&ballast).unwrap();
        until("healthy again", async || store.is_healthy()).await;
        start += 30;
        made.push(booked(store.book(booking(&org, start, 30)).await.unwrap()).id);
    }
    for reopened in [false, true] {
        let store = if reopened {
            store.close().await.unwrap();
            open(&data).await
        } else {
            store.clone()
        };
        for id in &made {
            assert!(store.booking(&org, id).await.unwrap().is_some(), "reopened {reopened}");
        }
        let all = store.bookings(&org, &BookingFilter::default(), &Page::first(Page::MAX)).await;
        assert_eq!(all.unwrap().items.len(), made.len());
        assert!(store.verify_audit(&org).await.unwrap());
    }
}
