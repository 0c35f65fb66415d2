//! Calendly says no: nothing is booked anywhere, the slot is free again, and the caller hears what they
//! can do about it.

use super::*;
use crate::support::eventually;

fn refusing(status: u16, parameter: &str, message: &str, code: Option<&str>) -> Trouble {
    let mut detail = json!({"parameter": parameter, "message": message});
    if let Some(code) = code {
        detail["code"] = json!(code);
    }
    let body = json!({"title": "Invalid Argument", "details": [detail],
        "message": "The supplied parameters are invalid."});
    Trouble::Answers { status, body }
}

fn saying(status: u16, message: &str) -> Trouble {
    let title = if status == 403 { "Permission Denied" } else { "Invalid Argument" };
    Trouble::Answers { status, body: json!({"title": title, "message": message}) }
}

const UNREACHABLE: &str = "Could not connect to booking provider";

#[tokio::test]
async fn each_form_of_a_refusal_is_told_apart() {
    let start = "event.start_time";
    for (trouble, error, words) in [
        (Trouble::SlotTaken, "slot_unavailable", "10 AM is not available"),
        (Trouble::LosesRace, "slot_unavailable", "10 AM is not available"),
        (saying(400, "The event is at capacity"), "slot_unavailable", "not available"),
        (saying(400, "That time is no longer available"), "slot_unavailable", "not available"),
        (saying(409, "Conflict"), "slot_unavailable", "not available"),
        (refusing(400, start, "must be in the future", None), "slot_unavailable", "not available"),
        (
            saying(400, "Phone Number is not a valid phone number"),
            "missing_input",
            "I also need your phone number",
        ),
        (
            refusing(400, "invitee.email", "is invalid", None),
            "missing_input",
            "I also need your e-mail address",
        ),
        (
            refusing(
                400,
                "event.location_configuration.kind",
                "no",
                Some("invalid_location_choice"),
            ),
            UNREACHABLE,
            "",
        ),
        (saying(400, "Required Questions and Answers cannot be blank."), UNREACHABLE, ""),
        (saying(400, "tracking.utm_content is missing"), UNREACHABLE, ""),
        (saying(400, "Ann Ruiz may not do that: 0x42"), UNREACHABLE, ""),
        (saying(403, "Please upgrade your Calendly account to Standard"), UNREACHABLE, ""),
        (Trouble::Forbids, UNREACHABLE, ""),
        (saying(404, "The server could not find the requested resource."), UNREACHABLE, ""),
    ] {
        let policy = json!({"booking": {"outage_policy": "take_message"}});
        let clinic = Clinic::open_with(PLAIN, policy).await;
        let call = clinic.offered().await;
        clinic.stand_in.next(Operation::Create, trouble.clone());
        let refused = clinic.book(&call).await;
        assert_eq!(refused["error"], error, "{trouble:?}: {refused}");
        hears(&refused, words);
        assert!(!refused.to_string().contains("0x42"), "{refused}");
        assert!(clinic.stand_in.standing().is_empty(), "{trouble:?}");
        assert_eq!(clinic.stand_in.asked_to(Operation::Create).len(), 1, "{trouble:?}");
        let ours = clinic.bookings().await;
        assert_eq!(ours[0]["outcome"], "failed", "{trouble:?}");
        let again = clinic.book(&call).await;
        assert_eq!(again["success"], true, "its claim is gone: {again} after {refused}");
    }
}

#[tokio::test]
async fn words_that_nobody_knows_mean_taken_if_the_start_is_no_longer_open() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.next(Operation::Create, saying(400, "computer says no"));
    // The fresh check before the claim still sees it open, the look afterwards does not.
    clinic.stand_in.next(Operation::Open, Trouble::Slow { millis: 1 });
    let gone = Trouble::Answers { status: 200, body: json!({"collection": []}) };
    clinic.stand_in.next(Operation::Open, gone);
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
}

#[tokio::test]
async fn a_number_for_messages_that_is_not_wanted_does_not_keep_anybody_from_booking() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let no = refusing(400, "invitee.text_reminder_number", "is not allowed", None);
    clinic.stand_in.next(Operation::Create, no);
    let booked = clinic.book(&call).await;
    assert_eq!(booked["success"], true, "{booked}");
    assert_eq!(clinic.stand_in.standing()[0].phone, None);
}

#[tokio::test]
async fn somebody_who_books_past_us_is_seen_before_the_claim() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    clinic.stand_in.book_elsewhere(PLAIN, "2026-09-24T15:00:00Z".parse().unwrap());
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    hears(&refused, "The nearest openings are 9 AM, 9:30 AM, and 10:30 AM");
    assert!(clinic.stand_in.asked_to(Operation::Create).is_empty());
}

#[tokio::test]
async fn a_plan_without_bookings_by_api_is_an_outage_to_the_caller_and_named_to_the_operator() {
    let setup = Setup { may_book: false, ..setup(MORNING) };
    let policy = json!({"booking": {"outage_policy": "take_message"}});
    let clinic = Clinic::open_at(setup, PLAIN, policy, 5_500).await;
    let call = clinic.offered().await;
    let refused = clinic.book(&call).await;
    assert_eq!(refused["error"], UNREACHABLE, "{refused}");
    let path = format!("/api/orgs/{}/calls/{}", clinic.org.id, call.id);
    eventually("the warning", || async {
        let warnings = clinic.server.get(&path).await["state"]["warnings"].to_string();
        warnings.contains("paid plan").then_some(())
    })
    .await;
}
