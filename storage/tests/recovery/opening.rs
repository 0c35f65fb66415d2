//! Opening: what is kept, and who is let in.

use std::fs;

use hookswitch_storage::*;

use crate::fixtures::*;
use crate::image::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_there_after_a_clean_stop() {
    let image = Image::closed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    image.assert_whole(&store, "closed").await;
    let report = store.opened();
    assert_eq!((report.created, &report.rebuilt, report.caught_up), (false, &None, 0));
    assert!(report.rows > 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_there_after_a_kill() {
    let image = Image::killed().await;
    let data = image.copy();
    let store = open(data.path()).await;
    image.assert_whole(&store, "killed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_store_is_closed_and_can_be_opened_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let store = open(folder.path()).await;
        assert_eq!(store.orgs().await.unwrap().len(), round);
        org_in(&store).await;
        drop(store);
        assert!(folder.path().join("journal/seal").exists());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_store_in_the_same_folder_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let error = refused(folder.path()).await;
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    org_in(&store).await;
    store.close().await.unwrap();
    open(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_is_refused_before_anything_changes() {
    let image = Image::closed().await;
    let data = image.copy();
    let mut other = options(data.path());
    other.master_key = Some(MasterKey::from_bytes([8; 32]));
    let error = Store::open(other).await.unwrap_err();
    assert!(matches!(error, OpenError::WrongKey { .. }), "{error}");
    assert!(data.path().join("journal/seal").exists());
    let store = open(data.path()).await;
    image.assert_whole(&store, "after the wrong key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_file_is_made_once_for_its_owner_only_and_missed_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new(folder.path().join("data"));
    let store = Store::open(options.clone()).await.unwrap();
    let org = OrgId::random();
    let sealed = store.seal(&org, "f", b"s");
    store.close().await.unwrap();
    let file = options.key_file();
    assert_eq!(file, folder.path().join("data.key"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let store = Store::open(options.clone()).await.unwrap();
    assert_eq!(store.unseal(&org, "f", &sealed).unwrap().expose(), b"s");
    store.close().await.unwrap();

    fs::write(&file, "not a key").unwrap();
    let error = Store::open(options.clone()).await.unwrap_err();
    assert!(matches!(error, OpenError::KeyFile { .. }), "{error}");
    fs::remove_file(&file).unwrap();
    let error = Store::open(options).await.unwrap_err();
    assert!(matches!(error, OpenError::KeyMissing { .. }), "{error}");
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_removal_of_an_org_goes_on_at_the_next_opening() {
    let live = tempfile::tempdir().unwrap();
    let store = open(live.path()).await;
    let org = org_in(&store).await;
    for n in 0..700 {
        let store = store.clone();
        let request = booking(&org, n * 30, 30);
        booked(store.book(request).await.unwrap());
    }
    let rows = async |store: &Store| store.verify().await.unwrap().rows;
    let deleting = tokio::spawn({
        let (store, org) = (store.clone(), org.clone());
        async move { store.delete_org(&org, "me", at(0)).await.unwrap() }
    });
    // Copies of the folder are kills at whatever moment they happen to be.
    while store.org(&org).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    let killed = tempfile::tempdir().unwrap();
    copy(live.path(), killed.path());
    assert!(deleting.await.unwrap());
    let left = rows(&store).await;
    let store = open(killed.path()).await;
    assert_eq!(store.org(&org).await.unwrap(), None);
    assert_eq!(rows(&store).await, left);
}
