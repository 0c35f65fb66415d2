//! The waitlist and the size of parties: what is kept is what who waits needs and what is free, and only
//! what would be offered to somebody who asks.

crate::checks! {
    a_freed_table_goes_to_the_first_whom_it_fits,
    a_freed_table_is_kept_in_parts_for_all_whom_it_fits,
    what_is_free_besides_counts,
    nobody_is_offered_more_room_than_was_freed_and_needed,
    a_party_that_grows_has_its_slot_kept_anew_or_passed_on,
    a_party_that_is_too_large_to_book_is_offered_nothing,
    nothing_is_kept_on_a_closed_day,
    nothing_is_kept_outside_of_the_opening_hours_or_between_two_starts,
    nothing_is_kept_beyond_the_horizon,
    nothing_is_kept_of_a_service_or_a_calendar_that_is_no_more,
    a_slot_is_kept_as_long_as_its_service_takes_now,
    a_calendar_outside_has_hours_of_its_own,
}

mod check {
    use crate::fixtures::*;
    use crate::waiting::*;
    use WaitlistState::{Offered, Waiting};
    use hookswitch_storage::*;
    use jiff::civil::{date, time};

    /// A party at a table for an hour from noon.
    fn party(org: &OrgId, people: u32) -> NewBooking {
        NewBooking {
            service_id: "table".parse().unwrap(),
            capacity: 8,
            places: people,
            party_size: Some(people),
            ..booking(org, NOON, 60)
        }
    }

    async fn seated(store: &Store, org: &OrgId, people: u32) -> Booking {
        booked(store.book(party(org, people)).await.unwrap())
    }

    /// Parties who wait for a table, one after the other.
    async fn waiting<const N: usize>(
        store: &Store,
        org: &OrgId,
        parties: [u32; N],
    ) -> [WaitlistEntry; N] {
        let mut entries = Vec::new();
        for (place, people) in parties.into_iter().enumerate() {
            let minutes = i64::try_from(place).unwrap();
            let number = format!("+49{place}");
            let wish = JoinWaitlist {
                service_id: "table".parse().unwrap(),
                party_size: Some(people),
                ..wish(org, &number, "Waiter", minutes)
            };
            entries.push(joined(store, wish).await);
        }
        entries.try_into().unwrap()
    }

    /// How many places are kept for each; none if there is no offer.
    async fn kept<const N: usize>(store: &Store, entries: &[WaitlistEntry; N]) -> [u32; N] {
        let mut places = [0; N];
        for (place, one) in entries.iter().enumerate() {
            places[place] = entry(store, one).await.offer.map_or(0, |slot| slot.places);
        }
        places
    }

    pub(super) async fn a_freed_table_goes_to_the_first_whom_it_fits(store: &Store) {
        let org = open_org(store).await;
        seated(store, &org, 6).await;
        let two = seated(store, &org, 2).await;
        let entries = waiting(store, &org, [6, 2]).await;
        store.cancel(cancelled(&two)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [0, 2]);
        let [six, pair] = &entries;
        assert_eq!(states(store, [six, pair]).await, [Waiting, Offered]);
        assert!(entry(store, six).await.passed.is_empty());
        let theirs = NewBooking { caller: Some("+491".into()), now: at(3), ..party(&org, 2) };
        booked(store.book(theirs).await.unwrap());
    }

    pub(super) async fn a_freed_table_is_kept_in_parts_for_all_whom_it_fits(store: &Store) {
        let org = open_org(store).await;
        seated(store, &org, 2).await;
        let six = seated(store, &org, 6).await;
        let entries = waiting(store, &org, [1, 4, 2, 1]).await;
        store.cancel(cancelled(&six)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [1, 4, 0, 1]);
        let jobs = store.jobs(&org).await.unwrap();
        assert_eq!(jobs.len(), 3, "each is told");
        assert_eq!(store.book(party(&org, 1)).await.unwrap(), BookOutcome::Taken);
        // What the four do not come for goes to the two, and no more than that.
        assert_eq!(store.lapse_waitlist(at(17)).await.unwrap(), 3);
        assert_eq!(kept(store, &entries).await, [0, 0, 2, 0]);
    }

    pub(super) async fn what_is_free_besides_counts(store: &Store) {
        let org = open_org(store).await;
        let two = seated(store, &org, 2).await;
        let three = seated(store, &org, 3).await;
        let entries = waiting(store, &org, [6]).await;
        store.cancel(cancelled(&two)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [0], "five are free");
        store.cancel(cancelled(&three)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [6]);
    }

    pub(super) async fn nobody_is_offered_more_room_than_was_freed_and_needed(store: &Store) {
        let org = open_org(store).await;
        let two = seated(store, &org, 2).await;
        let entries = waiting(store, &org, [1, 1, 1, 1]).await;
        store.cancel(cancelled(&two)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [1, 1, 0, 0], "the rest was free before");
    }

    pub(super) async fn a_party_that_grows_has_its_slot_kept_anew_or_passed_on(store: &Store) {
        let org = open_org(store).await;
        seated(store, &org, 4).await;
        let four = seated(store, &org, 4).await;
        let entries = waiting(store, &org, [2, 2]).await;
        store.cancel(cancelled(&four)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [2, 2]);
        let grown = |people| JoinWaitlist {
            service_id: "table".parse().unwrap(),
            party_size: Some(people),
            ..wish(&org, "+491", "Waiter", 3)
        };
        store.join_waitlist(grown(1)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [2, 1]);
        store.join_waitlist(grown(3)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [2, 0], "three do not fit");
        assert_eq!(entry(store, &entries[1]).await.state, Waiting);
    }

