//! E-mail to customers and to the business, through a stand-in for a mail server and through a real one:
//! sent once, true when sent, never at the cost of a booking, and understood by calendars.

mod callbacks;
mod real;
mod trouble;

use std::time::Duration;

use hookswitch::player::stand_ins::smtp::{Kept, StandIn, Trouble};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Host, MORNING, TestOrg, TestServer, eventually_within};

const ANN: &str = "+15125550143";
const ADDRESS: &str = "ann@example.org";
const DESK: &str = "desk@example.com";
const DAY: &str = "2026-09-24";

/// A retry comes after some seconds, on a busy machine after some more.
const RETRIED: Duration = Duration::from_secs(60);

struct Office {
    mails: StandIn,
    server: TestServer,
    org: TestOrg,
}

/// What an org sends with through a server on this machine.
fn plain(port: u16) -> Value {
    json!({"host": "127.0.0.1", "port": port, "security": "none", "from": DESK})
}

impl Office {
    async fn open() -> Self {
        Self::open_with(json!({})).await
    }

    /// One with more in its `smtp` settings.
    async fn open_with(more: Value) -> Self {
        let mails = StandIn::start().await.unwrap();
        let exempt = mails.address();
        let change = |config: &mut hookswitch::config::Config| config.outbound.allow.push(exempt);
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(json!({"phone_numbers": ["+13125550100"]})).await;
        let mut smtp = plain(mails.port());
        for (name, value) in more.as_object().unwrap() {
            smtp[name] = value.clone();
        }
        let (status, said) = org.patch(&server, json!({"smtp": smtp})).await;
        assert_eq!(status, StatusCode::OK, "{said}");
        Self { mails, server, org }
    }

    async fn book(&self, time: &str) -> Value {
        book(&self.server, &self.org, time).await
    }

    async fn act(&self, booking: &Value, act: &str, body: Value) {
        act_on(&self.server, &self.org, booking, act, body).await;
    }

    async fn messages(&self) -> Vec<Value> {
        messages(&self.server, &self.org).await
    }

    /// The newest message, when it stands so.
    async fn stands(&self, state: &str) -> Value {
        eventually_within(RETRIED, &format!("a message that is {state}"), || async {
            self.messages().await.into_iter().next().filter(|message| message["state"] == state)
        })
        .await
    }

    /// Waits until so many messages were tried in vain and wait for another try.
    async fn put_off(&self, count: usize) {
        eventually_within(RETRIED, &format!("{count} mails that are put off"), || async {
            let waits = |it: &&Value| it["state"] == "queued" && it["problem"].is_string();
            (self.messages().await.iter().filter(waits).count() == count).then_some(())
        })
        .await;
    }

    /// The mails that came, when there are so many.
    async fn came(&self, count: usize) -> Vec<Kept> {
        eventually_within(RETRIED, &format!("{count} mails"), || async {
            let kept = self.mails.kept();
            (kept.len() >= count).then_some(kept)
        })
        .await
    }
}

#[tokio::test]
async fn a_mail_that_went_to_a_wrong_address_is_sent_again_to_the_right_one() {
    let office = Office::open().await;
    let call = office.org.call(&office.server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let book = async |email: &str| {
        let wish = json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz",
            "customer_email": email});
        let booked = call.tool("create_booking", wish).await;
        assert_eq!(booked["success"], true, "{booked}");
    };
    book("an@example.org").await;
    assert_eq!(office.came(1).await[0].to, ["an@example.org"]);
    book(ADDRESS).await;
    let mails = office.came(2).await;
    assert_eq!(mails[1].to, [ADDRESS]);
    // Said once more, it is not sent once more.
    book(ADDRESS).await;
    assert_eq!(office.messages().await.len(), 2);
    assert_eq!(office.org.bookings(&office.server).await.len(), 1);
}

/// A booking by an operator for Ann, who has an address.
async fn book(host: &impl Host, org: &TestOrg, time: &str) -> Value {
    let path = format!("/api/orgs/{}/bookings", org.id);
    let new = json!({"start": format!("{DAY}T{time}"), "customer_name": "Ann Ruiz",
        "customer_phone": ANN, "customer_email": ADDRESS});
    let (status, booking) = host.request(Method::POST, &path, Some(new)).await;
    assert_eq!(status, StatusCode::CREATED, "{booking}");
    booking
}

