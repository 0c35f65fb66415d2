//! One clinic that books at Cal.com and texts through Twilio, both stood in for: what is told to
//! customers, there and here, is one story, however often a request comes and whoever has hung up.

use std::time::Duration;

use futures_util::future::join_all;
use hookswitch::player::stand_ins::calcom::{self, Operation, Trouble};
use hookswitch::player::stand_ins::twilio;
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::calcom::{PLAIN, connection, setup};
use crate::clinic::connect;
use crate::support::{
    FeedClient, MORNING, TestOrg, TestServer, VapiCall, eventually, eventually_within, result_of,
};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a_token_that_no_text_holds";
const ANN: &str = "+15125550143";
/// A Thursday, ten o'clock in Chicago.
const DAY: &str = "2026-09-24";
const TEN: &str = "2026-09-24T15:00:00Z";

struct Clinic {
    calendar: calcom::StandIn,
    carrier: twilio::StandIn,
    server: TestServer,
    org: TestOrg,
}

impl Clinic {
    async fn open(deadline_ms: u64) -> Self {
        let calendar = calcom::StandIn::start(setup(MORNING)).await.unwrap();
        let carrier = twilio::StandIn::start(twilio::Setup::new(ACCOUNT, TOKEN)).await.unwrap();
        let (at_calcom, at_twilio) = (calendar.base_url(), carrier.url().to_owned());
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.calcom.base_url = at_calcom;
            config.providers.twilio.base_url = at_twilio;
            config.sessions.tool_deadline_ms = deadline_ms;
            config.sessions.message_wait_ms = 5_000;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(json!({})).await;
        connect(&server, &org, connection(PLAIN)).await;
        let twilio = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "from": "+15125550100"});
        let (status, said) = org.patch(&server, json!({"twilio": twilio})).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        Self { calendar, carrier, server, org }
    }

    /// A caller who has heard the day's free times.
    async fn offered(&self) -> VapiCall {
        let call = self.org.call(&self.server, ANN);
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
        call
    }

    async fn only_booking(&self) -> Value {
        let mut bookings = self.org.bookings(&self.server).await;
        assert_eq!(bookings.len(), 1, "{bookings:#?}");
        bookings.remove(0)
    }

    async fn stands(&self, outcome: &str) -> Value {
        eventually_within(Duration::from_secs(40), &format!("a booking {outcome}"), || async {
            let booking = self.only_booking().await;
            (booking["outcome"] == outcome).then_some(booking)
        })
        .await
    }

    /// Every message, once none is on its way any more and there is at least one.
    async fn messages(&self) -> Vec<Value> {
        let path = format!("/api/orgs/{}/messages", self.org.id);
        eventually("messages that are handed over", || async {
            let listed = self.server.get(&path).await["items"].as_array().unwrap().clone();
            let open =
                |message: &Value| message["state"] == "queued" || message["state"] == "sending";
            (!listed.is_empty() && !listed.iter().any(open)).then_some(listed)
        })
        .await
    }

    async fn is_at_rest(&self) {
        let path = format!("/api/orgs/{}/jobs", self.org.id);
        eventually("no work that is left", || async {
            (self.server.get(&path).await["items"] == json!([])).then_some(())
        })
        .await;
    }
}

fn ten() -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"})
}

#[tokio::test]
async fn one_tool_call_a_hundred_times_at_once_later_and_after_a_restart_is_one_booking_and_one_text()
 {
    let mut clinic = Clinic::open(5_500).await;
    let call = clinic.offered().await;
    let again = |call: VapiCall| async move { call.text_as("once", "create_booking", ten()).await };
    let mut answers = join_all((0..60).map(|_| again(call.clone()))).await;
    for _ in 0..20 {
        answers.push(again(call.clone()).await);
    }
    call.end().await;
    // Hardly less than two days later, and an hour and a half before the appointment.
    clinic.server.restart(Some("2026-09-24T13:30:00Z")).await;
    let call = call.at(&clinic.server, &clinic.org);
    answers.extend(join_all((0..20).map(|_| again(call.clone()))).await);
    assert_eq!(answers.len(), 100);
    let told = result_of(&serde_json::from_str(&answers[0]).unwrap());
    assert_eq!((&told["success"], &told["smsStatus"]), (&json!(true), &json!("sent")), "{told}");
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    let booking = clinic.only_booking().await;
    assert_eq!(booking["confirmation"], told["confirmationNumber"]);
    assert_eq!(booking["outcome"], "confirmed", "{booking}");
    assert_eq!(clinic.calendar.asked_to(Operation::Create).len(), 1);
    assert_eq!(clinic.calendar.bookings().len(), 1);
    assert_eq!(clinic.messages().await.len(), 1);
    assert_eq!(clinic.carrier.kept().len(), 1, "{:?}", clinic.carrier.kept());
    // Other arguments under the same id are another matter, also after the restart.
    let other = json!({"date": DAY, "time": "11:00", "customer_name": "Ann Ruiz"});
    let refused = call.raw_as("once", "create_booking", other).await;
    assert!(refused["results"][0]["error"].is_string(), "{refused}");
    assert_eq!(clinic.calendar.bookings().len(), 1);
}

