//! The durable work around reminders, as stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::timing::Lead;
use crate::ids::BookingId;

/// The kind of job that reminds a booking's customer. Kept by the operations on bookings and settings:
/// there is one for a booking exactly while it is to be reminded of once more.
pub const REMIND: &str = "remind";

/// What a job of the kind [`REMIND`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemindBooking {
    /// The booking.
    pub booking: BookingId,
    /// Its start when this was planned; of any other start it is not reminded.
    pub start: Timestamp,
    /// How long before it.
    pub lead: Lead,
}

/// The kind of job that plans the reminders of all bookings anew, after an org's rules for them changed.
/// Without a payload.
pub const PLAN_REMINDERS: &str = "plan_reminders";
