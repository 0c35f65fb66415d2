//! What every store promises, asked through its public operations alone. Each check takes a
//! `Store`, so that another backend can be put through the same checks.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/waiting.rs"]
mod waiting;

#[path = "conformance/adopted.rs"]
mod adopted;
#[path = "conformance/agents.rs"]
mod agents;
#[path = "conformance/amended.rs"]
mod amended;
#[path = "conformance/bookings.rs"]
mod bookings;
#[path = "conformance/callbacks.rs"]
mod callbacks;
#[path = "conformance/calls.rs"]
mod calls;
#[path = "conformance/connections.rs"]
mod connections;
#[path = "conformance/guesses.rs"]
mod guesses;
#[path = "conformance/intents.rs"]
mod intents;
#[path = "conformance/messages.rs"]
mod messages;
#[path = "conformance/orgs.rs"]
mod orgs;
#[path = "conformance/races.rs"]
mod races;
#[path = "conformance/reminders.rs"]
mod reminders;
#[path = "conformance/repeats.rs"]
mod repeats;
#[path = "conformance/waitlist.rs"]
mod waitlist;
#[path = "conformance/waitlist_room.rs"]
mod waitlist_room;
#[path = "conformance/waitlist_saga.rs"]
mod waitlist_saga;

/// Runs each check against a store of its own.
macro_rules! checks {
    ($($check:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                let folder = tempfile::tempdir().unwrap();
                let store = crate::fixtures::open(&folder.path().join("data")).await;
                check::$check(&store).await;
                store.close().await.unwrap();
            }
        )*
    };
}
pub(crate) use checks;
