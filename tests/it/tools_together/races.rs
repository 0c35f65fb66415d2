//! Calls that want the same slot at the same moment.

use std::time::Instant;

use serde_json::{Value, json};

use super::{DAY, server};
use crate::support::{TestOrg, TestServer, VapiCall};

/// Lets each call ask for the same offered slot at once; gives what each heard.
async fn race(server: &TestServer, org: &TestOrg, callers: usize) -> Vec<Value> {
    let calls: Vec<VapiCall> =
        (0..callers).map(|n| org.call(server, &format!("+1512555{:04}", 1_000 + n))).collect();
    // Times given as data are offered and not held, so that everyone may ask for them.
    let offers = calls.iter().map(|call| call.tool("checkAvailability", json!({"date": DAY})));
    for offer in futures_util::future::join_all(offers).await {
        assert_eq!(offer["availableSlots"][4], "11:00", "{offer}");
    }
    let bookings = calls.iter().enumerate().map(|(number, call)| {
        let name = format!("Caller {}", char::from(b'A' + u8::try_from(number % 26).unwrap()));
        let arguments = json!({"date": DAY, "time": "11:00", "customer_name": name});
        call.tool("create_booking", arguments)
    });
    futures_util::future::join_all(bookings).await
}

async fn one_wins(callers: usize) {
    let server = server(5_500).await;
    let org = server.org(json!({})).await;
    let started = Instant::now();
    let heard = race(&server, &org, callers).await;
    eprintln!("{callers} callers raced for {:?}", started.elapsed());
    let (won, lost): (Vec<_>, Vec<_>) = heard.iter().partition(|answer| answer["success"] == true);
    assert_eq!(won.len(), 1, "{won:?}");
    for answer in lost {
        assert_eq!(answer["error"], "slot_unavailable", "{answer}");
        let others = answer["alternatives"].as_array().unwrap();
        assert!(!others.is_empty(), "{answer}");
        assert!(
            others.iter().all(|slot| slot["date"] != DAY || slot["time"] != "11:00"),
            "{answer}"
        );
    }
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["confirmation"], won[0]["confirmationNumber"]);
    assert_eq!(bookings[0]["booking_time"], "11:00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_calls_that_want_one_slot_one_books_and_the_other_hears_alternatives() {
    one_wins(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_calls_that_want_one_slot_one_books_and_the_others_hear_alternatives() {
    one_wins(50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_for_three_is_booked_three_times_and_no_more() {
    let server = server(5_500).await;
    let services = json!([{"id": "class", "name": "Class", "duration_minutes": 30, "capacity": 3}]);
    let org = server.org(json!({"services": services})).await;
    let heard = race(&server, &org, 20).await;
    let won: std::collections::BTreeSet<&str> =
        heard.iter().filter_map(|answer| answer["confirmationNumber"].as_str()).collect();
    assert_eq!(won.len(), 3);
    assert_eq!(org.bookings(&server).await.len(), 3);
}
