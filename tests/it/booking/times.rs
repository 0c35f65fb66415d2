//! Times as they are said and written, and times that do not exist.

use serde_json::json;

use super::message;
use crate::support::TestServer;

const ANN: &str = "+15125550143";
const DAY: &str = "2026-09-24";

#[tokio::test]
async fn an_offered_slot_is_recognised_in_every_usual_way_of_writing_it() {
    for written in [
        json!({"date": DAY, "time": "14:30"}),
        json!({"date": DAY, "time": "2:30 pm"}),
        json!({"date": DAY, "time": "2:30"}),
        json!({"date": "Thursday", "time": "2:30 PM"}),
        json!({"date": "September 24th", "time": "14:30:00"}),
        json!({"start": "2026-09-24T14:30:00"}),
        json!({"start": "2026-09-24T14:30:00-05:00"}),
        json!({"start": "2026-09-24T19:30:00Z"}),
        json!({"date": "Thursday afternoon", "time": "half past two"}),
        json!({"date": "2026-09-24", "time": "two thirty"}),
        json!({"start": "half past two in the afternoon on Thursday"}),
        // Only one day was offered.
        json!({"start": "at half past two"}),
    ] {
        let server = TestServer::start().await;
        let org = server.org(json!({})).await;
        let call = org.call(&server, ANN);
        call.tool("check_availability", json!({"date": DAY})).await;
        let mut arguments = written.clone();
        arguments["customer_name"] = json!("Ann Ruiz");
        let booked = call.tool("create_appointment", arguments).await;
        assert_eq!(booked["success"], true, "{written}: {booked}");
        assert_eq!(org.bookings(&server).await[0]["start"], "2026-09-24T14:30:00-05:00");
    }
}

#[tokio::test]
async fn past_days_and_impossible_dates_are_asked_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let ask = async |date: &str| call.tool("check_availability", json!({"date": date})).await;
    assert_eq!(
        message(&ask("2025-09-24").await),
        "Wednesday September 24th 2025 has already passed; today is Tuesday September 22nd 2026. \
         Did you mean Thursday September 24th 2026?"
    );
    let wrong_year = ask("2028-10-01").await;
    assert!(message(&wrong_year).ends_with("Did you mean Thursday October 1st 2026?"));
    assert_eq!(
        message(&ask("2026-09-21").await),
        "Monday September 21st 2026 has already passed; today is Tuesday September 22nd 2026. \
         Which date would you like?"
    );
    let wish = json!({"date": "2024-09-24", "time": "10:00", "customer_name": "Ann Ruiz"});
    let refused = call.tool("create_booking", wish).await;
    assert!(message(&refused).ends_with("Did you mean Thursday September 24th 2026?"), "{refused}");
    let impossible = ask("2026-02-30").await;
    assert_eq!(impossible["success"], false);
    assert!(message(&impossible).contains("2026-02-30"), "{impossible}");
    assert_eq!(ask("2028-01-03").await["error"], "date_too_far");
    assert_eq!(impossible["today"], "2026-09-22");
    assert_eq!(impossible["time_zone"], "America/Chicago");
    assert!(org.bookings(&server).await.is_empty());
}

#[tokio::test]
async fn a_day_written_as_midnight_in_greenwich_is_that_day() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let date = async |start: &str| {
        call.tool("get_availability", json!({"start_time": start})).await["date"].clone()
    };
    assert_eq!(date("2026-09-24T00:00:00Z").await, DAY);
    assert_eq!(date("2026-09-25T01:00:00Z").await, DAY, "eight in the evening in Chicago");
}

#[tokio::test]
async fn today_offers_only_what_is_still_ahead_and_beyond_the_lead_time() {
    let server = TestServer::start().await;
    let org = server.org(json!({"booking": {"min_lead_minutes": 90}})).await;
    let call = org.call(&server, ANN);
    // It is half past nine.
    let free = call.tool("check_availability", json!({"date": "today"})).await;
    assert_eq!(free["data"]["slots"][0], "11:30", "{free}");
    let wish = json!({"date": "2026-09-22", "time": "10:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", wish).await["success"], false);
}

