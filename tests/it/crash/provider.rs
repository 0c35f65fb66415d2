//! Rounds of booking at a provider that fails and hangs, killing, and starting again: what callers
//! were told, our records and the provider's agree in the end, and everything has come to an end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hookswitch::player::stand_ins::calcom::{EventType, Operation, Plan, Setup, StandIn, Trouble};
use jiff::civil::time;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Dice;
use super::rounds::{Line, number_of, word};
use crate::support::{Host, MORNING, Process, TestOrg};

/// Callers who book at the same time, each in a call of their own.
const CALLERS: u64 = 32;

const KEY: &str = "cal_live_of_the_kill_rounds";
const VISITS: u64 = 10;

/// What one caller asked for, and the whole answer if it was heard.
#[derive(Clone)]
struct Wish {
    call: String,
    id: String,
    arguments: Value,
    answer: Option<Value>,
}

async fn stand_in() -> StandIn {
    let visits = EventType {
        weekends: true,
        hours: (time(0, 0, 0, 0), time(23, 50, 0, 0)),
        ..EventType::new(VISITS, "Visit", 10)
    };
    let setup = Setup {
        api_key: KEY.into(),
        zone: "America/Chicago".into(),
        now: MORNING.parse().unwrap(),
        event_types: vec![visits],
    };
    StandIn::start(setup).await.unwrap()
}

/// Troubles of every kind, for about every third booking.
fn trouble(stand_in: &StandIn) {
    let kinds = [
        Trouble::FailsBefore,
        Trouble::FailsAfter,
        Trouble::HangsBefore,
        Trouble::HangsAfter,
        Trouble::DropsBefore,
        Trouble::DropsAfter,
    ];
    for trouble in kinds {
        stand_in.plan(Plan { operation: Operation::Create, trouble, times: None, percent: 6 });
    }
}

async fn start(folder: &std::path::Path, stand_in: &StandIn, now: Timestamp) -> Process {
    let more = format!("[providers.calcom]\nbase_url = \"{}\"", stand_in.base_url());
    Process::start_at(folder, now, &format!("[sessions]\ntool_deadline_ms = 2500\n{more}")).await
}

async fn connected_org(server: &Process) -> TestOrg {
    let org = super::busy_org(server).await;
    let body = json!({"provider": "calcom", "credentials": {"api_key": KEY},
        "options": {"services": {"visit": VISITS}}});
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let patch = json!({"default_connection": made["id"]});
    assert_eq!(org.patch(server, patch).await.0, StatusCode::OK);
    org
}

/// One caller: hears of the day, then books one time after another until the server is gone.
async fn caller(
    line: Line,
    round: u64,
    who: u64,
    day: String,
    heard: Arc<AtomicUsize>,
) -> Vec<Wish> {
    let call = format!("call-{round}-{who}");
    let mut wishes = Vec::new();
    let free = json!({"date": day});
    if line
        .tool(Some(&call), &format!("free-{round}-{who}"), "checkAvailability", &free)
        .await
        .is_none()
    {
        return wishes;
    }
    for number in 0..6 {
        // Two want the same times.
        let minutes = (who / 2 * 6 + number) * 10;
        let mut wish = Wish {
            call: call.clone(),
            id: format!("book-{round}-{who}-{number}"),
            arguments: json!({
                "date": day,
                "time": format!("{:02}:{:02}", minutes / 60, minutes % 60),
                "customer_name": format!("Caller {} {}", word(who), word(number)),
                "keep_existing": true,
            }),
            answer: None,
        };
        wish.answer = ask(&line, &wish).await;
        let gone = wish.answer.is_none();
        wishes.push(wish);
        if gone {
            break;
        }
        heard.fetch_add(1, Ordering::Relaxed);
    }
    wishes
}

async fn ask(line: &Line, wish: &Wish) -> Option<Value> {
    let text = line.tool(Some(&wish.call), &wish.id, "create_booking", &wish.arguments).await?;
    Some(crate::support::result_of(&serde_json::from_str(&text).unwrap()))
}

