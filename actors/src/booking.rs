//! Booking: one function per meaning, whatever the tool that asks is called. Offers, holds, claims
//! and their order are here; how an answer is worded is in `phrases`, its fields in the tools.
//!
//! ```text
//! free_slots   rules + provider + claims + holds of others  -> offers
//! book         offered? -> claim (durable) -> provider -> settled -> said
//! change       whose is it? -> move or cancel the same way
//! ```

mod ahead;
mod book;
mod calendar;
mod calendars;
mod callback;
mod change;
mod desk;
mod find;
mod free_slots;
mod holds;
pub mod locale;
mod outside;
mod party;
pub mod people;
pub mod phrases;
mod repeat;
mod saga;
pub mod slots;
pub mod speech;
mod waitlist;
pub mod when;

#[cfg(test)]
pub(crate) mod trials;

pub(crate) use ahead::{look_ahead, next_in_words};
pub use book::book;
pub use book::{BookRequest, Booked};
pub use calendar::{BUILTIN, BuiltinCalendar, free_around};
pub use callback::{CallbackWish, call_back};
pub use change::{ChangeRequest, Changed, cancel, reschedule};
pub use desk::is_place;
pub use desk::local as local_time;
pub use desk::{Effects, Refusal};
pub(crate) use desk::{hold_until, outage, storage_down};
pub use find::{Claimant, find};
pub(crate) use find::{Opened, is_open_to};
pub use free_slots::{Errand, FreeSlots, SlotsRequest, free_slots};
pub(crate) use holds::Holds;
pub(crate) use outside::OutsideCalendar;
pub(crate) use saga::{News, Reconciler, hurry_all, hurry_org};
pub use slots::{DayVerdict, FreeSlot};
pub use waitlist::{WaitWish, Waiting, join_waitlist, leave_waitlist};
pub(crate) use waitlist::{
    as_offer, in_words as kept_in_words, of_number as kept_for_number, tell_kept,
};
