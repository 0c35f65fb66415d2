//! Damage of the row store: the journal makes up for all of it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixtures::*;
use crate::image::*;

/// sled's files that hold something.
fn sled_files(data: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(data.join("sled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && fs::metadata(path).unwrap().len() > 0)
        .collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_folder_is_rebuilt() {
    let image = Image::closed().await;
    let data = image.copy();
    fs::remove_dir_all(data.path().join("sled")).unwrap();
    let store = open(data.path()).await;
    assert!(store.opened().rebuilt.is_some());
    image.assert_whole(&store, "no sled folder").await;
    store.close().await.unwrap();
    let store = open(data.path()).await;
    assert_eq!(store.opened().rebuilt, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_flipped_bits_never_lose_a_row() {
    let image = Image::closed().await;
    let mut rebuilt = 0;
    for n in 0..100 {
        let data = image.copy();
        let files = sled_files(data.path());
        let file = &files[n % files.len()];
        let bytes = fs::read(file).unwrap();
        // Most of a young database file is empty; damage there hits nothing.
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let byte = used[spread(100, used.len()).nth(n).unwrap()];
        flip(file, byte, u32::try_from(n % 8).unwrap());
        let store = open(data.path()).await;
        rebuilt += usize::from(store.opened().rebuilt.is_some());
        image.assert_whole(&store, &format!("{} byte {byte}", file.display())).await;
    }
    assert!(rebuilt > 10, "only {rebuilt} of 100 flips were noticed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_cut_files_never_lose_a_row() {
    let image = Image::closed().await;
    for n in 0..100 {
        let data = image.copy();
        let files = sled_files(data.path());
        let file = &files[n % files.len()];
        let length = fs::metadata(file).unwrap().len();
        let kept = spread(100, usize::try_from(length).unwrap()).nth(n).unwrap() as u64;
        cut(file, kept);
        let store = open(data.path()).await;
        image.assert_whole(&store, &format!("{} cut to {kept}", file.display())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_an_earlier_day_catch_up() {
    let live = tempfile::tempdir().unwrap();
    let store = open(live.path()).await;
    let org = org_in(&store).await;
    booked(store.book(booking(&org, 0, 30)).await.unwrap());
    store.close().await.unwrap();
    let earlier = tempfile::tempdir().unwrap();
    copy(&live.path().join("sled"), earlier.path());
    let store = open(live.path()).await;
    for n in 1..30 {
        booked(store.book(booking(&org, n * 30, 30)).await.unwrap());
    }
    let contents = everything(&store, &org).await;
    store.close().await.unwrap();
    fs::remove_dir_all(live.path().join("sled")).unwrap();
    copy(earlier.path(), &live.path().join("sled"));
    let store = open(live.path()).await;
    assert_eq!((store.opened().caught_up, &store.opened().rebuilt), (29, &None));
    assert_eq!(everything(&store, &org).await, contents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_another_store_are_not_taken_for_ones_own() {
    let (image, other) = (Image::closed().await, Image::closed().await);
    let (data, foreign) = (image.copy(), other.copy());
    fs::remove_dir_all(data.path().join("sled")).unwrap();
    copy(&foreign.path().join("sled"), &data.path().join("sled"));
    let store = open(data.path()).await;
    image.assert_whole(&store, "foreign rows").await;
    assert_eq!(store.org(&other.org).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_row_that_is_gone_changed_or_new_is_noticed() {
    let image = Image::closed().await;
    for n in 0..6 {
        let data = image.copy();
        let db = sled::open(data.path().join("sled")).unwrap();
        let rows = db.len();
        let (key, value) = db.iter().nth(1 + n * rows / 7).unwrap().unwrap();
        match n % 3 {
            0 => drop(db.remove(&key).unwrap()),
            1 => drop(db.insert(&key, [&value[..], b" "].concat()).unwrap()),
            _ => drop(db.insert([&key[..], b"x"].concat(), value).unwrap()),
        }
        db.flush().unwrap();
        drop(db);
        let store = open(data.path()).await;
        assert!(store.opened().rebuilt.is_some(), "case {n}");
        image.assert_whole(&store, &format!("case {n}")).await;
    }
}
