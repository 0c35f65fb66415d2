//! Text messages to customers, through a stand-in for the carrier: sent once, true when sent, and never
//! at the cost of a booking.

mod accounts;
mod reminders;
mod timing;
mod valid;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hookswitch::player::stand_ins::twilio::{Operation, Setup, StandIn, Trouble};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{MORNING, TestOrg, TestServer, VapiCall, eventually};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a_token_that_no_text_holds";
const DESK: &str = "+15125550100";
const ANN: &str = "+15125550143";
const DAY: &str = "2026-09-24";
const PUBLIC: &str = "https://desk.example";

struct Clinic {
    carrier: StandIn,
    server: TestServer,
    org: TestOrg,
}

impl Clinic {
    /// One whose answers wait for the carrier however busy the machine is.
    async fn open() -> Self {
        Self::open_waiting(5_000).await
    }

    /// One whose answers wait so long, milliseconds.
    async fn open_waiting(wait_ms: u64) -> Self {
        let carrier = StandIn::start(Setup::new(ACCOUNT, TOKEN)).await.unwrap();
        let url = carrier.url().to_owned();
        Self::open_through(carrier, &url, wait_ms).await
    }

    /// One whose carrier is reached at `url`.
    async fn open_through(carrier: StandIn, url: &str, wait_ms: u64) -> Self {
        let url = url.to_owned();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.twilio.base_url = url;
            config.server.public_url = Some(PUBLIC.into());
            config.sessions.message_wait_ms = wait_ms;
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(json!({})).await;
        let twilio = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "from": DESK});
        let (status, said) = org.patch(&server, json!({"twilio": twilio})).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        Self { carrier, server, org }
    }

    fn call(&self) -> VapiCall {
        self.org.call(&self.server, ANN)
    }

    async fn offered(&self) -> VapiCall {
        let call = self.call();
        let free = call.tool("check_availability", json!({"date": DAY})).await;
        assert_eq!(free["available"], true, "{free}");
        call
    }

    async fn book(&self) -> (VapiCall, Value) {
        let call = self.offered().await;
        let booked = call.tool("create_booking", ten()).await;
        (call, booked)
    }

    async fn messages(&self) -> Vec<Value> {
        let path = format!("/api/orgs/{}/messages", self.org.id);
        self.server.get(&path).await["items"].as_array().unwrap().clone()
    }

    /// The newest message, when it stands so.
    async fn stands(&self, state: &str) -> Value {
        eventually(&format!("a message that is {state}"), || async {
            self.messages().await.into_iter().next().filter(|message| message["state"] == state)
        })
        .await
    }

    /// What the carrier posts, with its signature or another.
    async fn post(&self, to: &str, fields: &[(&str, &str)], signature: Option<&str>) -> StatusCode {
        let url = format!("{PUBLIC}{to}");
        let right = self.carrier.signature(&url, fields);
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = reqwest::Client::new()
            .post(self.server.url(to))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", signature.unwrap_or(&right))
            .body(form);
        request.send().await.unwrap().status()
    }

    async fn reports(&self, sid: &str, status: &str, code: &str) -> StatusCode {
        let to = format!("/api/messaging/twilio/{}/status", self.org.id);
        let fields = [("MessageSid", sid), ("MessageStatus", status), ("ErrorCode", code)];
        self.post(&to, &fields, None).await
    }

    async fn answers(&self, word: &str) -> StatusCode {
        let to = format!("/api/messaging/twilio/{}/inbound", self.org.id);
        self.post(&to, &[("From", ANN), ("To", DESK), ("Body", word)], None).await
    }
}

fn ten() -> Value {
    json!({"date": DAY, "time": "10:00", "customer_name": "Ann Ruiz"})
}