#[tokio::test]
async fn a_local_time_that_the_clocks_skip_or_repeat_is_asked_back() {
    let server = TestServer::start_at("2026-03-06T15:00:00Z").await;
    let hours = json!({"sun": [["00:00", "24:00"]]});
    let org = server.org(json!({"business_hours": hours})).await;
    let call = org.call(&server, ANN);
    let wish =
        |date: &str, time: &str| json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
    let skipped = call.tool("create_booking", wish("2026-03-08", "02:30")).await;
    assert_eq!(skipped["error"], "no_such_time");
    assert_eq!(
        message(&skipped),
        "2:30 AM does not exist on Sunday March 8th, because the clocks go forward then. \
         The next time after it is 3 AM. Which time would you like?"
    );
    let free = call.tool("check_availability", json!({"date": "2026-03-08"})).await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert!(slots.contains(&json!("01:30")) && slots.contains(&json!("03:00")));
    assert!(!slots.contains(&json!("02:00")) && !slots.contains(&json!("02:30")));
}

#[tokio::test]
async fn a_local_time_that_comes_twice_is_offered_and_booked_twice() {
    let server = TestServer::start_at("2026-10-30T15:00:00Z").await;
    let org = server.org(json!({"business_hours": {"sun": [["01:00", "03:00"]]}})).await;
    let call = org.call(&server, ANN);
    let wish =
        |time: &str, name: &str| json!({"date": "2026-11-01", "time": time, "customer_name": name});
    let unasked = call.tool("create_booking", wish("01:30", "Ann Ruiz")).await;
    let question = "1:30 AM comes twice on Sunday November 1st, because the clocks go back then. \
                    Do you mean the first or the second 1:30 AM?";
    assert_eq!(unasked["error"], "ambiguous_time");
    assert_eq!(message(&unasked), question);

    let free = call.tool("check_availability", json!({"date": "2026-11-01"})).await;
    assert_eq!(
        free["data"]["slots"],
        json!(["01:00-05:00", "01:30-05:00", "01:00-06:00", "01:30-06:00", "02:00", "02:30"])
    );
    assert_eq!(
        message(&free),
        "On Sunday November 1st, I have availability at the first 1 AM, the first 1:30 AM, the \
         second 1 AM, and the second 1:30 AM. Which time works best for you?"
    );
    let asked = call.tool("create_booking", wish("1:30 am", "Ann Ruiz")).await;
    assert_eq!(message(&asked), question);
    assert_eq!(asked["alternatives"][1], json!({"date": "2026-11-01", "time": "01:30-06:00"}));

    let second = call.tool("create_booking", wish("the second 1:30 AM", "Ann Ruiz")).await;
    assert_eq!(second["success"], true, "{second}");
    assert!(message(&second).contains("Sunday November 1st at the second 1:30 AM"), "{second}");
    assert_eq!(second["data"]["time"], "01:30-06:00");
    let first = call.tool("create_booking", wish("01:30-05:00", "Tom Ruiz")).await;
    assert_eq!(first["success"], true, "{first}");
    let mut starts: Vec<_> =
        org.bookings(&server).await.into_iter().map(|b| b["start"].clone()).collect();
    starts.sort_by_key(ToString::to_string);
    assert_eq!(starts, ["2026-11-01T01:30:00-05:00", "2026-11-01T01:30:00-06:00"]);
}

#[tokio::test]
async fn a_time_that_leaves_two_readings_is_settled_by_offers_then_by_hours_and_else_asked() {
    let server = TestServer::start().await;
    let hours = json!({"wed": [], "thu": [["03:00", "04:00"], ["13:00", "17:00"]], "fri": [["03:00", "20:00"]]});
    let org = server.org(json!({"business_hours": hours})).await;
    let wish =
        |date: &str, time: &str| json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
    let call = org.call(&server, ANN);
    // Nothing was offered: the hours of Thursday leave one two o'clock and two three o'clocks.
    let two = call.tool("create_booking", wish(DAY, "two")).await;
    assert_eq!(message(&two), "Thursday September 24th at 2 PM is free. Shall I book it?");
    let three = call.tool("create_booking", wish(DAY, "at three")).await;
    assert_eq!(three["error"], "ambiguous_time");
    assert_eq!(message(&three), "Do you mean 3 AM or 3 PM on Thursday September 24th?");
    // The day before, everything is closed, and the hours of other days tell.
    let closed = call.tool("create_booking", wish("2026-09-23", "at two")).await;
    assert!(message(&closed).starts_with("I'm sorry, we are closed on Wednesday"), "{closed}");

    let other = org.call(&server, "+15125550144");
    other.tool("check_availability", json!({"date": DAY})).await;
    let both_offered = other.tool("create_booking", wish(DAY, "at three")).await;
    assert_eq!(message(&both_offered), "Do you mean 3 AM or 3 PM on Thursday September 24th?");
    let booked = other.tool("create_booking", wish(DAY, "three in the afternoon")).await;
    assert_eq!(booked["data"]["time"], "15:00", "{booked}");
}

