//! Bookings and customers, one caller at a time.

use crate::fixtures::*;

crate::checks! {
    a_booking_is_found_by_id_code_and_filter,
    neighbours_fit_and_a_buffer_keeps_them_apart,
    capacity_counts_the_busiest_moment_not_all_overlaps,
    a_party_takes_as_many_places_as_it_has_people,
    claims_over_midnight_and_over_many_days_are_seen_from_every_side,
    a_move_frees_the_old_range_and_takes_the_new_one,
    a_move_may_overlap_its_own_old_range,
    a_refused_move_leaves_the_booking_where_it_was,
    a_cancelled_booking_frees_its_range_and_cannot_move,
    a_refusing_provider_frees_the_range,
    what_the_provider_said_is_kept_also_after_a_cancellation,
    codes_are_unique_and_only_the_full_code_finds_a_booking,
    bookings_come_in_pages_by_start_and_every_filter_narrows_them,
    a_caller_with_the_same_number_is_the_same_customer_under_any_name,
    a_shared_address_does_not_make_two_numbers_one_person,
    customers_are_found_by_number_address_and_name,
    what_is_learnt_of_a_person_completes_one_record_and_overwrites_nothing,
    ranges_that_make_no_sense_are_refused,
    rows_of_an_unknown_org_are_refused,
}

mod check {
    use super::*;
    use hookswitch_storage::*;

    async fn chair(store: &Store, org: &OrgId) -> Vec<(i64, i64)> {
        let busy = store.busy(org, &resource("chair"), at(-100_000), at(100_000)).await.unwrap();
        let minute = |t: jiff::Timestamp| (t.as_second() - at(0).as_second()) / 60;
        busy.iter().map(|busy| (minute(busy.start), minute(busy.end))).collect()
    }

    pub(super) async fn a_booking_is_found_by_id_code_and_filter(store: &Store) {
        let org = org_in(store).await;
        let request = NewBooking { call_id: Some("c1".parse().unwrap()), ..booking(&org, 60, 30) };
        let made = booked(store.book(request).await.unwrap());
        assert_eq!(store.booking(&org, &made.id).await.unwrap(), Some(made.clone()));
        let code = made.confirmation.to_lowercase();
        assert_eq!(store.booking_by_confirmation(&org, &code).await.unwrap(), Some(made.clone()));
        let filter = BookingFilter {
            from: Some(at(60)),
            to: Some(at(61)),
            made_from: Some(made.created_at),
            status: Some(BookingStatus::Confirmed),
            outcome: Some(Outcome::Confirmed),
            customer: Some(made.customer_id),
            phone: made.customer_phone.clone(),
            call: made.call_id.clone(),
            connection: Some(made.connection_id.clone()),
        };
        let found = store.bookings(&org, &filter, &Page::default()).await.unwrap();
        assert_eq!(found, Listing { items: vec![made.clone()], next: None });
        let later = made.created_at + jiff::SignedDuration::from_nanos(1);
        let later = BookingFilter { made_from: Some(later), ..BookingFilter::default() };
        let found = store.bookings(&org, &later, &Page::default()).await.unwrap();
        assert_eq!(found.items, Vec::new());
        let customer = store.customer(&org, &made.customer_id).await.unwrap().unwrap();
        assert_eq!(customer.name, "Ada Lovelace");
    }

    pub(super) async fn neighbours_fit_and_a_buffer_keeps_them_apart(store: &Store) {
        let org = org_in(store).await;
        booked(store.book(booking(&org, 60, 30)).await.unwrap());
        booked(store.book(booking(&org, 90, 30)).await.unwrap());
        booked(store.book(booking(&org, 30, 30)).await.unwrap());
        let buffered = NewBooking { occupied_until: at(-5), ..booking(&org, -60, 30) };
        booked(store.book(buffered).await.unwrap());
        assert_eq!(store.book(booking(&org, -30, 30)).await.unwrap(), BookOutcome::Taken);
        // A buffer of one's own must be free as well.
        let into_next = NewBooking { occupied_until: at(31), ..booking(&org, 0, 30) };
        assert_eq!(store.book(into_next).await.unwrap(), BookOutcome::Taken);
        assert_eq!(chair(store, &org).await, [(-60, -5), (30, 60), (60, 90), (90, 120)]);
    }

