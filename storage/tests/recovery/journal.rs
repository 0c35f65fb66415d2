//! Damage of the journal: an unfinished last write is cut off, everything else is refused.

use std::fs;

use hookswitch_storage::*;

use crate::fixtures::*;
use crate::image::*;

/// A store that was killed before sled had written anything of its last bookings: the journal's
/// end is all that knows them.
async fn with_an_unflushed_end(bookings: i64) -> (tempfile::TempDir, OrgId) {
    let live = tempfile::tempdir().unwrap();
    let store = open(live.path()).await;
    let org = org_in(&store).await;
    store.close().await.unwrap();
    let rows = tempfile::tempdir().unwrap();
    copy(&live.path().join("sled"), rows.path());
    let store = open(live.path()).await;
    for n in 0..bookings {
        booked(store.book(booking(&org, n * 30, 30)).await.unwrap());
    }
    let killed = tempfile::tempdir().unwrap();
    copy(live.path(), killed.path());
    fs::remove_dir_all(killed.path().join("sled")).unwrap();
    copy(rows.path(), &killed.path().join("sled"));
    (killed, org)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_last_write_is_cut_off_wherever_it_ends() {
    let (killed, org) = with_an_unflushed_end(4).await;
    let file = segments(killed.path()).pop().unwrap();
    let whole = fs::read(&file).unwrap();
    let starts: Vec<usize> =
        (0..whole.len() - 4).filter(|at| whole[*at..].starts_with(b"HSrc")).collect();
    let last = *starts.last().unwrap();
    for kept in (last..whole.len()).step_by(37).chain([last + 1, whole.len() - 1]) {
        for garbage in [0, 64] {
            let data = tempfile::tempdir().unwrap();
            copy(killed.path(), data.path());
            let file = segments(data.path()).pop().unwrap();
            let mut bytes = whole[..kept].to_vec();
            bytes.resize(kept + garbage, 0);
            fs::write(&file, &bytes).unwrap();
            let store = open(data.path()).await;
            let bookings = store.bookings(&org, &BookingFilter::default(), &Page::default()).await;
            assert_eq!(bookings.unwrap().items.len(), 3, "kept {kept}");
            let cut = &store.opened().tail_cut;
            let torn = bytes.len() > last;
            assert_eq!(cut.as_ref().map(|cut| cut.offset), torn.then_some(last as u64));
            // And it goes on from there.
            booked(store.book(booking(&org, 9_000, 30)).await.unwrap());
            store.close().await.unwrap();
            open(data.path()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_before_the_last_record_is_refused_and_names_file_and_remedy() {
    let (killed, _) = with_an_unflushed_end(6).await;
    let file = segments(killed.path()).pop().unwrap();
    let whole = fs::read(&file).unwrap();
    let last = (0..whole.len() - 4).rfind(|at| whole[*at..].starts_with(b"HSrc")).unwrap();
    for byte in spread(60, last) {
        let data = tempfile::tempdir().unwrap();
        copy(killed.path(), data.path());
        let file = segments(data.path()).pop().unwrap();
        flip(&file, byte, 3);
        let error = refused(data.path()).await;
        // A flip in the header's key check is a damaged header, not a wrong key.
        assert!(matches!(error, OpenError::JournalDamaged { .. }), "byte {byte}: {error}");
        let text = error.to_string();
        assert!(text.contains(&file.display().to_string()), "{text}");
        assert!(text.contains("hookswitch restore FILE --data-dir"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_damage_after_a_clean_stop_is_refused_also_in_the_last_record() {
    let image = Image::closed().await;
    let data = image.copy();
    let file = segments(data.path()).pop().unwrap();
    let length = fs::metadata(&file).unwrap().len();
    for back in [1, 2, 20, 200] {
        let data = image.copy();
        // Without rows the seal alone knows where the journal ended.
        fs::remove_dir_all(data.path().join("sled")).unwrap();
        let file = segments(data.path()).pop().unwrap();
        flip(&file, usize::try_from(length - back).unwrap(), 5);
        let error = refused(data.path()).await;
        assert!(matches!(error, OpenError::JournalDamaged { .. }), "{back}: {error}");
        let data = image.copy();
        let file = segments(data.path()).pop().unwrap();
        cut(&file, length - back);
        let error = refused(data.path()).await;
        assert!(matches!(error, OpenError::JournalDamaged { .. }), "{back}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_record_that_the_rows_know_to_be_durable_is_not_cut_off() {
    let image = Image::closed().await;
    let data = image.copy();
    // Without the seal, as after a kill; the rows were flushed.
    fs::remove_file(data.path().join("journal/seal")).unwrap();
    let file = segments(data.path()).pop().unwrap();
    cut(&file, fs::metadata(&file).unwrap().len() - 10);
    let before = fs::read(&file).unwrap();
    let error = refused(data.path()).await;
    assert!(matches!(error, OpenError::JournalDamaged { .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_seal_of_a_whole_journal_stops_nobody() {
    let image = Image::closed().await;
    let data = image.copy();
    flip(&data.path().join("journal/seal"), 30, 2);
    let store = open(data.path()).await;
    image.assert_whole(&store, "damaged seal").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_journal_is_refused_and_never_taken_for_a_new_store() {
    let image = Image::closed().await;
    let data = image.copy();
    fs::remove_dir_all(data.path().join("journal")).unwrap();
    let error = refused(data.path()).await;
    assert!(matches!(error, OpenError::JournalLost { .. }), "{error}");
    fs::create_dir(data.path().join("journal")).unwrap();
    let error = refused(data.path()).await;
    assert!(error.to_string().contains("hookswitch restore FILE"), "{error}");
}
