//! Rounds of booking, moving and cancelling at a provider that fails and hangs, killing, and starting
//! again: what callers were told, our records and the provider's agree in the end, and everything has
//! come to an end: no claim is left that hides a time from those who ask for it.

mod complaints;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hookswitch::player::stand_ins::calcom::{EventType, Operation, Plan, Setup, StandIn, Trouble};
use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Dice;
use super::rounds::{Line, number_of, word};
use crate::support::{Host, MORNING, Process, TestOrg, eventually_within};
use complaints::complaints;

/// Callers who book at the same time, each in a call of their own.
const CALLERS: u64 = 32;

const KEY: &str = "cal_live_of_the_kill_rounds";
const VISITS: u64 = 10;

const ZONE: &str = "America/Chicago";

/// After so many rounds all of them are looked at once more; otherwise only what a round was about.
const WHOLE: u64 = 25;

/// What one caller asked for, and the whole answer if it was heard.
#[derive(Clone)]
struct Wish {
    call: String,
    id: String,
    tool: &'static str,
    /// Of whom, for whom: one name, one booking.
    name: String,
    /// Local, as the caller says it.
    time: String,
    arguments: Value,
    answer: Option<Value>,
}

impl Wish {
    fn cancels(&self) -> bool {
        self.tool == "cancel_booking"
    }

    fn was_told(&self, words: &str) -> bool {
        let said = self.answer.as_ref().and_then(|answer| answer["message"].as_str());
        said.is_some_and(|said| said.contains(words))
    }
}

async fn stand_in() -> StandIn {
    let visits = EventType {
        weekends: true,
        hours: (time(0, 0, 0, 0), time(23, 50, 0, 0)),
        ..EventType::new(VISITS, "Visit", 10)
    };
    let setup = Setup {
        api_key: KEY.into(),
        zone: ZONE.into(),
        now: MORNING.parse().unwrap(),
        event_types: vec![visits],
    };
    StandIn::start(setup).await.unwrap()
}

/// Troubles of every kind, for about every third booking, move, cancellation and look-up.
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
        for operation in [Operation::Create, Operation::Reschedule, Operation::Cancel] {
            let trouble = trouble.clone();
            stand_in.plan(Plan { operation, trouble, times: None, percent: 6 });
        }
    }
    look_ups_fail(stand_in, None);
}

/// Questions for what became of a booking come to nothing: so often, or as long as it goes.
fn look_ups_fail(stand_in: &StandIn, times: Option<u32>) {
    let percent = if times.is_some() { 100 } else { 10 };
    // Fewer than it takes to leave the calendar alone.
    for trouble in [Trouble::FailsBefore, Trouble::DropsBefore] {
        for operation in [Operation::List, Operation::Get] {
            let trouble = trouble.clone();
            stand_in.plan(Plan { operation, trouble, times, percent });
        }
    }
}

async fn start(folder: &std::path::Path, stand_in: &StandIn, now: Timestamp) -> Process {
    let more = format!("[providers.calcom]\nbase_url = \"{}\"", stand_in.base_url());
    Process::start_at(folder, now, &format!("[sessions]\ntool_deadline_ms = 2500\n{more}")).await
}

async fn connected_org(server: &Process) -> TestOrg {
    let org = super::busy_org(server).await;
    let body = json!({"provider": "calcom", "credentials": {"api_key": KEY},
        "options": {"services": {"visit": VISITS}, "requests_per_minute": 60_000}});
    let path = format!("/api/orgs/{}/connections", org.id);
    let (status, made) = server.request(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    // A time that somebody was told of is shown to others again at once.
    let booking = json!({"hold_seconds": 1});
    let patch = json!({"default_connection": made["id"], "booking": booking});
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
        let time = clock(who / 2 * 6 + number);
        let name = format!("Caller {} {}", word(who), word(number));
        let mut wish = Wish {
            call: call.clone(),
            id: format!("book-{round}-{who}-{number}"),
            tool: "create_booking",
            arguments: json!({
                "date": day, "time": time, "customer_name": name, "keep_existing": true,
            }),
            name,
            time,
            answer: None,
        };
        wish.answer = ask(&line, &wish).await;
        let then = match number {
            0 if wish.was_told("I've booked") => Some(moving(&wish, who, &day)),
            1 if wish.was_told("I've booked") => Some(cancelling(&wish)),
            _ => None,
        };
        wishes.push(wish);
        if let Some(mut then) = then {
            then.answer = ask(&line, &then).await;
            wishes.push(then);
        }
        heard.fetch_add(1, Ordering::Relaxed);
        if wishes.last().is_some_and(|wish| wish.answer.is_none()) {
            break;
        }
    }
    wishes
}