    pub(super) async fn a_party_that_is_too_large_to_book_is_offered_nothing(store: &Store) {
        let org = open_org(store).await;
        set(store, &org, |settings| settings.services[2].max_party_size = Some(5)).await;
        let eight = seated(store, &org, 8).await;
        let entries = waiting(store, &org, [6, 5]).await;
        store.cancel(cancelled(&eight)).await.unwrap();
        assert_eq!(kept(store, &entries).await, [0, 5]);
    }

    pub(super) async fn nothing_is_kept_on_a_closed_day(store: &Store) {
        let (org, taken, [bob, ..]) = full(store).await;
        // The slot is at noon in the org's zone, and the day is the org's.
        set(store, &org, |settings| {
            settings.closed_dates.insert(date(2026, 2, 2));
        })
        .await;
        store.cancel(cancelled(&taken)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting);
        let late = booked(store.book(booking(&org, 23 * 60, 30)).await.unwrap());
        store.cancel(cancelled(&late)).await.unwrap();
        let slot = entry(store, &bob).await.offer.unwrap();
        assert_eq!(slot.start, at(23 * 60), "midnight in Berlin is the next day");
    }

    pub(super) async fn nothing_is_kept_outside_of_the_opening_hours_or_between_two_starts(
        store: &Store,
    ) {
        let (org, taken, [bob, ..]) = full(store).await;
        let monday = |from, to| {
            move |settings: &mut Settings| {
                let range = TimeRange { start: time(from, 0, 0, 0), end: Some(time(to, 0, 0, 0)) };
                settings.business_hours.mon = vec![range];
            }
        };
        let freed = async || {
            let again = booked(store.book(booking(&org, NOON + 10, 20)).await.unwrap());
            store.cancel(cancelled(&again)).await.unwrap();
            entry(store, &bob).await.state
        };
        set(store, &org, monday(13, 18)).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting, "before they open");
        set(store, &org, monday(9, 12)).await;
        assert_eq!(freed().await, Waiting, "after they close");
        set(store, &org, monday(9, 18)).await;
        assert_eq!(freed().await, Waiting, "ten past is no time to begin");
        let again = booked(store.book(booking(&org, NOON + 15, 30)).await.unwrap());
        store.cancel(cancelled(&again)).await.unwrap();
        assert_eq!(entry(store, &bob).await.offer.unwrap().start, at(NOON + 15));
    }

    pub(super) async fn nothing_is_kept_beyond_the_horizon(store: &Store) {
        let (org, _, [bob, ..]) = full(store).await;
        set(store, &org, |settings| settings.booking.horizon_days = 2).await;
        for (days, state) in [(3, Waiting), (2, Offered)] {
            let far = booked(store.book(booking(&org, NOON + days * 1440, 30)).await.unwrap());
            store.cancel(cancelled(&far)).await.unwrap();
            assert_eq!(entry(store, &bob).await.state, state, "{days} days ahead");
        }
    }

    pub(super) async fn nothing_is_kept_of_a_service_or_a_calendar_that_is_no_more(store: &Store) {
        let (org, taken, [bob, ..]) = full(store).await;
        let elsewhere = NewBooking {
            connection_id: "con_gone".parse().unwrap(),
            resource: resource("other chair"),
            ..booking(&org, NOON, 30)
        };
        let elsewhere = booked(store.book(elsewhere).await.unwrap());
        store.cancel(cancelled(&elsewhere)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting, "nobody can book there");
        set(store, &org, |settings| settings.services.retain(|one| one.name != "cut")).await;
        store.cancel(cancelled(&taken)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting);
    }

    pub(super) async fn a_slot_is_kept_as_long_as_its_service_takes_now(store: &Store) {
        let (org, taken, [bob, ..]) = full(store).await;
        set(store, &org, |settings| settings.services[0].duration_minutes = 45).await;
        let next = booked(store.book(booking(&org, NOON + 30, 30)).await.unwrap());
        store.cancel(cancelled(&taken)).await.unwrap();
        assert_eq!(entry(store, &bob).await.state, Waiting, "half an hour does not do any more");
        store.cancel(cancelled(&next)).await.unwrap();
        let slot = entry(store, &bob).await.offer.unwrap();
        assert_eq!((slot.start, slot.occupied_until), (at(NOON + 30), at(NOON + 75)));
    }

    pub(super) async fn a_calendar_outside_has_hours_of_its_own(store: &Store) {
        let (org, _, [bob, ..]) = full(store).await;
        let outside = Connection {
            id: "con_outside".parse().unwrap(),
            ..Connection::new(org.clone(), "calcom", at(0))
        };
        store.put_connection(outside, "me", at(0)).await.unwrap();
        set(store, &org, |settings| {
            settings.business_hours = BusinessHours::default();
            settings.default_connection = Some("con_outside".parse().unwrap());
        })
        .await;
        let there = NewBooking {
            connection_id: "con_outside".parse().unwrap(),
            resource: resource("con_outside"),
            ..booking(&org, NOON + 10, 40)
        };
        let there = booked(store.book(there).await.unwrap());
        store.cancel(cancelled(&there)).await.unwrap();
        let slot = entry(store, &bob).await.offer.unwrap();
        assert_eq!((slot.start, slot.end), (at(NOON + 10), at(NOON + 50)));
    }
}
