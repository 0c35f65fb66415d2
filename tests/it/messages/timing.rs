//! When messages go: not in quiet hours unless they answer somebody, and not more than an hour's share.
//! And what is told of those that never arrive.

use super::*;
use crate::support::FeedClient;

const QUIET: &str = r#"{"quiet_hours": {"from": "21:00", "to": "08:00"}}"#;
/// Ten in the evening of the first day, in Chicago, and eight the next morning.
const LATE: &str = "2026-09-23T03:00:00Z";
const EIGHT: &str = "2026-09-23T13:00:01Z";

impl Clinic {
    async fn texts(&self, to: &str, part: &str) -> usize {
        let is = |kept: &hookswitch::player::stand_ins::twilio::Kept| {
            kept.to == to && kept.body.contains(part)
        };
        self.carrier.kept().iter().filter(|kept| is(kept)).count()
    }

    /// The newest message for a purpose.
    async fn message(&self, purpose: &str) -> Value {
        eventually("a message", || async {
            self.messages().await.into_iter().find(|message| message["purpose"] == purpose)
        })
        .await
    }
}

#[tokio::test]
async fn at_night_an_answer_goes_at_once_and_what_others_changed_waits_for_the_morning() {
    let clinic = Clinic::open().await;
    clinic.set(serde_json::from_str(QUIET).unwrap()).await;
    let by_hand = clinic.made("2026-09-24T15:00:00", "+15125550177").await;
    eventually("by day it is told at once", || async {
        (clinic.texts("+15125550177", "booked").await == 1).then_some(())
    })
    .await;
    clinic.server.set_clock(LATE);
    clinic.change(&by_hand, "cancel", None).await;
    // Who calls at night is awake.
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    assert_eq!(clinic.message("cancelled").await["state"], "queued");
    assert_eq!(clinic.texts("+15125550177", "cancelled").await, 0);
    clinic.server.set_clock(EIGHT);
    eventually("in the morning it is told", || async {
        (clinic.texts("+15125550177", "cancelled").await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn moved_twice_at_night_is_told_once_in_the_morning_and_at_once_to_who_calls_about_it() {
    let clinic = Clinic::open().await;
    clinic.set(serde_json::from_str(QUIET).unwrap()).await;
    let (_, booked) = clinic.book().await;
    let id = booked["data"]["bookingId"].as_str().unwrap().to_owned();
    let code = booked["confirmationNumber"].clone();
    clinic.server.set_clock(LATE);
    for hour in ["11", "13"] {
        let start = format!("2026-09-24T{hour}:00:00");
        clinic.change(&id, "reschedule", Some(json!({"start": start}))).await;
    }
    let waiting = clinic.message("changed").await;
    assert_eq!(waiting["state"], "queued", "{waiting}");
    let call = clinic.offered().await;
    let moved = json!({"booking_reference": code, "new_date": DAY, "new_time": "14:00"});
    let moved = call.tool("reschedule_booking", moved).await;
    assert_eq!(moved["success"], true, "{moved}");
    eventually("it is told", || async { (clinic.texts(ANN, "moved").await > 0).then_some(()) })
        .await;
    clinic.server.set_clock(EIGHT);
    clinic.stands("accepted").await;
    assert_eq!(clinic.texts(ANN, "moved").await, 1);
    assert_eq!(clinic.texts(ANN, "now Thu, Sep 24 at 2 PM").await, 1);
}

#[tokio::test]
async fn at_night_nobody_is_left_to_set_out_for_what_was_cancelled_before_the_morning() {
    let clinic = Clinic::open().await;
    let early = json!({"business_hours": {"wed": [["06:00", "17:00"]]}});
    assert_eq!(clinic.org.patch(&clinic.server, early).await.0, StatusCode::OK);
    clinic.set(serde_json::from_str(QUIET).unwrap()).await;
    let booking = clinic.made("2026-09-23T06:30:00", "+15125550177").await;
    clinic.server.set_clock(LATE);
    clinic.change(&booking, "cancel", None).await;
    eventually("it is told at once", || async {
        (clinic.texts("+15125550177", "cancelled").await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_reminder_of_the_early_morning_comes_before_quiet_hours_begin() {
    let clinic = Clinic::open().await;
    let early = json!({"business_hours": {"thu": [["06:00", "17:00"]]}});
    assert_eq!(clinic.org.patch(&clinic.server, early).await.0, StatusCode::OK);
    let mut rules: Value = serde_json::from_str(QUIET).unwrap();
    rules["reminders"] = json!(["2h"]);
    clinic.set(rules).await;
    clinic.made("2026-09-24T08:00:00", ANN).await;
    clinic.made("2026-09-24T09:00:00", "+15125550177").await;
    // Half past eight in the evening before, and eight in the morning.
    clinic.will_plan(&["2026-09-24T01:30:00Z", "2026-09-24T13:00:00Z"]).await;
}

#[tokio::test]
async fn a_time_that_becomes_free_at_night_is_kept_until_who_waits_can_be_told() {
    let clinic = Clinic::open().await;
    clinic.set(serde_json::from_str(QUIET).unwrap()).await;
    let taken = clinic.made("2026-09-24T10:00:00", "+15125550177").await;
    let window = json!({"date": DAY, "customer_name": "Ann Ruiz",
        "earliest_time": "10:00", "latest_time": "10:00"});
    assert_eq!(clinic.call().tool("join_waitlist", window).await["success"], true);
    clinic.server.set_clock(LATE);
    clinic.change(&taken, "cancel", None).await;
    assert_eq!(clinic.message("waitlist_offer").await["state"], "queued");
    assert_eq!(clinic.texts(ANN, "kept for you").await, 0);
    clinic.server.set_clock(EIGHT);
    eventually("the offer", || async {
        (clinic.texts(ANN, "kept for you until 8:15 AM").await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_exceeds_an_hours_share_waits_for_the_next_also_over_a_restart() {
    let mut clinic = Clinic::open().await;
    clinic.set(json!({"hourly_limit": 2})).await;
    for (place, start) in ["10:00", "11:00", "12:00"].into_iter().enumerate() {
        clinic.made(&format!("2026-09-24T{start}:00"), &format!("+1512555017{place}")).await;
    }
    let states = |messages: &[Value], state: &str| {
        messages.iter().filter(|message| message["state"] == state).count()
    };
    let two_and_one = || async {
        let messages = clinic.messages().await;
        (states(&messages, "accepted") == 2 && states(&messages, "queued") == 1).then_some(())
    };
    eventually("two went and one waits", two_and_one).await;
    clinic.server.restart(Some("2026-09-22T15:00:00Z")).await;
    clinic.set(json!({"quiet_hours": null, "hourly_limit": 2, "reminders": ["1d"]})).await;
    let jobs = format!("/api/orgs/{}/jobs?state=waiting", clinic.org.id);
    eventually("it was tried again and waits", || async {
        let jobs = clinic.server.get(&jobs).await;
        let sends = |job: &&Value| job["kind"] == "send_message" && job["attempts"] == 2;
        jobs["items"].as_array().unwrap().iter().find(sends).map(|_| ())
    })
    .await;
    assert_eq!(clinic.carrier.kept().len(), 2);
    clinic.server.set_clock("2026-09-22T15:40:00Z");
    eventually("the third", || async { (clinic.carrier.kept().len() == 3).then_some(()) }).await;
}

#[tokio::test]
async fn a_message_that_fails_is_warned_of_and_one_that_nobody_wants_is_not() {
    let clinic = Clinic::open().await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    clinic.carrier.next(Operation::Send, Trouble::Forbids);
    assert_eq!(clinic.book().await.1["smsStatus"], "failed_but_booked");
    let id = clinic.made("2026-09-24T11:00:00", "+15125550177").await;
    let sid = eventually("it is sent", || async {
        clinic.carrier.kept().into_iter().find(|kept| kept.to == "+15125550177")
    })
    .await
    .sid;
    for _ in 0..2 {
        assert_eq!(clinic.reports(&sid, "undelivered", "30034").await, StatusCode::NO_CONTENT);
    }
    let told = feed.notice("message_failed").await;
    assert_eq!((&told["booking_id"], &told["warning"]), (&json!(id), &json!(true)), "{told}");
    assert!(told["message"].as_str().unwrap().contains("register"), "{told}");
    clinic.carrier.next(Operation::Send, Trouble::SlotTaken);
    let wish = json!({"date": DAY, "time": "14:00", "customer_name": "Bob Lee"});
    let call = clinic.org.call(&clinic.server, "+15125550178");
    call.tool("check_availability", json!({"date": DAY})).await;
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["smsStatus"], "failed_but_booked", "{booked}");
    let warned = feed.until("warning").await;
    assert_eq!(warned["event"]["code"], "message_failed", "{warned}");
    let failed = feed.notices().into_iter().filter(|told| told["code"] == "message_failed");
    assert!(failed.count() <= 2, "once each, and not for who wants none: {:?}", feed.notices());
}

#[tokio::test]
async fn a_message_that_could_not_be_sent_in_time_is_warned_of() {
    let clinic = Clinic::open().await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    clinic.carrier.always(Operation::Any, Trouble::Refuses);
    clinic.made("2026-09-24T11:00:00", ANN).await;
    clinic.stands("queued").await;
    clinic.server.set_clock("2026-09-24T16:30:00Z");
    let told = feed.notice("message_failed").await;
    assert!(told["message"].as_str().unwrap().contains("in time"), "{told}");
    assert_eq!(clinic.stands("failed").await["purpose"], "booked");
}

#[tokio::test]
async fn who_asks_to_be_called_back_has_it_in_writing_once() {
    let clinic = Clinic::open().await;
    let call = clinic.call();
    for about in ["my bill", "another bill"] {
        let kept = call.tool("request_callback", json!({"about": about})).await;
        assert_eq!(kept["success"], true, "{kept}");
    }
    let message = clinic.stands("accepted").await;
    assert_eq!(message["purpose"], "callback_received");
    let kept = clinic.carrier.kept();
    assert_eq!(kept.len(), 1, "{kept:?}");
    for part in ["will call you back", "Reply STOP"] {
        assert!(kept[0].body.contains(part), "{kept:?}");
    }
    assert_eq!(clinic.messages().await.len(), 1);
}
