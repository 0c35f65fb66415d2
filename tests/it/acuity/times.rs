//! Days, zones and spans: what is asked of Acuity for a question about free times, and what is not.

use super::*;

#[tokio::test]
async fn one_day_is_one_question_with_the_orgs_zone() {
    let clinic = Clinic::open().await;
    clinic.offered().await;
    assert_eq!(clinic.stand_in.asked_to(Operation::Dates).len(), 0);
    let asked = clinic.stand_in.asked_to(Operation::Times);
    let of_day: Vec<_> = asked.iter().filter(|asked| asked.uri.contains(DAY)).collect();
    assert_eq!(of_day.len(), 1, "{asked:?}");
    for part in ["appointmentTypeID=30", "timezone=America%2FChicago", "date=2026-09-24"] {
        assert!(of_day[0].uri.contains(part), "{part} is not in {}", of_day[0].uri);
    }
}

#[tokio::test]
async fn a_search_for_other_days_asks_which_have_something_and_then_only_about_those() {
    let clinic = Clinic::open().await;
    let saturday = json!({"date": "2026-09-26"});
    let closed = clinic.call().tool("check_availability", saturday).await;
    hears(&closed, "Monday September 28th");
    let asked = clinic.stand_in.asked_to(Operation::Dates);
    assert_eq!(asked.len(), 2, "September and October: {asked:?}");
    let asked = clinic.stand_in.asked_to(Operation::Times);
    let days: Vec<_> = asked.iter().map(|asked| asked.uri.split("date=").nth(1).unwrap()).collect();
    assert!(days.contains(&"2026-09-28") && days.contains(&"2026-10-09"), "{days:?}");
    for weekend in ["2026-09-27", "2026-10-03", "2026-10-04"] {
        assert!(!days.contains(&weekend), "{days:?}");
    }
    let refused = clinic.stand_in.asked().len();
    assert!(refused < 20, "{refused} requests for one question");
}

#[tokio::test]
async fn the_day_on_which_the_clocks_go_back_has_an_hour_twice() {
    let plan = Plan { now: "2026-10-28T14:30:00Z", appointment_type: NIGHTS, ..Plan::default() };
    let clinic = Clinic::open_as(plan).await;
    let call = clinic.call();
    let free = call.tool("check_availability", json!({"date": "2026-11-01"})).await;
    assert_eq!(free["data"]["slots"].as_array().unwrap().len(), 14, "seven hours: {free}");
    let three = json!({"date": "2026-11-01", "time": "3 AM", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", three).await["success"], true);
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2026-11-01T09:00:00Z");
    let body = clinic.stand_in.asked_to(Operation::Create)[0].body.clone().unwrap();
    assert_eq!(body["datetime"], "2026-11-01T03:00:00-06:00");
}

#[tokio::test]
async fn the_day_on_which_the_clocks_go_forward_lacks_an_hour() {
    let plan = Plan { now: "2027-03-10T14:30:00Z", appointment_type: NIGHTS, ..Plan::default() };
    let clinic = Clinic::open_as(plan).await;
    let call = clinic.call();
    let free = call.tool("check_availability", json!({"date": "2027-03-14"})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 10, "five hours: {free}");
    let three = json!({"date": "2027-03-14", "time": "03:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", three).await["success"], true);
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2027-03-14T08:00:00Z");
}

#[tokio::test]
async fn a_connection_for_one_calendar_offers_that_calendars_times() {
    let clinic = Clinic::open_as(Plan { appointment_type: EITHER, ..Plan::default() }).await;
    clinic.stand_in.book_elsewhere(EITHER, 7, "2026-09-24T15:00:00Z".parse().unwrap());
    let ten = json!("10:00");
    let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
    assert!(free["data"]["slots"].as_array().unwrap().contains(&ten), "another is free: {free}");
    clinic.patch(json!({"options": {"calendar_id": 7}})).await;
    let free = clinic.call().tool("check_availability", json!({"date": DAY})).await;
    assert!(!free["data"]["slots"].as_array().unwrap().contains(&ten), "{free}");
}
