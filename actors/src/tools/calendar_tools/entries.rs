//! What is in the calendars that an agent asks about: what their providers tell, and what we have claimed
//! ourselves. Decides nothing about who may see it.

use hookswitch_storage::{BookingId, ResourceId, StoreError};
use jiff::Timestamp;

use super::super::ToolContext;
use super::super::named_calendars::Named;
use crate::ports::{CalendarEvent, EventQuery, ProviderError};
use crate::provider::ProviderHandle;

/// Something in a calendar.
pub(super) struct Entry {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// The booking of ours that it is, if it is one.
    pub(super) booking: Option<BookingId>,
}

/// Why the entries of a calendar cannot be told.
pub(super) enum Trouble {
    Provider(ProviderError),
    Storage(StoreError),
}

/// The connections that are meant, each with those of its calendars that are; the org's own choice if
/// none is.
pub(super) async fn providers(
    context: &ToolContext,
    wanted: Vec<Named>,
) -> Result<Vec<(ProviderHandle, Vec<String>)>, ProviderError> {
    let connections = &context.shared.connections;
    if wanted.is_empty() {
        return Ok(vec![(connections.of_org(&context.org).await?, Vec::new())]);
    }
    let mut found = Vec::new();
    for Named { connection, calendars } in wanted {
        found.push((connections.get(context.org.id(), &connection.id).await?, calendars));
    }
    Ok(found)
}

/// What keeps a connection busy: what its provider tells, and our own claims that it does not have.
pub(super) async fn entries(
    context: &ToolContext,
    provider: &ProviderHandle,
    calendars: Vec<String>,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Entry>, Trouble> {
    let every = calendars.is_empty();
    let told = if provider.is_local() {
        None
    } else {
        let query = EventQuery { calendars, from, to };
        provider.events(query, context.deadline).await.map_err(Trouble::Provider)?
    };
    let entry = |event: CalendarEvent| Entry {
        start: event.start,
        end: event.end,
        booking: event.reference,
    };
    let mut found: Vec<Entry> = told.into_iter().flatten().map(entry).collect();
    if every {
        let resource = ResourceId::of_connection(provider.id());
        let store = &context.shared.store;
        let claims = store.busy(context.org.id(), &resource, from, to).await;
        for claim in claims.map_err(Trouble::Storage)? {
            if !found.iter().any(|entry| entry.booking == Some(claim.booking)) {
                let booking = Some(claim.booking);
                found.push(Entry { start: claim.start, end: claim.end, booking });
            }
        }
    }
    Ok(found)
}
