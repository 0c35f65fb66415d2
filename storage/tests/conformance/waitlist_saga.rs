//! The waitlist and a provider outside: a place ends with a booking that stands, not with one that is
//! only asked for, and whatever a failure frees reaches who is next.

crate::checks! {
    a_place_ends_when_its_booking_stands_and_not_when_it_is_asked_for,
    a_booking_that_came_to_nothing_leaves_the_place_and_what_was_kept_for_it,
    a_slot_that_the_provider_has_given_away_is_kept_for_nobody,
    what_a_failed_booking_claimed_goes_to_who_waits_for_it,
    what_a_failed_move_claimed_goes_to_who_waits_for_it_unless_it_is_taken_there,
    a_declined_request_gives_the_place_back,
    a_kept_slot_that_is_being_booked_takes_its_room_once,
    an_offer_that_runs_out_while_it_is_booked_was_not_passed_up,
    a_request_that_is_moved_out_of_the_window_leaves_the_place,
    who_leaves_or_is_too_late_has_nothing_to_do_with_what_is_asked_for,
    what_is_asked_for_is_there_after_opening_again,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use WaitlistState::{Booked, Expired, Left, Offered, Waiting};
    use hookswitch_storage::*;

    /// Somebody's wish for a chair, of which the provider is about to be asked.
    fn asked(org: &OrgId, number: &str, start: i64) -> NewBooking {
        NewBooking {
            customer: CustomerDraft { name: "Bob".into(), phone: Some(number.into()), email: None },
            status: BookingStatus::Pending,
            outcome: Outcome::Pending,
            ask_provider: Some(at(9)),
            caller: Some(number.into()),
            now: at(4),
            ..booking(org, start, 30)
        }
    }

    async fn settle(store: &Store, booking: &Booking, settlement: Settlement, now: i64) -> Booking {
        let settled = store.settle(&booking.org, &booking.id, settlement, "job", at(now)).await;
        settled.unwrap().unwrap()
    }

    fn confirmed() -> Settlement {
        Settlement::Confirmed { external_id: Some("x".into()) }
    }

    fn failed(taken: bool) -> Settlement {
        Settlement::Failed { reason: "no".into(), look_at: None, taken }
    }

    pub(super) async fn a_place_ends_when_its_booking_stands_and_not_when_it_is_asked_for(
        store: &Store,
    ) {
        let (org, taken, [bob, cleo, _]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        assert_eq!(entry(store, &bob).await.state, Offered);
        settle(store, &new, unknown_outcome(), 5).await;
        assert_eq!(states(store, [&bob, &cleo]).await, [Offered, Waiting]);
        settle(store, &new, confirmed(), 6).await;
        let after = entry(store, &bob).await;
        assert_eq!((after.state, after.booking, after.offer), (Booked, Some(new.id), None));
        assert_eq!(store.jobs(&org).await.unwrap(), [], "nobody is told any more");
        // One who waits without an offer ends with theirs as well.
        let other = booked(store.book(asked(&org, "+492", NOON + 30)).await.unwrap());
        assert_eq!(entry(store, &cleo).await.state, Waiting);
        settle(store, &other, confirmed(), 6).await;
        assert_eq!(entry(store, &cleo).await.state, Waiting, "a name of another");
    }

    pub(super) async fn a_booking_that_came_to_nothing_leaves_the_place_and_what_was_kept_for_it(
        store: &Store,
    ) {
        let (org, taken, [bob, cleo, _]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let before = entry(store, &bob).await;
        for round in 0..2 {
            let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
            settle(store, &new, failed(false), 5 + round).await;
            let after = entry(store, &bob).await;
            assert_eq!((after.state, &after.offer), (Offered, &before.offer));
            assert_eq!((after.booking, after.passed), (None, Vec::new()));
        }
        assert_eq!(entry(store, &cleo).await.state, Waiting);
        let stranger = NewBooking { caller: Some("+499".into()), ..asked(&org, "+499", NOON) };
        assert_eq!(store.book(stranger).await.unwrap(), BookOutcome::Taken);
        assert_eq!(store.lapse_waitlist(at(17)).await.unwrap(), 1);
        assert_eq!(states(store, [&bob, &cleo]).await, [Waiting, Offered]);
    }

    pub(super) async fn a_slot_that_the_provider_has_given_away_is_kept_for_nobody(store: &Store) {
        let (org, taken, places) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        settle(store, &new, failed(true), 5).await;
        let [bob, cleo, dan] = &places;
        assert_eq!(states(store, [bob, cleo, dan]).await, [Waiting; 3]);
        assert_eq!(store.jobs(&org).await.unwrap(), []);
        // Should it become free again, he is still the first.
        let again = booked(store.book(booking(&org, NOON, 30)).await.unwrap());
        store.cancel(cancelled(&again)).await.unwrap();
        assert_eq!(states(store, [bob, cleo, dan]).await, [Offered, Waiting, Waiting]);
    }

    pub(super) async fn what_a_failed_booking_claimed_goes_to_who_waits_for_it(store: &Store) {
        let org = open_org(store).await;
        let new = booked(store.book(asked(&org, "+499", NOON)).await.unwrap());
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        settle(store, &new, failed(false), 5).await;
        assert_eq!(entry(store, &bob).await.offer.unwrap().start, at(NOON));
        let other = booked(store.book(asked(&org, "+499", NOON + 60)).await.unwrap());
        let cleo = joined(store, wish(&org, "+492", "Cleo", 0)).await;
        settle(store, &other, failed(true), 6).await;
        assert_eq!(entry(store, &cleo).await.state, Waiting, "somebody else has it");
    }

    pub(super) async fn what_a_failed_move_claimed_goes_to_who_waits_for_it_unless_it_is_taken_there(
        store: &Store,
    ) {
        let org = open_org(store).await;
        let new = booked(store.book(asked(&org, "+499", NOON)).await.unwrap());
        let there = settle(store, &new, confirmed(), 5).await;
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        for (taken, state) in [(true, Waiting), (false, Offered)] {
            let MoveOutcome::Begun(begun) =
                store.begin_move(moved(&there, NOON + 60, 30), at(7)).await.unwrap()
            else {
                panic!("not begun");
            };
            settle(store, &begun, failed(taken), 6).await;
            assert_eq!(entry(store, &bob).await.state, state);
        }
        assert_eq!(entry(store, &bob).await.offer.unwrap().start, at(NOON + 60));
    }

    pub(super) async fn a_declined_request_gives_the_place_back(store: &Store) {
        let org = open_org(store).await;
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        let accepted = Settlement::Accepted { external_id: "x".into(), ask_at: at(30) };
        settle(store, &new, accepted, 5).await;
        assert_eq!(entry(store, &bob).await.state, Waiting);
        // While that is undecided nothing else is kept for him.
        let other = booked(store.book(booking(&org, NOON + 60, 30)).await.unwrap());
        store.cancel(cancelled(&other)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting);
        settle(store, &new, Settlement::Gone { reason: "declined".into() }, 6).await;
        let after = entry(store, &bob).await;
        assert_eq!(
            (after.booking, after.state),
            (None, Offered),
            "it is free, and he is the first"
        );
    }

    pub(super) async fn a_kept_slot_that_is_being_booked_takes_its_room_once(store: &Store) {
        let org = open_org(store).await;
        let class = |number: &str| NewBooking {
            service_id: "class".parse().unwrap(),
            capacity: 3,
            end: at(NOON + 60),
            occupied_until: at(NOON + 60),
            ..asked(&org, number, NOON)
        };
        let mut there = Vec::new();
        for number in ["+495", "+496", "+497"] {
            there.push(booked(store.book(class(number)).await.unwrap()));
        }
        let class_wish =
            JoinWaitlist { service_id: "class".parse().unwrap(), ..wish(&org, "+491", "Bob", 0) };
        let bob = joined(store, class_wish).await;
        settle(store, &there[0], failed(false), 5).await;
        assert_eq!(entry(store, &bob).await.state, Offered);
        let his = booked(store.book(class("+491")).await.unwrap());
        settle(store, &there[1], failed(false), 5).await;
        // Two claims stand, one of them for what was kept: there is room for a third.
        assert!(store.kept_slots(&org, None, at(5)).await.unwrap().is_empty());
        booked(store.book(class("+498")).await.unwrap());
        assert_eq!(store.book(class("+499")).await.unwrap(), BookOutcome::Taken);
        settle(store, &his, confirmed(), 6).await;
        assert_eq!(entry(store, &bob).await.state, Booked);
    }

    pub(super) async fn an_offer_that_runs_out_while_it_is_booked_was_not_passed_up(store: &Store) {
        let (org, taken, [bob, cleo, _]) = full(store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        settle(store, &new, unknown_outcome(), 5).await;
        assert_eq!(store.lapse_waitlist(at(17)).await.unwrap(), 1);
        assert_eq!(store.lapse_waitlist(at(17)).await.unwrap(), 0, "seen to once");
        assert_eq!(states(store, [&bob, &cleo]).await, [Waiting, Waiting]);
        settle(store, &new, failed(false), 18).await;
        let after = entry(store, &bob).await;
        assert_eq!((after.state, after.passed), (Offered, Vec::new()), "he came for it");
        assert_eq!(after.offer.unwrap().until, at(18 + 15));
    }

    pub(super) async fn a_request_that_is_moved_out_of_the_window_leaves_the_place(store: &Store) {
        let org = open_org(store).await;
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        settle(store, &new, Settlement::Pending { ask_at: at(20) }, 5).await;
        let next_week =
            MoveBooking { caller: Some("+491".into()), ..moved(&new, NOON + 7 * 1440, 30) };
        store.move_booking(next_week).await.unwrap();
        assert_eq!(entry(store, &bob).await.booking, None);
        let back = MoveBooking { caller: Some("+491".into()), ..moved(&new, NOON + 1440, 30) };
        store.move_booking(back).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting, "it is asked for and no more");
        store.ask_again(&org, &new.id, at(21), at(25)).await.unwrap();
        settle(store, &new, confirmed(), 22).await;
        assert_eq!(entry(store, &bob).await.state, Booked);
        // One that is given up before the provider was asked leaves the place too.
        let cleo = joined(store, wish(&org, "+492", "Bob", 0)).await;
        let other = booked(store.book(asked(&org, "+492", NOON + 60)).await.unwrap());
        settle(store, &other, Settlement::Pending { ask_at: at(20) }, 5).await;
        store.cancel(cancelled(&other)).await.unwrap();
        let after = entry(store, &cleo).await;
        assert_eq!((after.state, after.booking), (Waiting, None));
    }

    pub(super) async fn who_leaves_or_is_too_late_has_nothing_to_do_with_what_is_asked_for(
        store: &Store,
    ) {
        let org = open_org(store).await;
        let bob = joined(store, wish(&org, "+491", "Bob", 0)).await;
        let cleo = joined(store, wish(&org, "+492", "Bob", 0)).await;
        let his = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        let hers = booked(store.book(asked(&org, "+492", NOON + 30)).await.unwrap());
        assert_eq!(entry(store, &bob).await.booking, Some(his.id));
        store.leave_waitlist(leave(waiter(&org, "+491", "Bob"))).await.unwrap();
        store.lapse_waitlist(at(5 * 1440)).await.unwrap();
        for booking in [his, hers] {
            settle(store, &booking, confirmed(), 5 * 1440).await;
        }
        for (place, state) in [(bob, Left), (cleo, Expired)] {
            let after = entry(store, &place).await;
            assert_eq!((after.state, after.booking), (state, None));
        }
    }

    pub(super) async fn what_is_asked_for_is_there_after_opening_again(_: &Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let store = open(&path).await;
        let (org, taken, [bob, ..]) = full(&store).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        let new = booked(store.book(asked(&org, "+491", NOON)).await.unwrap());
        let before = everything(&store, &org).await;
        store.close().await.unwrap();
        drop(store);
        let store = open(&path).await;
        assert_eq!(everything(&store, &org).await, before);
        settle(&store, &new, failed(false), 5).await;
        assert_eq!(entry(&store, &bob).await.state, Offered);
        store.close().await.unwrap();
    }
}
