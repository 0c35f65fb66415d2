//! Finding a booking at Cal.com: by its id through all its moves, or by our reference. An answer
//! that does not show everything is never "there is none".

use hookswitch_actors::ports::ProviderError;
use hookswitch_storage::Booking;
use jiff::{SignedDuration, Timestamp};

use super::client::{Client, Family};
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::wire::{self, BookingBody};

/// Moves of one booking that are followed; more are a loop.
const MOVES: usize = 20;
/// Bookings on a page.
const PAGE: usize = 100;
/// Pages that are looked through; more than 1,000 bookings around one start are not one account's.
const PAGES: usize = 10;
/// Before the start, since "after" may or may not mean "at".
const BEFORE: SignedDuration = SignedDuration::from_mins(1);
/// After the start, longer than any appointment.
const AFTER: SignedDuration = SignedDuration::from_hours(25);

/// The booking that the one with this id has become; `None` if Cal.com knows none with this id.
pub(super) async fn newest(
    client: &Client,
    uid: &str,
) -> Result<Option<BookingBody>, ProviderError> {
    let mut uid = uid.to_owned();
    let mut latest: Option<BookingBody> = None;
    for _ in 0..MOVES {
        let Some(booking) = one(client, &uid).await? else { break };
        let next = booking.rescheduled_to_uid.clone().filter(|next| *next != booking.uid);
        latest = Some(booking);
        match next {
            Some(next) => uid = next,
            None => break,
        }
    }
    Ok(latest)
}

async fn one(client: &Client, uid: &str) -> Result<Option<BookingBody>, ProviderError> {
    let sent = client.get(Family::Bookings, &["bookings", uid], &[]).await;
    let answer = sent.map_err(|without| failure(Asked::Read, without))?;
    match accept(Asked::Read, answer) {
        Ok(answer) => wire::booking(&answer.body).map(Some).ok_or_else(unreadable),
        Err(Refusal::Clear(ProviderError::NotFound)) => Ok(None),
        Err(other) => Err(other.into_error()),
    }
}

/// The booking that carries our reference, as it is now. All bookings around its start are looked
/// through: filters by attendee are spelt differently for callers without an address, and old
/// servers ignore them.
pub(super) async fn by_reference(
    client: &Client,
    booking: &Booking,
) -> Result<Option<BookingBody>, ProviderError> {
    let reference = booking.id.to_string();
    let bound =
        |at: Result<Timestamp, jiff::Error>, edge: Timestamp| at.unwrap_or(edge).to_string();
    let after = bound(booking.start.checked_sub(BEFORE), Timestamp::MIN);
    let before = bound(booking.start.checked_add(AFTER), Timestamp::MAX);
    let mut cancelled = None;
    for page in 0..PAGES {
        let query = [
            ("status", "upcoming,unconfirmed,cancelled,past,recurring".to_owned()),
            ("afterStart", after.clone()),
            ("beforeEnd", before.clone()),
            ("sortStart", "asc".to_owned()),
            ("take", PAGE.to_string()),
            ("skip", (page * PAGE).to_string()),
        ];
        let sent = client.get(Family::Bookings, &["bookings"], &query).await;
        let answer = sent.map_err(|without| failure(Asked::Read, without))?;
        let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
        let listed = wire::bookings(&answer.body).ok_or_else(unreadable)?;
        // An entry that cannot be read may be the one.
        let unread = listed.bookings.len() < listed.entries;
        for found in listed.bookings.into_iter().filter(|found| found.is_of(&reference)) {
            if found.is_standing() {
                return Ok(Some(found));
            }
            cancelled = Some(found);
        }
        if unread {
            return Err(unreadable());
        }
        if listed.entries < PAGE {
            return match cancelled {
                Some(BookingBody { rescheduled_to_uid: Some(to), .. }) => newest(client, &to).await,
                other => Ok(other),
            };
        }
    }
    Err(unreadable())
}
