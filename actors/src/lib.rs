//! Every decision of Hookswitch. `src` speaks, this package decides, storage remembers.
//!
//! # Who watches over whom
//!
//! ```text
//! server
//!   calls nursery        starts a failed session again: 3 times in 60 s, from its events
//!     session per call   state, running tools, answers given
//!   providers nursery    a failed connection is started again by the next request
//!     provider per connection   quota, breaker, requests in flight
//!     directory per org         the same for looking up customers, and answers per call
//!   job worker           started again when it fails; a task per job, each org its share
//!   assistants        a task that looks whether they are wanted otherwise; the work is jobs
//!   sync per connection  a task that goes on after a failure; what changed there, is it well
//! ```
//!
//! A child that ends is its nursery's affair and nobody else's: one call's panic, flood or hang never
//! touches another call. No handler waits for anything slow; work runs in tasks of its own and
//! comes back as a message.
//!
//! # The data's way
//!
//! ```text
//! outside --> Calls --> session --> tool --> booking rules --> provider actor --> port
//!               ^          |          |            |
//!               |          |          |            '--> Store: claim, settle
//!             answer <-----|----------'
//!                          '--> event: fold into CallState, keep in Store, publish on Feed
//! ```
//!
//! 1. A message or a tool call comes in through [`Calls`], which finds or starts the call's session,
//!    bounds what may wait and answers before the deadline.
//! 2. The session runs each tool-call id once. The [`tools::Toolbox`] finds the tool by its name and
//!    reads its arguments.
//! 3. The tool calls one function of [`booking`], which understands the words, claims in storage
//!    first, and asks the provider's actor ([`Connections`]) second.
//! 4. The actor of the connection keeps its limits and goes through a port ([`ports::BookingProvider`])
//!    to an adapter that this package has never heard of.
//! 5. Every change is one event: folded into [`CallState`] by a pure function, kept in storage, shown
//!    on the [`Feed`].
//!
//! # Where to look
//!
//! | question | file |
//! | --- | --- |
//! | what may wait, how long? | `bounds` |
//! | how does a message reach its call? | `calls` |
//! | what does a call know? | `session/state` |
//! | who is started again, and how often? | `supervisor` |
//! | who has this number? | `directory` |
//! | who keeps access tokens fresh? | `provider/credentials` |
//! | which slots can be booked? | [`booking`]`/slots` |
//! | what happens when one is booked? | `booking/book` |
//! | and at a provider outside, when something goes wrong? | `booking/saga` |
//! | what must happen even if the server stops? | `jobs` |
//! | which tools are on which assistant? | `registration` |
//! | what was changed in the provider's own calendar, and is a connection well? | `sync` |
//! | what is a customer sent, and when? | `messages` |
//! | what does the caller hear? | `booking/phrases` |
//! | who answers a call, where does it go? | [`questions`] |
//! | which tools are there? | [`tools`] |
//! | how well do they work? | `tool_health` |
//! | what must an adapter do? | [`ports`] |
//!
//! # What this package must not know
//!
//! No HTTP, no JSON of Vapi's or a provider's, no WebSocket, no row store, no command line: neither
//! axum, reqwest, sled, clap, tungstenite nor anyhow is imported here. The outside world is behind
//! [`ports`]; what is remembered, behind [`hookswitch_storage::Store`]. No type of the actor
//! framework leaves.

pub mod booking;
mod bounds;
mod breaker;
mod calls;
mod directory;
mod feed;
mod jobs;
mod messages;
mod orgs;
mod outbound;
pub mod ports;
mod provider;
mod provider_log;
pub mod questions;
mod registration;
mod session;
mod supervisor;
mod sync;
mod to_its_end;
mod tool_health;
pub mod tools;
mod turns;

pub use calls::{
    CallSettings, Calls, CallsParts, Desk, Intervention, InterventionError, OpenCallsError,
    ToolRequest,
};
pub use directory::{Directories, DirectoryHealth};
pub use feed::{Feed, FeedItem, First, OrgNotice, Snapshot};
pub use messages::{
    Encoding, Measured, SMTP_PASSWORD_FIELD, TWILIO_KEY_FIELD, TWILIO_TOKEN_FIELD, measure,
};
pub use orgs::{CUSTOMERCONNECT_KEY_FIELD, OrgEntry, Orgs, WEBHOOK_SECRET_FIELD};
pub use provider::{
    CREDENTIALS_FIELD, Condition, Connections, Counts, GRANT, Health, Keepers, Left,
    ProviderHandle, REFUSED, farewell, grant_in, sealed_with,
};
pub use provider_log::CALL_LOG_FIELD;
pub use registration::{
    AgentReport, Alarm, BackError, Leftover, NumberReport, Pruned, SYNC_CLASSES, SyncError,
    SyncReport, SyncTotals, ToolAction, ToolReport,
};
pub use session::facts::{CallFact, CallFacts, Heard};
pub use session::state::{
    CallState, CallWarning, Changed, Ended, Field, HeldSlot, ToolInFlight, TranscriptLine,
    Transfer, TransferStage,
};
pub use sync::{Leaving, NoticeUrl, Pulse, SyncSettings, connection_warning};
pub use to_its_end::to_its_end;
pub use tool_health::{DURATION_CLASSES, ToolHealth, ToolTotals};
