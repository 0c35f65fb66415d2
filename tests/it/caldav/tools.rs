//! The calendar tools by their exact names over CalDAV.

use super::*;

#[tokio::test]
async fn an_agent_lists_books_moves_and_deletes_and_hears_nothing_of_others() {
    let setup =
        Setup { calendars: vec!["Work".into(), "Doctor".into()], ..Setup::new(USER, PASSWORD) };
    let options = json!({"calendar_ids": ["Work", "Doctor"]});
    let clinic = Clinic::open_within(setup, json!({}), &options, 5_500).await;
    let (start, end) = ("2026-09-24T19:00:00Z", "2026-09-24T19:45:00Z");
    clinic.stand_in.enter_between(
        "Doctor",
        "private",
        start.parse().unwrap(),
        end.parse().unwrap(),
    );
    let call = clinic.call();
    let listed = call.tool("list_calendars", json!({})).await;
    let calendars = listed["calendars"].as_array().unwrap();
    let work = calendars.iter().find(|calendar| calendar["name"] == "Work").unwrap();
    assert_eq!((&work["provider"], &work["primary"]), (&json!("caldav"), &json!(true)), "{listed}");
    let doctor = calendars.iter().find(|calendar| calendar["name"] == "Doctor").unwrap();
    assert_eq!(doctor["id"], "/dav/ann.front.desk/doctor/");

    let asked = json!({"calendar_ids": [work["id"]], "start_time": "2026-09-24T09:00:00-05:00"});
    let free = call.tool("get_availability", asked).await;
    let starts: Vec<&Value> =
        free["slots"].as_array().unwrap().iter().map(|slot| &slot["start"]).collect();
    assert!(starts.contains(&&json!("2026-09-24T10:00:00-05:00")), "{free}");
    assert!(!starts.contains(&&json!("2026-09-24T14:00:00-05:00")), "{free}");

    let made = json!({"start": "2026-09-24T10:00:00", "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_appointment", made).await;
    assert_eq!(booked["success"], true, "{booked}");
    let day = json!({"calendar_ids": ["primary"], "start_time": DAY});
    let seen = call.tool("get_events", day.clone()).await;
    let events = seen["events"].as_array().unwrap();
    assert_eq!(events.len(), 2, "{seen}");
    assert_eq!(events[0]["title"], "consultation for Ann Ruiz", "{seen}");
    assert_eq!((&events[1]["title"], &events[1]["id"]), (&json!("Busy"), &Value::Null));
    let id = events[0]["id"].clone();
    let stranger = clinic.org.call(&clinic.server, "+13125550199");
    let theirs = stranger.tool("get_events", day.clone()).await;
    let theirs = theirs["events"].as_array().unwrap().clone();
    assert!(theirs.iter().all(|event| event["title"] == "Busy"), "{theirs:?}");
    for event in clinic.stand_in.events() {
        let refused = stranger.tool("delete_event", json!({"event_id": event.path})).await;
        assert_eq!(refused["success"], false, "{refused}");
    }

    let to = json!({"event_id": id, "start_time": "2026-09-24T11:00:00"});
    let moved = call.tool("update_event", to).await;
    assert_eq!(moved["success"], true, "{moved}");
    assert_eq!(clinic.stand_in.booked()[0].start(), "2026-09-24T16:00:00Z".parse().ok());
    let deleted = call.tool("delete_event", json!({"event_id": id})).await;
    assert_eq!(deleted["success"], true, "{deleted}");
    assert!(clinic.stand_in.booked().is_empty());
}
