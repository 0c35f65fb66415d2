//! What changed at Cal.com since it was last asked, by when each booking was last updated. The cursor is
//! the latest such moment that was seen.

use hookswitch_actors::ports::{Changes, ProviderError};
use jiff::{SignedDuration, Timestamp};

use super::client::{Client, Family};
use super::map;
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::wire::{self, BookingBody};

/// Bookings on a page.
const PAGE: usize = 100;
/// Pages that one question takes; what is left comes with the next.
const PAGES: usize = 10;
/// What was updated shortly before the cursor may show only now. Seen twice does no harm.
const OVERLAP: SignedDuration = SignedDuration::from_mins(1);

/// What changed since `cursor`; `None` from a server that does not say when bookings were updated.
pub(super) async fn since(
    client: &Client,
    cursor: Option<&str>,
) -> Result<Option<Changes>, ProviderError> {
    let Some(cursor) = cursor else { return begin(client).await };
    // A cursor that is not ours to read is none.
    let Ok(from) = cursor.parse::<Timestamp>() else {
        let begun = begin(client).await?;
        return Ok(begun.map(|changes| Changes { missed: true, ..changes }));
    };
    let after = from.checked_sub(OVERLAP).unwrap_or(from).to_string();
    let (mut latest, mut records) = (from, Vec::new());
    for page in 0..PAGES {
        let skip = (page * PAGE).to_string();
        let (bookings, entries) = list(client, "asc", Some(&after), (PAGE, &skip)).await?;
        if !bookings.is_empty() && bookings.iter().all(|body| body.updated_at.is_none()) {
            return Ok(None);
        }
        latest = bookings.iter().filter_map(|body| body.updated_at).fold(latest, Timestamp::max);
        // A booking that was moved reads as cancelled; the one that it became is listed too.
        let ends = bookings.iter().filter(|body| body.rescheduled_to_uid.is_none());
        records.extend(ends.map(map::record));
        if entries < PAGE {
            return Ok(Some(Changes { records, cursor: latest.to_string(), missed: false }));
        }
    }
    // More than all pages hold was updated within the overlap: going on would show the same again.
    let missed = latest.duration_since(from) <= OVERLAP;
    Ok(Some(Changes { records, cursor: latest.to_string(), missed }))
}

/// Where changes begin from now on.
async fn begin(client: &Client) -> Result<Option<Changes>, ProviderError> {
    let (bookings, _) = list(client, "desc", None, (1, "0")).await?;
    let latest = match bookings.first() {
        Some(BookingBody { updated_at: None, .. }) => return Ok(None),
        Some(BookingBody { updated_at: Some(at), .. }) => *at,
        None => Timestamp::UNIX_EPOCH,
    };
    Ok(Some(Changes { cursor: latest.to_string(), ..Changes::default() }))
}

/// A page, and how many entries it has, readable or not.
async fn list(
    client: &Client,
    order: &str,
    after: Option<&str>,
    (take, skip): (usize, &str),
) -> Result<(Vec<BookingBody>, usize), ProviderError> {
    let mut query = vec![
        ("status", "upcoming,unconfirmed,cancelled,past,recurring".to_owned()),
        ("sortUpdatedAt", order.to_owned()),
        ("take", take.to_string()),
        ("skip", skip.to_owned()),
    ];
    query.extend(after.map(|after| ("afterUpdatedAt", after.to_owned())));
    let sent = client.get(Family::Bookings, &["bookings"], &query).await;
    let answer = sent.map_err(|without| failure(Asked::Read, without))?;
    let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
    let listed = wire::bookings(&answer.body).ok_or_else(unreadable)?;
    Ok((listed.bookings, listed.entries))
}
