//! Rounds of booking while the carrier of text messages fails, killing, and starting again: every booking
//! that stands was confirmed by one message, and no message came twice.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hookswitch::player::stand_ins::twilio::{Operation, Plan, Setup, StandIn, Trouble};
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Dice;
use super::rounds::{Line, number_of, word};
use crate::support::{Host, MORNING, Process, TestOrg};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "a_token_of_the_kill_rounds";
/// Callers who book at the same time, each in a call of their own.
const CALLERS: u64 = 8;

/// Troubles of every kind, for about every third message.
fn trouble(carrier: &StandIn) {
    let kinds = [
        Trouble::FailsBefore,
        Trouble::FailsAfter,
        Trouble::DropsBefore,
        Trouble::DropsAfter,
        Trouble::TooMany { retry_after: Some(1) },
        Trouble::Slow { millis: 400 },
    ];
    for trouble in kinds {
        carrier.plan(Plan { operation: Operation::Send, trouble, times: None, percent: 6 });
    }
}

async fn start(folder: &std::path::Path, carrier: &StandIn, now: Timestamp) -> Process {
    let more = format!("[providers.twilio]\nbase_url = \"{}\"", carrier.url());
    Process::start_at(folder, now, &more).await
}

async fn caller(line: Line, round: u64, who: u64, day: String) {
    let call = format!("call-{round}-{who}");
    let free = json!({"date": day});
    let asked = format!("free-{round}-{who}");
    if line.tool(Some(&call), &asked, "checkAvailability", &free).await.is_none() {
        return;
    }
    for number in 0..20 {
        let minutes = (who * 20 + number) * 10 % 1_440;
        let wish = json!({
            "date": day,
            "time": format!("{:02}:{:02}", minutes / 60, minutes % 60),
            "customer_name": format!("Caller {} {}", word(who), word(number)),
            "keep_existing": true,
        });
        let id = format!("book-{round}-{who}-{number}");
        if line.tool(Some(&call), &id, "create_booking", &wish).await.is_none() {
            return;
        }
    }
}

async fn open_messages(server: &Process, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/messages?limit=10000", org.id);
    let mut messages = server.read(&path).await["items"].as_array().unwrap().clone();
    messages.retain(|message| ["queued", "sending"].contains(&message["state"].as_str().unwrap()));
    messages
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_messages_are_sent_none_is_lost_and_none_comes_twice() {
    let usual = if std::env::var_os("CI").is_some() { 10 } else { 4 };
    let rounds = number_of("HOOKSWITCH_KILL_ROUNDS", usual);
    let seed = number_of("HOOKSWITCH_KILL_SEED", u64::from(std::process::id()));
    eprintln!("{rounds} rounds, HOOKSWITCH_KILL_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let carrier = StandIn::start(Setup::new(ACCOUNT, TOKEN)).await.unwrap();
    trouble(&carrier);
    let (began, morning): (Instant, Timestamp) = (Instant::now(), MORNING.parse().unwrap());
    let clock = || morning + SignedDuration::try_from(began.elapsed()).unwrap();
    let mut server = start(folder.path(), &carrier, clock()).await;
    let org = super::busy_org(&server).await;
    let twilio = json!({"account_sid": ACCOUNT, "auth_token": TOKEN, "from": "+13125550100"});
    // Each booking plans a reminder in the same write.
    let rules = json!({"reminders": ["1d"], "hourly_limit": 100_000});
    let settings = json!({"twilio": twilio, "messages": rules});
    assert_eq!(org.patch(&server, settings).await.0, StatusCode::OK);
    let first_day: jiff::civil::Date = "2026-09-24".parse().unwrap();
    for round in 0..rounds {
        let day = first_day.saturating_add(jiff::Span::new().days(i64::try_from(round).unwrap()));
        let mut callers = JoinSet::new();
        for who in 0..CALLERS {
            let line = Line::to(&server, &org);
            callers.spawn(caller(line, round, who, day.to_string()));
        }
        // The moment of the kill is what differs from round to round.
        tokio::time::sleep(Duration::from_millis(100 + dice.below(900))).await;
        server.kill();
        callers.join_all().await;
        server = start(folder.path(), &carrier, clock()).await;
    }
    carrier.behave();
    let since = Instant::now();
    loop {
        let open = open_messages(&server, &org).await;
        if open.is_empty() {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(120), "never sent: {open:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut came: BTreeMap<String, usize> = BTreeMap::new();
    for kept in carrier.kept() {
        *came.entry(kept.body).or_default() += 1;
    }
    let bookings = org.bookings(&server).await;
    assert!(bookings.len() as u64 > rounds, "too little happened to show anything");
    for booking in &bookings {
        let code = booking["confirmation"].as_str().unwrap();
        let of_booking: Vec<_> = came.iter().filter(|(body, _)| body.contains(code)).collect();
        assert_eq!(of_booking.len(), 1, "{booking}: {of_booking:?}");
        assert_eq!(*of_booking[0].1, 1, "{of_booking:?} came more than once");
    }
    assert_eq!(came.len(), bookings.len());
    eprintln!("{} bookings, each with one message, {:?}", bookings.len(), began.elapsed());
}
