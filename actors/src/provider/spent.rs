//! What of a provider's allowance of new bookings was used before a connection's actor began, so that a start
//! of the server, or a change of the connection, does not begin it anew. Read from the bookings themselves;
//! asks no provider.

use std::time::Duration;

use hookswitch_storage::{Booking, BookingFilter, ChangeKind, Connection, Page, Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use crate::ports::Allowance;

/// How long ago each booking was made that still counts, oldest first. Which booking a provider was asked
/// for that it refused is not known: one too many is refused there, one too few could never be booked.
pub(super) async fn spent(
    store: &Store,
    connection: &Connection,
    allowances: &[Allowance],
    now: Timestamp,
) -> Result<Vec<Duration>, StoreError> {
    let Some(longest) = allowances.iter().map(|allowance| allowance.within).max() else {
        return Ok(Vec::new());
    };
    let since = SignedDuration::try_from(longest).ok().and_then(|ago| now.checked_sub(ago).ok());
    let since = since.unwrap_or(Timestamp::MIN);
    let mut page = Page::first(1_000);
    let filter = BookingFilter {
        // What was made or moved since then was not over by then.
        from: Some(since),
        connection: Some(connection.id.clone()),
        ..BookingFilter::default()
    };
    let mut ages = Vec::new();
    loop {
        let part = store.bookings(&connection.org, &filter, &page).await?;
        let made = part.items.iter().flat_map(made_at).filter(|at| *at >= since);
        // A clock that was set back makes nothing younger than this moment.
        ages.extend(made.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default()));
        if part.next.is_none() {
            break;
        }
        page.cursor = part.next;
    }
    ages.sort_unstable_by(|one, other| other.cmp(one));
    Ok(ages)
}

/// When a booking was made at its provider. Where those are counted by themselves a move makes another.
fn made_at(booking: &Booking) -> impl Iterator<Item = Timestamp> {
    let is_there = !booking.external_ids.is_empty() || booking.is_in_doubt();
    let makes = |kind| matches!(kind, ChangeKind::Made | ChangeKind::Moved);
    let changes = booking.history.iter().filter(move |change| is_there && makes(change.kind));
    changes.map(|change| change.at)
}
