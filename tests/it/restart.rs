//! The server stops in the middle of calls, in order or killed, and starts again: the calls go on
//! as if nothing had happened.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    FeedClient, Host, Process, TestOrg, TestServer, VapiCall, eventually, result_of,
};

const CALLER: &str = "+15125550143";
const DAY: &str = "2026-09-24";

/// What was going on before the restart.
struct Story {
    org: TestOrg,
    /// A known customer's call: slots offered, two failed attempts.
    call: VapiCall,
    /// Another live call, to which slots were spoken.
    other: VapiCall,
    /// A call that was over.
    over: VapiCall,
    /// What the operator saw of `call`.
    state: Value,
    /// Times that were spoken to `call` or `other`.
    spoken: Vec<Value>,
    /// A tool call of `call` and its answer, as it came.
    answered: (String, String),
}

async fn state_of(host: &impl Host, org: &TestOrg, call: &VapiCall) -> Value {
    host.read(&format!("/api/orgs/{}/calls/{}", org.id, call.id)).await["state"].clone()
}

fn check() -> Value {
    json!({"date": DAY})
}

/// A time at which nobody works.
fn at_night(name: &str) -> Value {
    json!({"date": DAY, "time": "03:00", "customer_name": name})
}

async fn tell(host: &impl Host) -> Story {
    let org = TestOrg::create(host, json!({"booking": {"max_offers": 3}})).await;
    let over = org.call(host, CALLER);
    over.tool("check_availability", json!({"date": "2026-09-23"})).await;
    let booked = over
        .tool(
            "create_booking",
            json!({"date": "2026-09-23", "time": "10:00", "customer_name": "Ann Ruiz"}),
        )
        .await;
    assert_eq!(booked["success"], true, "{booked}");
    over.end().await;

    let other = org.call(host, "+15125550144");
    let heard = other.tool("check_availability", check()).await;
    let mut spoken: Vec<Value> = heard["data"]["slots"].as_array().unwrap()[..3].to_vec();

    let call = org.call(host, CALLER);
    call.say("Hello, it is me again.").await;
    let path = format!("/api/orgs/{}/calls/{}", org.id, call.id);
    eventually("the caller to be known", || async {
        let (_, found) = host.request(Method::GET, &path, None).await;
        (found["state"]["customer"]["name"] == "Ann Ruiz").then_some(())
    })
    .await;
    let id = VapiCall::next_id();
    let text = call.text_as(&id, "check_availability", check()).await;
    let heard = result_of(&serde_json::from_str(&text).unwrap());
    let mine = &heard["data"]["slots"].as_array().unwrap()[..3];
    assert!(mine.iter().all(|time| !spoken.contains(time)), "holds of live calls are kept");
    spoken.extend_from_slice(mine);
    for attempts in 1..=2 {
        let refused = call.tool("create_booking", at_night("Ann Ruiz")).await;
        assert_eq!(refused["attempts"], attempts, "{refused}");
    }
    let state = state_of(host, &org, &call).await;
    assert!(state["offered_slots"].as_array().unwrap().len() >= 3);
    Story { org, call, other, over, state, spoken, answered: (id, text) }
}

