//! Finding a booking at Calendly: by its id through all its moves, or by our reference. Calendly has no
//! search for references, so the events around a start are looked through, person by person. An answer
//! that does not show everything is never "there is none".

use hookswitch_actors::ports::{ProviderError, ProviderRecord, ProviderState};
use hookswitch_storage::Booking;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::client::Client;
use super::refusal::{Asked, Refusal, accept, unreadable};
use super::wire::{self, EventBody, InviteeBody, Status, event_and_invitee, last_part};

/// Moves of one booking that are followed; more are a loop.
const MOVES: usize = 20;
/// Entries on a page, the most that Calendly gives.
const PAGE: &str = "100";
/// Pages that are looked through; more than 1,000 people around one start are not one account's.
const PAGES: usize = 10;
/// Around the start, since "after" may or may not mean "at".
const AROUND: SignedDuration = SignedDuration::from_mins(1);

/// One person at one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) event: EventBody,
    pub(super) invitee: InviteeBody,
}

impl Entry {
    /// Whether it still keeps its time.
    pub(super) fn stands(&self) -> bool {
        self.event.stands() && self.invitee.status == Status::Active
    }

    pub(super) fn start(&self) -> Timestamp {
        self.event.start_time
    }

    /// What is said of it to others.
    pub(super) fn record(&self) -> ProviderRecord {
        let state = if self.stands() { ProviderState::Confirmed } else { ProviderState::Cancelled };
        ProviderRecord {
            end: self.event.end_time,
            reference: self.invitee.reference().and_then(|reference| reference.parse().ok()),
            replaces: self.invitee.old_invitee.clone(),
            ..ProviderRecord::new(self.invitee.uri.clone(), self.start(), state)
        }
    }
}

async fn read<T: DeserializeOwned>(
    client: &Client,
    path: &[&str],
) -> Result<Option<T>, ProviderError> {
    match accept(Asked::Read, client.get(path, &[]).await) {
        Ok(answer) => wire::one(&answer.body).map(Some).ok_or_else(unreadable),
        Err(Refusal::Clear(ProviderError::NotFound)) => Ok(None),
        Err(other) => Err(other.into_error()),
    }
}

/// The booking that the one with this id has become; `None` if Calendly knows none with this id.
pub(super) async fn newest(client: &Client, uri: &str) -> Result<Option<Entry>, ProviderError> {
    let mut uri = uri.to_owned();
    let mut latest: Option<InviteeBody> = None;
    for _ in 0..MOVES {
        let Some((event, invitee)) = event_and_invitee(&uri) else { break };
        let path = ["scheduled_events", event, "invitees", invitee];
        let Some(found) = read::<InviteeBody>(client, &path).await? else { break };
        let next = found.new_invitee.clone().filter(|next| *next != found.uri);
        latest = Some(found);
        match next {
            Some(next) => uri = next,
            None => break,
        }
    }
    let Some(invitee) = latest else { return Ok(None) };
    let uuid = last_part(&invitee.event).ok_or_else(unreadable)?;
    let event = read(client, &["scheduled_events", uuid]).await?;
    Ok(event.map(|event| Entry { event, invitee }))
}

/// Every entry of a list; an error rather than a part of it.
pub(super) async fn all<T: DeserializeOwned>(
    client: &Client,
    path: &[&str],
    query: &[(&'static str, String)],
) -> Result<Vec<T>, ProviderError> {
    let mut entries = Vec::new();
    let mut query = query.to_vec();
    query.push(("count", PAGE.to_owned()));
    let asked = query.len();
    for _ in 0..PAGES {
        let answer = accept(Asked::Read, client.get(path, &query).await);
        let answer = answer.map_err(Refusal::into_error)?;
        let page = wire::page::<T>(&answer.body).ok_or_else(unreadable)?;
        // An entry that cannot be read may be the one.
        if page.has_unread {
            return Err(unreadable());
        }
        entries.extend(page.entries);
        let Some(next) = page.next else { return Ok(entries) };
        query.truncate(asked);
        query.push(("page_token", next));
    }
    Err(unreadable())
}

/// The people of an event.
pub(super) async fn invitees(
    client: &Client,
    event: &EventBody,
) -> Result<Vec<InviteeBody>, ProviderError> {
    let uuid = last_part(&event.uri).ok_or_else(unreadable)?;
    all(client, &["scheduled_events", uuid, "invitees"], &[]).await
}

/// Whatever carries a booking's reference around a start, standing or not. `whose` is the part of the
/// query that says whose events are looked through.
pub(super) async fn by_reference(
    client: &Client,
    whose: (&'static str, &str),
    booking: &Booking,
    start: Timestamp,
) -> Result<Vec<Entry>, ProviderError> {
    let reference = booking.id.to_string();
    let from = start.checked_sub(AROUND).unwrap_or(Timestamp::MIN);
    let to = start.checked_add(AROUND).unwrap_or(Timestamp::MAX);
    let query = [
        (whose.0, whose.1.to_owned()),
        ("min_start_time", from.to_string()),
        ("max_start_time", to.to_string()),
        ("sort", "start_time:asc".to_owned()),
    ];
    let mut found = Vec::new();
    for event in all::<EventBody>(client, &["scheduled_events"], &query).await? {
        for invitee in invitees(client, &event).await? {
            if invitee.reference() == Some(reference.as_str()) {
                found.push(Entry { event: event.clone(), invitee });
            }
        }
    }
    Ok(found)
}
