//! Organisations: settings, isolation, tokens, the audit chain.

use crate::fixtures::*;

crate::checks! {
    settings_are_saved_only_over_the_version_they_were_made_from,
    a_number_belongs_to_one_org_only,
    no_org_sees_anything_of_another,
    a_removed_org_leaves_nothing_behind,
    connections_come_and_go,
    an_org_that_loses_its_default_connection_has_none,
    tokens_are_found_by_digest_until_they_are_deleted,
    every_change_is_in_the_audit_chain_without_values,
    an_act_that_changes_no_record_is_in_the_audit_chain,
    a_secret_opens_only_where_it_was_sealed,
    a_closed_store_refuses_everything,
}

mod check {
    use std::collections::BTreeSet;

    use super::*;
    use hookswitch_storage::*;

    pub(super) async fn settings_are_saved_only_over_the_version_they_were_made_from(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let put = async |version, name: &str| {
            let fields = vec!["name".into()];
            store.put_settings(&org, version, settings(name), fields, "me", at(1)).await.unwrap()
        };
        let PutSettings::Saved(saved) = put(1, "new").await else { panic!("not saved") };
        assert_eq!((saved.version, saved.settings.name.as_str()), (2, "new"));
        assert_eq!(put(1, "late").await, PutSettings::Stale(saved.clone()));
        assert_eq!(store.org(&org).await.unwrap(), Some(*saved));
        let nobody = OrgId::random();
        let none = store.put_settings(&nobody, 1, settings("x"), Vec::new(), "me", at(1));
        assert_eq!(none.await.unwrap(), PutSettings::NotFound);
    }

    pub(super) async fn a_number_belongs_to_one_org_only(store: &Store) {
        let (one, other) = (org_in(store).await, org_in(store).await);
        let with = |phone: &str| {
            let mut settings = settings("x");
            settings.phone_numbers.insert(phone.into());
            settings
        };
        let put = async |org: &OrgId, version, settings| {
            store.put_settings(org, version, settings, Vec::new(), "me", at(1)).await.unwrap()
        };
        assert!(matches!(put(&one, 1, with("+491")).await, PutSettings::Saved(_)));
        let conflict = PutSettings::Conflict { field: "phone_numbers", value: "+491".into() };
        assert_eq!(put(&other, 1, with("+491")).await, conflict);
        let mut third = new_org();
        third.settings = with("+491");
        let created = store.create_org(third.clone(), Vec::new(), "me", at(1)).await.unwrap();
        assert_eq!(created, CreateOrg::Conflict { field: "phone_numbers", value: "+491".into() });
        assert_eq!(store.org(&third.id).await.unwrap(), None);
        // Given up, it can be had.
        assert!(matches!(put(&one, 2, settings("x")).await, PutSettings::Saved(_)));
        assert!(matches!(put(&other, 1, with("+491")).await, PutSettings::Saved(_)));
        assert!(store.delete_org(&other, "me", at(2)).await.unwrap());
        let created = store.create_org(third, Vec::new(), "me", at(1)).await.unwrap();
        assert_eq!(created, CreateOrg::Created);
    }

    pub(super) async fn no_org_sees_anything_of_another(store: &Store) {
        let (one, other) = (org_in(store).await, org_in(store).await);
        let made = booked(store.book(booking(&one, 0, 30)).await.unwrap());
        let all = Page::default();
        assert_eq!(store.booking(&other, &made.id).await.unwrap(), None);
        assert_eq!(store.booking_by_confirmation(&other, &made.confirmation).await.unwrap(), None);
        assert_eq!(store.customer(&other, &made.customer_id).await.unwrap(), None);
        let query = CustomerQuery::Phone("+4930123456".into());
        assert_eq!(store.find_customers(&other, &query, 9).await.unwrap(), []);
        let listing = store.bookings(&other, &BookingFilter::default(), &all).await.unwrap();
        assert_eq!(listing.items, []);
        assert_eq!(store.busy(&other, &made.resource, at(0), at(99)).await.unwrap(), []);
        let foreign = MoveBooking { org: other.clone(), ..moved(&made, 90, 30) };
        assert_eq!(store.move_booking(foreign).await.unwrap(), MoveOutcome::NotFound);
        let foreign = CancelBooking { org: other.clone(), ..cancelled(&made) };
        assert_eq!(store.cancel(foreign).await.unwrap(), CancelOutcome::NotFound);
        // The other org's same chair is free.
        booked(store.book(booking(&other, 0, 30)).await.unwrap());
    }

