//! Stand-ins for the outside world: real servers on this machine that behave as a vendor's does, on
//! good days and on bad ones. Called by the command `demo` and by tests; the server under test knows
//! them only by their address.

pub mod acuity;
mod asked;
pub mod authority;
pub mod calcom;
pub mod caldav;
pub mod calendly;
mod clock;
pub mod customerconnect;
mod cut;
mod doors;
pub mod google;
mod handle;
pub mod opentable;
mod serving;
pub mod smtp;
pub mod square;
mod trouble;
pub mod twilio;
pub mod vapi;
mod vendor;
