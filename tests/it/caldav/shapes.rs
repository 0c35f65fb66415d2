//! Servers that do less than others, or do it otherwise.

use super::*;

#[tokio::test]
async fn a_server_that_gives_versions_with_a_write_is_used_as_well() {
    let setup = Setup { versions_on_put: true, ..Setup::new(USER, PASSWORD) };
    let clinic = Clinic::open_with(setup, json!({})).await;
    let calendar = format!("{}/dav/{USER}/work/", clinic.stand_in.url());
    let person = Person::new(clinic.server.client(), &calendar);
    life::whole(&clinic.server, &clinic.org, &person).await;
}

#[tokio::test]
async fn a_server_that_writes_over_what_is_there_is_found_out_and_never_gets_the_chance() {
    let setup = Setup { keeps_if_none_match: false, ..Setup::new(USER, PASSWORD) };
    let clinic = Clinic::open_with(setup, json!({})).await;
    let calendar = format!("{}/dav/{USER}/work/", clinic.stand_in.url());
    let person = Person::new(clinic.server.client(), &calendar);
    // In it a booking that was moved away keeps its path while the next one wants it.
    life::whole(&clinic.server, &clinic.org, &person).await;
}

#[tokio::test]
async fn a_calendar_that_shows_only_when_it_is_busy_is_in_the_way() {
    let setup =
        Setup { calendars: vec!["Work".into(), "Doctor".into()], ..Setup::new(USER, PASSWORD) };
    let options = json!({"calendar_ids": ["Work", "Doctor"]});
    let clinic = Clinic::open_within(setup, json!({}), &options, 5_500).await;
    let (start, end) = ("2026-09-24T15:00:00Z", "2026-09-24T16:00:00Z");
    clinic.stand_in.enter_between(
        "Doctor",
        "theatre",
        start.parse().unwrap(),
        end.parse().unwrap(),
    );
    let open = slots(&clinic.call()).await;
    assert!(!open.contains(&"10:00".into()) && open.contains(&"11:00".into()), "{open:?}");

    let setup = Setup { shows_events: false, free_busy: true, ..Setup::new(USER, PASSWORD) };
    let clinic = Clinic::open_with(setup, json!({})).await;
    clinic.stand_in.enter_between("Work", "theatre", start.parse().unwrap(), end.parse().unwrap());
    let open = slots(&clinic.call()).await;
    assert!(!open.contains(&"10:00".into()) && open.contains(&"11:00".into()), "{open:?}");
}

#[tokio::test]
async fn an_event_that_nobody_can_read_is_no_free_time() {
    let clinic = Clinic::open().await;
    let broken = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260901T080000Z\r\n\
        DTSTART:whenever\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let path = clinic.stand_in.enter("Work", "broken", broken);
    let call = clinic.call();
    hears(&free(&call).await, "I cannot reach the calendar right now");
    let checked = clinic.check().await;
    assert_eq!(checked["ok"], false, "{checked}");
    assert!(checked["problem"].as_str().unwrap().contains("cannot be read"), "{checked}");
    assert!(clinic.stand_in.delete(&path));
    assert_eq!(free(&clinic.call()).await["available"], true);
}

#[tokio::test]
async fn answers_of_any_size_and_kind_are_an_outage_and_nothing_worse() {
    for body in [json!("<multistatus"), json!({"a": ["b"]}), json!("x".repeat(100_000))] {
        let clinic = Clinic::open().await;
        clinic.offered().await;
        clinic.stand_in.always(Operation::Range, Trouble::Answers { status: 207, body });
        hears(&free(&clinic.call()).await, "I cannot reach the calendar right now");
    }
}
