//! Every decision of Hookswitch. `src` speaks, this package decides, storage remembers.
//!
//! ```text
//! server
//!   calls nursery        starts a failed session again: 3 times in 60 s, from its events
//!     session per call   state, running tools, answers given
//!   providers nursery    a failed connection is started again by the next request
//!     provider per connection   quota, breaker, requests in flight
//!     directory per org         the same for looking up customers, and answers per call
//! ```
//!
//! Data walks one way: the outside -> [`Calls`] -> session -> tool -> booking rules -> provider
//! actor -> port, and back. Every change of a call is one event: folded into its state by a pure
//! function, kept in storage, shown on the [`Feed`].
//!
//! | question | file |
//! | --- | --- |
//! | what may wait, how long? | `bounds` |
//! | how does a message reach its call? | `calls` |
//! | what does a call know? | `session/state` |
//! | who has this number? | `directory` |
//! | which slots can be booked? | `booking/slots` |
//! | what happens when one is booked? | `booking/book` |
//! | what does the caller hear? | `booking/phrases` |
//! | who answers a call, where does it go? | `questions` |
//! | which tools are there? | `tools` |

pub mod booking;
mod bounds;
mod breaker;
mod calls;
mod directory;
mod feed;
mod orgs;
pub mod ports;
mod provider;
pub mod questions;
mod session;
mod supervisor;
pub mod tools;

pub use calls::{
    CallSettings, Calls, CallsParts, Desk, Intervention, InterventionError, OpenCallsError,
    ToolRequest,
};
pub use directory::Directories;
pub use feed::{Feed, FeedItem, First, Snapshot};
pub use orgs::{CUSTOMERCONNECT_KEY_FIELD, OrgEntry, Orgs, WEBHOOK_SECRET_FIELD};
pub use provider::{Connections, Health, ProviderHandle};
pub use session::facts::{CallFact, CallFacts, Heard};
pub use session::state::{
    CallState, CallWarning, Changed, Ended, Field, HeldSlot, ToolInFlight, TranscriptLine,
};