    pub(super) async fn capacity_counts_the_busiest_moment_not_all_overlaps(store: &Store) {
        let org = org_in(store).await;
        let of_two = |start, length| NewBooking { capacity: 2, ..booking(&org, start, length) };
        booked(store.book(of_two(0, 30)).await.unwrap());
        booked(store.book(of_two(30, 30)).await.unwrap());
        // Two claims overlap it, but never at the same moment.
        booked(store.book(of_two(0, 60)).await.unwrap());
        assert_eq!(store.book(of_two(20, 20)).await.unwrap(), BookOutcome::Taken);
    }

    pub(super) async fn a_party_takes_as_many_places_as_it_has_people(store: &Store) {
        let org = org_in(store).await;
        let table = |places, start| NewBooking {
            capacity: 10,
            places,
            party_size: Some(places),
            ..booking(&org, start, 30)
        };
        let six = booked(store.book(table(6, 0)).await.unwrap());
        assert_eq!((six.places, six.party_size), (6, Some(6)));
        assert_eq!(store.book(table(5, 15)).await.unwrap(), BookOutcome::Taken);
        booked(store.book(table(4, 15)).await.unwrap());
        // Two of the six stay away: it is the same booking with fewer places, and two may come.
        let smaller = MoveBooking { capacity: 10, party: Some((4, 4)), ..moved(&six, 0, 30) };
        assert!(
            matches!(store.move_booking(smaller.clone()).await.unwrap(), MoveOutcome::Moved(now) if now.places == 4)
        );
        assert!(matches!(store.move_booking(smaller).await.unwrap(), MoveOutcome::Same(_)));
        booked(store.book(table(2, 0)).await.unwrap());
        let larger = MoveBooking { capacity: 10, party: Some((5, 5)), ..moved(&six, 0, 30) };
        assert_eq!(store.move_booking(larger).await.unwrap(), MoveOutcome::Taken);
        let there = store.booking(&org, &six.id).await.unwrap().unwrap();
        assert_eq!((there.places, there.party_size), (4, Some(4)));
    }

    pub(super) async fn claims_over_midnight_and_over_many_days_are_seen_from_every_side(
        store: &Store,
    ) {
        let org = org_in(store).await;
        booked(store.book(booking(&org, 1_430, 20)).await.unwrap());
        assert_eq!(store.book(booking(&org, 1_445, 10)).await.unwrap(), BookOutcome::Taken);
        booked(store.book(booking(&org, 2_000, 14_400)).await.unwrap());
        assert_eq!(store.book(booking(&org, 9_000, 10)).await.unwrap(), BookOutcome::Taken);
        assert_eq!(store.book(booking(&org, 1_460, 20_000)).await.unwrap(), BookOutcome::Taken);
        let inside = store.busy(&org, &resource("chair"), at(9_000), at(9_001)).await.unwrap();
        assert_eq!(inside.len(), 1);
        assert_eq!(chair(store, &org).await, [(1_430, 1_450), (2_000, 16_400)]);
    }

    pub(super) async fn a_move_frees_the_old_range_and_takes_the_new_one(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let MoveOutcome::Moved(now) = store.move_booking(moved(&made, 60, 45)).await.unwrap()
        else {
            panic!("not moved");
        };
        assert_eq!((now.id, &now.confirmation), (made.id, &made.confirmation));
        assert_eq!(now.history.last().unwrap().from_start, Some(at(0)));
        assert_eq!(chair(store, &org).await, [(60, 105)]);
        booked(store.book(booking(&org, 0, 30)).await.unwrap());
        assert_eq!(store.book(booking(&org, 100, 30)).await.unwrap(), BookOutcome::Taken);
        let again = store.move_booking(moved(&made, 60, 45)).await.unwrap();
        assert_eq!(again, MoveOutcome::Same(now));
        let all = store.bookings(&org, &BookingFilter::default(), &Page::default()).await.unwrap();
        assert_eq!(all.items.iter().map(|one| one.start).collect::<Vec<_>>(), [at(0), at(60)]);
    }