async fn act_on(host: &impl Host, org: &TestOrg, booking: &Value, act: &str, body: Value) {
    let id = booking["id"].as_str().unwrap();
    let path = format!("/api/orgs/{}/bookings/{id}/{act}", org.id);
    let (status, said) = host.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
}

async fn messages(host: &impl Host, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/messages", org.id);
    host.read(&path).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_booking_is_confirmed_by_mail_to_who_gave_an_address() {
    let office = Office::open().await;
    let booking = office.book("10:00").await;
    let mail = office.came(1).await.remove(0);
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), (DESK, &[ADDRESS.to_owned()][..]));
    assert_eq!(mail.header("To").as_deref(), Some(ADDRESS));
    let from = mail.header("From").unwrap();
    assert!(from.contains("Willow Street Dental") && from.contains(DESK), "{from}");
    let message = office.stands("accepted").await;
    assert_eq!(
        (&message["channel"], &message["purpose"], &message["booking_id"], &message["to"]),
        (&json!("email"), &json!("booked"), &booking["id"], &json!(ADDRESS))
    );
    assert_eq!(message["external_id"], mail.header("Message-ID").unwrap());
    let body = message["body"].as_str().unwrap();
    let code = booking["confirmation"].as_str().unwrap();
    for part in ["Thursday, September 24, 2026 at 10 AM", "America/Chicago", code, "+13125550100"] {
        assert!(body.contains(part), "`{part}` is not in {body}");
    }
}

#[tokio::test]
async fn a_move_and_a_cancellation_are_mailed_each_once_about_the_same_appointment() {
    let office = Office::open().await;
    let booking = office.book("10:00").await;
    office.came(1).await;
    office.stands("accepted").await;
    office.act(&booking, "reschedule", json!({"start": format!("{DAY}T11:00")})).await;
    office.came(2).await;
    office.stands("accepted").await;
    office.act(&booking, "cancel", json!({})).await;
    let mails = office.came(3).await;
    let uid = format!("UID:{}@hookswitch", booking["id"].as_str().unwrap());
    let told = [("REQUEST", 0, "150000Z"), ("REQUEST", 1, "160000Z"), ("CANCEL", 2, "160000Z")];
    for (mail, (method, sequence, start)) in mails.iter().zip(told) {
        // Inside for programs, attached for people.
        for (part, count) in [
            (format!("METHOD:{method}\r\n"), 2),
            (format!("; method={method}\r\n"), 2),
            (format!("SEQUENCE:{sequence}\r\n"), 2),
            (format!("DTSTART:20260924T{start}\r\n"), 2),
            (format!("{uid}\r\n"), 2),
        ] {
            assert_eq!(mail.data.matches(&part).count(), count, "`{part}` in {}", mail.data);
        }
    }
    let mut ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    office.stands("accepted").await;
    assert_eq!(office.mails.kept().len(), 3);
}

