//! The line by the clock of the machine: nobody goes too early, nobody is starved, nobody waits in
//! vain, and what is given up is free again.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex as Sync;

use futures_util::future::join_all;

use super::*;
use crate::outbound::Stalls;

fn plan(allowances: Vec<Allowance>) -> SeatPlan {
    SeatPlan {
        of_all: None,
        allowances,
        bookings: Vec::new(),
        booked: Vec::new(),
        at_once: 64,
        most_waiting: 4_096,
    }
}

fn within(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

fn shared(per_second: u32, at_once: Option<u32>) -> Arc<Line> {
    let allowance = Allowance::per_second(per_second, per_second);
    Line::shared(&SharedLimit { at_once, ..SharedLimit::new("test", allowance) })
}

#[tokio::test]
async fn orgs_that_share_a_limit_get_equal_shares_whatever_one_of_them_floods() {
    let line = shared(40, None);
    let (flood, trickle) = (line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new())));
    let went = Arc::new(Sync::new(Vec::new()));
    let deadline = within(60_000);
    let mut all = Vec::new();
    for (name, seat, count) in [("flood", &flood, 400), ("trickle", &trickle, 10)] {
        for _ in 0..count {
            let Ok(waiting) = seat.enter(Rank::Read, deadline) else { continue };
            let went = Arc::clone(&went);
            all.push(tokio::spawn(async move {
                let pass = waiting.turn().await;
                went.lock().unwrap().push(name);
                drop(pass);
            }));
        }
    }
    let done = || went.lock().unwrap().iter().filter(|name| **name == "trickle").count() == 10;
    while !done() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let order = went.lock().unwrap().clone();
    all.iter().for_each(tokio::task::JoinHandle::abort);
    // The burst went before the other came.
    assert!(order.len() <= 40 + 10 + 10, "{} went while ten of the other's waited", order.len());
}

#[tokio::test]
async fn a_request_that_could_not_make_its_deadline_is_told_at_once() {
    let seat = Line::alone().seat(&plan(vec![Allowance::per_second(10, 10)]));
    let (started, stalls) = (Instant::now(), Stalls::watch());
    let entered: Vec<_> = (0..1_000).map(|_| seat.enter(Rank::Read, within(6_000))).collect();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let let_in = entered.iter().filter(|entered| entered.is_ok()).count();
    assert!((30..=70).contains(&let_in), "{let_in}");
    let said = entered.last().unwrap().as_ref().err().unwrap().retry_after.unwrap();
    assert!(said > Duration::from_millis(5_800), "{said:?}");
    let times = Arc::new(Sync::new(Vec::new()));
    // Those who may go at once go when all have entered.
    stalls.also(started.elapsed());
    let went = join_all(entered.into_iter().flatten().map(|waiting| async {
        let pass = waiting.turn().await.unwrap();
        times.lock().unwrap().push(Instant::now());
        drop(pass);
    }));
    went.await;
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    assert!(stalls.most_in_a_second(&times.lock().unwrap()) <= 10);
}

#[tokio::test]
async fn writes_go_before_reads_and_what_was_begun_before_both() {
    let seat = Line::alone().seat(&plan(vec![Allowance::per_second(20, 1)]));
    drop(seat.enter(Rank::Write, within(5_000)).unwrap().turn().await.unwrap());
    let order = Sync::new(Vec::new());
    let ranks = [Rank::Read, Rank::Read, Rank::ReadsOn, Rank::Write, Rank::GoesOn];
    let waiting = ranks.map(|rank| (rank, seat.enter(rank, within(5_000)).unwrap()));
    let order = &order;
    join_all(waiting.into_iter().map(|(rank, waiting)| async move {
        waiting.turn().await.unwrap();
        order.lock().unwrap().push(rank);
    }))
    .await;
    let expected = [Rank::GoesOn, Rank::Write, Rank::ReadsOn, Rank::Read, Rank::Read];
    assert_eq!(*order.lock().unwrap(), expected);
}

#[tokio::test]
async fn only_so_many_are_under_way_at_once_over_all_who_share() {
    let line = shared(1_000, Some(3));
    let seats = [line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new()))];
    let (now, most) = (Sync::new(0), Sync::new(0));
    join_all((0..20).map(|number| {
        let (now, most, seat) = (&now, &most, &seats[number % 2]);
        async move {
            let _pass = seat.enter(Rank::Read, within(10_000)).unwrap().turn().await.unwrap();
            *now.lock().unwrap() += 1;
            let under_way = *now.lock().unwrap();
            let highest = under_way.max(*most.lock().unwrap());
            *most.lock().unwrap() = highest;
            tokio::time::sleep(Duration::from_millis(5)).await;
            *now.lock().unwrap() -= 1;
        }
    }))
    .await;
    assert_eq!(*most.lock().unwrap(), 3);
}

#[tokio::test]
async fn what_is_given_up_or_lost_in_a_panic_is_free_again() {
    let seat = Line::alone().seat(&SeatPlan { at_once: 1, ..plan(Vec::new()) });
    let pass = seat.enter(Rank::Read, within(5_000)).unwrap().turn().await.unwrap();
    let given_up = seat.enter(Rank::Read, within(5_000)).unwrap();
    drop(given_up);
    assert_eq!((seat.standing().waiting, seat.standing().under_way), (0, 1));
    let panics = tokio::spawn(async move {
        let _pass = pass;
        panic!("adapter of the test");
    });
    assert!(panics.await.is_err());
    let called = seat.enter(Rank::Read, within(5_000)).unwrap();
    assert_eq!(seat.standing().under_way, 1, "its turn has come");
    drop(called);
    assert_eq!(seat.standing().under_way, 0);
    seat.enter(Rank::Read, within(5_000)).unwrap().turn().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_goes_away_leaves_the_line_to_the_others() {
    let line = shared(1_000, Some(1));
    let (gone, other) = (line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new())));
    let pass = gone.enter(Rank::Read, within(5_000)).unwrap().turn().await.unwrap();
    let waits = other.enter(Rank::Read, within(5_000)).unwrap();
    drop((pass, gone));
    assert!(waits.turn().await.is_ok());
}

