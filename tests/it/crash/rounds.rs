//! Rounds of booking, killing, starting again and comparing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::ledger::{Request, complaints};
use super::{Dice, busy_org, copy};
use crate::support::{Host, Process, TestOrg, eventually};

/// Tasks that book at the same time: every second one in a call of its own, the others directly.
const CLIENTS: u64 = 6;

/// A moment that no client reaches: each books until its server is gone.
const MOST_PER_CLIENT: u64 = 140;

/// How one client reaches the server in one round.
#[derive(Clone)]
pub(super) struct Line {
    client: Client,
    url: String,
    secret: String,
}

impl Line {
    pub(super) fn to(server: &Process, org: &TestOrg) -> Self {
        Self {
            client: server.client().clone(),
            url: server.url(&format!("/webhook/{}", org.webhook_id)),
            secret: org.secret.clone(),
        }
    }

    /// Posts one tool call; gives the answer's text, or nothing if the server is gone.
    pub(super) async fn tool(
        &self,
        call: Option<&str>,
        id: &str,
        name: &str,
        arguments: &Value,
    ) -> Option<String> {
        let tool = json!({"id": id, "type": "function",
            "function": {"name": name, "arguments": arguments}});
        let mut message = json!({"type": "tool-calls", "toolCallList": [tool]});
        if let Some(call) = call {
            message["call"] = json!({"id": call, "type": "inboundPhoneCall",
                "customer": {"number": "+15125550143"}});
        }
        let body = json!({"message": message});
        let sent = self.client.post(&self.url).bearer_auth(&self.secret).json(&body).send().await;
        let answer = sent.ok()?;
        assert_eq!(answer.status(), 200);
        answer.text().await.ok()
    }

    async fn ask(&self, request: &Request) -> Option<String> {
        let call = request.call.as_deref();
        self.tool(call, &request.tool_call_id, "create_booking", &request.arguments).await
    }
}

