//! Stories that hold on every server: told against the stand-in and against Radicale alike.

use std::time::Duration;

use super::*;
use crate::support::{eventually, eventually_within};

/// A booking's whole life, with a person at the same calendar.
pub(super) async fn whole(server: &TestServer, org: &TestOrg, person: &Person) {
    let lunch = ("DTSTART;TZID=America/Chicago:20260924T120000", "DURATION:PT1H");
    person.enter("lunch", lunch.0, lunch.1).await;
    let call = org.call(server, ANN);
    let open = slots(&call).await;
    assert!(!open.contains(&"12:00".into()) && !open.contains(&"12:30".into()), "{open:?}");
    assert!(open.contains(&"10:00".into()) && open.contains(&"13:00".into()), "{open:?}");

    let mut ten = ten_for("Ann Ruiz; of \"Willow, Ltd\"");
    ten["notes"] = json!("first visit\nBEGIN:VEVENT");
    let booked = call.tool("create_booking", ten).await;
    assert_eq!(booked["success"], true, "{booked}");
    hears(&booked, "I've booked your appointment for Thursday September 24th at 10 AM");
    assert_eq!(person.booked().await, ["slot-20260924T150000Z.ics"]);
    let text = person.read("slot-20260924T150000Z.ics").await.unwrap();
    for part in ["DTSTART:20260924T150000Z", "DTEND:20260924T153000Z", "STATUS:CONFIRMED", ANN] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let ours = org.bookings(server).await;
    assert_eq!(ours[0]["outcome"], "confirmed");
    let id = ours[0]["id"].as_str().unwrap();
    assert!(text.replace("\r\n ", "").contains(id), "our reference is in {text}");
    assert!(!slots(&org.call(server, "+13125550199")).await.contains(&"10:00".into()));

    let code = booked["confirmationNumber"].clone();
    let found = call.tool("lookup_booking", json!({"booking_reference": code})).await;
    hears(&found, "Thursday September 24th at 10 AM");

    // The person adds something; it stays.
    person
        .edit("slot-20260924T150000Z.ics", |text| {
            text.replacen("END:VEVENT", "LOCATION:Room 2\r\nEND:VEVENT", 1)
        })
        .await;
    let to_eleven = json!({"booking_reference": code, "new_date": DAY, "new_time": "11:00"});
    let moved = call.tool("reschedule_booking", to_eleven).await;
    hears(&moved, "to Thursday September 24th at 11 AM");
    assert_eq!(person.booked().await.len(), 1);
    let text = person.read("slot-20260924T150000Z.ics").await.unwrap();
    assert!(text.contains("DTSTART:20260924T160000Z") && text.contains("Room 2"), "{text}");

    // Ten o'clock is free again, although the event that was there keeps its path.
    let other = org.call(server, "+13125550177");
    assert!(slots(&other).await.contains(&"10:00".into()));
    let again = other.tool("create_booking", ten_for("Omar Haddad")).await;
    assert_eq!(again["success"], true, "{again}");
    let both = ["slot-20260924T150000Z-2.ics", "slot-20260924T150000Z.ics"];
    assert_eq!(person.booked().await, both);

    let cancel = json!({"booking_reference": code, "reason": "cannot come"});
    let cancelled = call.tool("cancel_booking", cancel).await;
    hears(&cancelled, "I've cancelled your appointment for Thursday September 24th at 11 AM");
    assert_eq!(person.booked().await, ["slot-20260924T150000Z-2.ics"]);
}

