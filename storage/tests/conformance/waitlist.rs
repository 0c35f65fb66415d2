//! The waitlist: one place per person and service, and who gets a slot that becomes free.

crate::checks! {
    one_person_has_one_place_for_a_service_and_keeps_it_when_the_window_changes,
    nobody_changes_or_leaves_anothers_place,
    a_cancelled_slot_is_kept_for_the_first_whose_window_it_suits,
    a_kept_slot_is_taken_for_everybody_but_the_one_it_is_kept_for,
    a_slot_that_nobody_comes_for_goes_to_the_next_and_not_back,
    a_move_frees_the_old_range_unless_the_new_one_covers_it,
    booking_in_the_window_ends_the_waiting_and_outside_of_it_does_not,
    leaving_or_a_new_window_passes_the_slot_on,
    a_place_whose_window_is_over_expires,
    a_slot_that_is_past_too_near_or_taken_again_is_offered_to_nobody,
    a_place_in_a_class_is_kept_beside_those_that_are_taken,
    offers_and_places_are_there_after_opening_again,
    a_wrong_window_is_refused,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use hookswitch_storage::*;
    use jiff::civil::{date, time};

    use WaitlistState::{Booked, Expired, Left, Offered, Waiting};

    pub(super) async fn one_person_has_one_place_for_a_service_and_keeps_it_when_the_window_changes(
        store: &Store,
    ) {
        let org = open_org(store).await;
        let first = joined(store, wish(&org, "+491", "Bob Ross", 0)).await;
        let other = joined(store, wish(&org, "+492", "Bob Ross", 1)).await;
        let child = joined(store, wish(&org, "+491", "Ada Ross", 2)).await;
        let mut again = wish(&org, "+491", "bob", 9);
        again.window.latest = Some(time(12, 0, 0, 0));
        again.party_size = Some(3);
        let changed = match store.join_waitlist(again).await.unwrap() {
            JoinOutcome::Changed(entry) => *entry,
            JoinOutcome::Joined(entry) => panic!("a second place: {entry:?}"),
        };
        assert_eq!((&changed.id, changed.created_at), (&first.id, at(0)));
        assert_eq!((changed.window.latest, changed.party_size), (Some(time(12, 0, 0, 0)), Some(3)));
        let another = JoinWaitlist {
            service_id: "dye".parse().unwrap(),
            ..wish(&org, "+491", "Bob Ross", 10)
        };
        let another = joined(store, another).await;
        let filter = WaitlistFilter::default();
        let listed = store.waitlist(&org, &filter, &Page::default()).await.unwrap().items;
        let ids: Vec<_> = listed.into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [first.id, other.id, child.id, another.id]);
    }

    pub(super) async fn nobody_changes_or_leaves_anothers_place(store: &Store) {
        let (org, other_org) = (open_org(store).await, open_org(store).await);
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        // A number that is only said opens nothing.
        let said = JoinWaitlist { phone: "+491".into(), ..wish(&org, "+499", "Bob", 1) };
        joined(store, said).await;
        let withheld = Waiter { caller: None, ..waiter(&org, "", "Bob") };
        for who in [waiter(&org, "+498", "Bob"), withheld, waiter(&other_org, "+491", "Bob")] {
            assert_eq!(store.leave_waitlist(leave(who)).await.unwrap(), []);
        }
        assert_eq!(store.waitlist_entry(&other_org, &bob.id).await.unwrap(), None);
        assert_eq!(entry(store, &bob).await, bob);
        let left = store.leave_waitlist(leave(waiter(&org, "+491", "Bob"))).await.unwrap();
        assert_eq!(left.len(), 2, "both of his number: {left:?}");
        assert_eq!(entry(store, &bob).await.state, Left);
    }

    pub(super) async fn a_cancelled_slot_is_kept_for_the_first_whose_window_it_suits(
        store: &Store,
    ) {
        let org = open_org(store).await;
        let taken = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        let mut early = wish(&org, "+491", "Early", 0);
        early.window.latest = Some(time(11, 59, 0, 0));
        let dye = "dye".parse().unwrap();
        let places = [
            joined(store, early).await,
            joined(store, JoinWaitlist { service_id: dye, ..wish(&org, "+492", "Dye", 0) }).await,
            // Who gives the slot up does not get it back.
            joined(store, wish(&org, "+4930123456", "Ada Lovelace", 0)).await,
            joined(store, wish(&org, "+493", "First", 1)).await,
            joined(store, wish(&org, "+494", "Second", 2)).await,
        ];
        store.cancel(cancelled(&taken)).await.unwrap();
        let [early, dye, ada, first, second] = &places;
        assert_eq!(
            states(store, [early, dye, ada, first, second]).await,
            [Waiting, Waiting, Waiting, Offered, Waiting]
        );
        let slot = entry(store, first).await.offer.unwrap();
        assert_eq!((slot.start, slot.end, slot.until), (at(NOON), at(NOON + 30), at(2 + 15)));
        let jobs = store.jobs(&org).await.unwrap();
        assert_eq!(jobs.len(), 1);
        assert_eq!((jobs[0].kind.as_str(), &jobs[0].id), (WAITLIST_OFFER, &slot.job));
        let notice: OfferNotice = serde_json::from_value(jobs[0].payload.clone()).unwrap();
        let expected = OfferNotice { entry: first.id.clone(), start: at(NOON), until: at(17) };
        assert_eq!(notice, expected);
        assert!(!jobs[0].payload.to_string().contains("+49"), "{:?}", jobs[0].payload);
        let audit = store.audit(&org, &Page::default()).await.unwrap().items;
        assert_eq!(audit[0].action, "waitlist.offered");
        for personal in ["+49", "First", "Second"] {
            assert!(!format!("{audit:?}").contains(personal), "{personal} in {audit:?}");
        }
    }

    pub(super) async fn a_kept_slot_is_taken_for_everybody_but_the_one_it_is_kept_for(
        store: &Store,
    ) {
        let (org, taken, [bob, cleo, _]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let by = |number: Option<&str>, minutes| NewBooking {
            caller: number.map(str::to_owned),
            now: at(minutes),
            ..booking(&org, NOON, 30)
        };
        for stranger in [None, Some("+492"), Some("+4999")] {
            assert_eq!(store.book(by(stranger, 3)).await.unwrap(), BookOutcome::Taken);
        }
        let elsewhere = booked(store.book(booking(&org, NOON + 60, 30)).await.unwrap());
        let onto = moved(&elsewhere, NOON + 15, 30);
        assert_eq!(store.move_booking(onto).await.unwrap(), MoveOutcome::Taken);
        let kept = store.kept_slots(&org, Some(&resource("chair")), at(3)).await.unwrap();
        assert_eq!(kept.iter().map(|entry| &entry.id).collect::<Vec<_>>(), [&bob.id]);
        let his = booked(store.book(by(Some("+491"), 4)).await.unwrap());
        let after = entry(store, &bob).await;
        assert_eq!((after.state, after.booking, after.offer), (Booked, Some(his.id), None));
        assert_eq!(store.jobs(&org).await.unwrap(), [], "nobody is told any more");
        assert_eq!(entry(store, &cleo).await.state, Waiting);
        assert!(store.kept_slots(&org, None, at(4)).await.unwrap().is_empty());
    }

    pub(super) async fn a_slot_that_nobody_comes_for_goes_to_the_next_and_not_back(store: &Store) {
        let (org, taken, [bob, cleo, dan]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        assert_eq!(store.lapse_waitlist(at(16)).await.unwrap(), 0);
        assert_eq!(store.lapse_waitlist(at(17)).await.unwrap(), 1);
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Offered, Waiting]);
        let slot = entry(store, &cleo).await.offer.unwrap();
        assert_eq!((slot.start, slot.until), (at(NOON), at(17 + 15)));
        assert_eq!(store.lapse_waitlist(at(32)).await.unwrap(), 1);
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Waiting, Offered]);
        assert_eq!(store.lapse_waitlist(at(47)).await.unwrap(), 1);
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Waiting, Waiting]);
        assert_eq!(store.jobs(&org).await.unwrap(), []);
        // It is free for all now, and who comes late after all waits no more.
        let late = NewBooking {
            customer: CustomerDraft { name: "Cleo".into(), phone: None, email: None },
            caller: Some("+492".into()),
            ..booking(&org, NOON, 30)
        };
        booked(store.book(late).await.unwrap());
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Booked, Waiting]);
    }

    pub(super) async fn a_move_frees_the_old_range_unless_the_new_one_covers_it(store: &Store) {
        let (_, taken, [bob, ..]) = full(store).await;
        store.move_booking(moved(&taken, NOON + 15, 30)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting);
        store.move_booking(moved(&taken, NOON + 60, 30)).await.unwrap();
        let slot = entry(store, &bob).await.offer.unwrap();
        assert_eq!(slot.start, at(NOON + 15));
    }

    pub(super) async fn booking_in_the_window_ends_the_waiting_and_outside_of_it_does_not(
        store: &Store,
    ) {
        let org = open_org(store).await;
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        let by_bob = |start| NewBooking {
            customer: CustomerDraft { name: "Bob Ross".into(), phone: None, email: None },
            caller: Some("+491".into()),
            ..booking(&org, start, 30)
        };
        let next_week = booked(store.book(by_bob(NOON + 7 * 1440)).await.unwrap());
        assert_eq!(entry(store, &bob).await.state, Waiting, "just in case");
        // Somebody else's name and number, and another's number that is only said.
        booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        let said = NewBooking { caller: None, ..by_bob(NOON + 60) };
        booked(store.book(said).await.unwrap());
        assert_eq!(entry(store, &bob).await.state, Waiting);
        let here =
            MoveBooking { caller: Some("+491".into()), ..moved(&next_week, NOON + 1440, 30) };
        store.move_booking(here).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Booked);
    }

    pub(super) async fn leaving_or_a_new_window_passes_the_slot_on(store: &Store) {
        let (org, taken, [bob, cleo, dan]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let mut same_day = wish(&org, "+491", "Bob", 3);
        same_day.window.to = date(2026, 2, 2);
        store.join_waitlist(same_day).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Offered, "it still suits him");
        let mut later = wish(&org, "+491", "Bob", 3);
        later.window.from = date(2026, 2, 4);
        store.join_waitlist(later).await.unwrap();
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Offered, Waiting]);
        store.leave_waitlist(leave(waiter(&org, "+492", "Cleo"))).await.unwrap();
        assert_eq!(states(store, [&bob, &cleo, &dan]).await, [Waiting, Left, Offered]);
        assert_eq!(store.jobs(&org).await.unwrap().len(), 1, "one offer, one notice");
    }

    pub(super) async fn a_place_whose_window_is_over_expires(store: &Store) {
        let org = open_org(store).await;
        let mut today = wish(&org, "+491", "Bob", 0);
        today.window.to = date(2026, 2, 2);
        let bob = joined(store, today).await;
        let cleo = joined(store, wish(&org, "+492", "Cleo", 0)).await;
        assert_eq!(store.lapse_waitlist(at(23 * 60 - 2)).await.unwrap(), 0);
        // Midnight in Berlin is an hour before midnight in Greenwich.
        assert_eq!(store.lapse_waitlist(at(23 * 60)).await.unwrap(), 1);
        assert_eq!(states(store, [&bob, &cleo]).await, [Expired, Waiting]);
        let open = WaitlistFilter { state: Some(Waiting), service: None };
        let open = store.waitlist(&org, &open, &Page::default()).await.unwrap().items;
        assert_eq!(open, [cleo]);
    }

    pub(super) async fn a_slot_that_is_past_too_near_or_taken_again_is_offered_to_nobody(
        store: &Store,
    ) {
        let (org, taken, [bob, ..]) = full(store).await;
        set(store, &org, |settings| settings.booking.min_lead_minutes = 30).await;
        let late = |minutes| CancelBooking { now: at(minutes), ..cancelled(&taken) };
        store.cancel(late(NOON - 30)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting, "too near");
        // Nearer to its start than a slot is kept, it is kept for as long as it can be booked.
        let other = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        store.cancel(CancelBooking { now: at(NOON - 40), ..cancelled(&other) }).await.unwrap();
        assert_eq!(entry(store, &bob).await.offer.unwrap().until, at(NOON - 30));
    }

    pub(super) async fn a_place_in_a_class_is_kept_beside_those_that_are_taken(store: &Store) {
        let org = open_org(store).await;
        let class = |caller: Option<&str>| NewBooking {
            service_id: "class".parse().unwrap(),
            capacity: 3,
            caller: caller.map(str::to_owned),
            ..booking(&org, NOON, 60)
        };
        let first = booked(store.book(class(None)).await.unwrap());
        for _ in 0..2 {
            booked(store.book(class(None)).await.unwrap());
        }
        let class_wish =
            JoinWaitlist { service_id: "class".parse().unwrap(), ..wish(&org, "+491", "Bob", 0) };
        let bob = joined(store, class_wish).await;
        store.cancel(cancelled(&first)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Offered);
        assert_eq!(store.book(class(None)).await.unwrap(), BookOutcome::Taken);
        booked(store.book(class(Some("+491"))).await.unwrap());
    }

    pub(super) async fn offers_and_places_are_there_after_opening_again(_: &Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let store = open(&path).await;
        let (org, taken, [bob, cleo, _]) = full(&store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let before = everything(&store, &org).await;
        store.close().await.unwrap();
        drop(store);
        let store = open(&path).await;
        assert_eq!(everything(&store, &org).await, before);
        assert_eq!(store.lapse_waitlist(at(60)).await.unwrap(), 1);
        assert_eq!(states(&store, [&bob, &cleo]).await, [Waiting, Offered]);
        assert!(store.delete_org(&org, "me", at(61)).await.unwrap());
        assert_eq!(store.lapse_waitlist(at(10_000_000)).await.unwrap(), 0);
        store.close().await.unwrap();
    }

    pub(super) async fn a_wrong_window_is_refused(store: &Store) {
        let org = open_org(store).await;
        let good = || wish(&org, "+491", "Bob", 0);
        let mut backwards = good();
        backwards.window.to = date(2026, 2, 1);
        let mut late = good();
        late.window.earliest = Some(time(12, 0, 0, 0));
        late.window.latest = Some(time(9, 0, 0, 0));
        let over = JoinWaitlist { now: at(10 * 1440), ..good() };
        let mute = JoinWaitlist { phone: " ".into(), ..good() };
        let nobody = JoinWaitlist { who: waiter(&OrgId::random(), "+491", "Bob"), ..good() };
        for wrong in [backwards, late, over, mute, nobody] {
            assert!(matches!(store.join_waitlist(wrong).await, Err(StoreError::Invalid { .. })));
        }
        let none = store.waitlist(&org, &WaitlistFilter::default(), &Page::default()).await;
        assert!(none.unwrap().items.is_empty());
    }
}
