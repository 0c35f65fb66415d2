//! OpenTable, against a stand-in that behaves as it does: a restaurant on this machine whose tables a
//! caller books, in good days and in bad ones.

use std::time::{Duration, Instant};

use hookswitch::player::stand_ins::opentable::{Operation, Setup, StandIn, Table, Trouble};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::clinic::{
    ANN, DAY, are_refused, bad_answers, connect, connections, hears, tells_of_trouble_without,
};
use crate::support::{
    Host, MORNING, Process, TestOrg, TestServer, VapiCall, eventually, eventually_within,
};

/// The restaurant, the partner and a token that no other text could hold.
const RESTAURANT: u64 = 1_038_007;
const PARTNER: &str = "partner_of_the_tests";
const SECRET: &str = "opentable_secret_never_to_be_seen";
const TOKEN: &str = "opentable_7f3a9d_never_to_be_seen";

fn setup() -> Setup {
    Setup {
        restaurant_id: RESTAURANT,
        partner: (PARTNER.into(), SECRET.into()),
        access_token: TOKEN.into(),
        zone: "America/Chicago".into(),
        now: MORNING.parse().unwrap(),
        tables: vec![Table::new(2), Table::new(4)],
        hours: (17, 21),
        takes_back: true,
        longest_window: 720,
    }
}

fn credentials(secret: &str) -> Value {
    json!({"client_id": PARTNER, "client_secret": secret})
}

fn connection() -> Value {
    json!({"provider": "opentable", "credentials": credentials(SECRET),
        "options": {"restaurant_id": RESTAURANT, "time_zone": "America/Chicago"}})
}

/// A restaurant's settings: guests take places, and a stay is an hour and a half.
fn restaurant() -> Value {
    json!({"services": [{"id": "table", "name": "Table", "duration_minutes": 90, "capacity": 40,
        "capacity_counts": "guests"}], "booking": {"outage_policy": "take_message"}})
}

/// A restaurant whose tables are at OpenTable.
struct Bistro {
    stand_in: StandIn,
    server: TestServer,
    org: TestOrg,
    connection: String,
}

impl Bistro {
    async fn open() -> Self {
        Self::open_with(5_500).await
    }

    async fn asking_every_second() -> Self {
        Self::open_as(|config| {
            config.sync.poll_seconds = 1;
            config.sync.probe_seconds = 3_600;
        })
        .await
    }

    async fn open_with(deadline_ms: u64) -> Self {
        Self::open_as(move |config| config.sessions.tool_deadline_ms = deadline_ms).await
    }

    async fn open_as(more: impl FnOnce(&mut hookswitch::config::Config)) -> Self {
        let stand_in = StandIn::start(setup()).await.unwrap();
        let url = stand_in.url().to_owned();
        let change = move |config: &mut hookswitch::config::Config| {
            config.providers.opentable.base_url = url;
            more(config);
        };
        let server = TestServer::start_with(MORNING, change, Vec::new).await;
        let org = server.org(restaurant()).await;
        let made = connect(&server, &org, connection()).await;
        let connection = made["id"].as_str().unwrap().to_owned();
        Self { stand_in, server, org, connection }
    }

    async fn offered(&self, number: &str) -> VapiCall {
        let call = self.org.call(&self.server, number);
        let free = call.tool("check_availability", json!({"date": DAY, "party_size": 4})).await;
        assert_eq!(free["available"], true, "{free}");
        call
    }

    async fn bookings(&self) -> Vec<Value> {
        self.org.bookings(&self.server).await
    }

    async fn check(&self) -> Value {
        let path = format!("/api/orgs/{}/connections/{}/check", self.org.id, self.connection);
        self.server.api(Method::POST, &path, None).await.1
    }

    async fn patch(&self, change: Value) {
        let path = format!("/api/orgs/{}/connections/{}", self.org.id, self.connection);
        let (status, patched) = self.server.api(Method::PATCH, &path, Some(change)).await;
        assert_eq!(status, StatusCode::OK, "{patched}");
    }
}

fn seven_for(name: &str) -> Value {
    json!({"date": DAY, "time": "19:00", "customer_name": name, "party_size": 4})
}