fn cancelling(booked: &Wish) -> Wish {
    let code = booked.answer.as_ref().map(|answer| answer["confirmationNumber"].clone());
    Wish {
        id: format!("cancel-{}", booked.id),
        tool: "cancel_booking",
        arguments: json!({"booking_reference": code}),
        answer: None,
        ..booked.clone()
    }
}

/// The half of a day that nobody books at first has a place for each caller to move to.
fn moving(booked: &Wish, who: u64, day: &str) -> Wish {
    let code = booked.answer.as_ref().map(|answer| answer["confirmationNumber"].clone());
    let time = clock(CALLERS / 2 * 6 + who);
    Wish {
        call: booked.call.clone(),
        id: format!("move-{}", booked.id),
        tool: "reschedule_booking",
        name: booked.name.clone(),
        arguments: json!({"booking_reference": code, "new_date": day, "new_time": time}),
        time,
        answer: None,
    }
}

/// The time of a day's ten minutes.
fn clock(place: u64) -> String {
    format!("{:02}:{:02}", place / 6, place % 6 * 10)
}

async fn ask(line: &Line, wish: &Wish) -> Option<Value> {
    let text = line.tool(Some(&wish.call), &wish.id, wish.tool, &wish.arguments).await?;
    Some(crate::support::result_of(&serde_json::from_str(&text).unwrap()))
}

async fn jobs(server: &Process, org: &TestOrg) -> Vec<Value> {
    let path = format!("/api/orgs/{}/jobs?limit=10000", org.id);
    server.read(&path).await["items"].as_array().unwrap().clone()
}

/// Waits until nothing is left to do, and nothing was given up.
async fn at_rest(server: &Process, org: &TestOrg) {
    eventually_within(Duration::from_secs(90), "no work that is left", || async {
        let jobs = jobs(server, org).await;
        assert!(jobs.iter().all(|job| job["state"] != "dead"), "given up: {jobs:#?}");
        jobs.is_empty().then_some(())
    })
    .await;
}

/// The starts that whoever asks hears to be free on a day.
async fn free(server: &Process, org: &TestOrg, day: &str) -> BTreeSet<Timestamp> {
    let path = format!("/api/orgs/{}/availability?service_id=visit&from={day}", org.id);
    let items = server.read(&path).await["items"].as_array().unwrap().clone();
    items.iter().map(|slot| slot["start"].as_str().unwrap().parse().unwrap()).collect()
}