#[tokio::test]
async fn a_booking_is_confirmed_by_text_and_the_answer_says_that_it_was_sent() {
    let clinic = Clinic::open().await;
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    let kept = clinic.carrier.kept();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].to.as_str(), kept[0].from.as_str()), (ANN, DESK));
    let code = booked["confirmationNumber"].as_str().unwrap();
    for part in ["Thu, Sep 24 at 10 AM", code, "Reply STOP"] {
        assert!(kept[0].body.contains(part), "`{part}` is not in {}", kept[0].body);
    }
    let report_to = kept[0].report_to.as_deref().unwrap();
    assert!(report_to.starts_with(&format!("{PUBLIC}/api/messaging/twilio/{}", clinic.org.id)));
    let message = clinic.stands("accepted").await;
    assert_eq!(message["purpose"], "booked");
    assert_eq!(message["booking_id"], booked["data"]["bookingId"]);
    assert_eq!(message["body"], kept[0].body.as_str());
}

#[tokio::test]
async fn what_the_carrier_reports_is_kept_and_never_goes_back() {
    let clinic = Clinic::open().await;
    clinic.book().await;
    let sid = clinic.carrier.kept()[0].sid.clone();
    for (status, stands) in [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("sent", "delivered"),
        ("queued", "delivered"),
    ] {
        assert_eq!(clinic.reports(&sid, status, "").await, StatusCode::NO_CONTENT);
        assert_eq!(clinic.messages().await[0]["state"], stands, "after {status}");
    }
    assert_eq!(clinic.reports("SMnone", "delivered", "").await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_sender_that_is_not_registered_is_found_out_later_and_the_operator_reads_what_to_do() {
    let clinic = Clinic::open().await;
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "sent");
    let sid = clinic.carrier.kept()[0].sid.clone();
    assert_eq!(clinic.reports(&sid, "undelivered", "30034").await, StatusCode::NO_CONTENT);
    let message = clinic.stands("failed").await;
    assert_eq!(message["problem_code"], 30_034);
    assert!(message["problem"].as_str().unwrap().contains("register"), "{message}");
    assert_eq!(clinic.org.bookings(&clinic.server).await[0]["status"], "confirmed");
}

#[tokio::test]
async fn a_number_that_gets_no_messages_does_not_undo_the_booking() {
    let clinic = Clinic::open().await;
    clinic.carrier.next(Operation::Send, Trouble::SlotTaken);
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(booked["smsStatus"], "failed_but_booked", "{booked}");
    let message = clinic.stands("failed").await;
    assert_eq!(message["problem_code"], 21_211, "{message}");
    assert!(clinic.carrier.kept().is_empty());
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_looked_for_and_not_sent_again() {
    for trouble in [Trouble::DropsAfter, Trouble::FailsAfter, Trouble::BreaksOff, Trouble::Garbles]
    {
        // It is looked for two seconds later.
        let clinic = Clinic::open_waiting(1_500).await;
        clinic.carrier.next(Operation::Send, trouble.clone());
        let (_, booked) = clinic.book().await;
        assert_eq!(booked["success"], true, "{booked}");
        assert_eq!(booked["smsStatus"], "error_but_booked", "{trouble:?}: {booked}");
        let message = clinic.stands("accepted").await;
        let kept = clinic.carrier.kept();
        assert_eq!(kept.len(), 1, "{trouble:?}: {kept:?}");
        assert_eq!(message["external_id"], kept[0].sid.as_str());
    }
}

#[tokio::test]
async fn an_answer_waits_for_the_carrier_no_longer_than_it_is_set_to() {
    let clinic = Clinic::open_waiting(0).await;
    clinic.carrier.next(Operation::Send, Trouble::Slow { millis: 6_000 });
    let call = clinic.offered().await;
    let asked = Instant::now();
    let booked = call.tool("create_booking", ten()).await;
    assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    assert_eq!(booked["smsStatus"], "error_but_booked", "{booked}");
    clinic.stands("accepted").await;
    assert_eq!(clinic.carrier.kept().len(), 1, "it is sent all the same");
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_below_many_that_came_since() {
    let clinic = Clinic::open_waiting(1_500).await;
    clinic.carrier.next(Operation::Send, Trouble::DropsAfter);
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "error_but_booked", "{booked}");
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", clinic.carrier.url());
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("To", ANN), ("From", DESK), ("Body", "Of somebody else's")])
        .finish();
    for _ in 0..120 {
        let request = reqwest::Client::new().post(&url).basic_auth(ACCOUNT, Some(TOKEN));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    let ours = clinic.carrier.kept().remove(0);
    let message = clinic.stands("accepted").await;
    assert_eq!(message["external_id"], ours.sid.as_str());
    assert_eq!(clinic.carrier.kept().iter().filter(|kept| kept.body == ours.body).count(), 1);
}

#[tokio::test]
async fn a_carrier_that_wants_a_pause_gets_it_and_then_the_message() {
    let clinic = Clinic::open().await;
    clinic.carrier.next(Operation::Send, Trouble::TooMany { retry_after: Some(1) });
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "error_but_booked", "{booked}");
    clinic.stands("accepted").await;
    assert_eq!(clinic.carrier.kept().len(), 1);
}

