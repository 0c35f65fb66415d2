//! What changed at Calendly since it was last asked, for accounts that cannot be posted to. Calendly has
//! no list of changes: the events to come are listed, and those that were touched since are looked into.

use hookswitch_actors::ports::{Changes, ProviderError, ProviderRecord};
use jiff::{SignedDuration, Timestamp};

use super::Calendly;
use super::client::their_time;
use super::find::{self, Entry};
use super::refusal::{Asked, Refusal, accept};
use super::wire::EventBody;

/// How far a change may be dated back: lists lag a little behind.
const LAG: SignedDuration = SignedDuration::from_secs(60);
/// Events that are looked into at once; after a change of more every booking has to be looked at.
const MOST: usize = 50;
/// A cursor older than this is of no use: what ended since is no longer listed.
const OLDEST: SignedDuration = SignedDuration::from_hours(24);

impl Calendly {
    pub(super) async fn changed_since(
        &self,
        cursor: Option<&str>,
    ) -> Result<Changes, ProviderError> {
        let answer = accept(Asked::Read, self.client.get(&["users", "me"], &[]).await);
        let now = their_time(&answer.map_err(Refusal::into_error)?);
        let cursor_now = now.to_string();
        let Some(cursor) = cursor else {
            return Ok(Changes { cursor: cursor_now, ..Changes::default() });
        };
        let since = cursor.parse::<Timestamp>().ok();
        let Some(since) = since.filter(|since| now.duration_since(*since) <= OLDEST) else {
            return Ok(Changes { cursor: cursor_now, missed: true, records: Vec::new() });
        };
        let since = since.checked_sub(LAG).unwrap_or(since);
        let whose = self.whose().await?;
        let query = [
            (whose.0, whose.1.to_owned()),
            ("min_start_time", since.to_string()),
            ("sort", "start_time:asc".to_owned()),
        ];
        let listed = find::all::<EventBody>(&self.client, &["scheduled_events"], &query).await?;
        // One that does not say when it changed may have.
        let touched = |event: &EventBody| event.updated_at.is_none_or(|at| at >= since);
        let changed: Vec<EventBody> = listed.into_iter().filter(touched).collect();
        let missed = changed.len() > MOST;
        let mut records: Vec<ProviderRecord> = Vec::new();
        for event in changed.into_iter().take(MOST) {
            for invitee in find::invitees(&self.client, &event).await? {
                let event = event.clone();
                records.push(Entry { event, invitee }.record());
            }
        }
        Ok(Changes { records, cursor: cursor_now, missed })
    }
}
