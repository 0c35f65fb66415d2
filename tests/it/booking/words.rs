//! The right words for each reason why a time cannot be had, and what can be had instead.

use serde_json::{Value, json};

use super::{book, message};
use crate::support::{TestOrg, TestServer, VapiCall};

const ANN: &str = "+15125550143";
const DAY: &str = "2026-09-24";

fn wish(date: &str, time: &str) -> Value {
    json!({"date": date, "time": time, "customer_name": "Ann Ruiz"})
}

/// Books all of Thursday, open from nine to ten, for other callers.
async fn sell_out(server: &TestServer, org: &TestOrg) {
    for (number, time) in [("+15125550150", "09:00"), ("+15125550151", "09:30")] {
        let other = org.call(server, number);
        book(&other, DAY, time, "Ben Ode").await;
        other.end().await;
    }
}

async fn check(call: &VapiCall, date: &str) -> Value {
    call.tool("check_availability", json!({"date": date})).await
}

#[tokio::test]
async fn on_a_day_that_is_sold_out_the_nearest_openings_of_three_days_are_named_and_bookable() {
    let server = TestServer::start().await;
    let hours = json!({"thu": [["09:00", "10:00"]], "fri": [["09:00", "10:00"]], "mon": []});
    let org = server.org(json!({"business_hours": hours})).await;
    sell_out(&server, &org).await;
    let call = org.call(&server, ANN);
    let refused = call.tool("create_booking", wish(DAY, "09:30")).await;
    assert_eq!(
        message(&refused),
        "I'm sorry, there are no available slots on Thursday September 24th. The next openings are \
         Friday September 25th at 9 AM and 9:30 AM; Tuesday September 29th at 9 AM, 9:30 AM, and \
         10 AM; Wednesday September 30th at 9 AM, 9:30 AM, and 10 AM. Would one of those work?"
    );
    assert_eq!(refused["alternatives"].as_array().unwrap().len(), 8);
    let booked = call.tool("create_booking", wish("2026-09-29", "9:30")).await;
    assert_eq!(booked["success"], true, "what was named can be booked at once: {booked}");
}

#[tokio::test]
async fn a_taken_time_comes_with_the_nearest_of_its_day_and_of_the_days_after() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let other = org.call(&server, "+15125550150");
    book(&other, DAY, "15:00", "Ben Ode").await;
    other.end().await;
    let call = org.call(&server, ANN);
    let refused = call.tool("create_booking", wish(DAY, "3 pm")).await;
    assert_eq!(
        message(&refused),
        "I'm sorry, Thursday September 24th at 3 PM is not available. The nearest openings are \
         2 PM, 2:30 PM, and 3:30 PM. Would one of those work?"
    );
    let days: Vec<_> = refused["alternatives"].as_array().unwrap().iter().collect();
    assert_eq!(days.len(), 12, "{refused}");
    assert_eq!(*days[3], json!({"date": "2026-09-25", "time": "14:30"}));
    assert_eq!(*days[11], json!({"date": "2026-09-29", "time": "15:30"}));
}

#[tokio::test]
async fn a_move_to_a_closed_or_sold_out_day_keeps_the_booking_and_names_the_nearest_openings() {
    let server = TestServer::start().await;
    let settings = json!({"closed_dates": ["2026-09-28"],
        "business_hours": {"thu": [["09:00", "10:00"]]}});
    let org = server.org(settings).await;
    let call = org.call(&server, ANN);
    let booked = book(&call, "2026-09-25", "11:00", "Ann Ruiz").await;
    let code = &booked["confirmationNumber"];
    let to = async |date: &str, time: &str| {
        let request = json!({"booking_reference": code, "new_date": date, "new_time": time});
        call.tool("reschedule_booking", request).await
    };
    let closed = to("2026-09-28", "11:00").await;
    assert_eq!(
        message(&closed),
        "I'm sorry, we are closed on Monday September 28th. The next openings are Tuesday September \
         29th at 10:30 AM, 11 AM, and 11:30 AM; Wednesday September 30th at 10:30 AM, 11 AM, and \
         11:30 AM; Thursday October 1st at 9 AM and 9:30 AM. Would one of those work?"
    );
    sell_out(&server, &org).await;
    let full = to(DAY, "09:00").await;
    assert!(
        message(&full).starts_with(
            "I'm sorry, there are no available slots on Thursday September 24th. The next openings \
             are Friday September 25th at 9 AM, 9:30 AM, and 10 AM;"
        ),
        "{full}"
    );
    let bookings = org.bookings(&server).await;
    let own = bookings.iter().find(|booking| booking["confirmation"] == *code).unwrap();
    assert_eq!(own["start"], "2026-09-25T11:00:00-05:00");
    assert_eq!(to("2026-09-29", "11:00").await["success"], true);
}

