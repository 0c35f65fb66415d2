//! Finding bookings at Square: by id, by our reference, or by their time. An answer that does not show
//! everything is never "there is none".

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::Booking;
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::map;
use super::refusal::{Asked, Refusal, accept, unreadable};
use super::wire::{self, BookingBody};

/// Bookings on a page.
const PAGE: u32 = 100;
/// Pages that are looked through; more than 5,000 bookings in a month are not one location's.
const PAGES: usize = 50;
/// Around a start, since it is not said whether the bounds belong to the span.
const AROUND: SignedDuration = SignedDuration::from_mins(1);
/// How far a booking may have been moved by the seller before we first look for it.
const FAR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The booking with this id of Square's; `None` if there is none.
pub(super) async fn one(client: &Client, id: &str) -> Result<Option<BookingBody>, ProviderError> {
    let sent = client.get(&["bookings", id], &[]).await;
    match accept(Asked::Read, sent) {
        Ok(answer) => wire::part(&answer.body, "booking").map(Some).ok_or_else(unreadable),
        Err(Refusal::Clear(ProviderError::NotFound)) => Ok(None),
        Err(other) => Err(other.into_error()),
    }
}

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// At the booking's own start.
    AtItsStart,
    /// Wherever the seller may have moved it.
    Anywhere,
}

/// The booking that carries our reference, as it is now.
pub(super) async fn by_reference(
    client: &Client,
    location: &str,
    booking: &Booking,
    place: Where,
) -> Result<Option<BookingBody>, ProviderError> {
    let reach = match place {
        Where::AtItsStart => (AROUND, AROUND),
        Where::Anywhere => (AROUND, FAR),
    };
    let span = (
        booking.start.checked_sub(reach.0).unwrap_or(Timestamp::MIN),
        booking.start.checked_add(reach.1).unwrap_or(Timestamp::MAX),
    );
    let listed = list(client, ("location_id", location), span).await?;
    let (standing, over): (Vec<_>, Vec<_>) = listed
        .into_iter()
        .filter(|found| map::is_of(found, booking))
        .partition(BookingBody::is_standing);
    Ok(standing.into_iter().next().or_else(|| over.into_iter().next_back()))
}

/// All bookings that begin within a span, of a location or a team member.
pub(super) async fn list(
    client: &Client,
    of: (&str, &str),
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<BookingBody>, ProviderError> {
    let mut listed = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![
            (of.0, of.1.to_owned()),
            ("start_at_min", from.to_string()),
            ("start_at_max", to.to_string()),
            ("limit", PAGE.to_string()),
        ];
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let sent = client.get(&["bookings"], &query).await;
        let answer = accept(Asked::Read, sent).map_err(Refusal::into_error)?;
        let page = wire::page::<BookingBody>(&answer.body, "bookings").ok_or_else(unreadable)?;
        if page.unread {
            // An entry that cannot be read may be the one.
            return Err(unreadable());
        }
        listed.extend(page.entries);
        match page.cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(listed),
        }
    }
    Err(unreadable())
}
