//! Days and zones: what a day is to Cal.com and to the caller, also when the clocks change.

use super::*;

async fn night_of(now: &str, date: &str) -> (Clinic, VapiCall, Value) {
    let clinic = Clinic::open_at(now, NIGHTS, json!({}), 5_500).await;
    let call = clinic.call();
    let free = call.tool("check_availability", json!({"date": date})).await;
    (clinic, call, free)
}

#[tokio::test]
async fn the_day_on_which_the_clocks_go_back_has_twenty_five_hours() {
    let (clinic, call, free) = night_of("2026-10-28T14:30:00Z", "2026-11-01").await;
    assert_eq!(free["data"]["slots"].as_array().unwrap().len(), 14, "seven hours: {free}");
    let uri = &clinic.stand_in.asked_to(Operation::Slots)[0].uri;
    assert!(uri.contains("start=2026-11-01T05%3A00%3A00Z"), "{uri}");
    assert!(uri.contains("end=2026-11-02T05%3A59%3A59Z"), "{uri}");
    let three = json!({"date": "2026-11-01", "time": "3 AM", "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_booking", three).await;
    assert_eq!(booked["success"], true, "{booked}");
    let kept = clinic.stand_in.standing();
    assert_eq!(kept[0].start.to_string(), "2026-11-01T09:00:00Z");
}

#[tokio::test]
async fn the_day_on_which_the_clocks_go_forward_lacks_an_hour() {
    let (clinic, call, free) = night_of("2027-03-10T14:30:00Z", "2027-03-14").await;
    let slots = free["data"]["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 10, "five hours: {free}");
    assert!(!slots.iter().any(|slot| slot.as_str().unwrap().starts_with("02:")), "{free}");
    let skipped = json!({"date": "2027-03-14", "time": "02:30", "customer_name": "Ann Ruiz"});
    let refused = call.tool("create_booking", skipped).await;
    assert_eq!(refused["error"], "no_such_time", "{refused}");
    let three = json!({"date": "2027-03-14", "time": "03:00", "customer_name": "Ann Ruiz"});
    assert_eq!(call.tool("create_booking", three).await["success"], true);
    assert_eq!(clinic.stand_in.standing()[0].start.to_string(), "2027-03-14T08:00:00Z");
}

#[tokio::test]
async fn a_caller_in_another_zone_hears_their_own_times_and_books_the_same_moment() {
    let clinic = Clinic::open().await;
    let call = clinic.call();
    let asked = json!({"date": DAY, "timezone": "America/New_York"});
    let free = call.tool("checkAvailability", asked).await;
    assert_eq!(free["availableSlots"][0], "10:00", "nine in Chicago: {free}");
    let book = json!({"appointmentDate": DAY, "appointmentTime": "10:00", "patientName": "Ann Ruiz",
        "patientEmail": "ann@example.com", "patientPhone": ANN});
    let booked = call.tool("bookClinicAppointment", book).await;
    assert_eq!(booked["success"], true, "{booked}");
    let kept = &clinic.stand_in.standing()[0];
    assert_eq!(kept.start.to_string(), "2026-09-24T14:00:00Z");
    assert_eq!(kept.zone, "America/New_York", "Cal.com writes to them in their own time");
}
