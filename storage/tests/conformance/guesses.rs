//! The limit on guessing at bookings.

crate::checks! {
    a_call_has_three_guesses_of_each_kind,
    a_number_has_ten_guesses_in_a_day_over_all_its_calls_and_as_many_on_the_next,
    a_guess_that_was_right_does_not_count,
    withheld_numbers_share_one_count_and_still_have_a_guess_in_each_call,
    guesses_outside_of_any_call_are_counted_for_the_whole_org,
    many_guesses_at_once_are_no_more_than_one_after_the_other,
    old_counts_are_forgotten,
    a_count_outlives_the_store_and_goes_with_its_org,
}

mod check {
    use crate::fixtures::*;
    use hookswitch_storage::GuessOutcome::{Allowed, Refused};
    use hookswitch_storage::*;
    use jiff::civil::date;

    const LIMITS: GuessLimits = GuessLimits { per_call: 3, per_day: 10, outside_per_day: 20 };

    fn guess(org: &OrgId, call: &str, number: Option<&str>) -> Guess {
        Guess {
            org: org.clone(),
            call: call.parse().ok(),
            number: number.map(str::to_owned),
            kind: GuessKind::Code,
            day: date(2026, 2, 2),
            limits: LIMITS,
            now: at(0),
        }
    }

    /// How many of `n` guesses are allowed.
    async fn allowed(store: &Store, guess: &Guess, n: usize) -> usize {
        let mut allowed = 0;
        for _ in 0..n {
            allowed += usize::from(store.guess(guess.clone()).await.unwrap() == Allowed);
        }
        allowed
    }

    pub(super) async fn a_call_has_three_guesses_of_each_kind(store: &Store) {
        let org = org_in(store).await;
        let code = guess(&org, "a", Some("+491"));
        assert_eq!(allowed(store, &code, 5).await, 3);
        let detail = Guess { kind: GuessKind::Detail, ..code.clone() };
        assert_eq!(allowed(store, &detail, 5).await, 3);
        let past_midnight = Guess { day: date(2026, 2, 3), ..code };
        assert_eq!(store.guess(past_midnight).await.unwrap(), Refused, "it is the same call");
        assert_eq!(allowed(store, &guess(&org, "b", Some("+491")), 5).await, 3);
    }

    pub(super) async fn a_number_has_ten_guesses_in_a_day_over_all_its_calls_and_as_many_on_the_next(
        store: &Store,
    ) {
        let (org, other) = (org_in(store).await, org_in(store).await);
        let mut first = 0;
        for call in ["a", "b", "c", "d", "e"] {
            first += allowed(store, &guess(&org, call, Some("+491")), 3).await;
        }
        assert_eq!(first, 10);
        assert_eq!(allowed(store, &guess(&org, "f", Some("+492")), 5).await, 3, "another number");
        assert_eq!(allowed(store, &guess(&other, "f", Some("+491")), 5).await, 3, "another org");
        let tomorrow = Guess { day: date(2026, 2, 3), ..guess(&org, "tomorrow", Some("+491")) };
        assert_eq!(allowed(store, &tomorrow, 5).await, 3);
    }

    pub(super) async fn a_guess_that_was_right_does_not_count(store: &Store) {
        let org = org_in(store).await;
        let right = guess(&org, "a", Some("+491"));
        for _ in 0..20 {
            assert_eq!(store.guess(right.clone()).await.unwrap(), Allowed);
            store.forgive(right.clone()).await.unwrap();
        }
        assert_eq!(allowed(store, &right, 5).await, 3);
    }

    pub(super) async fn withheld_numbers_share_one_count_and_still_have_a_guess_in_each_call(
        store: &Store,
    ) {
        let org = org_in(store).await;
        let mut first = 0;
        for call in ["a", "b", "c", "d"] {
            first += allowed(store, &guess(&org, call, None), 5).await;
        }
        assert_eq!(first, 10, "three in each of three calls, and what was left");
        for call in ["x", "y", "z"] {
            assert_eq!(allowed(store, &guess(&org, call, None), 5).await, 1, "{call}");
        }
        assert_eq!(allowed(store, &guess(&org, "n", Some("+491")), 5).await, 3, "with a number");
    }

    pub(super) async fn guesses_outside_of_any_call_are_counted_for_the_whole_org(store: &Store) {
        let org = org_in(store).await;
        let outside = Guess { call: None, ..guess(&org, "a", None) };
        assert_eq!(allowed(store, &outside, 30).await, 20);
        assert_eq!(allowed(store, &guess(&org, "a", None), 5).await, 3, "calls are not touched");
    }

    pub(super) async fn many_guesses_at_once_are_no_more_than_one_after_the_other(store: &Store) {
        let org = org_in(store).await;
        let guess = guess(&org, "a", Some("+491"));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..32 {
            let (store, guess) = (store.clone(), guess.clone());
            tasks.spawn(async move { store.guess(guess).await.unwrap() });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Allowed).count(), 3);
    }

    pub(super) async fn old_counts_are_forgotten(store: &Store) {
        let org = org_in(store).await;
        let old = guess(&org, "a", Some("+491"));
        let young = Guess { now: at(60), ..guess(&org, "b", Some("+492")) };
        assert_eq!(allowed(store, &old, 3).await + allowed(store, &young, 3).await, 6);
        assert_eq!(store.forget_guesses_before(at(30)).await.unwrap(), 2);
        assert_eq!(store.forget_guesses_before(at(30)).await.unwrap(), 0);
        assert_eq!(allowed(store, &old, 3).await, 3);
        assert_eq!(allowed(store, &young, 3).await, 0);
    }

    pub(super) async fn a_count_outlives_the_store_and_goes_with_its_org(_: &Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let store = open(&path).await;
        let org = org_in(&store).await;
        let guess = guess(&org, "a", Some("+491"));
        assert_eq!(allowed(&store, &guess, 3).await, 3);
        store.close().await.unwrap();
        drop(store);
        let store = open(&path).await;
        assert_eq!(store.guess(guess.clone()).await.unwrap(), Refused);
        assert!(store.delete_org(&org, "me", at(1)).await.unwrap());
        assert!(store.guess(guess).await.is_err(), "there is no such org");
        assert_eq!(store.forget_guesses_before(at(60)).await.unwrap(), 0, "nothing is left");
        store.close().await.unwrap();
    }
}
