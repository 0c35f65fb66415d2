//! Every request that we send is one that Google's own description allows. With `HOOKSWITCH_SPECS` set to
//! a folder of vendors' descriptions, all requests of a long story are compared with the one of Google.

use super::discovery::Discovery;
use super::*;
use crate::described::is_posted_to;
use crate::support::eventually;

/// The description in that folder.
const FILE: &str = "google-calendar-v3.discovery.json";

/// A clinic that asks each second for changes.
async fn asking(options: Value) -> Clinic {
    let stand_in = StandIn::start(setup(MORNING)).await.unwrap();
    let url = stand_in.base_url();
    let change = move |config: &mut hookswitch::config::Config| {
        config.providers.google.base_url = url;
        config.sync.poll_seconds = 1;
    };
    let server = TestServer::start_with(MORNING, change, Vec::new).await;
    Clinic::with(stand_in, server, json!({}), connection(options)).await
}

async fn stands(clinic: &Clinic, what: &str, fits: impl Fn(&Value) -> bool) {
    eventually(what, || async { fits(&clinic.bookings().await[0]).then_some(()) }).await;
}

#[tokio::test]
async fn every_request_is_valid_by_googles_own_description() {
    let Some(folder) = crate::described::folder() else { return };
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
    let discovery = Discovery::read(&text);
    let options = json!({"calendar_ids": [DESK, ROOM], "invite": true, "event_fields":
        {"location": "12 Willow Street", "colorId": "5", "description": "{customer_phone}"}});
    let clinic = asking(options).await;
    clinic.check().await;
    let call = clinic.offered().await;
    let mut ten = ten_for("Ann Ruiz");
    ten["customer_email"] = json!("ann@example.com");
    clinic.stand_in.next(Operation::Insert, Trouble::DropsAfter);
    let booked = call.tool("create_booking", ten.clone()).await;
    stands(&clinic, "the look-up", |ours| ours["outcome"] == "confirmed").await;
    let code = booked["confirmationNumber"].clone();
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    assert_eq!(call.tool("reschedule_booking", to_eleven).await["success"], true);
    call.tool("list_calendars", json!({})).await;
    call.tool("get_events", json!({"start_time": DAY})).await;
    let id = clinic.stand_in.standing()[0].id.clone();
    // What is moved by hand is found by asking, also when Google has forgotten until when we know it.
    for (forgets, moved) in [(false, "13:00"), (true, "15:00")] {
        if forgets {
            clinic.stand_in.forget_sync_tokens();
        }
        let start = at(&format!("{DAY}T{moved}:00-05:00"));
        let end = start.checked_add(jiff::SignedDuration::from_mins(30)).unwrap();
        assert!(clinic.stand_in.move_by_hand(&id, start, end));
        stands(&clinic, "the move by hand", |ours| ours["booking_time"] == moved).await;
    }
    // Not there is looked for by our reference.
    clinic.stand_in.next(Operation::Delete, Trouble::Answers { status: 404, body: json!({}) });
    call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert!(id.starts_with("hs"));
    let count = |operation| clinic.stand_in.asked_to(operation).len();
    let watches = || count(Operation::Watch) - count(Operation::Stop);
    let at = |config: &mut hookswitch::config::Config| {
        config.providers.google.base_url = clinic.stand_in.base_url();
    };
    is_posted_to(at, connection(json!({"calendar_ids": [DESK]})), watches).await;
    let asked = clinic.stand_in.asked();
    for operation in [
        Operation::List,
        Operation::Sync,
        Operation::Watch,
        Operation::Stop,
        Operation::FreeBusy,
        Operation::Listed,
        Operation::Get,
        Operation::Insert,
        Operation::Patch,
        Operation::Delete,
    ] {
        assert!(asked.iter().any(|asked| asked.operation == operation), "{operation:?} is missing");
    }
    for asked in asked {
        let wrong = discovery.wrong(&asked.method, &asked.uri, asked.body.as_ref());
        assert_eq!(wrong, Vec::<String>::new(), "{} {}: {:?}", asked.method, asked.uri, asked.body);
    }
}

#[tokio::test]
async fn the_comparison_finds_what_is_wrong() {
    let Some(folder) = crate::described::folder() else { return };
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
    let discovery = Discovery::read(&text);
    let events = "/calendar/v3/calendars/primary/events";
    let event = |more: Value| {
        let mut event = json!({"start": {"dateTime": "2026-09-24T10:00:00-05:00"},
            "end": {"dateTime": "2026-09-24T10:30:00-05:00"}});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Some(event)
    };
    assert!(discovery.wrong("POST", events, event(json!({})).as_ref()).is_empty());
    for (method, uri, body, about) in [
        ("GET", "/calendar/v3/elsewhere".to_owned(), None, "no such method"),
        ("PUT", events.to_owned(), None, "no such method"),
        ("GET", format!("{events}?colour=red"), None, "colour"),
        ("GET", format!("{events}?maxResults=many"), None, "maxResults"),
        ("GET", format!("{events}?maxResults=0"), None, "maxResults"),
        ("GET", format!("{events}?singleEvents=yes"), None, "singleEvents"),
        ("GET", format!("{events}?timeMin=2026-09-24"), None, "timeMin"),
        ("GET", format!("{events}?orderBy=size"), None, "orderBy"),
        ("GET", format!("{events}?pageToken=a&pageToken=b"), None, "pageToken"),
        ("GET", events.to_owned(), event(json!({})), "takes no body"),
        ("POST", events.to_owned(), None, "body is missing"),
        ("POST", events.to_owned(), Some(json!({"summary": "x"})), "start is missing"),
        ("POST", events.to_owned(), event(json!({"colour": "red"})), "colour"),
        ("POST", events.to_owned(), event(json!({"summary": 7})), "summary"),
        ("POST", events.to_owned(), event(json!({"reminders": {"useDefault": "x"}})), "useDefault"),
        ("POST", events.to_owned(), event(json!({"attendees": [{"mail": "x"}]})), "mail"),
        ("POST", format!("{events}/watch"), None, "body is missing"),
        ("POST", format!("{events}/watch"), Some(json!({"adress": "x"})), "adress"),
        ("GET", format!("{events}/watch"), Some(json!({})), "takes no body"),
        ("GET", "/calendar/v3/channels/stop".to_owned(), None, "no such method"),
        ("POST", "/calendar/v3/channels/stop".to_owned(), Some(json!({"id": 7})), "id"),
        ("GET", format!("{events}?syncToken=a&syncToken=b"), None, "syncToken"),
        ("POST", events.to_owned(), event(json!({"end": {"dateTime": "soon"}})), "dateTime"),
        (
            "POST",
            events.to_owned(),
            event(json!({"extendedProperties": {"private": {"a": 1}}})),
            "private.a",
        ),
    ] {
        let wrong = discovery.wrong(method, &uri, body.as_ref());
        assert!(wrong.iter().any(|wrong| wrong.contains(about)), "{method} {uri}: {wrong:?}");
    }
}
