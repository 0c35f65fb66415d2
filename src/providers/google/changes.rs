//! Which events changed since a moment that Google marks with a token. The token is asked for anew when
//! it is too old, or belongs to another calendar.

use hookswitch_actors::ports::{Changes, ProviderError, ProviderRecord};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Google;
use super::agenda::{self, zone_of};
use super::map::{self, Place};
use super::refusal::{Refusal, unreadable};
use super::wire::{EVENT_FIELDS, EventBody, EventsBody, REFERENCE};

/// Events on a page, the most that Google gives.
const PAGE: &str = "2500";
/// Pages that are read: a calendar of 250,000 events.
const PAGES: usize = 100;
/// Parts a cursor's calendar from its token; in neither of them.
const BETWEEN: char = '\n';

/// What changed; all questions of one chain have the same parameters, or Google answers as it likes.
pub(super) async fn since(google: &Google, cursor: Option<&str>) -> Result<Changes, ProviderError> {
    let calendar = google.options.calendar();
    let Some(cursor) = cursor else { return beginning(google, false).await };
    let token = match cursor.split_once(BETWEEN) {
        Some((of, token)) if of == calendar => token,
        _ => return beginning(google, true).await,
    };
    let fields = format!("kind,timeZone,nextPageToken,nextSyncToken,items({EVENT_FIELDS})");
    let mut records = Vec::new();
    let mut query =
        vec![("maxResults", PAGE.to_owned()), ("syncToken", token.to_owned()), ("fields", fields)];
    for _ in 0..PAGES {
        let page = match agenda::page(&google.client, calendar, &query).await {
            Ok(page) => page,
            Err(Refusal::Gone) => return beginning(google, true).await,
            Err(other) => return Err(other.into_error()),
        };
        let zone = zone_of(page.time_zone.as_deref());
        let ours = page.items.iter().filter(|event| is_ours(event));
        records.extend(ours.map(|event| record(calendar, event, &zone)));
        if let Some(token) = &page.next_sync_token {
            let cursor = format!("{calendar}{BETWEEN}{token}");
            return Ok(Changes { records, cursor, missed: false });
        }
        turn(&mut query, page)?;
    }
    Err(unreadable())
}

/// The token of this moment. Google gives one only to who has read the whole list; nothing of its
/// events is asked for.
async fn beginning(google: &Google, missed: bool) -> Result<Changes, ProviderError> {
    let calendar = google.options.calendar();
    let fields = "kind,nextPageToken,nextSyncToken".to_owned();
    let mut query = vec![("maxResults", PAGE.to_owned()), ("fields", fields)];
    for _ in 0..PAGES {
        let page = agenda::page(&google.client, calendar, &query).await;
        let page = page.map_err(Refusal::into_error)?;
        if let Some(token) = &page.next_sync_token {
            let cursor = format!("{calendar}{BETWEEN}{token}");
            return Ok(Changes { records: Vec::new(), cursor, missed });
        }
        turn(&mut query, page)?;
    }
    Err(unreadable())
}

fn turn(query: &mut Vec<(&str, String)>, page: EventsBody) -> Result<(), ProviderError> {
    let next = page.next_page_token.ok_or_else(unreadable)?;
    query.retain(|(name, _)| *name != "pageToken");
    query.push(("pageToken", next));
    Ok(())
}

fn is_ours(event: &EventBody) -> bool {
    event.property(REFERENCE).is_some() || map::booking_of(&event.id).is_some()
}

fn record(calendar: &str, event: &EventBody, zone: &TimeZone) -> ProviderRecord {
    let place = Place { calendar: calendar.to_owned(), event: event.id.clone() };
    // Of a removed event no more than its id is sure to be told; nobody asks when it would have been.
    map::record(&place, event, zone, Timestamp::UNIX_EPOCH)
}