    pub(super) async fn a_move_may_overlap_its_own_old_range(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let outcome = store.move_booking(moved(&made, 15, 30)).await.unwrap();
        assert!(matches!(outcome, MoveOutcome::Moved(_)), "{outcome:?}");
        assert_eq!(chair(store, &org).await, [(15, 45)]);
    }

    pub(super) async fn a_refused_move_leaves_the_booking_where_it_was(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        booked(store.book(booking(&org, 60, 30)).await.unwrap());
        let before = everything(store, &org).await;
        let outcome = store.move_booking(moved(&made, 50, 30)).await.unwrap();
        assert_eq!(outcome, MoveOutcome::Taken);
        assert_eq!(everything(store, &org).await, before);
        let unknown = MoveBooking { id: BookingId::random(), ..moved(&made, 200, 30) };
        assert_eq!(store.move_booking(unknown).await.unwrap(), MoveOutcome::NotFound);
    }

    pub(super) async fn a_cancelled_booking_frees_its_range_and_cannot_move(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let CancelOutcome::Cancelled(gone) = store.cancel(cancelled(&made)).await.unwrap() else {
            panic!("not cancelled");
        };
        assert_eq!(gone.status, BookingStatus::Cancelled);
        assert_eq!(chair(store, &org).await, []);
        let outcome = store.move_booking(moved(&made, 60, 30)).await.unwrap();
        assert_eq!(outcome, MoveOutcome::Cancelled(gone));
        booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let unknown = CancelBooking { id: BookingId::random(), ..cancelled(&made) };
        assert_eq!(store.cancel(unknown).await.unwrap(), CancelOutcome::NotFound);
    }

    pub(super) async fn a_refusing_provider_frees_the_range(store: &Store) {
        let org = org_in(store).await;
        let made = booked(store.book(booking(&org, 0, 30)).await.unwrap());
        let failed = Settlement::Failed { reason: "closed".into(), look_at: None, taken: false };
        let settled = store.settle(&org, &made.id, failed, "job", at(5)).await.unwrap().unwrap();
        assert_eq!((settled.status, settled.outcome), (BookingStatus::Cancelled, Outcome::Failed));
        assert_eq!(chair(store, &org).await, []);
        let unknown = BookingId::random();
        let nobody = store.settle(&org, &unknown, unknown_outcome(), "job", at(5)).await;
        assert_eq!(nobody.unwrap(), None);
    }

    pub(super) async fn what_the_provider_said_is_kept_also_after_a_cancellation(store: &Store) {
        let org = org_in(store).await;
        let pending = NewBooking {
            status: BookingStatus::Pending,
            outcome: Outcome::Pending,
            ask_provider: Some(at(1)),
            ..booking(&org, 0, 30)
        };
        let made = booked(store.book(pending).await.unwrap());
        let unknown = store.settle(&org, &made.id, unknown_outcome(), "job", at(1)).await.unwrap();
        assert_eq!(unknown.unwrap().outcome, Outcome::Unknown);
        let confirmed = |id: &str| Settlement::Confirmed { external_id: Some(id.into()) };
        for id in ["a", "b", "a"] {
            store.settle(&org, &made.id, confirmed(id), "job", at(2)).await.unwrap();
        }
        let now = store.booking(&org, &made.id).await.unwrap().unwrap();
        assert_eq!((now.status, now.outcome), (BookingStatus::Confirmed, Outcome::Confirmed));
        assert_eq!(now.external_ids, ["b", "a"]);
        store.cancel(cancelled(&made)).await.unwrap();
        let late =
            store.settle(&org, &made.id, confirmed("c"), "job", at(3)).await.unwrap().unwrap();
        assert_eq!(late.status, BookingStatus::Cancelled);
        assert_eq!(late.external_ids, ["b", "a", "c"]);
        assert_eq!(chair(store, &org).await, []);
    }