/// Waits until what is free on a day is all that nothing stands at: every claim has come to an end.
/// `open` is what was free before anybody booked.
async fn nothing_is_hidden(
    server: &Process,
    org: &TestOrg,
    day: &str,
    (open, bookings): (&BTreeSet<Timestamp>, &[Value]),
) -> Result<(), String> {
    let standing: BTreeSet<Timestamp> = bookings
        .iter()
        .filter(|booking| booking["status"] == "confirmed" && booking["booking_date"] == *day)
        .map(|booking| booking["start"].as_str().unwrap().parse().unwrap())
        .collect();
    let expected: BTreeSet<Timestamp> = open.difference(&standing).copied().collect();
    let since = Instant::now();
    loop {
        let free = free(server, org, day).await;
        if free == expected {
            return Ok(());
        }
        // What was told to callers in this round is kept for them for a moment.
        if since.elapsed() > Duration::from_secs(20) {
            let hidden: Vec<_> = expected.difference(&free).collect();
            let twice: Vec<_> = free.difference(&expected).collect();
            return Err(format!("on {day}, hidden: {hidden:?}; booked and offered: {twice:?}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// All bookings, or those that start on a day of the org, whatever became of them.
async fn bookings(server: &Process, org: &TestOrg, day: Option<Date>) -> Vec<Value> {
    let within = day.map_or_else(String::new, |day| {
        let (from, to) = ends(day);
        format!("&from={from}&to={to}")
    });
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/orgs/{}/bookings?limit=1000{within}{cursor}", org.id);
        let mut page = server.read(&path).await;
        found.append(page["items"].as_array_mut().unwrap());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// When a day begins and when it is over, at the org's place.
fn ends(day: Date) -> (Timestamp, Timestamp) {
    let midnight = |day: Date| day.in_tz(ZONE).unwrap().timestamp();
    (midnight(day), midnight(day.tomorrow().unwrap()))
}

/// Waits until every booking of a day has come to an end.
async fn settled(server: &Process, org: &TestOrg, day: Date, since: Instant) -> Vec<Value> {
    loop {
        let bookings = bookings(server, org, Some(day)).await;
        let open = bookings.iter().filter(|booking| {
            !matches!(
                (booking["status"].as_str(), booking["outcome"].as_str()),
                (Some("confirmed" | "cancelled"), Some("confirmed"))
                    | (Some("cancelled"), Some("failed"))
            )
        });
        let open: Vec<_> = open.cloned().collect();
        if open.is_empty() {
            return bookings;
        }
        assert!(since.elapsed() < Duration::from_secs(180), "never settled: {open:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn later(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_mins(20)).unwrap()
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
    let mut day: Date = "2026-09-24".parse().unwrap();
    let mut wishes: Vec<Wish> = Vec::new();
    let started = Instant::now();
    for number in 0..rounds {
        let open = free(&server, &org, &day.to_string()).await;
        trouble(&stand_in);
        let heard = Arc::new(AtomicUsize::new(0));
        let mut callers = JoinSet::new();
        for who in 0..CALLERS {
            let line = Line::to(&server, &org);
            callers.spawn(caller(line, number, who, day.to_string(), Arc::clone(&heard)));
        }
        // Some rounds end with the first answers, the others after the first moves.
        let enough = if number % 3 == 1 { dice.below(10) } else { 40 + dice.below(60) };
        let enough = usize::try_from(enough).unwrap();
        let since = Instant::now();
        while heard.load(Ordering::Relaxed) < enough && since.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        server.kill();
        let mut round: Vec<Wish> = callers.join_all().await.into_iter().flatten().collect();
        stand_in.behave();
        look_ups_fail(&stand_in, Some(1));
        // As if the operator had needed some minutes: what was on its way has arrived.
        now = later(now);
        // What it keeps for who books is free by then.
        stand_in.let_pass(SignedDuration::from_mins(20));
        server = start(folder.path(), &stand_in, now).await;
        let since = Instant::now();
        settled(&server, &org, day, since).await;
        let line = Line::to(&server, &org);
        for wish in round.iter_mut().filter(|wish| wish.answer.is_none()) {
            wish.answer = Some(ask(&line, wish).await.expect("the server is up"));
        }
        settled(&server, &org, day, since).await;
        if !jobs(&server, &org).await.is_empty() {
            // What was given up is looked for once more some minutes later.
            server.kill();
            now = later(now);
            server = start(folder.path(), &stand_in, now).await;
        }
        at_rest(&server, &org).await;
        let kept = settled(&server, &org, day, Instant::now()).await;
        let mut wrong = complaints(&round, &kept, &stand_in, Some(day));
        let books = (&open, kept.as_slice());
        wrong.extend(nothing_is_hidden(&server, &org, &day.to_string(), books).await.err());
        wishes.append(&mut round);
        if (number + 1) % WHOLE == 0 || number + 1 == rounds {
            let all = bookings(&server, &org, None).await;
            wrong.extend(complaints(&wishes, &all, &stand_in, None));
            eprintln!("{} rounds, {} bookings, {:?}", number + 1, all.len(), started.elapsed());
        }
        assert!(wrong.is_empty(), "after round {number} with seed {seed}: {wrong:#?}");
        day = day.saturating_add(jiff::Span::new().days(1));
    }
    let moved = wishes.iter().filter(|wish| wish.was_told("I've moved")).count();
    let given_up =
        wishes.iter().filter(|wish| wish.cancels() && wish.was_told("I've cancelled")).count();
    let took = started.elapsed();
    eprintln!("{} wishes, {moved} moved, {given_up} cancelled, {took:?}", wishes.len());
    assert!(wishes.len() > usize::try_from(rounds).unwrap(), "too little happened");
    assert!(moved > 0, "nobody moved");
    assert!(given_up > 0, "nobody cancelled");
}