#[tokio::test]
async fn a_service_longer_than_any_gap_or_opening_is_not_called_closed() {
    let server = TestServer::start().await;
    let services = json!([
        {"id": "checkup", "name": "Check-up", "duration_minutes": 30},
        {"id": "deep", "name": "Deep cleaning", "duration_minutes": 90},
    ]);
    let hours = json!({"thu": [["09:00", "11:00"]], "fri": [["09:00", "10:00"]]});
    let org = server
        .org(json!({"services": services, "default_service": "checkup", "business_hours": hours}))
        .await;
    let other = org.call(&server, "+15125550150");
    book(&other, DAY, "09:30", "Ben Ode").await;
    other.end().await;
    let call = org.call(&server, ANN);
    for (date, spoken) in
        [(DAY, "Thursday September 24th"), ("2026-09-25", "Friday September 25th")]
    {
        let ask = json!({"date": date, "service_type": "deep"});
        let free = call.tool("check_availability", ask).await;
        let lead = format!(
            "I'm sorry, on {spoken} there is no free time long enough for Deep cleaning. \
             The next openings are Monday September 28th at 9 AM"
        );
        assert!(message(&free).starts_with(&lead), "{free}");
    }
    assert_eq!(check(&call, DAY).await["available"], true, "a check-up fits");
}

#[tokio::test]
async fn a_lead_time_that_leaves_nothing_of_today_is_named() {
    let server = TestServer::start().await;
    let org = server.org(json!({"booking": {"min_lead_minutes": 600}})).await;
    let call = org.call(&server, ANN);
    let free = check(&call, "today").await;
    let lead = "I'm sorry, appointments have to be made 10 hours ahead, so there is nothing left to \
                book on Tuesday September 22nd. The next openings are Wednesday September 23rd";
    assert!(message(&free).starts_with(lead), "{free}");
    let refused = call.tool("create_booking", wish("today", "4 pm")).await;
    assert!(message(&refused).starts_with(lead), "{refused}");
}

#[tokio::test]
async fn after_closing_time_today_has_no_more_appointments() {
    // Half past six in the evening in Chicago.
    let server = TestServer::start_at("2026-09-22T23:30:00Z").await;
    let org = server.org(json!({})).await;
    let free = check(&org.call(&server, ANN), "today").await;
    let lead = "I'm sorry, there are no more appointments on Tuesday September 22nd. The next \
                openings are Wednesday September 23rd at 9 AM";
    assert!(message(&free).starts_with(lead), "{free}");
}

#[tokio::test]
async fn a_caller_in_another_time_zone_hears_alternatives_in_their_own_time() {
    let server = TestServer::start().await;
    let hours = json!({"thu": [["09:00", "10:00"]]});
    let org = server.org(json!({"business_hours": hours})).await;
    let call = org.call(&server, ANN);
    let ask = json!({"date": DAY, "timezone": "America/New_York"});
    let free = call.tool("checkAvailability", ask).await;
    assert_eq!(free["availableSlots"], json!(["10:00", "10:30"]));
    let other = org.call(&server, "+15125550150");
    book(&other, DAY, "09:00", "Ben Ode").await;
    other.end().await;
    let refused = call.tool("create_booking", wish(DAY, "10 am")).await;
    assert!(
        message(&refused).starts_with(
            "I'm sorry, Thursday September 24th at 10 AM is not available. The nearest openings are \
             Thursday September 24th at 10:30 AM, Friday September 25th at 10 AM, and Friday \
             September 25th at 10:30 AM."
        ),
        "{refused}"
    );
    let booked = call.tool("create_booking", wish(DAY, "half past ten")).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert!(message(&booked).contains("Thursday September 24th at 10:30 AM"), "{booked}");
    let own = org.bookings(&server).await;
    assert!(own.iter().any(|booking| booking["start"] == "2026-09-24T10:30:00-04:00"), "{own:?}");
}

#[tokio::test]
async fn the_zone_of_a_call_stays_what_it_was_when_the_call_began() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    assert_eq!(check(&call, DAY).await["time_zone"], "America/Chicago");
    org.patch(&server, json!({"timezone": "America/New_York"})).await;
    let free = check(&call, DAY).await;
    assert_eq!(free["time_zone"], "America/Chicago");
    assert_eq!(free["data"]["slots"][0], "08:00", "nine in New York is eight in Chicago");
    let fresh = check(&org.call(&server, "+15125550144"), DAY).await;
    assert_eq!(fresh["time_zone"], "America/New_York");
}

#[tokio::test]
async fn a_booking_is_found_by_either_meaning_of_its_day_and_several_are_asked_about() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let before = org.call(&server, ANN);
    book(&before, "2026-09-25", "09:00", "Ann Ruiz").await;
    before.end().await;
    // It is Tuesday: next Friday is in three days or in ten.
    let call = org.call(&server, ANN);
    let cancel = async || call.tool("cancel_booking", json!({"date": "next Friday"})).await;
    assert_eq!(cancel().await["data"]["cancelledDate"], "2026-09-25");
    let again = org.call(&server, ANN);
    book(&again, "2026-09-25", "10:00", "Ann Ruiz").await;
    book(&again, "2026-10-02", "10:00", "Tom Ruiz").await;
    again.end().await;
    let refused = cancel().await;
    assert_eq!(refused["error"], "several_bookings", "{refused}");
    assert!(
        message(&refused)
            .contains("Friday September 25th at 10 AM and Friday October 2nd at 10 AM")
    );
}

#[tokio::test]
async fn an_operator_books_under_the_name_as_typed() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let wish = json!({"start": "2026-09-24T10:00:00", "customer_name": "bell hooks"});
    let path = format!("/api/orgs/{}/bookings", org.id);
    let (status, booking) = server.api(reqwest::Method::POST, &path, Some(wish)).await;
    assert_eq!(status, 201, "{booking}");
    assert_eq!(booking["customer_name"], "bell hooks");
}