#[tokio::test]
async fn whoever_hangs_up_while_the_calendar_is_asked_is_told_by_one_text_with_the_code() {
    for (trouble, gone_before_the_answer) in [
        (Trouble::Slow { millis: 8_000 }, false),
        (Trouble::Slow { millis: 6_000 }, true),
        (Trouble::HangsAfter, false),
    ] {
        let clinic = Clinic::open(3_000).await;
        let query = format!("org={}", clinic.org.id);
        let mut watcher = FeedClient::connect(&clinic.server, &query).await;
        let call = clinic.offered().await;
        clinic.calendar.next(Operation::Create, trouble.clone());
        let asks = call.tool("create_booking", ten());
        let hangs_up = async {
            if gone_before_the_answer {
                eventually("the calendar to be asked", || async {
                    (!clinic.calendar.asked_to(Operation::Create).is_empty()).then_some(())
                })
                .await;
                call.end().await;
            }
        };
        let (told, ()) = futures_util::join!(asks, hangs_up);
        assert_ne!(told["success"], true, "{trouble:?}: {told}");
        call.end().await;
        assert!(clinic.carrier.kept().is_empty(), "{trouble:?}: nothing is known yet");

        let booking = clinic.stands("confirmed").await;
        assert_eq!(booking["status"], "confirmed", "{booking}");
        let standing = clinic.calendar.standing();
        assert_eq!(standing.len(), 1, "{trouble:?}: {standing:?}");
        assert_eq!(standing[0].start, TEN.parse::<Timestamp>().unwrap());
        let messages = clinic.messages().await;
        assert_eq!(messages.len(), 1, "{trouble:?}: {messages:#?}");
        assert_eq!(messages[0]["purpose"], "booked", "{messages:#?}");
        let kept = clinic.carrier.kept();
        assert_eq!(kept.len(), 1, "{trouble:?}: {kept:?}");
        assert_eq!(kept[0].to, ANN);
        let code = booking["confirmation"].as_str().unwrap();
        assert!(kept[0].body.contains(code), "`{code}` is not in {}", kept[0].body);
        // Watchers see it, although the call is over.
        loop {
            let frame = watcher.next().await.expect("the feed goes on");
            let booking = &frame["event"]["booking"];
            if booking["outcome"] == "confirmed" {
                assert_eq!(booking["confirmation"], code, "{frame}");
                break;
            }
        }
        let state = clinic.server.get(&path_of(&clinic.org, &call)).await["state"].clone();
        assert_eq!(state["status"], "ended", "{state}");
        assert_eq!(state["bookings"][0]["outcome"], "confirmed", "{state}");
        clinic.is_at_rest().await;
    }
}

fn path_of(org: &TestOrg, call: &VapiCall) -> String {
    format!("/api/orgs/{}/calls/{}", org.id, call.id)
}

