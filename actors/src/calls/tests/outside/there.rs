//! What the provider's people do in their own calendar is taken over: by notices in any order, by asking,
//! after a crash; and what it means that something is not there any more.

use jiff::Timestamp;

use super::dice::Dice;
use super::script::{Hand, Mode};
use super::*;
use crate::bounds::ABSENT_AFTER;
use crate::ports::Notice;

const TIMES: [&str; 6] = ["09:00", "10:00", "11:30", "13:00", "14:30", "16:00"];

fn at(time: &str) -> Timestamp {
    format!("{DAY}T{time}:00-05:00").parse().unwrap()
}

/// Asked each second, so that a test need not wait long.
fn quick() -> SyncSettings {
    SyncSettings { poll_every: Duration::from_millis(300), ..SyncSettings::default() }
}

impl Outside {
    async fn notice(&self, ids: Vec<String>) {
        let connection = self.connection().await;
        self.house.calls.provider_noticed(&connection, Notice::Look(ids));
    }

    /// Until our records say what the provider has, and nothing is left to be settled.
    async fn follows(&self) {
        let started = Instant::now();
        loop {
            let ours: Vec<_> = self.bookings().await;
            let settled = ours.iter().all(|booking| booking.intent.is_none());
            let mut ours: Vec<_> = ours
                .iter()
                .filter(|booking| booking.is_active())
                .map(|booking| (booking.id, booking.start))
                .collect();
            let mut theirs = self.script.standing();
            ours.sort();
            theirs.sort();
            if settled && ours == theirs {
                return;
            }
            let waited = started.elapsed();
            assert!(waited < Duration::from_secs(60), "ours {ours:?}, theirs {theirs:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What our claims say of the day is what our bookings say.
    pub(super) async fn claims_agree(&self) {
        let day = (at("00:00"), at("23:00"));
        let (store, org) = (self.house.calls.store(), self.house.org.id());
        let mut claimed = Vec::new();
        for calendar in store.connections(org).await.unwrap() {
            let resource = hookswitch_storage::ResourceId::of_connection(&calendar.id);
            let busy = store.busy(org, &resource, day.0, day.1).await.unwrap();
            let of_calendar = busy.iter().map(|busy| (busy.booking, busy.start, resource.clone()));
            claimed.extend(of_calendar);
        }
        let bookings = self.bookings().await;
        let active = bookings.iter().filter(|booking| booking.is_active());
        let mut booked: Vec<_> =
            active.map(|one| (one.id, one.start, one.resource.clone())).collect();
        claimed.sort();
        booked.sort();
        assert_eq!(claimed, booked);
    }

    async fn booked(&self, call: &str, time: &str) -> Booking {
        self.see(call).await;
        let told = self.book(call, &format!("book-{call}"), time).await;
        assert_eq!(told["success"], true, "{told}");
        let bookings = self.bookings().await;
        bookings.into_iter().find(|booking| booking.start == at(time)).unwrap()
    }
}

#[tokio::test]
async fn the_agent_of_a_live_call_hears_what_the_business_did_with_its_booking() {
    let outside = Outside::open().await;
    let booking = outside.booked("call", "10:00").await;
    let id = outside.script.by_hand(booking.id, Hand::Move(at("15:00"))).unwrap();
    outside.notice(vec![id.clone()]).await;
    outside.heard("moved the caller's appointment from Thursday September 24th at 10 AM").await;
    outside.follows().await;
    outside.script.by_hand(booking.id, Hand::Cancel);
    outside.notice(vec![id]).await;
    outside.heard("cancelled the caller's appointment for Thursday September 24th at 3 PM").await;
    outside.follows().await;
    outside.claims_agree().await;
    let history = outside.bookings().await.remove(0).history;
    let reasons: Vec<_> = history.iter().filter_map(|change| change.reason.as_deref()).collect();
    assert_eq!(reasons.len(), 2, "{history:?}");
}

#[tokio::test]
async fn what_is_in_flight_is_not_undone_by_what_the_provider_showed_before() {
    let outside = Outside::open().await;
    let booking = outside.booked("call", "10:00").await;
    let id = booking.external_ids[0].clone();
    outside.script.next(&[Mode::Slow]);
    let change = json!({"new_date": DAY, "new_time": "11:00", "customer_name": "Ann Ruiz"});
    let moving = outside.tool_within("call", "move", "reschedule_booking", change, LONG);
    let noticing = async {
        for _ in 0..20 {
            outside.notice(vec![id.clone()]).await;
            tokio::task::yield_now().await;
        }
        let is_begun = || async {
            let only = outside.bookings().await.remove(0);
            is_moving(&only).then_some(())
        };
        while is_begun().await.is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        outside.notice(vec![id.clone()]).await;
        let finds = outside.script.finds();
        outside.script.go_on();
        finds
    };
    let (told, _) = futures_util::join!(moving, noticing);
    assert_eq!(told["success"], true, "{told}");
    outside.follows().await;
    assert_eq!(outside.bookings().await[0].start, at("11:00"));
    outside.claims_agree().await;
}

#[tokio::test]
async fn notices_in_any_order_late_and_twice_end_in_what_the_provider_has() {
    for seed in 0..size(6, 30, 300) as u64 {
        let mut dice = Dice(seed);
        let outside = Outside::with(OutagePolicy::Defaults, 3).await;
        let mut known = Vec::new();
        for (place, time) in TIMES.iter().enumerate() {
            known.push(outside.booked(&format!("call-{place}"), time).await);
        }
        let mut notices = Vec::new();
        for step in 0..12 {
            let booking = &known[usize::try_from(dice.below(known.len() as u64)).unwrap()];
            let act = match dice.below(5) {
                0 => Hand::Cancel,
                _ => Hand::Move(at(dice.of(&TIMES))),
            };
            notices.extend(outside.script.by_hand(booking.id, act));
            // Some come at once, some late, some as often as they like.
            if step % 3 == 0 && !notices.is_empty() {
                let some = usize::try_from(dice.below(notices.len() as u64)).unwrap();
                outside.notice(vec![notices[some].clone(), "nobody's".into()]).await;
            }
        }
        for place in 0..notices.len() {
            let other = usize::try_from(dice.below(notices.len() as u64)).unwrap();
            notices.swap(place, other);
        }
        for notice in notices.iter().chain(&notices) {
            outside.notice(vec![notice.clone()]).await;
        }
        outside.follows().await;
        outside.claims_agree().await;
    }
}

#[tokio::test]
async fn a_provider_that_posts_nothing_is_asked_and_its_cursor_lasts_over_a_crash() {
    let outside = Outside::syncing(quick()).await;
    outside.script.answers();
    let one = outside.booked("one", "10:00").await;
    let other = outside.booked("other", "11:30").await;
    let asked = || outside.script.questions() > 2;
    super::super::until("some questions", asked).await;
    outside.script.by_hand(one.id, Hand::Move(at("16:00")));
    outside.follows().await;
    let outside = outside.crash().await;
    outside.script.by_hand(other.id, Hand::Cancel);
    outside.follows().await;
    outside.claims_agree().await;
    let kept = outside.connection().await;
    assert!(kept.last_sync_at.is_some());
}

#[tokio::test]
async fn what_no_answer_tells_is_found_by_looking_at_every_booking() {
    let outside = Outside::syncing(quick()).await;
    outside.script.answers();
    let one = outside.booked("one", "10:00").await;
    let asked = || outside.script.questions() > 2;
    super::super::until("some questions", asked).await;
    outside.script.by_hand(one.id, Hand::Move(at("13:00")));
    outside.follows().await;
    let questions = outside.script.questions();
    super::super::until("the cursor", || outside.script.questions() > questions + 1).await;
    outside.script.by_hand(one.id, Hand::Move(at("16:00")));
    outside.script.forget_changes();
    outside.follows().await;
}

#[tokio::test]
async fn a_booking_that_vanished_is_cancelled_when_the_provider_says_so_and_not_in_another_account()
{
    let outside = Outside::syncing(quick()).await;
    outside.script.answers();
    let one = outside.booked("one", "10:00").await;
    let asked = || outside.script.questions() > 2;
    super::super::until("some questions", asked).await;
    outside.script.by_hand(one.id, Hand::Remove);
    outside.follows().await;
    let other = outside.booked("other", "11:30").await;
    outside.script.other_account();
    outside.script.forget_changes();
    let finds = outside.script.finds();
    super::super::until("a look", || outside.script.finds() > finds).await;
    let started = Instant::now();
    // It is looked for once more when it cannot be on its way any more; the round after that is over
    // when something else is asked.
    while outside.script.finds() < finds + 2 || outside.script.questions() < 3 {
        assert!(started.elapsed() < ABSENT_AFTER * 3, "looked for once only");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let questions = outside.script.questions();
    super::super::until("another question", || outside.script.questions() > questions + 1).await;
    let kept = outside.house.calls.store().booking(outside.house.org.id(), &other.id).await;
    assert!(kept.unwrap().unwrap().is_active(), "it may stand in the former account");
}

#[tokio::test]
async fn a_provider_that_is_out_of_reach_is_said_to_be_and_to_be_back() {
    let outside = Outside::syncing(quick()).await;
    outside.script.answers();
    let mut notices = outside.house.calls.feed().notices();
    let connection = outside.connection().await;
    outside.script.always(Mode::Down);
    let down = tokio::time::timeout(LONG, notices.recv()).await.unwrap().unwrap();
    assert_eq!((down.code, down.warning), ("connection_down", true));
    assert_eq!(down.connection.as_ref(), Some(&connection.id));
    assert!(outside.house.calls.pulse(&connection.id).unwrap().is_down());
    outside.script.always(Mode::Fine);
    let back = tokio::time::timeout(LONG, notices.recv()).await.unwrap().unwrap();
    assert_eq!((back.code, back.warning), ("connection_back", false));
}

#[tokio::test]
async fn a_request_that_is_decided_there_is_told_to_the_caller() {
    let outside = Outside::open().await;
    outside.script.next(&[Mode::Provisional]);
    outside.see("call").await;
    outside.book("call", "book", "10:00").await;
    let booking = outside.bookings().await.remove(0);
    assert!(booking.is_requested(), "{booking:#?}");
    let id = outside.script.by_hand(booking.id, Hand::Confirm).unwrap();
    outside.notice(vec![id]).await;
    outside.heard("The calendar has confirmed the appointment").await;
    outside.agrees().await;
}
