//! What several of this folder's tests begin with.
#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_storage::{
    Booking, BookingId, BookingStatus, ConnectionId, CustomerId, OrgId, Outcome, ResourceId, Source,
};
use jiff::SignedDuration;

/// A booking for Ann, half an hour from ten.
pub(super) fn booking() -> Booking {
    let connection = ConnectionId::random();
    let start: jiff::Timestamp = "2026-09-24T15:00:00Z".parse().unwrap();
    let end = start.checked_add(SignedDuration::from_mins(30)).unwrap();
    let made = "2026-09-22T14:30:00Z".parse().unwrap();
    Booking {
        id: BookingId::random(),
        org: OrgId::random(),
        customer_id: CustomerId::random(),
        status: BookingStatus::Pending,
        outcome: Outcome::Pending,
        start,
        end,
        occupied_until: end,
        time_zone: "America/Chicago".into(),
        service_id: "consultation".parse().unwrap(),
        resource: ResourceId::of_connection(&connection),
        capacity: 1,
        places: 1,
        party_size: None,
        connection_id: connection,
        customer_name: "Ann Ruiz".into(),
        customer_phone: Some("+13125550142".into()),
        customer_email: None,
        notes: None,
        confirmation: "KM73TN".into(),
        external_ids: Vec::new(),
        intent: None,
        source: Source::Phone,
        call_id: None,
        history: Vec::new(),
        created_at: made,
        updated_at: made,
    }
}

/// Waits until something has come about.
pub(super) async fn until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.unwrap();
}