async fn goes_on(host: &impl Host, story: Story) {
    let Story { org, call, other, over, state, spoken, answered } = story;
    let (call, other, over) = (call.at(host, &org), other.at(host, &org), over.at(host, &org));

    // Watchers find the live calls at once, as they were.
    let mut watcher = FeedClient::connect(host, &format!("org={}", org.id)).await;
    watcher.next().await;
    assert_eq!(watcher.calls.keys().collect::<Vec<_>>(), {
        let mut live = [&call.id, &other.id];
        live.sort();
        live
    });
    let again = state_of(host, &org, &call).await;
    assert_eq!(again, state);
    assert_eq!(again, watcher.calls[&call.id]);
    let events = host.read(&format!("/api/orgs/{}/calls/{}/events", org.id, call.id)).await;
    let last = events["items"].as_array().unwrap().last().unwrap();
    assert_eq!(last["event"]["type"], "session_restored");

    // Somebody new is not offered what others were told of.
    let stranger = org.call(host, "+15125550199");
    let offered = stranger.tool("check_availability", check()).await;
    let slots = offered["data"]["slots"].as_array().unwrap();
    assert!(!slots.is_empty());
    assert!(slots.iter().all(|time| !spoken.contains(time)), "{slots:?} and {spoken:?}");

    // A repeat of an earlier tool call gets the earlier answer.
    let (id, text) = answered;
    assert_eq!(call.text_as(&id, "check_availability", check()).await, text);

    // Counts go on, and an offered slot needs no second offer.
    let refused = call.tool("create_booking", at_night("Ann Ruiz")).await;
    assert_eq!(refused["attempts"], 3, "{refused}");
    assert_eq!(refused["transferSuggested"], true, "{refused}");
    for (who, time) in [(&call, &spoken[3]), (&other, &spoken[0])] {
        let arguments = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
        let booked = who.tool("create_booking", arguments).await;
        assert_eq!(booked["success"], true, "{booked}");
    }
    let bookings = org.bookings(host).await;
    assert_eq!(bookings.len(), 3);
    let mine = bookings.iter().find(|booking| booking["call_id"] == call.id).unwrap();
    assert_eq!(mine["customer_phone"], CALLER);

    // What is over stays over, whatever comes late.
    over.say("Are you still there?").await;
    let status = json!({"type": "status-update", "status": "in-progress"});
    assert_eq!(over.post(status).await.0, StatusCode::OK);
    over.tool("check_availability", check()).await;
    assert_eq!(state_of(host, &org, &over).await["status"], "ended");
    let live = host.read(&format!("/api/orgs/{}/calls?state=live", org.id)).await;
    let live: Vec<&Value> =
        live["items"].as_array().unwrap().iter().map(|c| &c["call_id"]).collect();
    assert_eq!(live.len(), 3);
    assert!(!live.contains(&&json!(over.id)));
    let mut fresh = FeedClient::connect(host, &format!("org={}", org.id)).await;
    fresh.next().await;
    assert!(!fresh.calls.contains_key(&over.id));
    // Nor does it come back for one who was watching all the while.
    watcher.catch_up(fresh.seq).await;
    assert!(!watcher.calls.contains_key(&over.id));
    assert_eq!(watcher.calls.len(), 3);
}

#[tokio::test]
async fn a_call_goes_on_after_an_orderly_restart() {
    let mut server = TestServer::start().await;
    let story = tell(&server).await;
    server.restart(None).await;
    goes_on(&server, story).await;
}

#[tokio::test]
async fn a_call_goes_on_after_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path()).await;
    let story = tell(&server).await;
    server.kill();
    let server = Process::start(folder.path()).await;
    goes_on(&server, story).await;
}

#[tokio::test]
async fn a_quiet_call_is_put_away_and_woken_by_its_next_message() {
    let quickly = |config: &mut hookswitch::config::Config| config.sessions.idle_seconds = 1;
    let server = TestServer::start_with(crate::support::MORNING, quickly, Vec::new).await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, CALLER);
    let free = call.tool("check_availability", check()).await;
    let before = state_of(&server, &org, &call).await;
    let mut watcher = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    watcher.next().await;
    eventually("the session to be put away", || async {
        (server.get("/api/health").await["awake_sessions"] == 0).then_some(())
    })
    .await;
    call.post(json!({"type": "speech-update", "status": "started"})).await;
    assert_eq!(watcher.until("session_restored").await["call_id"], call.id);
    assert_eq!(state_of(&server, &org, &call).await, before);
    assert_eq!(watcher.calls[&call.id], before);
    let time = &free["data"]["slots"][0];
    let arguments = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", arguments).await["success"], true);
}