#[tokio::test]
async fn a_refused_account_is_seen_in_health_and_sends_what_is_still_true_when_it_is_put_right() {
    let clinic = Clinic::open().await;
    assert_eq!(clinic.server.get("/api/health/twilio").await["status"], "ok");
    clinic.carrier.always(Operation::Any, Trouble::Refuses);
    let (_, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "error_but_booked", "{booked}");
    let health = clinic.server.get("/api/health/twilio").await;
    assert_eq!(health["status"], "unavailable", "{health}");
    assert!(health.to_string().contains("twilio.auth_token"), "{health}");
    let message = clinic.stands("queued").await;
    assert!(message["problem"].as_str().unwrap().contains("auth_token"), "{message}");
    clinic.carrier.behave();
    clinic.stands("accepted").await;
    assert_eq!(clinic.carrier.kept().len(), 1);
}

#[tokio::test]
async fn after_stop_nothing_is_sent_until_start() {
    let clinic = Clinic::open().await;
    assert_eq!(clinic.answers(" Stop ").await, StatusCode::OK);
    let (call, booked) = clinic.book().await;
    assert_eq!(booked["smsStatus"], "skipped", "{booked}");
    let code = booked["confirmationNumber"].clone();
    let cancelled = call.tool("cancel_booking", json!({"confirmation_number": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    eventually("two messages that are skipped", || async {
        let messages = clinic.messages().await;
        (messages.iter().filter(|message| message["state"] == "skipped").count() == 2).then_some(())
    })
    .await;
    assert!(clinic.carrier.kept().is_empty());
    assert_eq!(clinic.answers("hello?").await, StatusCode::OK);
    assert_eq!(clinic.book().await.1["smsStatus"], "skipped");
    assert_eq!(clinic.answers("START").await, StatusCode::OK);
    let later = json!({"date": DAY, "time": "11:00", "customer_name": "Ann Ruiz"});
    let booked = clinic.offered().await.tool("create_booking", later).await;
    assert_eq!(booked["smsStatus"], "sent", "{booked}");
    assert_eq!(clinic.carrier.kept().len(), 1);
}

#[tokio::test]
async fn a_number_that_the_carrier_knows_to_have_said_stop_is_asked_no_more() {
    let clinic = Clinic::open().await;
    clinic.carrier.next(Operation::Send, Trouble::Forbids);
    assert_eq!(clinic.book().await.1["smsStatus"], "failed_but_booked");
    let later = json!({"date": DAY, "time": "11:00", "customer_name": "Ann Ruiz"});
    let booked = clinic.offered().await.tool("create_booking", later).await;
    assert_eq!(booked["smsStatus"], "skipped", "{booked}");
    assert!(clinic.carrier.kept().is_empty());
}

#[tokio::test]
async fn a_post_that_is_not_the_carriers_changes_nothing_and_learns_nothing() {
    let clinic = Clinic::open().await;
    clinic.book().await;
    let sid = clinic.carrier.kept()[0].sid.clone();
    let status = format!("/api/messaging/twilio/{}/status", clinic.org.id);
    let inbound = format!("/api/messaging/twilio/{}/inbound", clinic.org.id);
    let report = [("MessageSid", sid.as_str()), ("MessageStatus", "failed")];
    let stop = [("From", ANN), ("Body", "STOP")];
    for signature in ["", "AAAA", "Dh1y9+Ns9OLaLGVuaXCtlm0/NLM="] {
        for (to, fields) in [(&status, report), (&inbound, stop)] {
            assert_eq!(clinic.post(to, &fields, Some(signature)).await, StatusCode::UNAUTHORIZED);
        }
    }
    // A signature of one address is none of another.
    let other = clinic.carrier.signature(&format!("{PUBLIC}{inbound}"), &report);
    assert_eq!(clinic.post(&status, &report, Some(&other)).await, StatusCode::UNAUTHORIZED);
    let nobody = "/api/messaging/twilio/org_00000000000000000000/status";
    assert_eq!(clinic.post(nobody, &report, None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(clinic.messages().await[0]["state"], "accepted");
}

#[tokio::test]
async fn one_tool_call_sent_a_hundred_times_is_one_booking_one_message_and_one_answer() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let again = || async { call.text_as("once", "create_booking", ten()).await };
    let answers = join_all((0..100).map(|_| again())).await;
    assert!(answers[0].contains(r#"\"smsStatus\":\"sent\""#), "{}", answers[0]);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(clinic.org.bookings(&clinic.server).await.len(), 1);
    assert_eq!(clinic.carrier.kept().len(), 1);
    assert_eq!(clinic.messages().await.len(), 1);
}

#[tokio::test]
async fn a_move_and_a_cancellation_are_told_each_once() {
    let clinic = Clinic::open().await;
    let (call, booked) = clinic.book().await;
    let code = booked["confirmationNumber"].clone();
    let moved = json!({"confirmation_number": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", moved).await;
    assert_eq!(moved["success"], true, "{moved}");
    let cancelled = call.tool("cancel_booking", json!({"confirmation_number": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    let bodies = eventually("two or three messages", || async {
        let mut waiting = clinic.messages().await;
        waiting.retain(|message| message["state"] == "queued" || message["state"] == "sending");
        let kept = clinic.carrier.kept();
        (waiting.is_empty() && kept.len() > 1)
            .then(|| kept.into_iter().map(|kept| kept.body).collect::<Vec<_>>())
    })
    .await;
    let of = |word: &str| bodies.iter().filter(|body| body.contains(word)).count();
    assert_eq!((of("booked"), of("cancelled")), (1, 1), "{bodies:?}");
    // Cancelled at once, the move may have been overtaken.
    assert!(of("moved") <= 1, "{bodies:?}");
}

#[tokio::test]
async fn whoever_waits_is_told_of_the_time_that_became_free_and_until_when_it_is_kept() {
    let clinic = Clinic::open().await;
    let bob = "+15125550177";
    let (call, booked) = clinic.book().await;
    let waiting = clinic.org.call(&clinic.server, bob);
    let window = json!({"date": DAY, "customer_name": "Bob Lee", "earliest_time": "10:00",
        "latest_time": "10:00"});
    let joined = waiting.tool("join_waitlist", window).await;
    assert_eq!(joined["success"], true, "{joined}");
    let code = booked["confirmationNumber"].clone();
    call.tool("cancel_booking", json!({"confirmation_number": code})).await;
    let offer = eventually("an offer", || async {
        clinic.carrier.kept().into_iter().find(|kept| kept.to == bob)
    })
    .await;
    for part in ["Thu, Sep 24 at 10 AM", "kept for you until", DESK] {
        assert!(offer.body.contains(part) || part == DESK, "`{part}` is not in {}", offer.body);
    }
    let told = clinic.messages().await;
    let told: Vec<_> = told.iter().filter(|it| it["purpose"] == "waitlist_offer").collect();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[tokio::test]
async fn without_an_account_nothing_is_queued() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let booked = call.tool("create_booking", ten()).await;
    assert_eq!(booked["smsStatus"], "skipped", "{booked}");
    let listed = server.get(&format!("/api/orgs/{}/messages", org.id)).await;
    assert_eq!(listed["items"], json!([]));
    assert_eq!(server.get("/api/health/twilio").await["status"], "not_configured");
}