    pub(super) async fn codes_are_unique_and_only_the_full_code_finds_a_booking(store: &Store) {
        let org = org_in(store).await;
        let mut codes = std::collections::BTreeSet::new();
        for n in 0..60 {
            let made = booked(store.book(booking(&org, n * 30, 30)).await.unwrap());
            assert!(codes.insert(made.confirmation));
        }
        for code in &codes {
            for part in [&code[..5], &code[1..], "", "%", "*"] {
                let found = store.booking_by_confirmation(&org, part).await.unwrap();
                assert_eq!(found, None, "{part:?}");
            }
        }
    }

    pub(super) async fn bookings_come_in_pages_by_start_and_every_filter_narrows_them(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let starts = [50, 10, 40, 0, 30, 20];
        for start in starts {
            let request = NewBooking {
                customer: CustomerDraft {
                    name: "Bo".into(),
                    phone: Some(format!("+49{}", start / 30)),
                    email: None,
                },
                ..booking(&org, start, 10)
            };
            booked(store.book(request).await.unwrap());
        }
        let filter = BookingFilter { from: Some(at(10)), to: Some(at(50)), ..Default::default() };
        let mut seen = Vec::new();
        let mut page = Page::first(3);
        loop {
            let listing = store.bookings(&org, &filter, &page).await.unwrap();
            assert!(listing.items.len() <= 3);
            seen.extend(listing.items.iter().map(|one| one.start));
            page.cursor = listing.next;
            if page.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [at(10), at(20), at(30), at(40)]);
        let by_phone = BookingFilter { phone: Some("+491".into()), ..Default::default() };
        let found = store.bookings(&org, &by_phone, &Page::default()).await.unwrap().items;
        assert_eq!(found.iter().map(|one| one.start).collect::<Vec<_>>(), [at(30), at(40), at(50)]);
        let cancelled =
            BookingFilter { status: Some(BookingStatus::Cancelled), ..Default::default() };
        assert_eq!(store.bookings(&org, &cancelled, &Page::default()).await.unwrap().items, []);
        let bad = Page { limit: 3, cursor: Some("no cursor".into()) };
        assert!(store.bookings(&org, &filter, &bad).await.is_err());
    }

    fn person(name: &str, phone: Option<&str>, email: Option<&str>) -> CustomerDraft {
        CustomerDraft {
            name: name.into(),
            phone: phone.map(Into::into),
            email: email.map(Into::into),
        }
    }

    async fn visit(store: &Store, org: &OrgId, start: i64, customer: CustomerDraft) -> Booking {
        booked(store.book(NewBooking { customer, ..booking(org, start, 10) }).await.unwrap())
    }

    pub(super) async fn a_caller_with_the_same_number_is_the_same_customer_under_any_name(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let first = visit(store, &org, 0, person("Ada", Some("+491"), None)).await;
        let second =
            visit(store, &org, 10, person("Ada's son", Some("+491"), Some("a@x.org"))).await;
        assert_eq!(second.customer_id, first.customer_id);
        assert_eq!(second.customer_name, "Ada's son");
        let customer = store.customer(&org, &first.customer_id).await.unwrap().unwrap();
        assert_eq!((customer.name.as_str(), customer.email), ("Ada", None), "it is her son's");
    }

    pub(super) async fn a_shared_address_does_not_make_two_numbers_one_person(store: &Store) {
        let org = org_in(store).await;
        let one = visit(store, &org, 0, person("Ada", Some("+491"), Some("Desk@X.org"))).await;
        let other = visit(store, &org, 10, person("Bo", Some("+492"), Some("desk@x.org"))).await;
        assert_ne!(one.customer_id, other.customer_id);
        let without = visit(store, &org, 20, person("Ada", None, Some("desk@x.org"))).await;
        assert!([one.customer_id, other.customer_id].contains(&without.customer_id));
    }

