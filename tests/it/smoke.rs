//! The shortest way through the whole house.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_caller_books_a_slot_that_was_offered() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let call = org.call(&server, "+15125550143");
    let free = call.tool("check_availability", json!({"date": "2026-09-24"})).await;
    assert_eq!(free["success"], true);
    let time = &free["data"]["slots"][2];
    let arguments = json!({"date": "2026-09-24", "time": time, "customer_name": "Ann Ruiz"});
    let booked = call.tool("create_booking", arguments).await;
    assert_eq!(booked["success"], true, "{booked}");
    let bookings = org.bookings(&server).await;
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0]["booking_time"], *time);
    assert_eq!(bookings[0]["customer_phone"], "+15125550143");
    assert_eq!(bookings[0]["confirmation"], booked["confirmationNumber"]);
}