/// A person changes our events by hand.
pub(super) async fn by_hand(server: &TestServer, org: &TestOrg, person: &Person) {
    let call = org.call(server, ANN);
    slots(&call).await;
    let booked = call.tool("create_booking", ten_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let code = booked["confirmationNumber"].clone();
    let name = "slot-20260924T150000Z.ics";
    // Moved to two o'clock in their program: that is taken now.
    person
        .edit(name, |text| {
            text.replace("DTSTART:20260924T150000Z", "DTSTART:20260924T190000Z")
                .replace("DTEND:20260924T153000Z", "DTEND:20260924T193000Z")
        })
        .await;
    let open = slots(&org.call(server, "+13125550199")).await;
    assert!(!open.contains(&"14:00".into()), "{open:?}");
    // And the caller moves it from there.
    let to_three = json!({"booking_reference": code, "new_date": DAY, "new_time": "15:00"});
    let moved = call.tool("reschedule_booking", to_three).await;
    assert_eq!(moved["success"], true, "{moved}");
    let text = person.read(name).await.unwrap();
    assert!(text.contains("DTSTART:20260924T200000Z"), "{text}");
    // Put elsewhere under another UID by their program, and still found.
    person.delete(name).await;
    let copied = text.replace("@hookswitch", "@copied").replace("\r\n", "\n").replace('\n', "\r\n");
    person.write("copied.ics", copied).await;
    let cancelled = call.tool("cancel_booking", json!({"booking_reference": code})).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(person.booked().await, Vec::<String>::new());

    // Deleted by hand: cancelled here without a fuss.
    let booked = call.tool("create_booking", ten_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let name = person.booked().await.pop().unwrap();
    person.delete(&name).await;
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    let cancelled = call.tool("cancel_booking", code).await;
    assert_eq!(cancelled["success"], true, "{cancelled}");
    assert_eq!(
        org.bookings(server).await.iter().filter(|one| one["status"] == "cancelled").count(),
        2
    );
}

/// Everything that may be in somebody's way, and what may not.
pub(super) async fn all_kinds(server: &TestServer, org: &TestOrg, person: &Person) {
    person.enter("utc", "DTSTART:20260924T140000Z", "DTEND:20260924T143000Z").await;
    person
        .enter(
            "weekly",
            "DTSTART;TZID=America/Chicago:20260903T100000\r\nRRULE:FREQ=WEEKLY;COUNT=10",
            "DTEND;TZID=America/Chicago:20260903T103000",
        )
        .await;
    person.enter("floating", "DTSTART:20260924T110000", "DTEND:20260924T113000").await;
    person.enter("perhaps", "DTSTART:20260924T170000Z\r\nSTATUS:TENTATIVE", "DURATION:PT30M").await;
    person
        .enter("called-off", "DTSTART:20260924T180000Z\r\nSTATUS:CANCELLED", "DURATION:PT30M")
        .await;
    person
        .enter("reminder", "DTSTART:20260924T190000Z\r\nTRANSP:TRANSPARENT", "DURATION:PT30M")
        .await;
    person
        .enter(
            "dropped",
            "DTSTART;TZID=America/Chicago:20260917T150000\r\nRRULE:FREQ=WEEKLY\r\n\
             EXDATE;TZID=America/Chicago:20260924T150000",
            "DURATION:PT30M",
        )
        .await;
    let call = org.call(server, ANN);
    let open = slots(&call).await;
    for (time, is_open) in [
        ("09:00", false),
        ("09:30", true),
        ("10:00", false),
        ("10:30", true),
        ("11:00", false),
        ("11:30", true),
        ("12:00", false),
        ("13:00", true),
        ("14:00", true),
        ("15:00", true),
    ] {
        assert_eq!(open.contains(&time.to_owned()), is_open, "{time}: {open:?}");
    }
    person.enter("holiday", "DTSTART;VALUE=DATE:20260925", "DTEND;VALUE=DATE:20260926").await;
    let friday = call.tool("check_availability", json!({"date": "2026-09-25"})).await;
    assert_eq!(friday["available"], false, "{friday}");
    let thursday = slots(&org.call(server, "+13125550199")).await;
    assert!(thursday.contains(&"16:30".into()), "the holiday is Friday's alone: {thursday:?}");
}

/// What a person does to our events becomes of our bookings, without anybody asking.
pub(super) async fn taken_over(server: &TestServer, org: &TestOrg, person: &Person) {
    let call = org.call(server, ANN);
    slots(&call).await;
    let booked = call.tool("create_booking", ten_for("Ann Ruiz")).await;
    assert_eq!(booked["success"], true, "{booked}");
    let name = person.booked().await.pop().unwrap();
    person
        .edit(&name, |text| {
            text.replace("DTSTART:20260924T150000Z", "DTSTART:20260924T190000Z")
                .replace("DTEND:20260924T153000Z", "DTEND:20260924T193000Z")
        })
        .await;
    let moved = eventually("the move", || async {
        let bookings = org.bookings(server).await;
        (bookings[0]["booking_time"] == "14:00").then(|| bookings[0].clone())
    });
    assert_eq!(moved.await["confirmation"], booked["confirmationNumber"]);
    let code = json!({"booking_reference": booked["confirmationNumber"]});
    hears(&call.tool("lookup_booking", code).await, "Thursday September 24th at 2 PM");
    person.delete(&name).await;
    // Where no token tells what was removed, it has to be missing for a while.
    eventually_within(Duration::from_secs(40), "the cancellation", || async {
        (org.bookings(server).await[0]["status"] == "cancelled").then_some(())
    })
    .await;
}
