//! What changed in the calendars since they were last asked: by synchronisation tokens (RFC 6578) where a
//! server has them, else by the tag of a whole calendar, which tells only that something did.

use std::collections::BTreeMap;

use hookswitch_actors::ports::{Changes, ProviderError, ProviderRecord, ProviderState};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::discover::{Calendar, Chosen};
use super::find;
use super::ical;
use super::refusal::{self, Asked};
use super::xml::{self, Multistatus};

/// Objects that are read in one request.
const AT_ONCE: usize = 100;
/// Parts of one answer that are asked for; the rest comes next time.
const PARTS: usize = 20;

/// Where we stand in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mark {
    /// A token to ask with.
    Token(String),
    /// Something that is another one after each change.
    Tag(String),
}

/// Where we stand in each calendar, by its path.
type Cursor = BTreeMap<String, Mark>;

/// What changed since `cursor`; `None` if a calendar cannot be asked.
pub(super) async fn since(
    client: &Client,
    chosen: &Chosen,
    cursor: Option<&str>,
    zone: &TimeZone,
) -> Result<Option<Changes>, ProviderError> {
    let before: Option<Cursor> = cursor.map(|text| serde_json::from_str(text).unwrap_or_default());
    let mut after = Cursor::new();
    let mut changes = Changes::default();
    for calendar in chosen.all() {
        let path = calendar.url.path().to_owned();
        let known = before.as_ref().map(|before| before.get(&path));
        let mark = match known {
            Some(Some(Mark::Token(token))) => {
                match by_token(client, calendar, token, zone, &mut changes.records).await? {
                    Some(token) => Some(Mark::Token(token)),
                    None => {
                        changes.missed = true;
                        mark(client, calendar).await?
                    }
                }
            }
            Some(Some(before @ Mark::Tag(_))) => {
                let now = mark(client, calendar).await?;
                changes.missed |= now.as_ref() != Some(before);
                now
            }
            // A calendar that was added, or a cursor that nobody can read.
            Some(None) => {
                changes.missed = true;
                mark(client, calendar).await?
            }
            None => mark(client, calendar).await?,
        };
        let Some(mark) = mark else { return Ok(None) };
        after.insert(path, mark);
    }
    // What went at one path and came at another is one event that was put elsewhere.
    unite(&mut changes.records);
    changes.cursor = serde_json::to_string(&after).map_err(|_| refusal::unreadable())?;
    Ok(Some(changes))
}

/// Where a calendar stands now.
async fn mark(client: &Client, calendar: &Calendar) -> Result<Option<Mark>, ProviderError> {
    let (_, answer) = client.propfind(&calendar.url, "0", &xml::versions()).await?;
    match answer.status.as_u16() {
        207 => {}
        404 | 410 => return Err(refusal::calendar_gone()),
        _ => return Err(refusal::of(Asked::Read, &answer)),
    }
    let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
    let found = read.resources.into_iter().next().unwrap_or_default();
    Ok(found.sync_token.map(Mark::Token).or(found.ctag.map(Mark::Tag)))
}

/// Takes what changed since a token; gives the next one, or `None` if the server knows it no longer.
async fn by_token(
    client: &Client,
    calendar: &Calendar,
    token: &str,
    zone: &TimeZone,
    records: &mut Vec<ProviderRecord>,
) -> Result<Option<String>, ProviderError> {
    let mut token = token.to_owned();
    for _ in 0..PARTS {
        let answer = client.report(&calendar.url, "0", &xml::changes(&token)).await?;
        let status = answer.status.as_u16();
        let unknown = matches!(status, 403 | 409 | 412)
            && xml::names_condition(&answer.body, "valid-sync-token");
        // Servers that have put the calendar up anew forget the kind of token, too.
        if unknown || matches!(status, 400 | 410) {
            return Ok(None);
        }
        match status {
            207 => {}
            404 => return Err(refusal::calendar_gone()),
            _ => return Err(refusal::of(Asked::Read, &answer)),
        }
        let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
        let next = read.sync_token.clone().ok_or_else(refusal::unreadable)?;
        let more = take(client, calendar, &read, zone, records).await?;
        if !more || next == token {
            return Ok(Some(next));
        }
        token = next;
    }
    Ok(Some(token))
}