#[tokio::test]
async fn the_services_own_word_on_what_is_left_counts() {
    let seat = Line::alone().seat(&plan(Vec::new()));
    let resets_in = Duration::from_secs(30);
    seat.told(QuotaTold { limit: Some(100), remaining: 11, resets_in });
    assert!(seat.enter(Rank::Read, within(5_000)).unwrap().turn().await.is_ok());
    let refused = seat.enter(Rank::Read, within(5_000)).err().unwrap();
    assert!(refused.retry_after.is_some_and(|rest| rest.as_secs() >= 20), "{refused:?}");
    for _ in 0..10 {
        assert!(seat.enter(Rank::Write, within(5_000)).unwrap().turn().await.is_ok());
    }
    assert!(seat.enter(Rank::Write, within(5_000)).is_err());
    assert_eq!(seat.standing().left[0].remaining, 0);
}

#[tokio::test]
async fn where_all_rest_together_a_pause_of_one_is_a_pause_of_all_and_of_who_comes_later() {
    let limit = SharedLimit::new("test", Allowance::per_second(1_000, 1_000));
    let line = Line::shared(&SharedLimit { rests_together: true, ..limit.clone() });
    let (one, other) = (line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new())));
    let waits = other.enter(Rank::Read, within(5_000)).unwrap();
    drop(waits.turn().await.unwrap());
    one.rest(Duration::from_secs(30), true);
    let later = line.seat(&plan(Vec::new()));
    for seat in [&one, &other, &later] {
        assert!(seat.enter(Rank::Read, within(5_000)).is_err());
    }
    let line = Line::shared(&limit);
    let (one, other) = (line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new())));
    one.rest(Duration::from_secs(30), false);
    assert!(other.enter(Rank::Read, within(5_000)).is_ok());
}

#[tokio::test]
async fn who_searches_far_takes_turns_with_who_asks_little() {
    let line = shared(20, None);
    let (far, near) = (line.seat(&plan(Vec::new())), line.seat(&plan(Vec::new())));
    let begun: Vec<_> =
        (0..100).map(|_| far.enter(Rank::ReadsOn, within(60_000)).unwrap()).collect();
    let far_went = tokio::spawn(join_all(begun.into_iter().map(Waiting::turn)));
    let started = Instant::now();
    for rank in [Rank::Read, Rank::ReadsOn, Rank::ReadsOn] {
        drop(near.enter(rank, within(60_000)).unwrap().turn().await.unwrap());
    }
    // A turn in each window, which is a quarter longer than the limit's second.
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(!far_went.is_finished(), "a hundred take eight seconds");
    far_went.abort();
}

#[tokio::test]
async fn bookings_are_counted_by_themselves_and_one_too_many_is_told_at_once() {
    let bookings = vec![Allowance::new(3, Duration::from_secs(60))];
    let seat = Line::alone().seat(&SeatPlan { bookings, ..plan(Vec::new()) });
    for _ in 0..3 {
        seat.take_booking().unwrap();
    }
    let refused = seat.take_booking().unwrap_err();
    assert!(refused.retry_after.is_some_and(|rest| rest.as_secs() >= 50), "{refused:?}");
    seat.enter(Rank::Write, within(5_000)).unwrap().turn().await.unwrap();
    let left = &seat.standing().left[0];
    assert_eq!((left.of, left.requests, left.remaining), (crate::outbound::Counts::Bookings, 3, 0));
}

#[tokio::test]
async fn questions_go_on_while_writes_rest() {
    let seat = Line::alone().seat(&plan(Vec::new()));
    let (started, rest) = (Instant::now(), Duration::from_secs(2));
    seat.rest(rest, true);
    let write = seat.enter(Rank::Write, within(30_000)).unwrap();
    assert!(seat.enter(Rank::Write, within(200)).is_err());
    seat.enter(Rank::Read, within(5_000)).unwrap().turn().await.unwrap();
    assert!(seat.standing().waiting == 1 || started.elapsed() >= rest, "the write still waits");
    write.turn().await.unwrap();
    assert!(started.elapsed() >= rest);
    seat.rest(Duration::from_secs(30), false);
    assert!(seat.enter(Rank::Read, within(5_000)).is_err());
}

#[tokio::test]
async fn of_those_who_share_a_limit_and_were_told_unlike_numbers_the_least_counts() {
    let minute = |requests| Some(Allowance::new(requests, Duration::from_secs(60)));
    let line = shared(1_000, None);
    let told = |requests| line.seat(&SeatPlan { of_all: minute(requests), ..plan(Vec::new()) });
    let left = |seat: &Arc<Seat>| seat.standing().left[0].remaining;
    let careful = told(20);
    let bold = told(60_000);
    assert_eq!((left(&careful), left(&bold)), (20, 20));
    let pass = bold.enter(Rank::Write, within(60_000)).unwrap().turn().await;
    assert_eq!((left(&careful), left(&bold)), (19, 19));
    drop((pass, careful));
    assert_eq!(left(&bold), 59_999, "what was sent counts on");
}
