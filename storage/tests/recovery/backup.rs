//! Backup and restore.

use std::fs;

use hookswitch_storage::*;

use crate::fixtures::*;
use crate::image::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_made_under_writes_restores_to_a_whole_store() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    let writer = tokio::spawn({
        let (store, org) = (store.clone(), image.org.clone());
        async move {
            for n in 0..200 {
                booked(store.book(booking(&org, 50_000 + n * 30, 30)).await.unwrap());
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.hkb");
    let report = store.backup_to(&file).await.unwrap();
    assert_eq!(report.bytes, fs::metadata(&file).unwrap().len());
    writer.await.unwrap();
    let last = store.backup_to(&file).await.unwrap();
    assert!(last.sequence > report.sequence || report.sequence >= 200);
    let contents = everything(&store, &image.org).await;
    store.close().await.unwrap();

    let fresh = tempfile::tempdir().unwrap();
    let restored = restore(&file, fresh.path()).unwrap();
    assert_eq!((restored.sequence, &restored.replaced), (last.sequence, &None));
    let store = open(fresh.path()).await;
    assert_eq!(everything(&store, &image.org).await, contents);
    booked(store.book(booking(&image.org, 90_000, 30)).await.unwrap());
    store.compact().await.unwrap();
    store.close().await.unwrap();
    assert!(open(fresh.path()).await.verify().await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_over_a_damaged_store_keeps_the_damaged_files() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b");
    store.backup_to(&file).await.unwrap();
    let in_use = restore(&file, data.path()).unwrap_err();
    assert!(matches!(in_use, RestoreError::Target(OpenError::Locked { .. })), "{in_use}");
    store.close().await.unwrap();
    flip(&segments(data.path())[0], 300, 1);
    refused(data.path()).await;
    let restored = restore(&file, data.path()).unwrap();
    let replaced = restored.replaced.unwrap();
    assert!(replaced.join("journal/00000001.log").exists());
    let store = open(data.path()).await;
    image.assert_whole(&store, "restored").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_or_cut_backup_is_refused_and_changes_nothing() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b");
    store.backup_to(&file).await.unwrap();
    store.close().await.unwrap();
    let whole = fs::read(&file).unwrap();
    let target = tempfile::tempdir().unwrap();
    for n in spread(60, whole.len()) {
        fs::write(&file, &whole[..n]).unwrap();
        assert!(restore(&file, target.path()).is_err(), "cut to {n}");
        let mut flipped = whole.clone();
        flipped[n] ^= 4;
        fs::write(&file, flipped).unwrap();
        assert!(restore(&file, target.path()).is_err(), "flipped {n}");
    }
    // A plain journal is not a backup.
    let error = restore(&segments(data.path())[0], target.path()).unwrap_err();
    assert!(matches!(error, RestoreError::NotABackup { .. }), "{error}");
    assert!(fs::read_dir(target.path()).unwrap().next().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_restore_is_not_taken_for_a_new_store() {
    let data = tempfile::tempdir().unwrap();
    fs::create_dir(data.path().join("journal.restore")).unwrap();
    let error = refused(data.path()).await;
    assert!(matches!(error, OpenError::RestoreUnfinished { .. }), "{error}");
}
