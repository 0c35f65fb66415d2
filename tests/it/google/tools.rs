//! The calendar tools by their exact names over Google: what an agent sees of the calendars, and that
//! nobody hears of somebody else's appointments.

use super::*;

const FOREIGN: &str = "Private matters of Jo Quill";

#[tokio::test]
async fn an_agent_lists_books_moves_and_deletes_by_the_calendar_tools() {
    let clinic = Clinic::open().await;
    clinic.stand_in.book_elsewhere(DESK, at("2026-09-24T19:00:00Z"), at("2026-09-24T19:45:00Z"));
    clinic.stand_in.book_elsewhere(ROOM, at("2026-09-24T21:00:00Z"), at("2026-09-24T21:30:00Z"));
    let call = clinic.call();
    let listed = call.tool("list_calendars", json!({})).await;
    let calendars = listed["calendars"].as_array().unwrap();
    let desk = calendars.iter().find(|calendar| calendar["id"] == DESK).unwrap();
    assert_eq!((&desk["name"], &desk["primary"]), (&json!("Willow Street Dental"), &json!(true)));
    assert_eq!(
        (&desk["provider"], &desk["time_zone"]),
        (&json!("google"), &json!("America/Chicago"))
    );
    let room = calendars.iter().find(|calendar| calendar["id"] == ROOM).unwrap();
    assert_eq!(
        (&room["name"], &room["primary"]),
        (&json!(ROOM), &json!(false)),
        "no more is shown"
    );

    let asked = json!({"calendar_ids": [DESK], "start_time": "2026-09-24T09:00:00-05:00"});
    let free = call.tool("get_availability", asked).await;
    let starts: Vec<&Value> =
        free["slots"].as_array().unwrap().iter().map(|s| &s["start"]).collect();
    assert!(starts.contains(&&json!("2026-09-24T10:00:00-05:00")), "{free}");
    assert!(!starts.contains(&&json!("2026-09-24T14:00:00-05:00")), "{free}");

    let made = json!({"start": "2026-09-24T10:00:00", "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_appointment", made).await;
    assert_eq!(booked["success"], true, "{booked}");
    let day = json!({"calendar_ids": ["primary"], "start_time": DAY});
    let seen = call.tool("get_events", day.clone()).await;
    let events = seen["events"].as_array().unwrap();
    assert_eq!(events.len(), 3, "{seen}");
    assert_eq!(events[0]["title"], "consultation for Ann Ruiz", "{seen}");
    assert_eq!(events[0]["start"], "2026-09-24T10:00:00-05:00");
    assert_eq!((&events[1]["title"], &events[1]["id"]), (&json!("Busy"), &Value::Null));
    assert_eq!(events[1]["end"], "2026-09-24T14:45:00-05:00");
    assert_eq!(events[2]["start"], "2026-09-24T16:00:00-05:00", "{seen}");
    let of_room = json!({"calendar_ids": [ROOM], "start_time": DAY});
    let of_room = call.tool("get_events", of_room).await;
    assert_eq!(of_room["events"].as_array().unwrap().len(), 1, "{of_room}");

    let id = events[0]["id"].clone();
    let to = json!({"event_id": id, "start_time": "2026-09-24T11:00:00", "calendar_id": DESK});
    let moved = call.tool("update_event", to).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(clinic.stand_in.standing()[0].start, at("2026-09-24T16:00:00Z"));
    let deleted = call.tool("delete_event", json!({"event_id": id})).await;
    assert_eq!(deleted["success"], true, "{deleted}");
    assert!(clinic.stand_in.standing().is_empty());
    let seen = call.tool("get_events", day).await;
    assert_eq!(seen["events"].as_array().unwrap().len(), 2, "{seen}");
}

#[tokio::test]
async fn nobody_hears_what_others_do_there() {
    let clinic = Clinic::open().await;
    let foreign = clinic.stand_in.put_by_hand(
        DESK,
        json!({"summary": FOREIGN, "start": {"dateTime": "2026-09-24T14:00:00-05:00"},
            "end": {"dateTime": "2026-09-24T15:00:00-05:00"}}),
    );
    let ann = clinic.offered().await;
    assert_eq!(clinic.book(&ann).await["success"], true);
    let stranger = clinic.org.call(&clinic.server, "+13125550199");
    let seen = stranger.tool("get_events", json!({"start_time": DAY})).await;
    let events = seen["events"].as_array().unwrap();
    assert_eq!(events.len(), 2, "{seen}");
    assert!(events.iter().all(|event| event["title"] == "Busy" && event["id"].is_null()), "{seen}");
    let id = clinic.stand_in.standing()[0].id.clone();
    for event in [foreign, id] {
        for (tool, more) in [("delete_event", ""), ("update_event", "2026-09-24T11:00:00")] {
            let asked = json!({"event_id": event, "start_time": more});
            let refused = stranger.tool(tool, asked).await;
            assert_eq!(refused["success"], false, "{tool}: {refused}");
        }
    }
    assert_eq!(clinic.stand_in.events().iter().filter(|event| event.stands()).count(), 2);
    let asked = clinic.stand_in.asked();
    let titles = |uri: &str| uri.contains("summary") && uri.contains("items");
    assert!(!asked.iter().any(|asked| titles(&asked.uri)), "titles are not even asked for");
}

#[tokio::test]
async fn calendars_that_cannot_be_asked_do_not_hide_the_connection() {
    let clinic = Clinic::open().await;
    clinic.stand_in.always(Operation::List, Trouble::FailsBefore);
    let call = clinic.call();
    let listed = call.tool("list_calendars", json!({})).await;
    let ids: Vec<&Value> =
        listed["calendars"].as_array().unwrap().iter().map(|c| &c["id"]).collect();
    assert!(ids.contains(&&json!(clinic.connection)), "{listed}");
    let seen = call.tool("get_events", json!({"start_time": DAY})).await;
    assert_eq!(seen["error"], "Could not connect to booking provider", "{seen}");
}
