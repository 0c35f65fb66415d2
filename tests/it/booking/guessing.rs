//! Guessing at bookings: how often a caller may try, and what is left after that.

use reqwest::Method;
use serde_json::{Value, json};

use super::{book, message};
use crate::support::{TestOrg, TestServer, eventually};

const ANN: &str = "+15125550143";
const BEN: &str = "+15125550144";
const DAY: &str = "2026-09-24";

/// A wrong code for each number.
fn wrong(n: usize) -> Value {
    let letters: Vec<char> = "ACEFGHJKMN".chars().collect();
    let code: String = ['W', 'X', 'Y', 'W', letters[n / 10 % 10], letters[n % 10]].iter().collect();
    json!({"booking_reference": code})
}

/// How many of `n` wrong codes in a new call are looked at.
async fn looked_at(server: &TestServer, org: &TestOrg, number: &str, n: usize) -> usize {
    let call = org.call(server, number);
    let mut looked_at = 0;
    for guess in 0..n {
        let answer = call.tool("lookup_booking", wrong(guess)).await;
        assert_eq!(answer["success"], false, "{answer}");
        looked_at += usize::from(answer["error"] == "booking_not_found");
    }
    looked_at
}

#[tokio::test]
async fn after_three_wrong_codes_a_call_is_offered_a_person_and_even_the_right_one_opens_nothing() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let code = booked["confirmationNumber"].clone();
    let ben = org.call(&server, BEN);
    for guess in 0..3 {
        let answer = ben.tool("cancel_booking", wrong(guess)).await;
        assert_eq!(answer["error"], "booking_not_found", "{answer}");
    }
    let right = json!({"booking_reference": code});
    let refused = ben.tool("lookup_booking", right.clone()).await;
    assert_eq!(refused["error"], "too_many_attempts", "{refused}");
    assert_eq!(refused["transferSuggested"], true);
    assert!(message(&refused).contains("someone from our team"), "{refused}");
    let path = format!("/api/orgs/{}/calls/{}", org.id, ben.id);
    eventually("the warning", || async {
        let call = server.get(&path).await;
        let warnings = call["state"]["warnings"].as_array()?.clone();
        warnings.iter().any(|w| w["code"] == "too_many_guesses").then_some(())
    })
    .await;
    let another_call = org.call(&server, BEN).tool("lookup_booking", right).await;
    assert_eq!(another_call["success"], true, "{another_call}");
}

#[tokio::test]
async fn many_guesses_in_one_message_are_counted_like_one_after_the_other() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let guesses: Vec<(String, Value)> = (0..20).map(|n| (format!("g{n}"), wrong(n))).collect();
    let tools: Vec<(&str, &str, Value)> =
        guesses.iter().map(|(id, code)| (id.as_str(), "lookup_booking", code.clone())).collect();
    let answers = org.call(&server, BEN).together(&tools).await;
    let looked_at = answers.iter().filter(|a| a.to_string().contains("booking_not_found")).count();
    assert_eq!(looked_at, 3);
}

#[tokio::test]
async fn a_number_has_ten_wrong_codes_a_day_also_over_a_restart_and_new_ones_the_next_day() {
    let mut server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let mut today = 0;
    for _ in 0..2 {
        today += looked_at(&server, &org, BEN, 3).await;
    }
    server.restart(Some("2026-09-22T20:00:00Z")).await;
    for _ in 0..3 {
        today += looked_at(&server, &org, BEN, 3).await;
    }
    assert_eq!(today, 10);
    assert_eq!(looked_at(&server, &org, ANN, 3).await, 3, "another number");
    server.restart(Some("2026-09-23T14:00:00Z")).await;
    assert_eq!(looked_at(&server, &org, BEN, 3).await, 3, "the next day");
}

#[tokio::test]
async fn whoever_withholds_their_number_cannot_lock_out_those_who_do_not_nor_all_who_do() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let right = json!({"booking_reference": booked["confirmationNumber"]});
    let mut first = 0;
    for _ in 0..4 {
        first += looked_at(&server, &org, "anonymous", 3).await;
    }
    assert_eq!(first, 10, "together");
    let honest = org.call(&server, "anonymous").tool("lookup_booking", right.clone()).await;
    assert_eq!(honest["success"], true, "{honest}");
    assert_eq!(looked_at(&server, &org, "anonymous", 3).await, 1, "one in each call");
    assert_eq!(looked_at(&server, &org, BEN, 3).await, 3);
}

#[tokio::test]
async fn wrong_details_are_counted_as_wrong_codes_are_and_leave_the_code() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let forged = org.call(&server, ANN);
    for day in ["2026-09-23", "2026-09-25", "2026-09-28"] {
        let answer = forged.tool("cancel_booking", json!({"date": day})).await;
        assert_eq!(answer["error"], "booking_not_found", "{answer}");
    }
    let refused = forged.tool("cancel_booking", json!({"date": DAY})).await;
    assert_eq!(refused["error"], "too_many_attempts", "{refused}");
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    assert_eq!(forged.tool("cancel_booking", code).await["success"], true);
}

#[tokio::test]
async fn a_code_is_understood_as_it_is_spelled_aloud() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let booked = book(&org.call(&server, ANN), DAY, "09:00", "Ann Ruiz").await;
    let code = booked["confirmationNumber"].as_str().unwrap();
    let spelled: Vec<String> = code
        .chars()
        .map(|c| if c.is_ascii_digit() { c.to_string() } else { format!("{c} for {c}omething") })
        .collect();
    let spelled = json!({"booking_reference": spelled.join(", ")});
    let found = org.call(&server, BEN).tool("lookup_booking", spelled).await;
    assert_eq!(found["success"], true, "{found}");
}

#[tokio::test]
async fn an_operator_may_try_as_often_as_they_like() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/tools/lookup_booking/try", org.id);
    for n in 0..12 {
        let (_, tried) =
            server.api(Method::POST, &path, Some(json!({"arguments": wrong(n)}))).await;
        assert!(tried.to_string().contains("booking_not_found"), "{tried}");
    }
}