    pub(super) async fn customers_are_found_by_number_address_and_name(store: &Store) {
        let org = org_in(store).await;
        let ada =
            visit(store, &org, 0, person("Ada  Mary Lovelace", Some("+491"), Some("Ada@X.org")))
                .await;
        visit(store, &org, 10, person("Adam Marsh", Some("+492"), None)).await;
        let find = async |query: CustomerQuery| {
            let found = store.find_customers(&org, &query, 10).await.unwrap();
            found.into_iter().map(|one| one.name).collect::<Vec<_>>()
        };
        let lovelace = ["Ada  Mary Lovelace"];
        assert_eq!(find(CustomerQuery::Phone("+491".into())).await, lovelace);
        assert_eq!(find(CustomerQuery::Phone("+49".into())).await, [""; 0]);
        assert_eq!(find(CustomerQuery::Email("ADA@x.ORG".into())).await, lovelace);
        assert_eq!(find(CustomerQuery::Name("ada mary  LOVELACE".into())).await, lovelace);
        assert_eq!(find(CustomerQuery::Name("love ada".into())).await, lovelace);
        let mut both = find(CustomerQuery::Name("mar ada".into())).await;
        both.sort();
        assert_eq!(both, ["Ada  Mary Lovelace", "Adam Marsh"]);
        assert_eq!(find(CustomerQuery::Name("  ".into())).await, [""; 0]);
        // Under its new details only.
        let mut customer = store.customer(&org, &ada.customer_id).await.unwrap().unwrap();
        customer.phone = Some("+493".into());
        store.put_customer(customer, at(1)).await.unwrap();
        assert_eq!(find(CustomerQuery::Phone("+491".into())).await, [""; 0]);
        assert_eq!(find(CustomerQuery::Phone("+493".into())).await, lovelace);
    }

    pub(super) async fn what_is_learnt_of_a_person_completes_one_record_and_overwrites_nothing(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let learn = |draft| store.learn_customer(&org, draft, at(1));
        let made = learn(person("Ada", Some("+491"), None)).await.unwrap();
        assert_eq!((made.name.as_str(), made.phone.as_deref()), ("Ada", Some("+491")));
        let again = learn(person("A. Lovelace", Some("+491"), Some("a@x.org"))).await.unwrap();
        assert_eq!(again.id, made.id);
        assert_eq!((again.name.as_str(), again.email), ("Ada", None), "it may be another's");
        let again = learn(person("ADA", Some("+491"), Some("a@x.org"))).await.unwrap();
        assert_eq!((again.name.as_str(), again.email.as_deref()), ("Ada", Some("a@x.org")));
        let other = learn(person("Adam", Some("+492"), None)).await.unwrap();
        assert_ne!(other.id, made.id);
        let son = Customer { id: CustomerId::random(), name: "Byron".into(), ..again.clone() };
        store.put_customer(son.clone(), at(1)).await.unwrap();
        let byron = learn(person("byron", Some("+491"), None)).await.unwrap();
        assert_eq!(byron.id, son.id, "of two who share a number, the one with the name");
        learn(person("Nobody of them", Some("+491"), None)).await.unwrap();
        let query = CustomerQuery::Phone("+491".into());
        assert_eq!(store.find_customers(&org, &query, 9).await.unwrap().len(), 2);
        assert!(learn(person(" ", Some("+493"), None)).await.is_err());
        let nowhere = OrgId::random();
        assert!(store.learn_customer(&nowhere, person("Ada", None, None), at(1)).await.is_err());
    }

    pub(super) async fn ranges_that_make_no_sense_are_refused(store: &Store) {
        let org = org_in(store).await;
        let good = booking(&org, 0, 30);
        let bad = [
            NewBooking { end: at(0), ..good.clone() },
            NewBooking { occupied_until: at(29), ..good.clone() },
            NewBooking { capacity: 0, ..good.clone() },
            NewBooking { places: 0, ..good.clone() },
            NewBooking { capacity: 4, places: 5, ..good.clone() },
            NewBooking { end: at(367 * 1_440), occupied_until: at(367 * 1_440), ..good.clone() },
            NewBooking { customer: person(" ", None, None), ..good.clone() },
        ];
        for request in bad {
            let refused = store.book(request).await;
            assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        }
        booked(store.book(good).await.unwrap());
    }

    pub(super) async fn rows_of_an_unknown_org_are_refused(store: &Store) {
        let org = OrgId::random();
        assert!(store.book(booking(&org, 0, 30)).await.is_err());
        assert!(store.save_call(&call(&org, "c"), CallWrite::default()).await.is_err());
        assert!(store.put_job(job(&org, 0)).await.is_err());
        assert!(store.put_connection(connection(&org), "x", at(0)).await.is_err());
    }
}