#[tokio::test]
async fn a_caller_books_a_table_moves_it_and_cancels_through_lost_credentials_and_an_outage() {
    let bistro = Bistro::open().await;
    let call = bistro.offered(ANN).await;
    let booked = call.tool("create_booking", seven_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let kept = bistro.stand_in.standing();
    assert_eq!((kept.len(), kept[0].party), (1, 4), "{kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-25T00:00:00Z");
    assert_eq!((kept[0].phone.as_str(), kept[0].texts), ("3125550142", false));
    let code = booked["confirmationNumber"].clone();
    assert!(kept[0].request.contains(code.as_str().unwrap()), "the staff see our code");
    assert_eq!(bistro.bookings().await[0]["external_ids"], json!([kept[0].id]));
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    assert_eq!(found["success"], true, "{found}");

    // The one table for four is taken.
    let other = bistro.org.call(&bistro.server, "+13125550199");
    other.tool("check_availability", json!({"date": DAY, "party_size": 4})).await;
    let taken = other.tool("create_booking", seven_for("Omar Haddad")).await;
    assert_eq!(taken["error"], "slot_unavailable", "{taken}");

    bistro.stand_in.change_credentials("another_secret", "another_token");
    let to_nine = json!({"booking_reference": code, "new_date": DAY, "new_time": "21:00"});
    let refused = call.tool("reschedule_booking", to_nine.clone()).await;
    assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
    bistro.patch(json!({"credentials": credentials("another_secret")})).await;
    assert_eq!(bistro.check().await["ok"], true);
    let moved = call.tool("reschedule_booking", to_nine).await;
    hears(&moved, "to Thursday September 24th at 9 PM");
    assert_eq!(bistro.stand_in.standing()[0].start.to_string(), "2026-09-25T02:00:00Z");

    bistro.stand_in.always(Operation::Any, Trouble::FailsBefore);
    let friday = json!({"date": "2026-09-25", "party_size": 4});
    assert_eq!(other.tool("check_availability", friday.clone()).await["success"], false);
    bistro.stand_in.behave();
    assert_eq!(other.tool("check_availability", friday).await["available"], true);

    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert!(bistro.stand_in.standing().is_empty());
    assert_eq!(bistro.bookings().await[0]["status"], "cancelled");
}

#[tokio::test]
async fn a_party_that_comes_later_and_with_others_is_as_large_at_opentable_as_here() {
    let bistro = Bistro::open().await;
    let call = bistro.offered(ANN).await;
    let booked = call.tool("create_booking", seven_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let two_at_nine = json!({"date": DAY, "time": "21:00", "customer_name": "Ann Ruiz",
        "party_size": 2});
    let moved = call.tool("create_booking", two_at_nine).await;
    assert_eq!(moved["success"], true, "{moved}");
    let kept = bistro.stand_in.standing();
    assert_eq!((kept.len(), kept[0].party), (1, 2), "{kept:?}");
    assert_eq!(kept[0].start.to_string(), "2026-09-25T02:00:00Z");
    assert_eq!(bistro.bookings().await[0]["party_size"], 2);
}

#[tokio::test]
async fn a_party_sees_the_tables_that_seat_it() {
    let bistro = Bistro::open().await;
    bistro.stand_in.book_elsewhere("2026-09-25T00:00:00Z".parse().unwrap(), 3);
    let call = bistro.org.call(&bistro.server, ANN);
    let seven = json!("19:00");
    for (party, free) in [(2, true), (4, false)] {
        let asked = json!({"date": DAY, "party_size": party});
        let result = call.tool("check_availability", asked).await;
        let slots = result["data"]["slots"].as_array().unwrap();
        assert_eq!(slots.contains(&seven), free, "{party}: {result}");
    }
}

#[tokio::test]
async fn what_opentable_leaves_to_the_staff_or_takes_meanwhile_is_said_as_that() {
    for (operation, trouble, error) in [
        (Operation::Lock, Trouble::SlotTaken, "slot_unavailable"),
        (Operation::Reserve, Trouble::SlotTaken, "slot_unavailable"),
        (Operation::Reserve, Trouble::Forbids, "Could not connect to booking provider"),
        (Operation::Lock, Trouble::Refuses, "Could not connect to booking provider"),
    ] {
        let bistro = Bistro::open().await;
        let call = bistro.offered(ANN).await;
        bistro.stand_in.next(operation, trouble.clone());
        let refused = call.tool("create_booking", seven_for("Ann Ruiz")).await;
        assert_eq!(refused["error"], error, "{trouble:?}: {refused}");
        assert!(bistro.stand_in.standing().is_empty());
        assert_eq!(bistro.stand_in.locks(), 0, "no table is kept for nobody");
        let again = call.tool("create_booking", seven_for("Ann Ruiz")).await;
        assert_eq!(again["success"], true, "its claim is gone: {again}");
    }
}

#[tokio::test]
async fn a_change_that_opentable_leaves_to_the_staff_is_not_said_to_be_done() {
    for (operation, tool) in
        [(Operation::Change, "reschedule_booking"), (Operation::Cancel, "cancel_booking")]
    {
        let bistro = Bistro::open().await;
        let call = bistro.offered(ANN).await;
        let booked = call.tool("create_booking", seven_for("Ann Ruiz")).await;
        assert_eq!(booked["success"], true, "{booked}");
        let before = bistro.stand_in.standing();
        bistro.stand_in.always(operation, Trouble::Forbids);
        let code = &booked["confirmationNumber"];
        let wish = json!({"booking_reference": code, "new_date": DAY, "new_time": "21:00"});
        let refused = call.tool(tool, wish).await;
        assert_eq!(refused["success"], false, "{refused}");
        assert_eq!(refused["error"], "Could not connect to booking provider", "{refused}");
        assert_eq!(bistro.stand_in.standing(), before, "nothing happened there");
        let ours = bistro.bookings().await.remove(0);
        assert_eq!(
            (&ours["status"], &ours["booking_time"]),
            (&json!("confirmed"), &json!("19:00"))
        );
        let path = format!("/api/orgs/{}/calls/{}", bistro.org.id, call.id);
        let warning = eventually("a warning for the operator", || async {
            bistro.server.get(&path).await["state"]["warnings"][0]["message"]
                .as_str()
                .map(str::to_owned)
        })
        .await;
        assert!(warning.contains("restaurant"), "{warning}");
    }
}

#[tokio::test]
async fn a_question_that_is_not_answered_well_is_an_outage_whatever_the_reason() {
    for trouble in bad_answers() {
        let bistro = Bistro::open_with(3_000).await;
        bistro.stand_in.always(Operation::Availability, trouble.clone());
        let call = bistro.org.call(&bistro.server, ANN);
        let started = Instant::now();
        let free = call.tool("check_availability", json!({"date": DAY, "party_size": 4})).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        hears(&free, "I'm having trouble accessing the calendar right now");
        let asked = bistro.stand_in.asked();
        assert!(asked.iter().all(|asked| !asked.uri.starts_with("/elsewhere")), "{asked:?}");
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_in_the_middle_leaves_no_table_kept() {
    for (trouble, made) in [(Trouble::Slow { millis: 700 }, 1), (Trouble::SlotTaken, 0)] {
        let bistro = Bistro::open().await;
        let call = bistro.offered(ANN).await;
        // Nobody is quicker than the caller's hand.
        bistro.stand_in.next(Operation::Lock, Trouble::Slow { millis: 500 });
        bistro.stand_in.next(Operation::Reserve, trouble.clone());
        let books = call.clone();
        let booking =
            tokio::spawn(async move { books.tool("create_booking", seven_for("Ann Ruiz")).await });
        eventually("the table to be asked for", || async {
            (!bistro.stand_in.asked_to(Operation::Lock).is_empty()).then_some(())
        })
        .await;
        call.end().await;
        booking.abort();
        eventually("the table to be reserved all the same", || async {
            (!bistro.stand_in.asked_to(Operation::Reserve).is_empty()).then_some(())
        })
        .await;
        eventually("the table to be given back or taken", || async {
            let settled = bistro.bookings().await[0]["outcome"] != "pending";
            (settled && bistro.stand_in.locks() == 0).then_some(())
        })
        .await;
        assert_eq!(bistro.stand_in.standing().len(), made, "{trouble:?}");
        let released = bistro.stand_in.asked_to(Operation::Unlock).len();
        assert_eq!(released + made, 1, "it did not run out: {trouble:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_neither_a_yes_nor_a_no_and_a_look_up_settles_it() {
    for (trouble, made) in [
        (Trouble::HangsBefore, 0),
        (Trouble::DropsBefore, 0),
        (Trouble::DropsAfter, 1),
        (Trouble::Garbles, 1),
    ] {
        let bistro = Bistro::open_with(3_000).await;
        let call = bistro.offered(ANN).await;
        bistro.stand_in.next(Operation::Reserve, trouble.clone());
        let started = Instant::now();
        let result = call.tool("create_booking", seven_for("Ann Ruiz")).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{trouble:?}");
        let words = result["message"].as_str().unwrap();
        assert!(!words.contains("I've booked"), "{trouble:?}: {result}");
        assert_eq!(bistro.stand_in.asked_to(Operation::Reserve).len(), 1, "{trouble:?}");
        assert_eq!(bistro.stand_in.standing().len(), made, "{trouble:?}");
        if made == 1 {
            eventually("the look-up", || async {
                (bistro.bookings().await[0]["outcome"] == "confirmed").then_some(())
            })
            .await;
            assert_eq!(bistro.stand_in.standing().len(), 1);
        }
    }
}

#[tokio::test]
async fn the_check_says_what_is_wrong_and_wrong_entries_are_refused_by_name() {
    let bistro = Bistro::open().await;
    assert_eq!(bistro.check().await["account"], "restaurant 1038007");
    bistro.patch(json!({"options": {"restaurant_id": 7}})).await;
    let checked = bistro.check().await;
    assert!(checked["problem"].as_str().unwrap().contains("options.restaurant_id"), "{checked}");
    let entries = [
        (json!({"options": {"restaurant_id": 7}}), "options.time_zone"),
        (json!({"credentials": {"client_id": SECRET}}), "credentials.client_secret"),
        (json!({"credentials": {"api_key": SECRET}}), "credentials"),
    ];
    let entries = entries.into_iter().map(|(change, field)| {
        let mut body = connection();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        (body, field)
    });
    are_refused(entries.collect(), SECRET).await;
}

#[tokio::test]
async fn neither_an_answer_nor_the_log_at_debug_has_the_credentials_or_the_caller() {
    let stand_in = StandIn::start(setup()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[providers.opentable]\nbase_url = \"{}\"", stand_in.url());
    let process = Process::start_with(folder.path(), "debug", &more).await;
    let org = TestOrg::create(&process, restaurant()).await;
    connect(&process, &org, connection()).await;
    let call = org.call(&process, ANN);
    let words = format!("no: {SECRET} {TOKEN} {ANN} Ann Ruiz");
    let quoting = |status: u16| {
        let body = json!({"errors": [{"code": words, "message": words}]});
        Trouble::Answers { status, body }
    };
    for status in [400, 401, 403, 404, 429, 500] {
        stand_in.behave();
        call.tool("check_availability", json!({"date": DAY, "party_size": 4})).await;
        stand_in.next(Operation::Reserve, quoting(status));
        let result = call.tool("create_booking", seven_for("Ann Ruiz")).await;
        assert!(!result.to_string().contains(TOKEN), "{result}");
    }
    let (_, listed) = process.request(Method::GET, &connections(&org), None).await;
    assert!(!listed.to_string().contains(SECRET), "{listed}");
    drop(call);
    let log = process.stop(folder.path()).await;
    tells_of_trouble_without(&log, &[SECRET, TOKEN, "3125550142", "Ann Ruiz"]);
}

#[tokio::test]
async fn what_the_staff_cancel_is_seen_here_without_anybody_asking() {
    let bistro = Bistro::asking_every_second().await;
    let call = bistro.offered("+13125550142").await;
    let booked = call.tool("create_booking", seven_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let id = bistro.stand_in.standing()[0].id.clone();
    assert!(bistro.stand_in.cancel_by_hand(&id));
    // OpenTable tells nobody what changed, so that every reservation is looked at now and then.
    eventually_within(Duration::from_secs(60), "the cancellation", || async {
        (bistro.bookings().await[0]["status"] == "cancelled").then_some(())
    })
    .await;
    bistro.offered("+13125550199").await;
}