    pub(super) async fn a_removed_org_leaves_nothing_behind(store: &Store) {
        let (gone, stays) = (org_in(store).await, org_in(store).await);
        for org in [&gone, &stays] {
            for n in 0..400 {
                let request = NewBooking {
                    tool_call: tool_call(&format!("t{n}"), "h"),
                    ..booking(org, n * 30, 30)
                };
                drop(store.book(request).await.unwrap());
            }
            let key = call(org, "c");
            let record = Some(call_record(&key, 0, None));
            store
                .save_call(&key, CallWrite { record, events: vec![said(1, "x")], answer: None })
                .await
                .unwrap();
            store.put_job(job(org, 0)).await.unwrap();
            store.request_callback(callback(org, Some("c"), 0)).await.unwrap();
            store.put_connection(connection(org), "me", at(0)).await.unwrap();
        }
        let before = everything(store, &stays).await;
        let empty = everything(store, &OrgId::random()).await;
        assert!(store.delete_org(&gone, "me", at(3)).await.unwrap());
        assert!(!store.delete_org(&gone, "me", at(3)).await.unwrap());
        assert_eq!(everything(store, &gone).await, empty);
        assert_eq!(everything(store, &stays).await, before);
        assert_eq!(store.live_calls().await.unwrap().len(), 1);
        let left = store.ready_jobs(at(0), 10, 10, BTreeSet::new()).await.unwrap();
        assert_eq!(left.len(), 1);
        // What is left to forget is the other org's.
        assert_eq!(store.forget_answers_before(at(1)).await.unwrap(), 400);
        let noted = store.instance_audit(&Page::default()).await.unwrap().items;
        assert_eq!(
            (noted[0].action.as_str(), noted[0].subject.as_str()),
            ("org.deleted", gone.as_str())
        );
    }

    pub(super) async fn connections_come_and_go(store: &Store) {
        let org = org_in(store).await;
        let one = connection(&org);
        store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        assert_eq!(store.connections(&org).await.unwrap(), std::slice::from_ref(&one));
        assert_eq!(store.connection(&org, &one.id).await.unwrap(), Some(one.clone()));
        assert!(store.delete_connection(&org, &one.id, "me", at(1)).await.unwrap());
        assert!(!store.delete_connection(&org, &one.id, "me", at(1)).await.unwrap());
        assert_eq!(store.connections(&org).await.unwrap(), []);
    }

    pub(super) async fn an_org_that_loses_its_default_connection_has_none(store: &Store) {
        let org = org_in(store).await;
        let (default, other) = (connection(&org), connection(&org));
        for one in [&default, &other] {
            store.put_connection(one.clone(), "me", at(0)).await.unwrap();
        }
        let before = store.org(&org).await.unwrap().unwrap();
        let settings =
            Settings { default_connection: Some(default.id.clone()), ..before.settings.clone() };
        let saved = store.put_settings(&org, before.version, settings, vec![], "me", at(0)).await;
        assert!(matches!(saved.unwrap(), PutSettings::Saved(_)));
        assert!(store.delete_connection(&org, &other.id, "me", at(1)).await.unwrap());
        let kept = store.org(&org).await.unwrap().unwrap();
        assert_eq!(kept.settings.default_connection, Some(default.id.clone()));
        assert!(store.delete_connection(&org, &default.id, "me", at(1)).await.unwrap());
        let after = store.org(&org).await.unwrap().unwrap();
        assert_eq!(after.settings.default_connection, None);
        assert_eq!(after.version, kept.version + 1, "who read it before must read it again");
    }

