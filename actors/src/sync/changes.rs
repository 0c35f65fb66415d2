//! Asking a provider what changed, and which bookings of ours that is about. What the answer says of
//! them is only a reason to look: it is older than the look.

use std::time::Instant;

use hookswitch_storage::{Booking, BookingId, StoreError};

use super::judge;
use super::look::{Eyes, Trouble};
use crate::bounds::PROVIDER_LOOK;
use crate::ports::{ProviderRecord, ProviderState};

/// What a provider says to the question what changed.
pub(super) struct Heard {
    /// Bookings of ours that stand there otherwise, and whether they are said to be gone.
    pub(super) about: Vec<(BookingId, bool)>,
    /// Where the next question begins.
    pub(super) cursor: String,
    /// Some changes may be in no answer.
    pub(super) missed: bool,
}

/// Asks what changed since `cursor`; `None` where the provider cannot be asked.
pub(super) async fn ask(eyes: &Eyes<'_>, cursor: Option<String>) -> Result<Option<Heard>, Trouble> {
    let until = Instant::now() + PROVIDER_LOOK;
    let Some(changes) = eyes.provider.changes(cursor, until).await? else { return Ok(None) };
    let mut about = Vec::new();
    for record in &changes.records {
        if let Some(booking) = ours(eyes, record).await?
            && judge::differs(&booking, record)
        {
            about.push((booking.id, record.state == ProviderState::Cancelled));
        }
    }
    if !changes.records.is_empty() {
        eyes.provider.forget_slots();
    }
    Ok(Some(Heard { about, cursor: changes.cursor, missed: changes.missed }))
}

/// The booking of ours that a record is about.
async fn ours(eyes: &Eyes<'_>, record: &ProviderRecord) -> Result<Option<Booking>, StoreError> {
    if let Some(id) = &record.reference {
        let booking = eyes.shared.store.booking(&eyes.connection.org, id).await?;
        return Ok(booking.filter(|booking| booking.connection_id == eyes.connection.id));
    }
    for id in [Some(&record.external_id), record.replaces.as_ref()].into_iter().flatten() {
        if let Some(booking) = by_id(eyes, id).await? {
            return Ok(Some(booking));
        }
    }
    Ok(None)
}

/// The booking of ours that the provider knows by an id.
pub(super) async fn by_id(eyes: &Eyes<'_>, id: &str) -> Result<Option<Booking>, StoreError> {
    let connection = eyes.connection;
    eyes.shared.store.booking_by_external_id(&connection.org, &connection.id, id).await
}