#[tokio::test]
async fn a_call_nobody_has_heard_of_for_half_a_day_is_over_after_a_restart() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, CALLER);
    call.tool("check_availability", check()).await;
    server.restart(Some("2026-09-23T03:00:00Z")).await;
    let path = format!("/api/orgs/{}/calls?state=ended", org.id);
    let (status, ended) = server.api(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ended["items"][0]["call_id"], call.id);
    let mut watcher = FeedClient::connect(&server, &format!("org={}", org.id)).await;
    watcher.next().await;
    assert!(watcher.calls.is_empty());
}

/// A copy of the whole conversation, as Vapi posts it again and again.
fn copy_of(lines: &[(&str, &str)]) -> Value {
    let turns: Vec<Value> =
        lines.iter().map(|(role, text)| json!({"role": role, "content": text})).collect();
    json!({"type": "conversation-update", "messagesOpenAIFormatted": turns})
}

async fn heard_in(server: &TestServer, org: &TestOrg, call: &VapiCall) -> Vec<String> {
    let state = state_of(server, org, call).await;
    let tail = state["transcript_tail"].as_array().unwrap();
    tail.iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

/// Vapi's default subscription has no transcripts, so that copies are all there is.
const TALK: [(&str, &str); 6] = [
    ("assistant", "Willow Street Dental, hello."),
    ("user", "Yes."),
    ("assistant", "Do you want to book?"),
    ("user", "Yes."),
    ("assistant", "For Thursday?"),
    ("user", "Yes."),
];

#[tokio::test]
async fn what_is_said_after_a_restart_is_followed_by_copies_of_the_conversation() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut call = org.call(&server, CALLER);
    for length in 1..=3 {
        call.post(copy_of(&TALK[..length])).await;
    }
    server.restart(None).await;
    call = call.at(&server, &org);
    for length in [3, 5, 4, 6, 6] {
        call.post(copy_of(&TALK[..length])).await;
    }
    let expected: Vec<&str> = TALK.iter().map(|(_, text)| *text).collect();
    assert_eq!(heard_in(&server, &org, &call).await, expected);
}

#[tokio::test]
async fn copies_of_the_conversation_add_nothing_to_transcripts_after_a_restart() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut call = org.call(&server, CALLER);
    // Transcripts come in smaller pieces than the turns of a copy.
    call.say("I would like").await;
    call.say("a cleaning.").await;
    server.restart(None).await;
    call = call.at(&server, &org);
    call.post(copy_of(&[("user", "I would like a cleaning.")])).await;
    call.say("On Thursday.").await;
    call.post(copy_of(&[("user", "I would like a cleaning. On Thursday.")])).await;
    let heard = heard_in(&server, &org, &call).await;
    assert_eq!(heard, ["I would like", "a cleaning.", "On Thursday."]);
}

#[tokio::test]
async fn a_tool_call_repeated_forty_hours_later_gets_its_first_answer() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut call = org.call(&server, CALLER);
    let free = call.tool("check_availability", check()).await;
    let time = &free["data"]["slots"][0];
    let booking = json!({"date": DAY, "time": time, "customer_name": "Ann Ruiz"});
    let checked = call.text_as("checked", "check_availability", check()).await;
    let booked = call.text_as("booked", "create_booking", booking.clone()).await;
    server.restart(Some("2026-09-24T06:30:00Z")).await;
    call = call.at(&server, &org);
    assert_eq!(call.text_as("checked", "check_availability", check()).await, checked);
    assert_eq!(call.text_as("booked", "create_booking", booking).await, booked);
    // Other arguments under an id that was used are refused, and nothing comes of them.
    let other = json!({"date": DAY, "time": "16:00", "customer_name": "Ann Ruiz"});
    for (id, name, arguments) in [
        ("booked", "create_booking", other.clone()),
        ("checked", "check_availability", json!({"date": "2026-09-25"})),
        ("checked", "create_booking", other),
    ] {
        let refused = call.raw_as(id, name, arguments).await;
        let error = refused["results"][0]["error"].as_str();
        assert!(
            error.is_some_and(|error| error.contains("already used with other arguments")),
            "{refused}"
        );
    }
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["booking_time"], *time);
}