    pub(super) async fn tokens_are_found_by_digest_until_they_are_deleted(store: &Store) {
        let token = ApiToken {
            id: TokenId::random(),
            role: Role::Admin,
            org: None,
            digest: "ab12".into(),
            created_at: at(0),
            expires_at: None,
        };
        store.put_token(token.clone(), "me", at(0)).await.unwrap();
        assert_eq!(store.token_by_digest("ab12").await.unwrap(), Some(token.clone()));
        assert_eq!(store.token_by_digest("ab1").await.unwrap(), None);
        let copy = ApiToken { id: TokenId::random(), ..token.clone() };
        assert!(store.put_token(copy, "me", at(0)).await.is_err());
        assert_eq!(store.tokens().await.unwrap(), std::slice::from_ref(&token));
        assert!(store.delete_token(&token.id, "me", at(1)).await.unwrap());
        assert_eq!(store.token_by_digest("ab12").await.unwrap(), None);
        assert_eq!(store.instance_audit(&Page::default()).await.unwrap().items.len(), 2);
    }

    pub(super) async fn an_act_that_changes_no_record_is_in_the_audit_chain(store: &Store) {
        let org = org_in(store).await;
        let act = async |org: &OrgId| {
            store.audit_act(org, "tok_1", "call.control", "call-7", "mute", at(9)).await
        };
        act(&org).await.unwrap();
        let newest = store.audit(&org, &Page::first(1)).await.unwrap().items.remove(0);
        assert_eq!((newest.actor.as_str(), newest.action.as_str()), ("tok_1", "call.control"));
        assert_eq!((newest.subject.as_str(), newest.fields), ("call-7", vec!["mute".to_owned()]));
        assert!(store.verify_audit(&org).await.unwrap());
        let nobody: OrgId = "org_nobody".parse().unwrap();
        assert!(act(&nobody).await.is_err());
        assert!(store.audit(&nobody, &Page::first(1)).await.unwrap().items.is_empty());
    }

    pub(super) async fn every_change_is_in_the_audit_chain_without_values(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        store.move_booking(moved(&made, 60, 30)).await.unwrap();
        let confirmed = Settlement::Confirmed { external_id: Some("theirs".into()) };
        store.settle(&org, &made.id, confirmed, "job", at(1)).await.unwrap();
        store.cancel(cancelled(&made)).await.unwrap();
        // Refusals and repeats change nothing, so they are not in it.
        store.cancel(cancelled(&made)).await.unwrap();
        let entries = store.audit(&org, &Page::default()).await.unwrap().items;
        let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
        let expected = [
            "booking.cancelled",
            "booking.settled",
            "booking.moved",
            "booking.made",
            "org.created",
        ];
        assert_eq!(actions, expected);
        assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [5, 4, 3, 2, 1]);
        assert_eq!(entries[0].previous, entries[1].hash);
        let text = format!("{entries:?}");
        assert!(!text.contains("Ada") && !text.contains("+49"), "{text}");
        assert!(store.verify_audit(&org).await.unwrap());
        let second =
            Page { limit: 2, cursor: store.audit(&org, &Page::first(2)).await.unwrap().next };
        let page = store.audit(&org, &second).await.unwrap().items;
        assert_eq!(page.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 2]);
    }

    pub(super) async fn a_secret_opens_only_where_it_was_sealed(store: &Store) {
        let (one, other) = (OrgId::random(), OrgId::random());
        let sealed = store.seal(&one, "f", b"s");
        assert_eq!(store.unseal(&one, "f", &sealed).unwrap().expose(), b"s");
        let error = store.unseal(&other, "f", &sealed).unwrap_err();
        assert_eq!(error, StoreError::Unseal(UnsealError::Changed));
    }

    pub(super) async fn a_closed_store_refuses_everything(store: &Store) {
        let org = org_in(store).await;
        store.close().await.unwrap();
        assert_eq!(store.book(booking(&org, 0, 30)).await, Err(StoreError::Closed));
        assert_eq!(store.org(&org).await, Err(StoreError::Closed));
        assert_eq!(store.compact().await, Err(StoreError::Closed));
        store.hear(&call(&org, "c"), vec![said(1, "x")]);
    }
}