/// Books one slot after another until the server is gone.
async fn book_until_killed(
    line: Line,
    round: u64,
    client: u64,
    first_day: jiff::civil::Date,
    acknowledged: Arc<AtomicUsize>,
) -> Vec<Request> {
    // Two neighbours want the same day, so that some are beaten to their slots.
    let day = first_day.saturating_add(jiff::Span::new().days((client / 2).cast_signed()));
    let call = client.is_multiple_of(2).then(|| format!("call-{round}-{client}"));
    let mut requests = Vec::new();
    if call.is_some() {
        let arguments = json!({"date": day.to_string()});
        let id = format!("check-{round}-{client}");
        if line.tool(call.as_deref(), &id, "check_availability", &arguments).await.is_none() {
            return requests;
        }
    }
    for number in 0..MOST_PER_CLIENT {
        let minutes = number * 10;
        let mut request = Request {
            call: call.clone(),
            tool_call_id: format!("book-{round}-{client}-{number}"),
            arguments: json!({
                "date": day.to_string(),
                "time": format!("{:02}:{:02}", minutes / 60, minutes % 60),
                "customer_name": format!("Caller {} {}", word(client), word(number)),
                "keep_existing": true,
            }),
            answer: None,
        };
        request.answer = line.ask(&request).await;
        let gone = request.answer.is_none();
        requests.push(request);
        if gone {
            break;
        }
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    requests
}

/// A number as letters, as names are written: names with digits in them are not names.
pub(super) fn word(number: u64) -> String {
    let letter = |first: u8, digit: u64| char::from(first + u8::try_from(digit % 26).unwrap());
    [letter(b'A', number / 26), letter(b'a', number)].iter().collect()
}

/// One round up to the kill; gives what was asked.
async fn round(
    server: Process,
    org: &TestOrg,
    round: u64,
    first_day: jiff::civil::Date,
    dice: &mut Dice,
) -> Vec<Request> {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let line = Line::to(&server, org);
        let acknowledged = Arc::clone(&acknowledged);
        clients.spawn(book_until_killed(line, round, client, first_day, acknowledged));
    }
    // A random number of answers and a random moment after it.
    let enough = usize::try_from(dice.below(24)).unwrap();
    let moment = Duration::from_micros(dice.below(8_000));
    eventually("some bookings", || async {
        (acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
    })
    .await;
    tokio::time::sleep(moment).await;
    server.kill();
    clients.join_all().await.into_iter().flatten().collect()
}

/// Asks everything again: what was answered must be answered alike, what was not gets its outcome.
/// Gives how many were settled only now, and how many of those had been booked before the kill.
async fn ask_again(
    server: &Process,
    org: &TestOrg,
    requests: &mut [Request],
    before: &[Value],
) -> (usize, usize) {
    let line = Line::to(server, org);
    let (mut unanswered, mut on_disk) = (0, 0);
    for request in requests {
        let again = line.ask(request).await.expect("the server is up");
        match &request.answer {
            Some(first) => assert_eq!(*first, again, "a repeat got another answer"),
            None => {
                unanswered += 1;
                request.answer = Some(again.clone());
                let code = request.result()["confirmationNumber"].clone();
                on_disk += usize::from(before.iter().any(|b| b["confirmation"] == code));
                // And from now on that is its answer.
                assert_eq!(line.ask(request).await.as_ref(), Some(&again));
            }
        }
    }
    (unanswered, on_disk)
}

/// What each call's own state knows of its bookings.
async fn calls_know_their_bookings(server: &Process, org: &TestOrg, requests: &[Request]) {
    let calls: std::collections::BTreeSet<_> =
        requests.iter().filter_map(|request| request.call.clone()).collect();
    for call in calls {
        let path = format!("/api/orgs/{}/calls/{call}", org.id);
        let state = server.read(&path).await["state"].clone();
        let mut known: Vec<&str> = state["bookings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|booking| booking["confirmation"].as_str().unwrap())
            .collect();
        let of_call = requests.iter().filter(|request| request.call.as_ref() == Some(&call));
        let results: Vec<Value> = of_call.map(Request::result).collect();
        let mut told: Vec<&str> =
            results.iter().filter_map(|result| result["confirmationNumber"].as_str()).collect();
        known.sort_unstable();
        told.sort_unstable();
        assert_eq!(known, told, "what {call} knows is not what it was told");
    }
}

pub(super) fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_booking_nothing_acknowledged_is_lost_and_nothing_is_doubled() {
    // The long run is the build machine's.
    let usual = if std::env::var_os("CI").is_some() { 50 } else { 12 };
    let rounds = number_of("HOOKSWITCH_KILL_ROUNDS", usual);
    let seed = number_of("HOOKSWITCH_KILL_SEED", u64::from(std::process::id()));
    eprintln!("{rounds} rounds, HOOKSWITCH_KILL_SEED={seed}");
    let mut dice = Dice(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut server = Process::start(folder.path()).await;
    let org = busy_org(&server).await;
    let mut first_day: jiff::civil::Date = "2026-09-24".parse().unwrap();
    let mut all: Vec<Request> = Vec::new();
    let (mut unanswered, mut on_disk) = (0, 0);
    let started = Instant::now();
    for number in 0..rounds {
        let mut requests = round(server, &org, number, first_day, &mut dice).await;
        server = Process::start(folder.path()).await;
        let before = org.bookings(&server).await;
        let (now, had_been) = ask_again(&server, &org, &mut requests, &before).await;
        (unanswered, on_disk) = (unanswered + now, on_disk + had_been);
        calls_know_their_bookings(&server, &org, &requests).await;
        all.append(&mut requests);
        let wrong = complaints(&all, &org.bookings(&server).await);
        assert!(wrong.is_empty(), "after round {number} with seed {seed}: {wrong:#?}");
        first_day = first_day.saturating_add(jiff::Span::new().days(3));
    }
    eprintln!(
        "{} requests, {unanswered} unanswered at the kill, {on_disk} of them booked all the same, {:?}",
        all.len(),
        started.elapsed(),
    );
    assert!(all.len() > usize::try_from(rounds).unwrap(), "too little happened to show anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_that_a_folder_lost_do_not_go_unnoticed_by_this_check() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path()).await;
    let org = busy_org(&server).await;
    server.kill();
    let earlier = tempfile::tempdir().unwrap();
    copy(folder.path(), earlier.path());
    let server = Process::start(folder.path()).await;
    let day = "2026-09-24".parse().unwrap();
    let requests = round(server, &org, 0, day, &mut Dice(3)).await;
    let acknowledged: Vec<Request> = requests.into_iter().filter(|r| r.answer.is_some()).collect();
    let booked = acknowledged.iter().filter(|r| r.result()["success"] == true).count();
    assert!(booked > 0, "nothing was acknowledged");
    // The folder as it was before: whatever was acknowledged since is lost.
    let server = Process::start(earlier.path()).await;
    let wrong = complaints(&acknowledged, &org.bookings(&server).await);
    assert_eq!(wrong.len(), booked, "{wrong:#?}");
}
