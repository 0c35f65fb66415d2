//! Stores to damage: a folder with known contents, copied as often as needed.

use std::fs;
use std::path::{Path, PathBuf};

use hookswitch_storage::*;
use tempfile::TempDir;

use crate::fixtures::*;

/// A data folder that no store has open, and what it must hold.
pub(crate) struct Image {
    folder: TempDir,
    pub(crate) org: OrgId,
    pub(crate) contents: String,
}

impl Image {
    /// After a clean stop.
    pub(crate) async fn closed() -> Self {
        Self::make(true).await
    }

    /// As a kill leaves it.
    pub(crate) async fn killed() -> Self {
        Self::make(false).await
    }

    async fn make(close: bool) -> Self {
        let live = tempfile::tempdir().unwrap();
        let store = open(live.path()).await;
        let org = fill(&store).await;
        let contents = everything(&store, &org).await;
        if close {
            store.close().await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        copy(live.path(), folder.path());
        Self { folder, org, contents }
    }

    /// A copy that may be damaged.
    pub(crate) fn copy(&self) -> TempDir {
        let target = tempfile::tempdir().unwrap();
        copy(self.folder.path(), target.path());
        target
    }

    /// That a store holds all that it must.
    pub(crate) async fn assert_whole(&self, store: &Store, case: &str) {
        assert_eq!(everything(store, &self.org).await, self.contents, "{case}");
        assert!(store.verify_audit(&self.org).await.unwrap(), "{case}");
    }
}

/// Bookings in every state, and two calls.
async fn fill(store: &Store) -> OrgId {
    let org = org_in(store).await;
    for n in 0..40 {
        let request =
            NewBooking { tool_call: tool_call(&format!("t{n}"), "h"), ..booking(&org, n * 60, 30) };
        let made = booked(store.book(request).await.unwrap());
        match n % 4 {
            0 => drop(store.cancel(cancelled(&made)).await.unwrap()),
            1 => drop(store.move_booking(moved(&made, n * 60 + 15, 30)).await.unwrap()),
            _ => {}
        }
    }
    for id in ["c1", "c2"] {
        let key = call(&org, id);
        let events = (1..20).map(|seq| said(seq, "and so on, and so forth")).collect();
        let record = Some(call_record(&key, 0, None));
        store.save_call(&key, CallWrite { events, record, answer: None }).await.unwrap();
    }
    store.put_job(job(&org, 5)).await.unwrap();
    // The last record of the journal is a promised one.
    booked(store.book(booking(&org, 9_000, 30)).await.unwrap());
    org
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The journal's segments by number.
pub(crate) fn segments(data: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(data.join("journal"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    files.sort();
    files
}

/// Flips one bit of a file.
pub(crate) fn flip(file: &Path, byte: usize, bit: u32) {
    let mut bytes = fs::read(file).unwrap();
    bytes[byte] ^= 1 << bit;
    fs::write(file, bytes).unwrap();
}

/// Cuts a file.
pub(crate) fn cut(file: &Path, length: u64) {
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(length).unwrap();
}

/// The same numbers in each run, spread over `0..below`.
pub(crate) fn spread(count: usize, below: usize) -> impl Iterator<Item = usize> {
    // A step that shares no factor with most lengths visits far places in turn.
    (0..count).map(move |n| (n.wrapping_mul(2_654_435_761) ^ (n << 7)) % below.max(1))
}

/// The error of an opening that must be refused.
pub(crate) async fn refused(path: &Path) -> OpenError {
    match Store::open(options(path)).await {
        Err(error) => error,
        Ok(_) => panic!("opened"),
    }
}
