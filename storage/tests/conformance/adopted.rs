//! What a provider's own people did is taken over: booking, claim, job and indexes together, and nothing
//! over a change of our own. How far the exchange has come is kept beside the connection.

use crate::fixtures::*;

crate::checks! {
    a_booking_follows_its_move_at_the_provider_with_its_claim,
    a_move_onto_what_is_taken_is_claimed_all_the_same_and_said_to_collide,
    a_booking_that_is_gone_at_the_provider_is_cancelled_and_its_range_free,
    a_decision_about_a_request_ends_its_job,
    what_changed_since_it_was_looked_at_is_left_alone,
    a_booking_is_found_by_every_id_that_its_provider_ever_gave_it,
    what_an_exchange_keeps_and_what_an_operator_sets_do_not_overwrite_each_other,
    a_judgement_of_credentials_leaves_what_is_switched_off,
}

mod check {
    use super::*;
    use hookswitch_storage::*;
    use jiff::Timestamp;

    /// A booking that its provider has confirmed as `id`, or has yet to decide about.
    async fn there(store: &Store, org: &OrgId, start: i64, id: &str, decided: bool) -> Booking {
        let asked = NewBooking {
            status: BookingStatus::Pending,
            outcome: Outcome::Pending,
            ask_provider: Some(at(5)),
            ..booking(org, start, 30)
        };
        let made = booked(store.book(asked).await.unwrap());
        let external_id = id.to_owned();
        let settlement = if decided {
            Settlement::Confirmed { external_id: Some(external_id) }
        } else {
            Settlement::Accepted { external_id, ask_at: at(9) }
        };
        store.settle(org, &made.id, settlement, "test", at(1)).await.unwrap().unwrap()
    }

    fn stands(id: &str, start: i64, length: i64, undecided: Option<Timestamp>) -> AtProvider {
        let (start, end) = (at(start), at(start + length));
        AtProvider::Stands { external_id: id.into(), start, end, undecided }
    }

    async fn adopt(store: &Store, seen: &Booking, there: AtProvider) -> AdoptOutcome {
        let (seen, by, now) = (seen.clone(), "provider:test".to_owned(), at(3));
        store.adopt(AdoptBooking { seen, there, by, now }).await.unwrap()
    }

    fn adopted(outcome: AdoptOutcome) -> (Booking, bool) {
        match outcome {
            AdoptOutcome::Adopted { booking, collides } => (*booking, collides),
            other => panic!("{other:?}"),
        }
    }

    async fn chair(store: &Store, org: &OrgId) -> Vec<i64> {
        let busy = store.busy(org, &resource("chair"), at(-100), at(1_000)).await.unwrap();
        busy.iter().map(|busy| (busy.start.as_second() - at(0).as_second()) / 60).collect()
    }

    pub(super) async fn a_booking_follows_its_move_at_the_provider_with_its_claim(store: &Store) {
        let org = org_in(store).await;
        let seen = there(store, &org, 0, "one", true).await;
        let buffer = seen.occupied_until.duration_since(seen.end);
        let (moved, collides) = adopted(adopt(store, &seen, stands("two", 90, 45, None)).await);
        assert!(!collides);
        assert_eq!((moved.id, &moved.confirmation), (seen.id, &seen.confirmation));
        assert_eq!((moved.start, moved.end), (at(90), at(135)));
        assert_eq!(moved.occupied_until, moved.end + buffer);
        assert_eq!(moved.external_ids, ["one", "two"]);
        let change = moved.history.iter().find(|change| change.kind == ChangeKind::Moved).unwrap();
        assert_eq!(change.from_start, Some(at(0)));
        assert!(change.reason.is_some());
        assert_eq!(chair(store, &org).await, [90]);
        assert_eq!(store.booking(&org, &seen.id).await.unwrap().as_ref(), Some(&moved));
        let again = adopt(store, &moved, stands("two", 90, 45, None)).await;
        assert_eq!(again, AdoptOutcome::Same);
        let trail = store.audit(&org, &Page::first(100)).await.unwrap().items;
        assert!(
            trail
                .iter()
                .any(|entry| { entry.actor == "provider:test" && entry.action == "booking.moved" })
        );
    }

    pub(super) async fn a_move_onto_what_is_taken_is_claimed_all_the_same_and_said_to_collide(
        store: &Store,
    ) {
        let org = org_in(store).await;
        there(store, &org, 0, "one", true).await;
        let seen = there(store, &org, 90, "two", true).await;
        let (moved, collides) = adopted(adopt(store, &seen, stands("two", 0, 30, None)).await);
        assert!(collides);
        assert_eq!(moved.start, at(0));
        assert_eq!(chair(store, &org).await, [0, 0]);
        let taken = store.book(booking(&org, 0, 30)).await.unwrap();
        assert_eq!(taken, BookOutcome::Taken);
        let cancel = store.cancel(cancelled(&moved)).await.unwrap();
        assert!(matches!(cancel, CancelOutcome::Cancelled(_)));
        assert_eq!(chair(store, &org).await, [0]);
    }

    pub(super) async fn a_booking_that_is_gone_at_the_provider_is_cancelled_and_its_range_free(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let seen = there(store, &org, 0, "one", true).await;
        let gone = AtProvider::Gone { reason: "they said so".into() };
        let (booking, _) = adopted(adopt(store, &seen, gone.clone()).await);
        let stands = (booking.status, booking.outcome);
        assert_eq!(stands, (BookingStatus::Cancelled, Outcome::Confirmed));
        let reason = booking.history.last().unwrap().reason.as_deref();
        assert_eq!(reason, Some("they said so"));
        assert!(chair(store, &org).await.is_empty());
        assert_eq!(adopt(store, &booking, gone).await, AdoptOutcome::Stale, "it is over");
    }

