//! What the tests of several adapters begin with: a booking that has yet to reach its provider, and the
//! times around it.
#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_storage::{
    Booking, BookingId, BookingStatus, ConnectionId, CustomerId, OrgId, Outcome, ResourceId, Source,
};
use jiff::{SignedDuration, Timestamp};

/// When the stand-ins' clocks start.
pub(super) const NOW: &str = "2026-09-22T14:30:00Z";
/// Ten in Chicago, two days on.
pub(super) const TEN: &str = "2026-09-24T15:00:00Z";
pub(super) const HALF_PAST: &str = "2026-09-24T15:30:00Z";
pub(super) const ELEVEN: &str = "2026-09-24T16:00:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A booking for Ann, half an hour from ten.
pub(super) fn booking() -> Booking {
    booking_at(TEN, 30)
}

/// A booking for Ann from `start` on.
pub(super) fn booking_at(start: &str, minutes: i64) -> Booking {
    let connection = ConnectionId::random();
    let start = at(start);
    let end = start.checked_add(SignedDuration::from_mins(minutes)).unwrap();
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
        customer_confirmed_at: None,
        external_ids: Vec::new(),
        intent: None,
        source: Source::Phone,
        call_id: None,
        history: Vec::new(),
        created_at: at(NOW),
        updated_at: at(NOW),
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
