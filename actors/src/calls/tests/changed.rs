//! A connection that is changed while its actor is being started: the old credentials are not kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use hookswitch_storage::Connection;

use super::outside::script::Script;
use super::{House, Plan};
use crate::ports::{Adapters, BookingProvider};
use crate::provider::Connections;

/// Lets an operator change a connection at the moment that its adapter is made.
struct Overtaken {
    script: Script,
    by: OnceLock<Connections>,
    made: AtomicUsize,
}

impl Adapters for Overtaken {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        let first = self.made.fetch_add(1, Ordering::SeqCst) == 0;
        if let Some(connections) = self.by.get().filter(|_| first) {
            connections.forget(&connection.id);
        }
        Some(Arc::new(self.script.clone()))
    }
}

#[tokio::test]
async fn a_connection_that_changes_while_it_starts_is_started_as_it_is_now() {
    let (script, by) = (Script::new(), OnceLock::new());
    let adapters = Arc::new(Overtaken { script, by, made: AtomicUsize::new(0) });
    let known = Arc::clone(&adapters);
    let house = House::build(Plan { provider: "scripted", adapters, ..Plan::default() }).await;
    let connections = house.calls.connections().clone();
    let id = house.calls.store().connections(house.org.id()).await.unwrap().remove(0).id;
    connections.forget(&id);
    assert!(known.by.set(connections.clone()).is_ok());
    known.made.store(0, Ordering::SeqCst);
    connections.get(house.org.id(), &id).await.unwrap();
    assert_eq!(known.made.load(Ordering::SeqCst), 2, "what was read before the change is not kept");
    connections.get(house.org.id(), &id).await.unwrap();
    assert_eq!(known.made.load(Ordering::SeqCst), 2, "and it runs from then on");
}
