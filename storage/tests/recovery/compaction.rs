//! Compaction: the journal stays small and whole, however it is cut short.

use std::fs;
use std::path::Path;
use std::time::Duration;

use hookswitch_storage::*;

use crate::fixtures::*;
use crate::image::*;

fn journal_bytes(data: &Path) -> u64 {
    segments(data).iter().map(|file| fs::metadata(file).unwrap().len()).sum()
}

fn call_write(text: &str) -> CallWrite {
    CallWrite { events: vec![said(1, text)], ..CallWrite::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journal_stays_within_four_times_what_lives() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.compact_min_bytes = 1 << 18;
    let store = Store::open(options.clone()).await.unwrap();
    let org = org_in(&store).await;
    let key = call(&org, "c");
    // About 10 MB for a row of 1 KB.
    for n in 0..10_000 {
        let text = format!("{n}{}", "x".repeat(1_000));
        store.save_call(&key, call_write(&text)).await.unwrap();
    }
    let until = std::time::Instant::now() + Duration::from_secs(10);
    while journal_bytes(folder.path()) > 2 << 18 {
        assert!(std::time::Instant::now() < until, "{}", journal_bytes(folder.path()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(store.verify().await.unwrap().is_sound());
    store.close().await.unwrap();
    let store = Store::open(options).await.unwrap();
    let events = store.call_history(&key).await.unwrap().unwrap().events;
    assert!(
        matches!(&events[..], [StoredEvent { event: CallEvent::Transcript { text, .. }, .. }] if text.starts_with("9999x"))
    );
    assert_eq!(store.opened().rebuilt, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_compactions_under_writes_lose_nothing_and_rebuild_to_the_same_rows() {
    let image = Image::closed().await;
    let data = image.copy();
    for round in 0..6 {
        let store = open(data.path()).await;
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (store, org) = (store.clone(), image.org.clone());
                tokio::spawn(async move {
                    for n in 0..40 {
                        let start = 100_000 + round * 10_000 + writer * 2_000 + n * 30;
                        booked(store.book(booking(&org, start, 30)).await.unwrap());
                    }
                })
            })
            .collect();
        for _ in 0..4 {
            store.compact().await.unwrap();
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let contents = everything(&store, &image.org).await;
        let report = store.verify().await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        let killed = tempfile::tempdir().unwrap();
        copy(data.path(), killed.path());
        fs::remove_dir_all(killed.path().join("sled")).unwrap();
        store.close().await.unwrap();
        let store = open(killed.path()).await;
        assert!(store.opened().rebuilt.is_some());
        assert_eq!(everything(&store, &image.org).await, contents, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_row_is_gone_from_the_disk_after_a_compaction() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let org = org_in(&store).await;
    store.save_call(&call(&org, "c"), call_write("my card number is 4711")).await.unwrap();
    store.delete_org(&org, "me", at(0)).await.unwrap();
    store.compact().await.unwrap();
    store.close().await.unwrap();
    for file in segments(folder.path()) {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"4711"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leftovers_of_an_interrupted_compaction_do_no_harm() {
    let image = Image::closed().await;
    let before = image.copy();
    let after = image.copy();
    let store = open(after.path()).await;
    store.compact().await.unwrap();
    booked(store.book(booking(&image.org, 50_000, 30)).await.unwrap());
    let contents = everything(&store, &image.org).await;
    store.close().await.unwrap();

    // The compacted segment is in place, the old one not yet removed.
    let old = segments(before.path()).pop().unwrap();
    let kept = tempfile::tempdir().unwrap();
    copy(after.path(), kept.path());
    fs::copy(&old, kept.path().join("journal").join(old.file_name().unwrap())).unwrap();
    assert_eq!(segments(kept.path()).len(), 3);
    let store = open(kept.path()).await;
    assert_eq!(everything(&store, &image.org).await, contents);
    assert_eq!(store.opened().leftovers, ["00000001.log"]);
    store.close().await.unwrap();
    assert_eq!(segments(kept.path()).len(), 2);

    // Half a compacted segment, not in place yet.
    let half = tempfile::tempdir().unwrap();
    copy(before.path(), half.path());
    let compacted = fs::read(&segments(after.path())[0]).unwrap();
    let unfinished = half.path().join("journal/00000002.log.tmp");
    fs::write(&unfinished, &compacted[..compacted.len() / 2]).unwrap();
    let store = open(half.path()).await;
    image.assert_whole(&store, "half a compaction").await;
    assert!(!unfinished.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_of_a_compacted_segment_is_refused_wherever_it_is() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    store.compact().await.unwrap();
    store.close().await.unwrap();
    let length = usize::try_from(fs::metadata(&segments(data.path())[0]).unwrap().len()).unwrap();
    for n in spread(40, length) {
        let bad = tempfile::tempdir().unwrap();
        copy(data.path(), bad.path());
        fs::remove_file(bad.path().join("journal/seal")).unwrap();
        let file = &segments(bad.path())[0];
        if n % 2 == 0 {
            flip(file, n, 1);
        } else {
            cut(file, n as u64);
        }
        let error = refused(bad.path()).await;
        assert!(matches!(error, OpenError::JournalDamaged { .. }), "{n}: {error}");
    }
    // A whole segment missing in the middle or at the end.
    for n in 0..2 {
        let bad = tempfile::tempdir().unwrap();
        copy(data.path(), bad.path());
        fs::remove_file(&segments(bad.path())[n]).unwrap();
        let error = refused(bad.path()).await;
        assert!(matches!(error, OpenError::JournalDamaged { .. }), "{n}: {error}");
    }
}
