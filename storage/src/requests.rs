//! What callers ask of the store and what it answers: the vocabulary of [`crate::Store`].
//! Plain data; the rules behind it are in `ops`.

mod agents;
mod bookings;
mod callbacks;
mod calls;
mod care;
mod customers;
mod guesses;
mod messages;
mod orgs;
mod paging;
mod waitlist;

pub use agents::{AgentOutcome, RemoveAgentOutcome, SaveAgent, SaveAgentOutcome};
pub(crate) use bookings::units_for;
pub use bookings::{
    AdoptBooking, AdoptOutcome, AmendBooking, AmendOutcome, AtProvider, BookOutcome, BookingFilter,
    Busy, CancelBooking, CancelOutcome, MoveBooking, MoveOutcome, NewBooking, Settlement,
};
pub use callbacks::{CallbackOutcome, ChangeCallback, RequestCallback};
pub use calls::{CallHistory, CallState, CallWrite};
pub use care::{BackupReport, OpenReport, RestoreReport, TailCut, VerifyReport};
pub use customers::CustomerQuery;
pub use guesses::{Guess, GuessKind, GuessLimits, GuessOutcome};
pub use messages::{Begun, Handover, MessageNews, Reminded};
pub use orgs::{CreateOrg, PutSettings, Renewal};
pub use paging::{Listing, Page};
pub use waitlist::{JoinOutcome, JoinWaitlist, LeaveWaitlist, Waiter, WaitlistFilter};
