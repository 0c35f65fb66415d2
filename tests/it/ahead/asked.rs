//! Which question is asked ahead, whom its answer serves and for how long.

use super::*;

#[tokio::test]
async fn a_week_is_asked_for_once_and_answers_every_day_of_it() {
    let house = House::open(json!({})).await;
    let call = house.begun(1).await;
    let uri = house.stand_in.asked_to(Operation::Slots)[0].uri.clone();
    assert!(uri.contains("start=2026-09-22T05%3A00%3A00Z"), "{uri}");
    assert!(uri.contains("end=2026-09-29T04%3A59%3A59Z"), "{uri}");
    assert_eq!(house.state(&call).await["offered_slots"], json!([]), "nobody has heard of any");
    for date in ["2026-09-22", "2026-09-23", DAY, "2026-09-25", "2026-09-28"] {
        assert_eq!(house.free_on(&call, date).await["available"], true, "{date}");
    }
    // Another call, within the minute.
    let other = house.begun(0).await;
    assert_eq!(house.free_on(&other, DAY).await["available"], true);
    assert_eq!(house.asked(), 1);
    // Beyond the week it has to be asked.
    assert_eq!(house.free_on(&call, "2026-09-29").await["available"], true);
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn booking_asks_anew_and_what_was_known_before_it_is_given_to_nobody_after() {
    let house = House::open(json!({})).await;
    let call = house.begun(1).await;
    let free = house.free_on(&call, DAY).await;
    assert!(free.to_string().contains("10:00"), "{free}");
    assert_eq!(call.tool("create_booking", ten_for("Ann Ruiz")).await["success"], true);
    assert_eq!(house.asked(), 2, "by a fresh answer");
    let other = house.begun(1).await;
    let slots = house.free_on(&other, DAY).await["data"]["slots"].clone();
    assert!(!slots.as_array().unwrap().contains(&json!("10:00")), "{slots}");
    assert_eq!(house.asked(), 3, "the week was asked for again, and the day was not");
}

#[tokio::test]
async fn an_answer_is_too_old_after_a_minute() {
    let house = House::open(json!({})).await;
    let call = house.begun(1).await;
    house.server.set_clock("2026-09-22T14:31:30Z");
    assert_eq!(house.free_on(&call, DAY).await["available"], true);
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn a_question_waits_for_a_wider_one_that_is_on_its_way() {
    let house = House::open(json!({})).await;
    house.stand_in.always(Operation::Slots, Trouble::Slow { millis: 700 });
    let call = house.org.call(&house.server, ANN);
    call.say("Hello.").await;
    eventually("it to be on its way", || async { (house.asked() == 1).then_some(()) }).await;
    assert_eq!(house.free_on(&call, DAY).await["available"], true);
    assert_eq!(house.asked(), 1);
}

#[tokio::test]
async fn a_question_does_not_wait_for_a_wider_one_that_hangs() {
    let house = House::open(json!({})).await;
    house.stand_in.next(Operation::Slots, Trouble::HangsBefore);
    let call = house.org.call(&house.server, ANN);
    call.say("Hello.").await;
    eventually("it to be on its way", || async { (house.asked() == 1).then_some(()) }).await;
    assert_eq!(house.free_on(&call, DAY).await["available"], true);
    // By now it is known to hang.
    assert_eq!(house.free_on(&call, "2026-09-25").await["available"], true);
    assert_eq!(house.asked(), 3);
}

#[tokio::test]
async fn questions_that_nobody_needed_yet_leave_no_provider_alone_however_they_fail() {
    let house = House::open(json!({"requests_per_minute": 60_000})).await;
    house.stand_in.always(Operation::Slots, Trouble::FailsBefore);
    for minute in 32..40 {
        house.begun(1).await;
        house.server.set_clock(&format!("2026-09-22T14:{minute}:00Z"));
    }
    house.stand_in.behave();
    let breaker = breaker_of(&house.server, &house.connection).await;
    assert_eq!((&breaker["state"], &breaker["failures"]), (&json!("closed"), &json!(0)));
    let call = house.org.call(&house.server, ANN);
    assert_eq!(house.free_on(&call, "2026-10-01").await["available"], true);
}

#[tokio::test]
async fn one_that_fails_is_asked_again_by_whoever_needs_it() {
    let house = House::open(json!({})).await;
    house.stand_in.next(Operation::Slots, Trouble::FailsBefore);
    let call = house.begun(1).await;
    assert_eq!(house.free_on(&call, DAY).await["available"], true);
    assert_eq!(house.asked(), 2);
}

#[tokio::test]
async fn what_is_kept_for_callers_is_not_spent_on_asking_ahead() {
    // One of four is kept for writes.
    let house = House::open(json!({"requests_per_minute": 4})).await;
    // The event type and its week.
    house.begun(1).await;
    house.server.set_clock("2026-09-22T14:32:00Z");
    house.begun(1).await;
    house.server.set_clock("2026-09-22T14:34:00Z");
    let call = house.begun(0).await;
    let refused = house.free_on(&call, DAY).await;
    clinic::hears(&refused, "I cannot reach the calendar right now");
    assert_eq!(house.asked(), 2, "there was no room left but what is kept");
}

#[tokio::test]
async fn nothing_is_asked_for_a_call_that_is_over_or_where_it_is_switched_off() {
    let mut house = House::open(json!({})).await;
    house.org.call(&house.server, ANN).end().await;
    house.server.configure(|config| config.sessions.prefetch_days = 0);
    house.server.restart(None).await;
    let call = house.begun(0).await;
    assert_eq!(house.free_on(&call, DAY).await["available"], true);
    assert_eq!(house.asked(), 1, "the caller's own question");
}

#[tokio::test]
async fn an_assistant_that_takes_a_call_is_told_the_next_free_times_and_none_of_them_is_held() {
    let house = House::open(json!({})).await;
    let (status, answer) =
        house.org.patch(&house.server, json!({"assistant_ids": ["first-of-all"]})).await;
    assert!(status.is_success(), "{answer}");
    let call = house.org.call(&house.server, ANN);
    let (_, answer) = call.post(json!({"type": "assistant-request"})).await;
    let told = &answer["assistantOverrides"]["variableValues"]["open_slots"];
    let next = "Tuesday September 22nd at 10 AM, Tuesday September 22nd at 10:30 AM, and Tuesday \
        September 22nd at 11 AM";
    assert_eq!(told, next, "{answer}");
    assert_eq!(house.state(&call).await["offered_slots"], json!([]), "said to nobody yet");
    assert_eq!(house.asked(), 1);
    // A calendar that is slow keeps nobody waiting.
    house.server.set_clock("2026-09-22T14:32:00Z");
    house.stand_in.always(Operation::Slots, Trouble::Slow { millis: 3_000 });
    let call = house.org.call(&house.server, ANN);
    let (_, answer) = call.post(json!({"type": "assistant-request"})).await;
    let told = &answer["assistantOverrides"]["variableValues"];
    assert_eq!(
        (&answer["assistantId"], &told["open_slots"]),
        (&json!("first-of-all"), &Value::Null)
    );
}