#[tokio::test]
async fn words_that_people_mean_differently_are_asked_back_with_both_meanings() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    // It is Tuesday.
    let wish =
        |date: &str, time: &str| json!({"date": date, "time": time, "customer_name": "Ann Ruiz"});
    let asked = async |date: &str, time: &str| {
        let refused = call.tool("create_booking", wish(date, time)).await;
        assert_eq!(refused["success"], false, "{refused}");
        message(&refused).to_owned()
    };
    assert_eq!(
        asked("next Friday", "10:00").await,
        "Do you mean Friday September 25th or Friday October 2nd?"
    );
    assert_eq!(
        asked("tomorrow", "half two").await,
        "\"half two\" could be 2:30 or 1:30. Which of the two? Please give it as HH:MM."
    );
    assert_eq!(
        asked("Tuesday the 3rd", "10:00").await,
        "Saturday October 3rd is not a Tuesday. Do you mean Saturday October 3rd or Tuesday \
         October 6th? Please give the date as YYYY-MM-DD: 2026-10-03 or 2026-10-06."
    );
    // Availability names the date that it is of.
    let free = call.tool("check_availability", json!({"date": "next Friday"})).await;
    assert!(message(&free).starts_with("On Friday October 2nd"), "{free}");
    // With one of the two Fridays offered, that is the one.
    let booked = call.tool("create_booking", wish("next Friday", "10 am")).await;
    assert_eq!(booked["data"]["date"], "2026-10-02", "{booked}");
}

#[tokio::test]
async fn an_offset_that_fits_one_offered_slot_while_the_digits_fit_another_is_asked_back() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let book = async |start: &str| {
        call.tool("create_appointment", json!({"start": start, "customer_name": "Ann Ruiz"})).await
    };
    let asked = book("2026-09-24T14:30:00Z").await;
    assert_eq!(
        message(&asked),
        "Do you mean 9:30 AM or 2:30 PM on Thursday September 24th? \
         Please give the time without an offset from UTC."
    );
    // Nine in Greenwich is four in the morning, which nobody offered.
    let booked = book("2026-09-24T09:00:00Z").await;
    assert_eq!(booked["data"]["time"], "09:00", "{booked}");
}

#[tokio::test]
async fn the_date_of_a_call_stays_what_it_was_when_the_call_began() {
    // Before midnight in Chicago, by more than a slow machine takes.
    let server = TestServer::start_at("2026-09-23T04:55:00Z").await;
    let org = server.org(json!({})).await;
    let before = org.call(&server, ANN);
    let today = async |call: &crate::support::VapiCall| {
        call.tool("check_availability", json!({"date": DAY})).await["today"].clone()
    };
    assert_eq!(today(&before).await, "2026-09-22");
    server.set_clock("2026-09-23T05:00:00Z");
    assert_eq!(today(&before).await, "2026-09-22");
    assert_eq!(today(&org.call(&server, "+15125550144")).await, "2026-09-23");
}

