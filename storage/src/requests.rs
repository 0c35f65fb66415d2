//! What callers ask of the store and what it answers: the vocabulary of [`crate::Store`].
//! Plain data; the rules behind it are in `ops`.

mod bookings;
mod calls;
mod care;
mod customers;
mod orgs;
mod paging;

pub(crate) use bookings::units_for;
pub use bookings::{
    BookOutcome, BookingFilter, Busy, CancelBooking, CancelOutcome, MoveBooking, MoveOutcome,
    NewBooking, Settlement, ToolCallRef,
};
pub use calls::{CallHistory, CallState, CallWrite};
pub use care::{BackupReport, OpenReport, RestoreReport, TailCut, VerifyReport};
pub use customers::CustomerQuery;
pub use orgs::{CreateOrg, PutSettings};
pub use paging::{Listing, Page};
