//! Channels: Google posts to us that something in a calendar changed, never what. A post has no body
//! and no signature; it shows the token that we chose. A channel ends by itself and cannot be renewed.

use hookswitch_actors::ports::{Notice, ProviderError, Watch, WatchTarget};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::Google;
use super::client::Request;
use super::refusal::{Asked, Refusal, unreadable};
use super::wire::{self, ChannelBody};
use crate::providers::vendor::{NoticeRefused, Posted};
use crate::server::random_text;

/// Characters of a channel's id, of 32 kinds each; Google takes up to 64.
const ID: usize = 32;
/// For how long a channel lasts that does not say: Google's own default is about a week.
const SHORTEST: SignedDuration = SignedDuration::from_hours(24);

/// Opens a channel for the calendar that bookings go to.
pub(super) async fn open(google: &Google, target: &WatchTarget) -> Result<Watch, ProviderError> {
    let secret = target.secret.text().ok_or_else(|| {
        ProviderError::NeedsHuman("the secret of a Google channel must be a text".into())
    })?;
    let id = random_text(ID);
    let body = json!({"id": id, "type": "web_hook", "address": target.url, "token": secret});
    let path = ["calendars", google.options.calendar(), "events", "watch"];
    let request = Request::new(Asked::Watch, Method::POST, &path).body(&body);
    let answer = google.client.send(&request).await.map_err(Refusal::into_error)?;
    let channel: ChannelBody = wire::read(&answer.body).ok_or_else(unreadable)?;
    let told =
        channel.expiration.and_then(|text| Timestamp::from_millisecond(text.parse().ok()?).ok());
    let otherwise = || Timestamp::now().checked_add(SHORTEST).ok();
    Ok(Watch {
        id: format!("{id}/{}", channel.resource_id),
        secret: target.secret.clone(),
        expires_at: told.or_else(otherwise),
    })
}

/// Closes one.
pub(super) async fn close(google: &Google, watch: &Watch) -> Result<(), ProviderError> {
    let Some((id, resource)) = watch.id.split_once('/') else { return Ok(()) };
    let body = json!({"id": id, "resourceId": resource});
    let request = Request::new(Asked::Event, Method::POST, &["channels", "stop"]).body(&body);
    match google.client.send(&request).await {
        Ok(_) | Err(Refusal::Absent | Refusal::Gone) => Ok(()),
        Err(other) => Err(other.into_error()),
    }
}

/// What a post says.
pub(super) fn notice(posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
    let header = |name: &str| posted.headers.get(name).map(|value| value.as_bytes());
    let secret = posted.secret.filter(|secret| !secret.is_empty());
    let shown = header("x-goog-channel-token");
    let (Some(secret), Some(shown)) = (secret, shown) else { return Err(NoticeRefused::Unsigned) };
    if !bool::from(secret.ct_eq(shown)) {
        return Err(NoticeRefused::Unsigned);
    }
    match header("x-goog-resource-state") {
        // The first post of a channel says that it is open.
        Some(b"sync") => Ok(Notice::Nothing),
        Some(_) => Ok(Notice::Ask),
        None => Err(NoticeRefused::Unreadable),
    }
}

#[cfg(test)]
mod tests;
