//! Every sentence about bookings that a caller may hear: what is said is named here, once, and each
//! language says it in a file of its own. Knows dates and names, no rules.

mod en;
mod es;

pub mod access;
pub mod by_hand;
pub mod elsewhere;
pub mod handover;
pub mod letters;
pub mod meanwhile;
pub mod questions;
pub mod settled;
pub mod texts;
pub mod tool_health;
pub mod undelivered;
pub mod waiting;
pub mod which;

use jiff::civil::{Date, DateTime};

use super::locale::in_every_language;
use super::slots::DayVerdict;
use super::when::LocalTime;

/// Why a day has no free slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack<'a> {
    /// How the day stands.
    pub verdict: DayVerdict,
    /// The name of what was to be booked.
    pub service: &'a str,
    /// The notice that the business needs, minutes.
    pub lead_minutes: u32,
}

/// Error of an unreachable provider (P094).
pub const PROVIDER_ERROR: &str = "Could not connect to booking provider";

in_every_language! {
    /// Free slots of a day (P053).
    fn free_slots(date: Date, times: &[LocalTime]) -> String;
    /// As [`free_slots`], while the provider is out of reach.
    fn free_slots_unconfirmed(date: Date, times: &[LocalTime]) -> String;
    /// A day without free slots, and where there are some.
    fn no_slots(date: Date, lack: Lack<'_>, alternatives: &[(Date, Vec<LocalTime>)]) -> String;
    /// A count of free times (P163).
    fn found_times(count: usize, date: Date) -> String;
    /// A date that is over, and the one that was perhaps meant.
    fn date_has_passed(date: Date, today: Date, meant: Option<Date>) -> String;
    /// A time that is over on a day that is not.
    fn time_has_passed(at: DateTime) -> String;
    /// A date beyond what can be booked.
    fn too_far_ahead(date: Date, days: u32, meant: Option<Date>) -> String;
    /// A booking that stands (P054).
    fn booked(at: LocalTime, code: &str) -> String;
    /// A booking that the provider has yet to confirm (R9, R19).
    fn requested(at: LocalTime, code: &str) -> String;
    /// A booking that came to nothing.
    fn could_not_book(at: LocalTime) -> String;
    /// A booking whose fate at the provider is not known.
    fn not_sure(at: LocalTime) -> String;
    /// A booking that moved.
    fn moved(from: LocalTime, to: LocalTime, code: &str) -> String;
    /// A booking that is where it should go already.
    fn already_there(at: LocalTime, code: &str) -> String;
    /// A booking that was cancelled.
    fn cancelled(at: LocalTime) -> String;
    /// A booking that had been cancelled before.
    fn already_cancelled(at: LocalTime) -> String;
    /// A booking that was found.
    fn found(at: LocalTime, code: &str) -> String;
    /// Several bookings that were found.
    fn found_several(at: &[LocalTime]) -> String;
    /// No booking was found.
    fn not_found() -> &'static str;
    /// The caller has no booking ahead.
    fn none_ahead() -> &'static str;
    /// A free slot that had not been offered (R4).
    fn shall_i_book(at: LocalTime) -> String;
    /// A slot that cannot be had, and which can.
    fn not_available(at: LocalTime, nearest: &[LocalTime]) -> String;
    /// After repeated failures (P175).
    fn offer_hand_over() -> &'static str;
    /// What the caller hears then (P094).
    fn take_message() -> &'static str;
    /// What the caller hears then when the org wants calls handed over.
    fn hand_over() -> &'static str;
    /// An appointment was booked (P168).
    fn appointment_booked() -> &'static str;
    /// Another number of people for a booking that cannot be changed from here.
    fn other_party() -> &'static str;
    /// A party of nobody.
    fn how_many_people() -> &'static str;
    /// More people than can be booked without a person.
    fn party_too_large(most: u32) -> String;
    /// There is nothing to book.
    fn no_service() -> &'static str;
    /// A detail that could not be read.
    fn unreadable(what: &str) -> String;
    /// The calendar wants a detail that the caller has not given: one of ours by its name, or a field
    /// of the provider's own.
    fn need_also(field: &str) -> String;
    /// The org of a call cannot be found (P093).
    fn org_not_found() -> &'static str;
}

#[cfg(test)]
mod tests;