#[tokio::test]
async fn a_caller_in_another_zone_hears_and_books_in_their_own_time() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let ask = json!({"date": DAY, "timezone": "America/New_York"});
    let free = call.tool("checkAvailability", ask).await;
    assert_eq!(free["timezone"], "America/New_York");
    assert_eq!(free["availableSlots"][0], "10:00", "nine in Chicago is ten in New York");
    let wish = json!({"appointmentDate": DAY, "appointmentTime": "10:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    let booked = call.tool("bookClinicAppointment", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    let booking = &org.bookings(&server).await[0];
    assert_eq!(booking["start"], "2026-09-24T10:00:00-04:00");
    assert_eq!(booking["time_zone"], "America/New_York");
}

#[tokio::test]
async fn times_that_are_offered_again_in_another_zone_are_meant_in_that_one() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    for ask in [
        json!({"date": DAY}),
        json!({"date": "2026-09-25"}),
        json!({"date": DAY, "timezone": "America/New_York"}),
    ] {
        call.tool("checkAvailability", ask).await;
    }
    // What was offered is read again from what happened in the call.
    server.restart(None).await;
    let call = call.at(&server, &org);
    let wish = json!({"appointmentDate": DAY, "appointmentTime": "10:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    let booked = call.tool("bookClinicAppointment", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["start"], "2026-09-24T10:00:00-04:00");
}

#[tokio::test]
async fn every_answer_about_free_times_says_which_day_it_is_and_in_which_zone() {
    // Late in the evening in Chicago; in Greenwich it is the next day already.
    let server = TestServer::start_at("2026-09-23T03:30:00Z").await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    let at = "2026-09-24T09:00:00-05:00";
    for (tool, arguments, zone) in [
        ("check_availability", json!({"date": DAY}), "time_zone"),
        ("checkAvailability", json!({"date": DAY}), "timezone"),
        ("get_availability", json!({"start_time": at}), "time_zone"),
        ("get_events", json!({"start_time": at}), "time_zone"),
    ] {
        let answer = call.tool(tool, arguments).await;
        assert_eq!(answer["success"], true, "{tool}: {answer}");
        assert_eq!(answer["today"], "2026-09-22", "{tool}: {answer}");
        assert_eq!(answer[zone], "America/Chicago", "{tool}: {answer}");
    }
    // A caller elsewhere is told in their own zone, by the same day.
    let there = json!({"date": DAY, "timezone": "America/New_York"});
    let answer = call.tool("checkAvailability", there).await;
    assert_eq!(
        (&answer["today"], &answer["timezone"]),
        (&json!("2026-09-22"), &json!("America/New_York")),
        "{answer}"
    );
}

#[tokio::test]
async fn tomorrow_is_the_same_day_in_the_offer_and_in_the_booking_whatever_zone_was_named() {
    // Half past eleven in the evening in Chicago; in New York it is the next day already.
    let server = TestServer::start_at("2026-09-23T04:30:00Z").await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    // What was offered for the org's tomorrow must not be what is booked.
    call.tool("checkAvailability", json!({"date": "tomorrow"})).await;
    let there = json!({"date": "tomorrow", "timezone": "America/New_York"});
    let free = call.tool("checkAvailability", there).await;
    assert_eq!(free["today"], "2026-09-23", "{free}");
    assert_eq!(free["requestedDate"], "2026-09-24", "{free}");
    let wish = json!({"appointmentDate": "tomorrow", "appointmentTime": "10:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    let booked = call.tool("bookClinicAppointment", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["start"], "2026-09-24T10:00:00-04:00");
    let gone = call.tool("cancelAppointment", json!({"appointmentDate": "tomorrow"})).await;
    assert_eq!(gone["success"], true, "{gone}");
}

#[tokio::test]
async fn alternatives_are_dated_as_a_caller_far_away_counts_days() {
    let server = TestServer::start().await;
    let org = server.org(json!({"closed_dates": ["2026-09-23", DAY]})).await;
    let call = org.call(&server, ANN);
    let full = json!({"date": DAY, "timezone": "Asia/Tokyo"});
    let free = call.tool("checkAvailability", full).await;
    // Nine on Friday in Chicago is an hour before midnight in Tokyo.
    assert_eq!(
        free["alternatives"],
        json!([
            {"date": "2026-09-25", "slots": ["23:00", "23:30"]},
            {"date": "2026-09-26", "slots": ["00:00", "00:30", "01:00"]},
            {"date": "2026-09-28", "slots": ["23:00", "23:30"]},
        ]),
        "{free}"
    );
    let wish = json!({"appointmentDate": "2026-09-26", "appointmentTime": "00:00",
        "patientName": "Ann Ruiz", "patientEmail": "ann@example.com"});
    let booked = call.tool("bookClinicAppointment", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(org.bookings(&server).await[0]["start"], "2026-09-26T00:00:00+09:00");
}

#[tokio::test]
async fn a_move_to_an_offset_that_shows_another_time_is_asked_back_before_anything_moves() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, ANN);
    call.tool("check_availability", json!({"date": DAY})).await;
    let wish = json!({"date": DAY, "time": "09:00", "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_booking", wish).await;
    assert_eq!(booked["success"], true, "{booked}");
    call.end().await;

    // "Move it to one", from a model that writes Greenwich's letter behind local time: eight in Chicago is
    // closed, so eleven is meant there, or six hours later.
    let call = org.call(&server, ANN);
    let code = booked["confirmationNumber"].as_str().unwrap();
    let to = json!({"booking_reference": code, "new_time": "2026-09-24T16:00:00Z"});
    let asked = call.tool("reschedule_booking", to.clone()).await;
    assert_eq!(asked["success"], false, "{asked}");
    let words = asked["message"].as_str().unwrap();
    assert!(words.contains("11 AM"), "{words}");
    assert_eq!(org.bookings(&server).await[0]["booking_time"], "09:00");
    let moved = call.tool("reschedule_booking", to).await;
    assert_eq!(moved["success"], true, "said again it is meant: {moved}");
    assert_eq!(org.bookings(&server).await[0]["booking_time"], "11:00");
}