    pub(super) async fn a_decision_about_a_request_ends_its_job(store: &Store) {
        let org = org_in(store).await;
        let seen = there(store, &org, 0, "one", false).await;
        assert_eq!(store.jobs(&org).await.unwrap().len(), 1);
        let still = adopt(store, &seen, stands("one", 0, 30, Some(at(20)))).await;
        assert_eq!(still, AdoptOutcome::Same);
        let (yes, _) = adopted(adopt(store, &seen, stands("one", 0, 30, None)).await);
        assert_eq!((yes.status, yes.outcome), (BookingStatus::Confirmed, Outcome::Confirmed));
        assert!(store.jobs(&org).await.unwrap().is_empty());
        let other = there(store, &org, 60, "two", false).await;
        let gone = AtProvider::Gone { reason: "declined".into() };
        let (no, _) = adopted(adopt(store, &other, gone).await);
        assert_eq!((no.status, no.outcome), (BookingStatus::Cancelled, Outcome::Failed));
        assert!(store.jobs(&org).await.unwrap().is_empty());
        let (asks, _) = adopted(adopt(store, &yes, stands("one", 90, 30, Some(at(20)))).await);
        assert!(asks.is_requested(), "it was moved and is to be confirmed anew");
        assert_eq!(store.jobs(&org).await.unwrap().len(), 1);
    }

    pub(super) async fn what_changed_since_it_was_looked_at_is_left_alone(store: &Store) {
        let org = org_in(store).await;
        let seen = there(store, &org, 0, "one", true).await;
        store.begin_move(moved(&seen, 60, 30), at(5)).await.unwrap();
        let gone = || AtProvider::Gone { reason: "late".into() };
        assert_eq!(adopt(store, &seen, gone()).await, AdoptOutcome::Stale);
        let begun = store.booking(&org, &seen.id).await.unwrap().unwrap();
        assert_eq!(adopt(store, &begun, gone()).await, AdoptOutcome::Stale, "it is in flight");
        let done = Settlement::Confirmed { external_id: Some("two".into()) };
        store.settle(&org, &seen.id, done, "test", at(2)).await.unwrap();
        let back = adopt(store, &seen, stands("one", 0, 30, None)).await;
        assert_eq!(back, AdoptOutcome::Stale, "ours is newer");
        assert_eq!(chair(store, &org).await, [60]);
    }

    pub(super) async fn a_booking_is_found_by_every_id_that_its_provider_ever_gave_it(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let seen = there(store, &org, 0, "one", true).await;
        let (now, _) = adopted(adopt(store, &seen, stands("two", 60, 30, None)).await);
        let found = async |connection: &ConnectionId, id: &str| {
            store.booking_by_external_id(&org, connection, id).await.unwrap()
        };
        for id in ["one", "two"] {
            assert_eq!(found(&seen.connection_id, id).await.as_ref(), Some(&now), "{id}");
        }
        assert_eq!(found(&seen.connection_id, "tw").await, None);
        assert_eq!(found(&ConnectionId::random(), "one").await, None);
        let other = org_in(store).await;
        let foreign = store.booking_by_external_id(&other, &seen.connection_id, "one").await;
        assert_eq!(foreign.unwrap(), None);
        let of_connection = BookingFilter {
            connection: Some(seen.connection_id.clone()),
            ..BookingFilter::default()
        };
        let listed = store.bookings(&org, &of_connection, &Page::first(10)).await.unwrap();
        assert_eq!(listed.items, [now]);
    }

    pub(super) async fn what_an_exchange_keeps_and_what_an_operator_sets_do_not_overwrite_each_other(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let read = connection(&org);
        store.put_connection(read.clone(), "test", at(0)).await.unwrap();
        assert_eq!(store.sync_state(&org, &read.id).await.unwrap(), SyncState::default());
        let state = SyncState { cursor: Some("here".into()), ..SyncState::default() };
        assert!(store.keep_sync(&org, &read.id, state.clone(), Some(at(4))).await.unwrap());
        let changed = Connection { sync_enabled: false, ..read.clone() };
        store.put_connection(changed, "operator", at(5)).await.unwrap();
        let now = store.connection(&org, &read.id).await.unwrap().unwrap();
        assert_eq!((now.last_sync_at, now.sync_enabled), (Some(at(4)), false));
        assert_eq!(store.sync_state(&org, &read.id).await.unwrap(), state);
        store.delete_connection(&org, &read.id, "operator", at(6)).await.unwrap();
        assert_eq!(store.sync_state(&org, &read.id).await.unwrap(), SyncState::default());
        assert!(!store.keep_sync(&org, &read.id, state, None).await.unwrap(), "it is gone");
        assert_eq!(store.sync_state(&org, &read.id).await.unwrap(), SyncState::default());
    }

    pub(super) async fn a_judgement_of_credentials_leaves_what_is_switched_off(store: &Store) {
        let org = org_in(store).await;
        let made = connection(&org);
        store.put_connection(made.clone(), "test", at(0)).await.unwrap();
        let judge = async |takes| {
            let judged = store.judge_connection(&org, &made.id, takes, "health", at(3)).await;
            judged.unwrap().map(|connection| connection.status)
        };
        assert_eq!(judge(true).await, None, "nothing new");
        assert_eq!(judge(false).await, Some(ConnectionStatus::Error));
        assert_eq!(judge(false).await, None);
        assert_eq!(judge(true).await, Some(ConnectionStatus::Connected));
        let off = Connection { status: ConnectionStatus::Disconnected, ..made.clone() };
        store.put_connection(off, "operator", at(4)).await.unwrap();
        assert_eq!((judge(false).await, judge(true).await), (None, None));
    }
}
