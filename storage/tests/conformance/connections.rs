//! Connections that several write to at once: nobody's change is lost, renewed credentials never
//! replace newer ones, and what an end leaves to be done is kept with it.

use std::collections::BTreeSet;

use hookswitch_storage::{Connection, OrgId, Renewal, Sealed, Store};

use crate::checks;
use crate::fixtures::{at, connection, job, org_in};

fn sealed(store: &Store, org: &OrgId, text: &str) -> Sealed {
    store.seal(org, "connection.credentials", text.as_bytes())
}

async fn kept(store: &Store, one: &Connection) -> Connection {
    store.connection(&one.org, &one.id).await.unwrap().unwrap()
}

mod check {
    use super::*;

    pub(super) async fn changes_at_the_same_time_are_all_kept(store: &Store) {
        let org = org_in(store).await;
        let one = connection(&org);
        store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        let changes = (0..40).map(|n| {
            let (store, org, id) = (store.clone(), org.clone(), one.id.clone());
            tokio::spawn(async move {
                let change = move |connection: &mut Connection| {
                    connection.options.insert(n.to_string(), n.into());
                    None
                };
                store.change_connection(&org, &id, change, "me", at(1)).await.unwrap().unwrap()
            })
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap();
        }
        assert_eq!(kept(store, &one).await.options.len(), 40);
    }

    pub(super) async fn what_changes_nothing_is_not_audited(store: &Store) {
        let org = org_in(store).await;
        let one = connection(&org);
        store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        let before = store.audit(&org, &Default::default()).await.unwrap().items.len();
        let same = store.change_connection(&org, &one.id, |_| None, "me", at(1)).await.unwrap();
        assert_eq!(same, Some(one.clone()));
        assert_eq!(store.audit(&org, &Default::default()).await.unwrap().items.len(), before);
        let other = connection(&org);
        let none = store.change_connection(&org, &other.id, |_| None, "me", at(1)).await.unwrap();
        assert_eq!(none, None);
    }

    pub(super) async fn renewed_credentials_never_replace_newer_ones(store: &Store) {
        let org = org_in(store).await;
        let old = sealed(store, &org, "old");
        let one = Connection { credentials: Some(old.clone()), ..connection(&org) };
        store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        let renewed = sealed(store, &org, "renewed");
        let kept_now = store
            .renew_credentials(&org, &one.id, old.clone(), renewed.clone(), Some(at(9)))
            .await
            .unwrap();
        assert_eq!(kept_now, Renewal::Kept);
        let now = kept(store, &one).await;
        assert_eq!((now.credentials, now.expires_at), (Some(renewed.clone()), Some(at(9))));

        let entered = sealed(store, &org, "entered by the operator");
        let by_operator = entered.clone();
        let change = move |connection: &mut Connection| {
            connection.credentials = Some(by_operator);
            None
        };
        store.change_connection(&org, &one.id, change, "me", at(1)).await.unwrap();
        let late = sealed(store, &org, "late");
        let outcome = store.renew_credentials(&org, &one.id, renewed, late, None).await.unwrap();
        let Renewal::Changed(stands) = outcome else { panic!("{outcome:?}") };
        assert_eq!(stands.credentials, Some(entered.clone()));
        assert_eq!(kept(store, &one).await.credentials, Some(entered.clone()));

        assert!(store.delete_connection(&org, &one.id, "me", at(2)).await.unwrap());
        let outcome = store.renew_credentials(&org, &one.id, entered, old, None).await.unwrap();
        assert_eq!(outcome, Renewal::Gone);
        assert_eq!(store.connection(&org, &one.id).await.unwrap(), None);
    }

    pub(super) async fn what_an_end_leaves_to_be_done_is_kept_with_it(store: &Store) {
        let org = org_in(store).await;
        let (one, left) = (connection(&org), job(&org, 0));
        store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        let id = left.id.clone();
        let again = left.clone();
        let removed = store.remove_connection(&org, &one.id, |_| Some(left), "me", at(1)).await;
        assert!(removed.unwrap());
        assert_eq!(store.connection(&org, &one.id).await.unwrap(), None);
        let ready = store.ready_jobs(at(0), 10, 10, BTreeSet::new()).await.unwrap();
        assert_eq!(ready.iter().map(|job| &job.id).collect::<Vec<_>>(), [&id]);
        let removed = store.remove_connection(&org, &one.id, |_| Some(again), "me", at(1)).await;
        assert!(!removed.unwrap());
    }
}

checks! {
    changes_at_the_same_time_are_all_kept,
    what_changes_nothing_is_not_audited,
    renewed_credentials_never_replace_newer_ones,
    what_an_end_leaves_to_be_done_is_kept_with_it,
}
