//! A booking's life at the stand-in, and what the requests look like on the way.

use super::*;

fn person(clinic: &Clinic) -> Person {
    let calendar = format!("{}/dav/{USER}/work/", clinic.stand_in.url());
    Person::new(clinic.server.client(), &calendar)
}

#[tokio::test]
async fn a_caller_books_moves_and_cancels() {
    let clinic = Clinic::open().await;
    life::whole(&clinic.server, &clinic.org, &person(&clinic)).await;
}

#[tokio::test]
async fn what_a_person_does_to_our_events_is_seen() {
    let clinic = Clinic::open().await;
    life::by_hand(&clinic.server, &clinic.org, &person(&clinic)).await;
}

#[tokio::test]
async fn what_a_person_does_to_our_events_becomes_of_our_bookings() {
    for sync_tokens in [true, false] {
        let setup = Setup { sync_tokens, ..Setup::new(USER, PASSWORD) };
        let stand_in = StandIn::start(setup).await.unwrap();
        let server = server_following(&stand_in.host_port()).await;
        let org = server.org(json!({})).await;
        let url = format!("{}/dav/{USER}/work/", stand_in.url());
        connect(&server, &org, connection(&url, &json!({}))).await;
        life::taken_over(&server, &org, &Person::new(server.client(), &url)).await;
    }
}

#[tokio::test]
async fn every_kind_of_event_is_in_the_way_or_not() {
    let clinic = Clinic::open().await;
    life::all_kinds(&clinic.server, &clinic.org, &person(&clinic)).await;
}

#[tokio::test]
async fn nothing_is_ever_written_without_a_condition() {
    let clinic = Clinic::open().await;
    life::whole(&clinic.server, &clinic.org, &person(&clinic)).await;
    let own = |asked: &hookswitch::player::stand_ins::caldav::Asked| {
        asked.path().contains("/slot-") && !asked.text().contains("Room 2")
            || asked.method == "DELETE"
    };
    let mut writes = clinic.stand_in.asked_to(Operation::Put);
    writes.extend(clinic.stand_in.asked_to(Operation::Delete));
    assert!(writes.len() >= 5, "{writes:?}");
    for write in writes.iter().filter(|asked| own(asked)) {
        let condition = write.header("if-match").or_else(|| write.header("if-none-match"));
        let condition = condition.unwrap_or_else(|| panic!("none: {write:?}"));
        assert!(condition == "*" || condition.starts_with("\"v"), "{write:?}");
    }
}

#[tokio::test]
async fn a_group_takes_as_many_as_it_has_places_each_in_an_event_of_its_own() {
    let services = json!({"services": [{"id": "consultation", "name": "Group",
        "duration_minutes": 30, "capacity": 3}]});
    let clinic = Clinic::open_with(Setup::new(USER, PASSWORD), services).await;
    for guest in 0..4 {
        let call = clinic.org.call(&clinic.server, &format!("+1312555010{guest}"));
        free(&call).await;
        let result = call.tool("create_booking", ten_for(&format!("Guest {guest}"))).await;
        assert_eq!(result["success"] == true, guest < 3, "{result}");
    }
    assert_eq!(clinic.stand_in.booked().len(), 3);
    // A person's event takes all places.
    let (start, end) = ("2026-09-24T16:00:00Z", "2026-09-24T16:30:00Z");
    clinic.stand_in.enter_between("Work", "meeting", start.parse().unwrap(), end.parse().unwrap());
    assert!(!slots(&clinic.org.call(&clinic.server, ANN)).await.contains(&"11:00".into()));
}

#[tokio::test]
async fn a_moving_booking_is_not_in_its_own_way() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true);
    let path = clinic.stand_in.booked()[0].path.clone();
    // A person moved it to eleven; we move it half an hour from there.
    clinic.stand_in.edit(&path, |text| text.replace("20260924T153000Z", "20260924T170000Z"));
    let id = clinic.bookings().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orgs/{}/bookings/{id}/reschedule", clinic.org.id);
    let body = json!({"start": "2026-09-24T10:30"});
    let (status, moved) = clinic.server.api(Method::POST, &path, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    assert_eq!(clinic.stand_in.booked()[0].start(), "2026-09-24T15:30:00Z".parse().ok());
}

#[tokio::test]
async fn an_operator_books_by_the_same_rules() {
    let clinic = Clinic::open().await;
    let path = format!("/api/orgs/{}/bookings", clinic.org.id);
    let body = json!({"service_id": "consultation", "start": "2026-09-24T10:00:00-05:00",
        "customer_name": "Ann Ruiz", "customer_phone": ANN});
    let (status, made) = clinic.server.api(Method::POST, &path, Some(body.clone())).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["external_ids"], json!([clinic.stand_in.booked()[0].path]));
    let mut other = body;
    other["customer_name"] = json!("Omar Haddad");
    let (status, taken) = clinic.server.api(Method::POST, &path, Some(other)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{taken}");
}
