//! Reminders: at the right local time, of what still stands, once; and what customers answer to them.

use reqwest::Method;

use super::*;
use crate::support::FeedClient;

const BOB: &str = "+15125550177";

impl Clinic {
    pub(super) async fn set(&self, messages: Value) {
        let (status, said) = self.org.patch(&self.server, json!({"messages": messages})).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    /// A booking that an operator makes; its id.
    pub(super) async fn made(&self, start: &str, number: &str) -> String {
        let path = format!("/api/orgs/{}/bookings", self.org.id);
        let new = json!({"start": start, "customer_name": "Ann Ruiz", "customer_phone": number});
        let (status, made) = self.server.api(Method::POST, &path, Some(new)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn change(&self, booking: &str, how: &str, body: Option<Value>) {
        let path = format!("/api/orgs/{}/bookings/{booking}/{how}", self.org.id);
        let (status, said) = self.server.api(Method::POST, &path, body).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    }

    async fn booking(&self, id: &str) -> Value {
        self.server.get(&format!("/api/orgs/{}/bookings/{id}", self.org.id)).await
    }

    /// When reminders are planned, soonest first.
    async fn planned(&self) -> Vec<String> {
        let path = format!("/api/orgs/{}/jobs?state=waiting", self.org.id);
        let jobs = self.server.get(&path).await["items"].as_array().unwrap().clone();
        let due = jobs.iter().filter(|job| job["kind"] == "remind");
        let mut due: Vec<String> = due.map(|job| job["due"].as_str().unwrap().to_owned()).collect();
        due.sort_unstable();
        due
    }

    pub(super) async fn will_plan(&self, due: &[&str]) {
        let mut seen = Vec::new();
        for _ in 0..600 {
            seen = self.planned().await;
            if seen == due {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("planned are {seen:?}, not {due:?}");
    }

    /// Texts that remind, once there are so many.
    async fn reminded(&self, count: usize) -> Vec<String> {
        eventually("reminders", || async {
            let kept = self.carrier.kept().into_iter();
            let bodies: Vec<_> =
                kept.map(|kept| kept.body).filter(|body| body.contains("reminder")).collect();
            (bodies.len() >= count).then_some(bodies)
        })
        .await
    }
}

#[tokio::test]
async fn a_reminder_across_changed_clocks_comes_at_the_same_local_time() {
    let clinic = Clinic::open().await;
    let sundays = json!({"business_hours": {"sun": [["09:00", "17:00"]]}});
    assert_eq!(clinic.org.patch(&clinic.server, sundays).await.0, StatusCode::OK);
    clinic.set(json!({"reminders": ["1d", "2h"]})).await;
    // Clocks go back on 1 November and forward on 14 March.
    clinic.made("2026-11-01T10:00:00", ANN).await;
    clinic.made("2027-03-14T10:00:00", ANN).await;
    clinic.will_plan(&["2026-10-31T15:00:00Z", "2027-03-13T16:00:00Z"]).await;
    clinic.server.set_clock("2026-10-31T15:00:01Z");
    let first = clinic.reminded(1).await;
    assert!(first[0].contains("Sun, Nov 1 at 10 AM"), "{first:?}");
    assert!(
        first[0].contains("Reply C to confirm") && first[0].contains("Reply STOP"),
        "{first:?}"
    );
    let message = clinic.stands("accepted").await;
    assert_eq!(
        (message["purpose"].as_str(), message["segments"].as_u64()),
        (Some("reminder"), Some(1))
    );
    assert_eq!(message["encoding"], "GSM-7");
    // Two hours before is two hours before.
    clinic.will_plan(&["2026-11-01T14:00:00Z", "2027-03-13T16:00:00Z"]).await;
    clinic.server.set_clock("2026-11-01T14:00:01Z");
    clinic.reminded(2).await;
    clinic.server.set_clock("2027-03-13T16:00:01Z");
    let third = clinic.reminded(3).await.remove(2);
    assert!(third.contains("Sun, Mar 14 at 10 AM"), "{third}");
    clinic.will_plan(&["2027-03-14T13:00:00Z"]).await;
}

#[tokio::test]
async fn a_moved_booking_reminds_once_and_a_cancelled_one_not_at_all() {
    let clinic = Clinic::open().await;
    clinic.set(json!({"reminders": ["1d"]})).await;
    let moved = clinic.made("2026-09-24T10:00:00", ANN).await;
    let cancelled = clinic.made("2026-09-25T10:00:00", BOB).await;
    clinic.will_plan(&["2026-09-23T15:00:00Z", "2026-09-24T15:00:00Z"]).await;
    clinic.change(&moved, "reschedule", Some(json!({"start": "2026-09-25T11:00:00"}))).await;
    clinic.change(&cancelled, "cancel", None).await;
    clinic.will_plan(&["2026-09-24T16:00:00Z"]).await;
    // Away from where it was reminded of, and back there.
    clinic.server.set_clock("2026-09-24T16:00:01Z");
    clinic.reminded(1).await;
    clinic.change(&moved, "reschedule", Some(json!({"start": "2026-09-28T11:00:00"}))).await;
    clinic.will_plan(&["2026-09-27T16:00:00Z"]).await;
    clinic.server.set_clock("2026-09-27T16:00:01Z");
    let bodies = clinic.reminded(2).await;
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert!(bodies[0].contains("Fri, Sep 25 at 11 AM"), "{bodies:?}");
    assert!(bodies[1].contains("Mon, Sep 28 at 11 AM"), "{bodies:?}");
    clinic.will_plan(&[]).await;
}

#[tokio::test]
async fn what_is_booked_later_than_a_lead_is_not_reminded_of_by_it_and_new_rules_reach_what_stands()
{
    let clinic = Clinic::open().await;
    clinic.made("2026-09-22T15:00:00", ANN).await;
    clinic.made("2026-09-24T10:00:00", BOB).await;
    assert!(clinic.planned().await.is_empty());
    clinic.set(json!({"reminders": ["1d", "2h"]})).await;
    clinic.will_plan(&["2026-09-22T18:00:00Z", "2026-09-23T15:00:00Z"]).await;
    clinic.set(json!({"reminders": ["90m"]})).await;
    clinic.will_plan(&["2026-09-22T18:30:00Z", "2026-09-24T13:30:00Z"]).await;
    let quiet = json!({"quiet_hours": {"from": "13:00", "to": "14:00"}});
    clinic.set(quiet).await;
    clinic.will_plan(&["2026-09-22T19:00:00Z", "2026-09-24T13:30:00Z"]).await;
    clinic.set(json!({"reminders": []})).await;
    clinic.will_plan(&[]).await;
}

#[tokio::test]
async fn a_reminder_that_the_server_was_down_for_comes_late_but_never_after_the_start() {
    let mut clinic = Clinic::open().await;
    clinic.set(json!({"reminders": ["1d", "2h"]})).await;
    clinic.made("2026-09-24T10:00:00", ANN).await;
    clinic.made("2026-09-23T10:00:00", BOB).await;
    clinic.server.restart(Some("2026-09-24T14:00:00Z")).await;
    let bodies = clinic.reminded(1).await;
    assert!(bodies[0].contains("Thu, Sep 24"), "{bodies:?}");
    clinic.will_plan(&[]).await;
    assert_eq!(clinic.reminded(1).await.len(), 1, "of both that were missed one is enough");
}

#[tokio::test]
async fn who_answers_a_reminder_with_c_has_confirmed_that_booking_and_no_other() {
    let clinic = Clinic::open().await;
    let mut feed = FeedClient::connect(&clinic.server, &format!("org={}", clinic.org.id)).await;
    clinic.set(json!({"reminders": ["1d"]})).await;
    let (_, booked) = clinic.book().await;
    let first = booked["data"]["bookingId"].as_str().unwrap().to_owned();
    let second = clinic.made("2026-09-28T10:00:00", ANN).await;
    // Nobody was asked anything yet.
    assert_eq!(clinic.answers("C").await, StatusCode::OK);
    assert_eq!(clinic.booking(&first).await["customer_confirmed_at"], Value::Null);
    clinic.server.set_clock("2026-09-23T15:00:01Z");
    clinic.reminded(1).await;
    assert_eq!(clinic.answers("maybe").await, StatusCode::OK);
    assert_eq!(clinic.booking(&first).await["customer_confirmed_at"], Value::Null);
    assert_eq!(clinic.answers(" c. ").await, StatusCode::OK);
    let confirmed = clinic.booking(&first).await;
    assert!(confirmed["customer_confirmed_at"].is_string(), "{confirmed}");
    assert_eq!(clinic.booking(&second).await["customer_confirmed_at"], Value::Null);
    let event = feed.until("booking_changed").await;
    assert_eq!(event["event"]["booking"]["id"], first.as_str(), "{event}");
    let told = feed.notice("booking_confirmed_by_customer").await;
    assert_eq!(told["booking_id"], first.as_str());
    let audit = clinic.server.get(&format!("/api/orgs/{}/audit", clinic.org.id)).await;
    let noted = |entry: &&Value| entry["action"] == "booking.confirmed_by_customer";
    assert_eq!(audit["items"].as_array().unwrap().iter().filter(noted).count(), 1, "{audit}");
    // Said again it is what it was; at another time it is not what was confirmed.
    assert_eq!(clinic.answers("Yes").await, StatusCode::OK);
    assert_eq!(clinic.booking(&first).await, confirmed);
    clinic.change(&first, "reschedule", Some(json!({"start": "2026-09-29T11:00:00"}))).await;
    assert_eq!(clinic.answers("C").await, StatusCode::OK);
    assert_eq!(clinic.booking(&first).await["customer_confirmed_at"], Value::Null);
}

#[tokio::test]
async fn yes_of_somebody_who_said_stop_begins_the_messages_again_and_confirms_nothing() {
    let clinic = Clinic::open().await;
    clinic.set(json!({"reminders": ["1d"]})).await;
    let id = clinic.made("2026-09-24T10:00:00", ANN).await;
    clinic.server.set_clock("2026-09-23T15:00:01Z");
    clinic.reminded(1).await;
    assert_eq!(clinic.answers("STOP").await, StatusCode::OK);
    assert_eq!(clinic.answers("YES").await, StatusCode::OK);
    assert_eq!(clinic.booking(&id).await["customer_confirmed_at"], Value::Null);
    let later = json!({"date": DAY, "time": "11:00", "customer_name": "Ann Ruiz"});
    let booked = clinic.offered().await.tool("create_booking", later).await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    assert_eq!(clinic.answers("YES").await, StatusCode::OK);
    assert!(clinic.booking(&id).await["customer_confirmed_at"].is_string());
}

#[tokio::test]
async fn after_stop_no_template_is_sent() {
    let clinic = Clinic::open().await;
    clinic.set(json!({"reminders": ["1d"]})).await;
    let (call, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    assert_eq!(clinic.answers("STOP").await, StatusCode::OK);
    let sent = clinic.carrier.kept().len();
    let kept = call.tool("request_callback", json!({"about": "my bill"})).await;
    assert_eq!(kept["success"], true, "{kept}");
    let code = booked["confirmationNumber"].clone();
    let moved = json!({"confirmation_number": code, "new_date": DAY, "new_time": "11:00"});
    assert_eq!(call.tool("reschedule_booking", moved).await["success"], true);
    clinic.made("2026-09-25T10:00:00", ANN).await;
    let taken = clinic.made("2026-09-28T10:00:00", BOB).await;
    let window = json!({"date": "2026-09-28", "customer_name": "Ann Ruiz",
        "earliest_time": "10:00", "latest_time": "10:00"});
    assert_eq!(call.tool("join_waitlist", window).await["success"], true);
    clinic.change(&taken, "cancel", None).await;
    // Before the time of any of them is over.
    eventually("those of today", || async {
        let messages = clinic.messages().await;
        let of = |purpose: &str| messages.iter().any(|message| message["purpose"] == purpose);
        let all = ["changed", "waitlist_offer", "callback_received"].into_iter().all(of);
        let open = messages.iter().any(|message| message["state"] == "queued");
        (all && !open).then_some(())
    })
    .await;
    clinic.server.set_clock("2026-09-23T16:00:01Z");
    let ended = eventually("all are skipped", || async {
        let mut messages = clinic.messages().await;
        messages.retain(|message| message["to"] == ANN);
        let of = |purpose: &str| messages.iter().any(|message| message["purpose"] == purpose);
        let all = ["booked", "changed", "reminder", "waitlist_offer", "callback_received"];
        let open = |state: &Value| state == "queued" || state == "sending";
        (all.into_iter().all(of) && !messages.iter().any(|message| open(&message["state"])))
            .then_some(messages)
    })
    .await;
    let skipped = ended.iter().filter(|message| message["state"] == "skipped").count();
    assert_eq!(skipped, ended.len() - 1, "all but the first: {ended:#?}");
    let to_her = clinic.carrier.kept().into_iter().filter(|kept| kept.to == ANN).count();
    assert_eq!(to_her, sent);
    let cancelled = call.tool("cancel_booking", json!({"confirmation_number": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(clinic.stands("skipped").await["purpose"], "cancelled");
}
