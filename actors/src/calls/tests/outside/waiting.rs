//! Who waits for a slot and cannot book it because of the provider keeps the place, and what was kept.

use hookswitch_storage::{WaitlistEntry, WaitlistFilter, WaitlistState};

use super::script::Mode;
use super::*;

impl Outside {
    async fn line(&self) -> Vec<WaitlistEntry> {
        let (store, filter) = (self.house.calls.store(), WaitlistFilter::default());
        store.waitlist(self.house.org.id(), &filter, &Page::default()).await.unwrap().items
    }

    async fn stand(&self) -> Vec<WaitlistState> {
        self.line().await.iter().map(|entry| entry.state).collect()
    }

    async fn book_as(&self, call: &str, id: &str, name: &str, time: &str) -> Value {
        let wish = json!({"date": DAY, "time": time, "customer_name": name});
        self.tool_within(call, id, "create_booking", wish, LONG).await
    }

    async fn wait_as(&self, call: &str, name: &str) {
        let wish = json!({"date": DAY, "earliest_time": "10:00", "latest_time": "10:00",
            "customer_name": name});
        let told = self.tool_within(call, "wait", "join_waitlist", wish, LONG).await;
        assert_eq!(told["success"], true, "{told}");
    }

    /// Anna had ten o'clock and has given it up; Bert waits for it, then Cleo.
    async fn kept_for_bert(policy: OutagePolicy) -> Self {
        let outside = Self::with(policy, 1).await;
        outside.see("anna").await;
        let told = outside.book_as("anna", "b", "Anna Ruiz", "10:00").await;
        assert_eq!(told["success"], true, "{told}");
        outside.wait_as("bert", "Bert Chen").await;
        outside.wait_as("cleo", "Cleo Marsh").await;
        let gone = json!({"customer_name": "Anna Ruiz"});
        let told = outside.tool_within("anna", "c", "cancel_booking", gone, LONG).await;
        assert_eq!(told["success"], true, "{told}");
        outside.see("bert").await;
        assert_eq!(outside.stand().await, [WaitlistState::Offered, WaitlistState::Waiting]);
        outside
    }
}

use WaitlistState::{Booked, Offered, Waiting};

#[tokio::test]
async fn what_is_kept_for_somebody_is_kept_while_the_provider_is_down_and_ends_with_the_booking() {
    let outside = Outside::kept_for_bert(OutagePolicy::TakeMessage).await;
    let kept = outside.line().await.remove(0).offer;
    outside.script.next(&[Mode::Down]);
    let told = outside.book_as("bert", "down", "Bert Chen", "10:00").await;
    assert_eq!(told["success"], false, "{told}");
    assert_eq!(outside.stand().await, [Offered, Waiting]);
    assert_eq!(outside.line().await[0].offer, kept);
    let told = outside.book_as("bert", "again", "Bert Chen", "10:00").await;
    assert_eq!(told["success"], true, "{told}");
    // Those who stand in the line come first.
    assert_eq!(outside.stand().await, [Waiting, Booked]);
    outside.agrees().await;
}

#[tokio::test]
async fn a_lost_answer_leaves_the_place_until_it_is_known_what_became_of_it() {
    for (mode, policy, ends) in [
        (Mode::LostAfter, OutagePolicy::TakeMessage, [Waiting, Booked]),
        (Mode::LostBefore, OutagePolicy::TakeMessage, [Offered, Waiting]),
        (Mode::LostBefore, OutagePolicy::Defaults, [Waiting, Booked]),
    ] {
        let outside = Outside::kept_for_bert(policy).await;
        outside.script.next(&[mode]);
        let told = outside.book_as("bert", "lost", "Bert Chen", "10:00").await;
        assert_eq!(told["success"], false, "{told}");
        assert_eq!(outside.stand().await, [Offered, Waiting]);
        outside.house.wait(30);
        let settled = || async {
            let bookings = outside.bookings().await;
            bookings.iter().all(|one| is_confirmed(one) || !one.is_active())
        };
        while !settled().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(outside.stand().await, ends, "{mode:?} {policy:?}");
    }
}

#[tokio::test]
async fn a_slot_that_the_provider_has_given_to_somebody_else_is_kept_for_nobody() {
    let outside = Outside::kept_for_bert(OutagePolicy::Defaults).await;
    outside.script.next(&[Mode::Taken]);
    let told = outside.book_as("bert", "taken", "Bert Chen", "10:00").await;
    assert_eq!(told["success"], false, "{told}");
    assert_eq!(outside.stand().await, [Waiting, Waiting]);
    outside.agrees().await;
}

#[tokio::test]
async fn what_a_refused_move_had_claimed_is_offered_to_who_waits_for_it() {
    let outside = Outside::with(OutagePolicy::TakeMessage, 1).await;
    outside.see("anna").await;
    let told = outside.book_as("anna", "b", "Anna Ruiz", "11:00").await;
    assert_eq!(told["success"], true, "{told}");
    outside.wait_as("bert", "Bert Chen").await;
    for (mode, stands) in [(Mode::Taken, Waiting), (Mode::Down, Offered)] {
        outside.script.next(&[mode]);
        let to = json!({"new_date": DAY, "new_time": "10:00", "customer_name": "Anna Ruiz"});
        let id = format!("{mode:?}");
        let told = outside.tool_within("anna", &id, "reschedule_booking", to, LONG).await;
        assert_eq!(told["success"], false, "{told}");
        assert_eq!(outside.stand().await, [stands], "{mode:?}");
    }
}