#[tokio::test]
async fn a_promise_that_cannot_be_kept_is_taken_back_by_one_text_and_shown_to_the_operator() {
    let clinic = Clinic::open(5_500).await;
    let query = format!("org={}", clinic.org.id);
    let mut watcher = FeedClient::connect(&clinic.server, &query).await;
    clinic.calendar.always(Operation::Any, Trouble::TooMany { retry_after: None });
    let call = clinic.org.call(&clinic.server, ANN);
    let free = call.tool("check_availability", json!({"date": DAY})).await;
    assert_eq!(free["success"], true, "{free}");
    let told = call.tool("create_booking", ten()).await;
    assert_eq!(told["success"], true, "{told}");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("requested") && words.contains("not confirmed"), "{words}");
    call.end().await;
    let kept = clinic.only_booking().await;
    assert_eq!((&kept["status"], &kept["outcome"]), (&json!("pending"), &json!("pending")));
    assert!(clinic.carrier.kept().is_empty(), "nothing is booked yet");

    // Meanwhile the clinic gives the time to somebody at its desk.
    clinic.calendar.book_elsewhere(PLAIN, TEN.parse().unwrap());
    clinic.calendar.behave();
    let failed = clinic.stands("failed").await;
    assert_eq!(failed["status"], "cancelled", "{failed}");
    let listed = format!("/api/orgs/{}/bookings?outcome=failed", clinic.org.id);
    let listed = clinic.server.get(&listed).await;
    assert_eq!(listed["items"][0]["id"], kept["id"], "{listed}");
    let messages = clinic.messages().await;
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert_eq!(messages[0]["purpose"], "not_booked", "{messages:#?}");
    assert_eq!(messages[0]["booking_id"], kept["id"]);
    let texts = clinic.carrier.kept();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert_eq!(texts[0].to, ANN);
    for part in ["Thu, Sep 24 at 10 AM", "is not booked"] {
        assert!(texts[0].body.contains(part), "`{part}` is not in {}", texts[0].body);
    }
    loop {
        let frame = watcher.until("warning").await;
        if frame["event"]["code"] == "booking_failed" {
            assert_eq!(frame["call_id"], call.id.as_str(), "{frame}");
            break;
        }
    }
    clinic.is_at_rest().await;
}

/// What is in doubt is given up, not asked for again, once it was surely not done.
async fn promises_nothing(clinic: &Clinic) {
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    assert_eq!(clinic.org.patch(&clinic.server, policy).await.0, StatusCode::OK);
}

/// The text of a purpose, once there is one and it was handed over.
async fn text_for(clinic: &Clinic, purpose: &str) -> String {
    let path = format!("/api/orgs/{}/messages", clinic.org.id);
    eventually_within(Duration::from_secs(60), purpose, || async {
        let listed = clinic.server.get(&path).await;
        let mut messages = listed["items"].as_array().unwrap().iter();
        let found = messages.find(|message| message["purpose"] == purpose)?;
        found["body"].as_str().map(str::to_owned)
    })
    .await
}

#[tokio::test]
async fn who_hung_up_in_doubt_is_told_that_nothing_was_booked() {
    let clinic = Clinic::open(2_500).await;
    promises_nothing(&clinic).await;
    let call = clinic.offered().await;
    clinic.calendar.always(Operation::Create, Trouble::HangsBefore);
    let told = call.tool("create_booking", ten()).await;
    assert_eq!(told["success"], false, "{told}");
    call.end().await;
    clinic.calendar.behave();
    let text = text_for(&clinic, "not_booked").await;
    assert!(text.contains("Thu, Sep 24 at 10 AM") && text.contains("is not booked"), "{text}");
    assert!(clinic.calendar.standing().is_empty());
    assert_eq!(clinic.messages().await.len(), 1);
}

#[tokio::test]
async fn who_hung_up_in_doubt_is_told_that_the_appointment_stands_as_it_was() {
    for (tool, operation) in
        [("reschedule_booking", Operation::Reschedule), ("cancel_booking", Operation::Cancel)]
    {
        let clinic = Clinic::open(2_500).await;
        promises_nothing(&clinic).await;
        let call = clinic.offered().await;
        let booked = call.tool("create_booking", ten()).await;
        assert_eq!(booked["success"], true, "{booked}");
        text_for(&clinic, "booked").await;
        clinic.calendar.always(operation, Trouble::HangsBefore);
        let code = &booked["confirmationNumber"];
        let change = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
        let told = call.tool(tool, change).await;
        assert_eq!(told["success"], false, "{tool}: {told}");
        call.end().await;
        clinic.calendar.behave();
        let text = text_for(&clinic, "unchanged").await;
        for part in ["could not be made", "Still booked", "Thu, Sep 24 at 10 AM"] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        assert_eq!(clinic.only_booking().await["status"], "confirmed");
        assert_eq!(clinic.messages().await.len(), 2, "{tool}");
    }
}
