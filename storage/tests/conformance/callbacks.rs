//! Wishes to be called back.

crate::checks! {
    a_second_wish_of_a_call_completes_the_first,
    a_wish_after_the_first_is_done_is_a_new_one,
    one_that_only_makes_up_for_none_leaves_what_was_asked_for_as_it_is,
    open_ones_come_first_and_the_newest_of_them_first,
    a_change_is_audited_by_field_names_and_one_that_changes_nothing_is_not,
    a_callback_is_its_orgs_alone_and_needs_a_number,
    an_acknowledged_callback_is_there_after_opening_again,
}

mod check {
    use crate::fixtures::*;
    use hookswitch_storage::*;

    fn kept(outcome: CallbackOutcome) -> Callback {
        match outcome {
            CallbackOutcome::Kept(callback) => *callback,
            CallbackOutcome::Completed(callback) => panic!("not new: {callback:?}"),
        }
    }

    fn change(callback: &Callback, state: CallbackState) -> ChangeCallback {
        ChangeCallback {
            org: callback.org.clone(),
            id: callback.id.clone(),
            state: Some(state),
            assignee: None,
            note: None,
            by: "tok_1".into(),
            now: at(9),
        }
    }

    pub(super) async fn a_second_wish_of_a_call_completes_the_first(store: &Store) {
        let org = org_in(store).await;
        let first = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        let second = RequestCallback {
            phone: "+4930999".into(),
            about: None,
            urgency: Some(Urgency::Urgent),
            preferred_time: Some("after five".into()),
            ..callback(&org, Some("a"), 3)
        };
        let completed = match store.request_callback(second).await.unwrap() {
            CallbackOutcome::Completed(callback) => *callback,
            CallbackOutcome::Kept(callback) => panic!("a second one: {callback:?}"),
        };
        let expected = Callback {
            phone: "+4930999".into(),
            urgency: Urgency::Urgent,
            preferred_time: Some("after five".into()),
            updated_at: at(3),
            ..first
        };
        assert_eq!(completed, expected);
        let all = store.callbacks(&org, None, &Page::default()).await.unwrap().items;
        assert_eq!(all, [expected]);
        kept(store.request_callback(callback(&org, Some("b"), 4)).await.unwrap());
        kept(store.request_callback(callback(&org, None, 5)).await.unwrap());
        kept(store.request_callback(callback(&org, None, 5)).await.unwrap());
    }

    pub(super) async fn a_wish_after_the_first_is_done_is_a_new_one(store: &Store) {
        let org = org_in(store).await;
        let first = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        store.change_callback(change(&first, CallbackState::Done)).await.unwrap();
        let second = kept(store.request_callback(callback(&org, Some("a"), 3)).await.unwrap());
        assert_ne!(first.id, second.id);
    }

    pub(super) async fn one_that_only_makes_up_for_none_leaves_what_was_asked_for_as_it_is(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let first = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        let ours =
            |call| RequestCallback { phone: "+4930999".into(), ..callback(&org, Some(call), 3) };
        assert_eq!(store.request_first_callback(ours("a")).await.unwrap(), None);
        store.change_callback(change(&first, CallbackState::Done)).await.unwrap();
        assert_eq!(store.request_first_callback(ours("a")).await.unwrap(), None, "nor once more");
        let other = store.request_first_callback(ours("b")).await.unwrap().unwrap();
        assert_eq!(store.request_first_callback(ours("b")).await.unwrap(), None);
        let all = store.callbacks(&org, None, &Page::default()).await.unwrap().items;
        assert_eq!(all.len(), 2);
        assert_eq!((&all[0], &all[1].phone), (&other, &first.phone));
    }

    pub(super) async fn open_ones_come_first_and_the_newest_of_them_first(store: &Store) {
        let org = org_in(store).await;
        let mut made = Vec::new();
        for minute in 0..6 {
            let wish = callback(&org, None, minute);
            made.push(kept(store.request_callback(wish).await.unwrap()));
        }
        for (place, state) in [(5, CallbackState::Done), (4, CallbackState::InProgress)] {
            store.change_callback(change(&made[place], state)).await.unwrap();
        }
        let order = [3, 2, 1, 0, 4, 5].map(|place: usize| made[place].id.clone());
        let mut listed = Vec::new();
        let mut page = Page::first(4);
        loop {
            let part = store.callbacks(&org, None, &page).await.unwrap();
            listed.extend(part.items.into_iter().map(|callback| callback.id));
            let Some(next) = part.next else { break };
            page.cursor = Some(next);
        }
        assert_eq!(listed, order);
        let done = store.callbacks(&org, Some(CallbackState::Done), &Page::default()).await;
        assert_eq!(done.unwrap().items.len(), 1);
    }

    pub(super) async fn a_change_is_audited_by_field_names_and_one_that_changes_nothing_is_not(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let made = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        let taken = ChangeCallback {
            assignee: Some(Some("Grace Hopper".into())),
            note: Some(Some("calls at noon".into())),
            ..change(&made, CallbackState::InProgress)
        };
        let changed = store.change_callback(taken.clone()).await.unwrap().unwrap();
        assert_eq!(changed.assignee.as_deref(), Some("Grace Hopper"));
        assert_eq!((changed.state, changed.updated_at), (CallbackState::InProgress, at(9)));
        store.change_callback(ChangeCallback { now: at(10), ..taken.clone() }).await.unwrap();
        let nobody = ChangeCallback { assignee: Some(None), note: None, ..taken };
        let changed = store.change_callback(nobody).await.unwrap().unwrap();
        assert_eq!((changed.assignee, changed.note.as_deref()), (None, Some("calls at noon")));
        let audit = store.audit(&org, &Page::default()).await.unwrap().items;
        let noted: Vec<_> =
            audit.iter().map(|entry| (entry.action.as_str(), entry.fields.join(","))).collect();
        let expected = [
            ("callback.changed", "assignee".to_owned()),
            ("callback.changed", "state,assignee,note".to_owned()),
            ("callback.requested", String::new()),
            ("org.created", String::new()),
        ];
        assert_eq!(noted, expected);
        let text = format!("{audit:?}");
        for personal in ["Ada", "+49", "Hopper", "noon"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }

    pub(super) async fn a_callback_is_its_orgs_alone_and_needs_a_number(store: &Store) {
        let (org, other) = (org_in(store).await, org_in(store).await);
        let made = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        assert_eq!(store.callback(&other, &made.id).await.unwrap(), None);
        let foreign = ChangeCallback { org: other.clone(), ..change(&made, CallbackState::Done) };
        assert_eq!(store.change_callback(foreign).await.unwrap(), None);
        kept(store.request_callback(callback(&other, Some("a"), 0)).await.unwrap());
        assert_eq!(store.callback(&org, &made.id).await.unwrap(), Some(made));
        let nowhere = RequestCallback { phone: " ".into(), ..callback(&org, None, 0) };
        assert!(store.request_callback(nowhere).await.is_err());
        let nobody = "org_nobody".parse().unwrap();
        assert!(store.request_callback(callback(&nobody, None, 0)).await.is_err());
    }

    pub(super) async fn an_acknowledged_callback_is_there_after_opening_again(_: &Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let store = open(&path).await;
        let org = org_in(&store).await;
        let made = kept(store.request_callback(callback(&org, Some("a"), 0)).await.unwrap());
        let before = everything(&store, &org).await;
        store.close().await.unwrap();
        drop(store);
        let store = open(&path).await;
        assert_eq!(store.callback(&org, &made.id).await.unwrap(), Some(made));
        assert_eq!(everything(&store, &org).await, before);
        store.close().await.unwrap();
    }
}
