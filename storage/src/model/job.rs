//! Durable work, as stored: one record for every kind of job, one worker that runs them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::booking::Booking;
use crate::ids::{BookingId, JobId, OrgId};

/// The kind of job that settles what a provider did for a booking. Kept by the operations on
/// bookings themselves: the job is there exactly while there is something to settle.
pub const SETTLE_BOOKING: &str = "settle_booking";

/// What a job of the kind [`SETTLE_BOOKING`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleBooking {
    /// The booking.
    pub booking: BookingId,
}

/// One piece of work that survives a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub org: OrgId,
    /// What kind of work; its owner knows the payload.
    pub kind: String,
    /// What the work needs.
    pub payload: serde_json::Value,
    /// Not before.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: JobState,
    /// What went wrong last.
    #[serde(default)]
    pub last_error: Option<String>,
}

impl Job {
    /// The id of the job that settles a booking: one per booking.
    pub(crate) fn settles(booking: &BookingId) -> JobId {
        JobId::of_booking(*booking)
    }

    /// The job that settles a booking, not before `due`.
    pub(crate) fn settle(booking: &Booking, due: Timestamp) -> Self {
        Self {
            id: Self::settles(&booking.id),
            org: booking.org.clone(),
            kind: SETTLE_BOOKING.to_owned(),
            payload: serde_json::json!({ "booking": booking.id }),
            due,
            attempts: 0,
            state: JobState::Waiting,
            last_error: None,
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits until it is due.
    Waiting,
    /// Ended well.
    Done,
    /// Given up; needs the operator.
    Dead,
}
