//! Lists of events: by time, by a private property, or by what changed; page by page. Knows no HTTP.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::account::Account;
use super::answers::No;
use super::event::Kept;

fn moment(query: &Query, name: &str) -> Result<Option<Timestamp>, No> {
    let read = |text: &str| text.parse().map_err(|_| No::bad("badRequest", "Bad Request"));
    query.text(name).map(read).transpose()
}

/// Parameters that a sync token does not go with.
const NOT_WITH_SYNC: [&str; 8] = [
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
];

impl Account {
    /// One page of a calendar.
    pub(super) fn list(&self, calendar: &str, query: &Query) -> Result<Value, No> {
        let calendar = self.shown(calendar)?;
        let since = query.text("syncToken").map(|token| self.sync_token(token)).transpose()?;
        if since.is_some() && NOT_WITH_SYNC.iter().any(|name| query.text(name).is_some()) {
            return Err(No::bad("badRequest", "Sync token cannot be used with these parameters."));
        }
        let (from, to) = (moment(query, "timeMin")?, moment(query, "timeMax")?);
        if from.zip(to).is_some_and(|(from, to)| to <= from) {
            return Err(No::bad("timeRangeEmpty", "The specified time range is empty."));
        }
        let has = |event: &Kept, pair: &str| {
            pair.split_once('=').is_some_and(|(name, value)| event.property(name) == Some(value))
        };
        let fits = |event: &&Kept| {
            event.calendar == calendar.id
                && event.overlaps(from, to)
                && (event.stands() || since.is_some() || query.is("showDeleted"))
                && since.is_none_or(|since| event.changed > since)
                && query.all("privateExtendedProperty").all(|pair| has(event, pair))
        };
        let found: Vec<&Kept> = self.events().iter().filter(fits).collect();
        // A page's token says where the next begins, and when the first was read.
        let (skip, read_at) = match query.text("pageToken") {
            None => (0, self.changes()),
            Some(token) => {
                let parts = token.split_once('.').and_then(|(skip, at)| {
                    Some((skip.strip_prefix('p')?.parse().ok()?, at.parse().ok()?))
                });
                parts.ok_or_else(|| No::bad("invalid", "Invalid page token."))?
            }
        };
        let most = query.text("maxResults").and_then(|text| text.parse().ok()).unwrap_or(250);
        let most = self.page().min(most).max(1);
        let page: Vec<Value> =
            found.iter().skip(skip).take(most).map(|event| event.show()).collect();
        let mut shown = json!({
            "kind": "calendar#events", "summary": calendar.summary, "timeZone": self.zone_name(),
            "accessRole": self.role(&calendar), "items": page,
        });
        if found.len() > skip + most {
            shown["nextPageToken"] = json!(format!("p{}.{read_at}", skip + most));
        } else if query.text("orderBy").is_none() {
            shown["nextSyncToken"] = json!(format!("s{read_at}"));
        }
        Ok(shown)
    }

    fn sync_token(&self, token: &str) -> Result<u64, No> {
        let since: Option<u64> = token.strip_prefix('s').and_then(|text| text.parse().ok());
        match since {
            Some(since) if since >= self.oldest_sync() => Ok(since),
            _ => Err(No::new(410, "fullSyncRequired", "Sync token is no longer valid.")),
        }
    }
}