/// Takes one part of an answer; true if there is more.
async fn take(
    client: &Client,
    calendar: &Calendar,
    read: &Multistatus,
    zone: &TimeZone,
    records: &mut Vec<ProviderRecord>,
) -> Result<bool, ProviderError> {
    let (mut changed, mut more) = (Vec::new(), false);
    for found in &read.resources {
        let Some(url) = client.follow(&calendar.url, &found.href) else { continue };
        let is_calendar =
            url.path().trim_end_matches('/') == calendar.url.path().trim_end_matches('/');
        match found.status {
            // The answer was cut off (RFC 6578, 3.6).
            Some(507) if is_calendar => more = true,
            _ if is_calendar => {}
            Some(404 | 410) => records.push(gone(&url)),
            Some(status) if status / 100 != 2 => {}
            _ => changed.push(url.path().to_owned()),
        }
    }
    for paths in changed.chunks(AT_ONCE) {
        let body = xml::these(paths.iter().map(String::as_str));
        let answer = client.report(&calendar.url, "1", &body).await?;
        if answer.status.as_u16() != 207 {
            return Err(refusal::of(Asked::Read, &answer));
        }
        let read = xml::multistatus(&answer.body).ok_or_else(refusal::unreadable)?;
        for found in read.resources {
            let Some(url) = client.follow(&calendar.url, &found.href) else { continue };
            let Some(data) = found.data else {
                if found.status.is_some_and(|status| matches!(status, 404 | 410)) {
                    records.push(gone(&url));
                }
                continue;
            };
            let events = ical::events(&data, zone).unwrap_or_default();
            let ours = events.iter().find(|event| event.booking.is_some());
            records.extend(ours.map(|event| find::record(&url, event)));
        }
    }
    Ok(more)
}

/// Of what is gone nothing is known any more but where it was.
fn gone(url: &Url) -> ProviderRecord {
    ProviderRecord::new(url.path(), Timestamp::UNIX_EPOCH, ProviderState::Cancelled)
}

fn unite(records: &mut Vec<ProviderRecord>) {
    let name = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    let is_gone = |record: &ProviderRecord| {
        record.state == ProviderState::Cancelled && record.reference.is_none()
    };
    let left: Vec<String> = records
        .iter()
        .filter(|record| is_gone(record))
        .map(|one| one.external_id.clone())
        .collect();
    let mut united = Vec::new();
    for record in records.iter_mut().filter(|record| !is_gone(record)) {
        let from = left
            .iter()
            .find(|id| **id != record.external_id && name(id) == name(&record.external_id));
        if let Some(from) = from {
            record.replaces = Some(from.clone());
            united.push(from.clone());
        }
    }
    records.retain(|record| !(is_gone(record) && united.contains(&record.external_id)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_was_put_into_another_calendar_is_not_gone() {
        let here = ProviderRecord::new("/b/slot-1.ics", Timestamp::MAX, ProviderState::Confirmed);
        let elsewhere =
            |path: &str| ProviderRecord::new(path, Timestamp::UNIX_EPOCH, ProviderState::Cancelled);
        let mut records = vec![elsewhere("/a/slot-1.ics"), here, elsewhere("/a/slot-2.ics")];
        unite(&mut records);
        let shown: Vec<_> = records
            .iter()
            .map(|record| (record.external_id.as_str(), record.replaces.as_deref()))
            .collect();
        assert_eq!(shown, [("/b/slot-1.ics", Some("/a/slot-1.ics")), ("/a/slot-2.ics", None)]);
    }
}