#[tokio::test]
async fn what_is_overtaken_before_it_is_sent_is_told_as_it_is_or_not_at_all() {
    let office = Office::open().await;
    office.mails.always(Trouble::Recipient(450));
    let moved = office.book("10:00").await;
    let gone = office.book("13:00").await;
    office.put_off(2).await;
    office.act(&moved, "reschedule", json!({"start": format!("{DAY}T11:00")})).await;
    office.act(&gone, "cancel", json!({})).await;
    office.mails.behave();
    let settled = || async {
        let messages = office.messages().await;
        let open = |it: &Value| it["state"] == "queued" || it["state"] == "sending";
        (!messages.iter().any(open)).then_some(messages)
    };
    let messages = eventually_within(RETRIED, "an end of every message", settled).await;
    let of = |booking: &Value, state: &str| {
        let is_of = |it: &&Value| it["booking_id"] == booking["id"] && it["state"] == state;
        messages.iter().filter(is_of).map(|it| it["purpose"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(&gone, "skipped"), ["booked"], "{messages:?}");
    assert_eq!(of(&gone, "accepted"), ["cancelled"], "{messages:?}");
    // Moved while the first try was under way, it may be told in a mail of its own.
    assert!(of(&moved, "accepted").contains(&json!("booked")), "{messages:?}");
    let kept = office.mails.kept();
    assert!(kept.iter().all(|mail| !mail.data.contains("DTSTART:20260924T150000Z")), "{kept:?}");
    // Who never heard of an appointment is not asked to take it out of their calendar.
    let cancelled =
        kept.iter().find(|mail| mail.header("Subject").unwrap().starts_with("Cancelled"));
    assert!(!cancelled.unwrap().data.contains("METHOD:"), "{cancelled:?}");
}

#[tokio::test]
async fn without_an_address_or_a_mail_server_nothing_is_queued() {
    let office = Office::open().await;
    let path = format!("/api/orgs/{}/bookings", office.org.id);
    let new = json!({"start": format!("{DAY}T10:00"), "customer_name": "Bob Lee",
        "customer_phone": ANN});
    let (status, _) = office.server.api(Method::POST, &path, Some(new)).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, _) = office.org.patch(&office.server, json!({"smtp": null})).await;
    assert_eq!(status, StatusCode::OK);
    office.book("11:00").await;
    assert_eq!(office.messages().await, Vec::<Value>::new());
    assert_eq!(office.server.get("/api/health/smtp").await["status"], "not_configured");
}

#[tokio::test]
async fn the_list_tells_mails_from_text_messages_and_masks_addresses_for_viewers() {
    let office = Office::open().await;
    office.book("10:00").await;
    let path = format!("/api/orgs/{}/messages", office.org.id);
    let count = async |query: &str| {
        let listed = office.server.get(&format!("{path}?{query}")).await;
        listed["items"].as_array().unwrap().len()
    };
    assert_eq!((count("channel=email").await, count("channel=sms").await), (1, 0));
    let request = office.server.client().get(office.server.url(&format!("{path}?channel=post")));
    let refused = request.bearer_auth(office.server.token()).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let viewer = json!({"role": "viewer", "org": office.org.id});
    let (_, viewer) = office.server.api(Method::POST, "/api/tokens", Some(viewer)).await;
    let request = office.server.client().get(office.server.url(&path));
    let seen = request.bearer_auth(viewer["token"].as_str().unwrap()).send().await.unwrap();
    let seen: Value = seen.json().await.unwrap();
    assert_ne!(seen["items"][0]["to"], ADDRESS, "{seen}");
}

#[tokio::test]
async fn whoever_waits_and_has_an_address_is_told_by_mail_of_the_time_that_became_free() {
    let office = Office::open().await;
    // By this booking the number leads to an address.
    office.book("15:00").await;
    let path = format!("/api/orgs/{}/bookings", office.org.id);
    let taken = json!({"start": format!("{DAY}T10:00"), "customer_name": "Bob Lee",
        "customer_phone": "+15125550177"});
    let (status, taken) = office.server.api(Method::POST, &path, Some(taken)).await;
    assert_eq!(status, StatusCode::CREATED, "{taken}");
    office.came(1).await;
    let call = office.org.call(&office.server, ANN);
    let window = json!({"date": DAY, "customer_name": "Ann Ruiz", "earliest_time": "10:00",
        "latest_time": "10:00"});
    let joined = call.tool("join_waitlist", window).await;
    assert_eq!(joined["success"], true, "{joined}");
    office.act(&taken, "cancel", json!({})).await;
    let offer = eventually_within(RETRIED, "an offer", || async {
        let is_offer = |it: &Value| it["purpose"] == "waitlist_offer" && it["state"] == "accepted";
        office.messages().await.into_iter().find(is_offer)
    })
    .await;
    assert_eq!((&offer["channel"], &offer["to"]), (&json!("email"), &json!(ADDRESS)));
    assert!(offer["body"].as_str().unwrap().contains("Kept for you until"), "{offer}");
}
