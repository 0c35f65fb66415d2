//! Booking: one function per meaning, whatever the tool that asks is called. Offers, holds, claims
//! and their order are here; how an answer is worded is in `phrases`, its fields in the tools.
//!
//! ```text
//! free_slots   rules + provider + claims + holds of others  -> offers
//! book         offered? -> claim (durable) -> provider -> settled -> said
//! change       whose is it? -> move or cancel the same way
//! ```

mod book;
mod calendar;
mod change;
mod desk;
mod find;
mod free_slots;
mod holds;
pub mod people;
pub mod phrases;
mod repeat;
pub mod slots;
pub mod speech;
pub mod when;

pub use book::book;
pub use book::{BookRequest, Booked};
pub use calendar::{BUILTIN, BuiltinCalendar};
pub use change::{ChangeRequest, Changed, cancel, reschedule};
pub use desk::is_place;
pub use desk::local as local_time;
pub use desk::{Effects, Refusal};
pub(crate) use desk::{hold_until, outage, storage_down};
pub use find::{Claimant, find};
pub use free_slots::{FreeSlots, SlotsRequest, free_slots};
pub(crate) use holds::Holds;
pub use slots::{DayVerdict, FreeSlot};
