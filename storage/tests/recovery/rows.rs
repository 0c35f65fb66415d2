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

/// The rows as sled finds them without the journal's help; `None` if it does not come through.
/// Whether damage hit anything alive is whether they are what they were.
fn what_sled_finds(data: &Path) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let folder = data.join("sled");
    let (answer, answered) = std::sync::mpsc::channel();
    // sled panics or hangs on some damage, so on a thread that can be left behind.
    std::thread::spawn(move || {
        let rows = std::panic::catch_unwind(|| {
            let db = sled::open(folder).ok()?;
            let rows = db.iter().map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())));
            rows.collect::<Result<Vec<_>, _>>().ok()
        });
        let _ = answer.send(rows.ok().flatten());
    });
    answered.recv_timeout(std::time::Duration::from_secs(20)).ok().flatten()
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
async fn a_hundred_flipped_bits_never_lose_a_row_and_each_that_hits_a_live_one_is_told() {
    let image = Image::closed().await;
    let written = what_sled_finds(image.copy().path());
    assert!(written.as_ref().is_some_and(|rows| rows.len() > 100));
    let (mut rebuilt, mut caught_up) = (0, 0);
    for n in 0..100 {
        let data = image.copy();
        let files = sled_files(data.path());
        let file = &files[n % files.len()];
        let bytes = fs::read(file).unwrap();
        // Most of a young database file is empty; damage there hits nothing.
        let used: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
        let byte = used[spread(100, used.len()).nth(n).unwrap()];
        flip(file, byte, u32::try_from(n % 8).unwrap());
        // A copy, since sled puts its files in order as it opens them.
        let beside = tempfile::tempdir().unwrap();
        copy(data.path(), beside.path());
        let is_hit = what_sled_finds(beside.path()) != written;
        let store = open(data.path()).await;
        let case = format!("{} byte {byte}: {:?}", file.display(), store.opened());
        assert_eq!(store.opened().rebuilt.is_some() || store.opened().lost > 0, is_hit, "{case}");
        assert_eq!(store.opened().lost, store.opened().caught_up, "{case}");
        rebuilt += usize::from(store.opened().rebuilt.is_some());
        caught_up += usize::from(store.opened().lost > 0);
        image.assert_whole(&store, &case).await;
    }
    assert!(rebuilt > 10 && caught_up > 10, "{rebuilt} rebuilt, {caught_up} caught up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_a_kill_left_behind_the_journal_are_not_said_to_be_lost() {
    let mut behind = 0;
    for _ in 0..5 {
        let image = Image::killed().await;
        let data = image.copy();
        let store = open(data.path()).await;
        let report = store.opened();
        assert_eq!((report.lost, &report.rebuilt), (0, &None), "{report:?}");
        behind += usize::from(report.caught_up > 0);
    }
    assert!(behind > 0, "no kill left them behind");
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
    let report = store.opened();
    assert_eq!((report.caught_up, report.lost, &report.rebuilt), (29, 29, &None));
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
