//! What Vapi asks about calls beside tools: who takes one, where it goes, whether to place it.
//! Owns those decisions; called by the webhook handlers, which give them Vapi's form. Everything
//! here answers within its time limit, whatever the outside does.

mod caller;
mod destinations;
mod search;
mod taker;
mod welcome;

pub use caller::KnownCaller;
pub use destinations::{Destination, assistant_for_handoff, hand_over, may_dial};
pub use welcome::{Briefing, Welcome};
