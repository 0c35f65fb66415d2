//! Others write into the calendar at the same moment.

use super::*;

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_persons_event_that_came_meanwhile_wins_and_ours_is_taken_back() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    assert_eq!(clinic.book(&call).await["success"], true, "the server is known from now on");
    let other = clinic.org.call(&clinic.server, "+13125550199");
    free(&other).await;
    // While our request is on its way, somebody enters something at a path of their own.
    clinic.stand_in.next(Operation::Put, Trouble::Slow { millis: 600 });
    let wants = other.tool(
        "create_booking",
        json!({"date": DAY, "time": "13:00",
        "customer_name": "Omar Haddad"}),
    );
    let enters = async {
        let before = clinic.stand_in.asked_to(Operation::Put).len();
        crate::support::eventually("the request to arrive", || async {
            (clinic.stand_in.asked_to(Operation::Put).len() > before).then_some(())
        })
        .await;
        let (start, end) = (at("2026-09-24T18:10:00Z"), at("2026-09-24T19:00:00Z"));
        clinic.stand_in.enter_between("Work", "dentist", start, end);
    };
    let (refused, ()) = tokio::join!(wants, enters);
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    assert_eq!(clinic.stand_in.booked().len(), 1, "{:?}", clinic.stand_in.booked());
    assert!(clinic.stand_in.events().iter().any(|event| event.path.ends_with("dentist.ics")));
    assert_eq!(clinic.bookings().await.iter().filter(|one| one["outcome"] == "failed").count(), 1);
}

#[tokio::test]
async fn a_move_onto_what_came_meanwhile_is_put_back() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    let booked = clinic.book(&call).await;
    clinic.stand_in.next(Operation::Put, Trouble::Slow { millis: 600 });
    let to_one = json!({"booking_reference": booked["confirmationNumber"],
        "new_date": DAY, "new_time": "13:00"});
    let wants = call.tool("reschedule_booking", to_one);
    let enters = async {
        let before = clinic.stand_in.asked_to(Operation::Put).len();
        crate::support::eventually("the request to arrive", || async {
            (clinic.stand_in.asked_to(Operation::Put).len() > before).then_some(())
        })
        .await;
        let (start, end) = (at("2026-09-24T18:10:00Z"), at("2026-09-24T19:00:00Z"));
        clinic.stand_in.enter_between("Work", "dentist", start, end);
    };
    let (refused, ()) = tokio::join!(wants, enters);
    assert_eq!(refused["success"], false, "{refused}");
    let kept = clinic.stand_in.booked();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].start(), Some(at("2026-09-24T15:00:00Z")), "it stands where it stood");
    assert_eq!(clinic.bookings().await[0]["outcome"], "confirmed");
}

#[tokio::test]
async fn a_path_that_somebody_has_is_a_slot_that_is_taken_if_it_is_still_there() {
    let clinic = Clinic::open().await;
    let call = clinic.offered().await;
    // Another Hookswitch got there between our look and our write.
    let event = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:other@hookswitch\r\n\
        DTSTAMP:20260901T080000Z\r\nDTSTART:20260924T150000Z\r\nDTEND:20260924T153000Z\r\n\
        X-HOOKSWITCH-BOOKING:other\r\nX-HOOKSWITCH-CONNECTION:con_other\r\n\
        X-HOOKSWITCH-TIME:20260924T150000Z/20260924T153000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    clinic.stand_in.next(Operation::Get, Trouble::Slow { millis: 500 });
    let enters = async {
        crate::support::eventually("the look at the path", || async {
            (!clinic.stand_in.asked_to(Operation::Get).is_empty()).then_some(())
        })
        .await;
        clinic.stand_in.enter("Work", "slot-20260924T150000Z", event);
    };
    let (refused, ()) = tokio::join!(clinic.book(&call), enters);
    assert_eq!(refused["error"], "slot_unavailable", "{refused}");
    assert_eq!(clinic.stand_in.events().len(), 1, "{:?}", clinic.stand_in.events());
}

#[tokio::test]
async fn many_callers_of_two_servers_never_share_a_time_however_long_they_book() {
    let clinic = Clinic::open().await;
    let other = server_for(&clinic.stand_in.host_port(), 5_500).await;
    // The other server's appointments are longer, so that its starts have other paths.
    let long = json!({"services": [{"id": "consultation", "name": "Long", "duration_minutes": 60,
        "slot_minutes": 15}]});
    let other_org = other.org(long).await;
    let url = format!("{}/dav/", clinic.stand_in.url());
    connect(&other, &other_org, connection(&url, &json!({}))).await;
    let mut calls = Vec::new();
    for caller in 0..4 {
        for (server, org, times) in [
            (&clinic.server, &clinic.org, ["10:00", "10:30", "11:00", "11:30"]),
            (&other, &other_org, ["09:45", "10:15", "10:45", "11:15"]),
        ] {
            let call = org.call(server, &format!("+1312555010{caller}"));
            slots(&call).await;
            calls.push((call, times[caller], caller));
        }
    }
    let wants = calls.iter().map(|(call, time, caller)| {
        let want = json!({"date": DAY, "time": time, "customer_name": format!("Guest {caller}")});
        call.tool("create_booking", want)
    });
    let results = futures_util::future::join_all(wants).await;
    let kept = clinic.stand_in.booked();
    let mut spans: Vec<_> = kept
        .iter()
        .map(|event| (event.property("DTSTART").unwrap(), event.property("DTEND").unwrap()))
        .collect();
    spans.sort();
    for pair in spans.windows(2) {
        assert!(pair[0].1 <= pair[1].0, "{pair:?} overlap: {results:?}");
    }
    let booked = results.iter().filter(|result| result["success"] == true).count();
    assert_eq!(booked, kept.len(), "{results:?}");
    assert!(booked >= 1, "{results:?}");
}