/// Waits until every booking has come to an end.
async fn settled(server: &Process, org: &TestOrg, since: Instant) -> Vec<Value> {
    loop {
        let bookings = org.bookings(server).await;
        let open = bookings.iter().filter(|booking| {
            !matches!(
                (booking["status"].as_str(), booking["outcome"].as_str()),
                (Some("confirmed"), Some("confirmed")) | (Some("cancelled"), Some("failed"))
            )
        });
        let open: Vec<_> = open.cloned().collect();
        if open.is_empty() {
            return bookings;
        }
        assert!(since.elapsed() < Duration::from_secs(90), "never settled: {open:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is wrong between what was said, what we have and what the provider has.
fn complaints(wishes: &[Wish], bookings: &[Value], stand_in: &StandIn) -> Vec<String> {
    let mut wrong = Vec::new();
    let standing: Vec<&Value> =
        bookings.iter().filter(|booking| booking["status"] == "confirmed").collect();
    let mut theirs: BTreeMap<String, Timestamp> = BTreeMap::new();
    for kept in stand_in.standing() {
        let reference = kept
            .metadata
            .values()
            .filter_map(Value::as_str)
            .find(|text| bookings.iter().any(|booking| booking["id"] == **text));
        match reference {
            Some(reference) => {
                if theirs.insert(reference.to_owned(), kept.start).is_some() {
                    wrong.push(format!("{reference} stands twice at the provider"));
                }
            }
            None => wrong.push(format!("nobody knows {kept:?}")),
        }
    }
    let ours: BTreeMap<String, Timestamp> = standing
        .iter()
        .map(|booking| {
            let text = |field: &str| booking[field].as_str().unwrap();
            (text("id").to_owned(), text("start").parse().unwrap())
        })
        .collect();
    if ours != theirs {
        wrong.push(format!("ours {ours:?}\ntheirs {theirs:?}"));
    }
    let starts: BTreeSet<_> = ours.values().collect();
    if starts.len() != ours.len() {
        wrong.push("a time is booked twice".into());
    }
    let mut by_name: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for booking in &standing {
        let text = |field: &str| booking[field].as_str().unwrap();
        *by_name.entry((text("call_id"), text("customer_name"))).or_default() += 1;
    }
    for wish in wishes {
        let name = wish.arguments["customer_name"].as_str().unwrap();
        let count = by_name.get(&(wish.call.as_str(), name)).copied().unwrap_or(0);
        if count > 1 {
            wrong.push(format!("{} was booked {count} times", wish.id));
        }
        let Some(answer) = &wish.answer else { continue };
        let was_booked =
            answer["message"].as_str().is_some_and(|text| text.contains("I've booked"));
        if was_booked && count == 0 {
            wrong.push(format!("{} was told {answer} and has nothing", wish.id));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_the_provider_fails_nothing_is_lost_or_doubled_and_everything_ends() {
    let usual = if std::env::var_os("CI").is_some() { 20 } else { 3 };
    let rounds = number_of("HOOKSWITCH_KILL_ROUNDS", usual);
    let seed = number_of("HOOKSWITCH_KILL_SEED", u64::from(std::process::id()));
    eprintln!("{rounds} rounds, HOOKSWITCH_KILL_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let stand_in = stand_in().await;
    let mut now: Timestamp = MORNING.parse().unwrap();
    let mut server = start(folder.path(), &stand_in, now).await;
    let org = connected_org(&server).await;
    let mut day: jiff::civil::Date = "2026-09-24".parse().unwrap();
    let mut wishes: Vec<Wish> = Vec::new();
    let started = Instant::now();
    for number in 0..rounds {
        trouble(&stand_in);
        let heard = Arc::new(AtomicUsize::new(0));
        let mut callers = JoinSet::new();
        for who in 0..CALLERS {
            let line = Line::to(&server, &org);
            callers.spawn(caller(line, number, who, day.to_string(), Arc::clone(&heard)));
        }
        let enough = usize::try_from(dice.below(40)).unwrap();
        let since = Instant::now();
        while heard.load(Ordering::Relaxed) < enough && since.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        server.kill();
        let mut round: Vec<Wish> = callers.join_all().await.into_iter().flatten().collect();
        stand_in.behave();
        // As if the operator had needed some minutes: what was on its way has arrived.
        now = now.checked_add(SignedDuration::from_mins(20)).unwrap();
        server = start(folder.path(), &stand_in, now).await;
        let since = Instant::now();
        settled(&server, &org, since).await;
        let line = Line::to(&server, &org);
        for wish in round.iter_mut().filter(|wish| wish.answer.is_none()) {
            wish.answer = Some(ask(&line, wish).await.expect("the server is up"));
        }
        wishes.append(&mut round);
        let bookings = settled(&server, &org, since).await;
        let wrong = complaints(&wishes, &bookings, &stand_in);
        assert!(wrong.is_empty(), "after round {number} with seed {seed}: {wrong:#?}");
        day = day.saturating_add(jiff::Span::new().days(1));
    }
    eprintln!("{} wishes, {:?}", wishes.len(), started.elapsed());
    assert!(wishes.len() > usize::try_from(rounds).unwrap(), "too little happened");
}
