//! Which calendars an agent means by the ids that it was given: connections of ours, or calendars that a
//! connection uses at its provider. Ids that nobody knows are passed over; models make them up.

use hookswitch_storage::{Connection, ConnectionStatus, StoreError};

use super::ToolContext;

/// The option in which a connection names the calendars that it uses at its provider.
const CALENDAR_IDS: &str = "calendar_ids";

/// A connection that was named.
pub(super) struct Named {
    /// Itself.
    pub(super) connection: Connection,
    /// Its calendars that were named; none means all of them.
    pub(super) calendars: Vec<String>,
}

/// The connections behind these ids, each once. `primary` and ids that nobody knows name none.
///
/// # Errors
/// If storage fails.
pub(super) async fn named(
    context: &ToolContext,
    ids: Option<&[String]>,
) -> Result<Vec<Named>, StoreError> {
    let ids = ids.unwrap_or_default();
    let mut found: Vec<Named> = Vec::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let connections = context.shared.store.connections(context.org.id()).await?;
    let usable = |connection: &&Connection| connection.status == ConnectionStatus::Connected;
    let usable: Vec<&Connection> = connections.iter().filter(usable).collect();
    for id in ids.iter().map(|id| id.trim()) {
        let whole = usable.iter().find(|connection| connection.id.as_str() == id);
        let one = || usable.iter().find(|connection| id != "primary" && uses(connection, id));
        let Some(connection) = whole.or_else(one) else { continue };
        let place = found.iter().position(|named| named.connection.id == connection.id);
        match (place, whole) {
            (Some(place), Some(_)) => found[place].calendars.clear(),
            // All of them were named before.
            (Some(place), None) if found[place].calendars.is_empty() => {}
            (Some(place), None) => found[place].calendars.push(id.to_owned()),
            (None, whole) => {
                let calendars = if whole.is_some() { Vec::new() } else { vec![id.to_owned()] };
                found.push(Named { connection: (*connection).clone(), calendars });
            }
        }
    }
    Ok(found)
}

/// Whether a connection uses this calendar.
fn uses(connection: &Connection, id: &str) -> bool {
    let named = connection.options.get(CALENDAR_IDS).and_then(|ids| ids.as_array());
    named.is_some_and(|ids| ids.iter().any(|named| named.as_str() == Some(id)))
}
