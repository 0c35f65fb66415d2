//! What Square posts to us, and asking it to: whose it is by its signature, and which booking it is about.
//! Nothing else in it is believed.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use hookswitch_actors::ports::{Notice, ProviderError, Watch, WatchTarget};
use hookswitch_storage::Secret;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::client::{Client, VERSION};
use super::refusal::{Asked, Refusal, accept};
use super::wire::{self, SubscriptionBody};
use crate::providers::vendor::{NoticeRefused, Posted};

/// The header of the signature. The older one, with SHA-1, is not looked at.
const SIGNATURE: &str = "x-square-hmacsha256-signature";
/// What is asked for.
const EVENTS: [&str; 3] = ["booking.created", "booking.updated", "oauth.authorization.revoked"];
/// Longest idempotency key of a subscription, characters (Square's own limit is 45).
const KEY: usize = 40;

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    merchant_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    booking: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Reads a post; `own` is the key that the operator entered.
///
/// Square repeats posts for a day and more and signs no time, so their age is not looked at: a post
/// that is played again makes us look again, and nothing else.
///
/// # Errors
/// If it is not signed with a key of this connection, or cannot be read.
pub(super) fn read(posted: &Posted<'_>, own: Option<&str>) -> Result<Notice, NoticeRefused> {
    let keys = [posted.secret, own.map(str::as_bytes)];
    let is_signed = keys
        .into_iter()
        .flatten()
        .any(|key| is_signed(key, posted.url, posted.headers, posted.body));
    if !is_signed {
        return Err(NoticeRefused::Unsigned);
    }
    let event: Event =
        serde_json::from_slice(posted.body).map_err(|_| NoticeRefused::Unreadable)?;
    let of = (&event.merchant_id, &posted.connection.external_account_id);
    if let (Some(theirs), Some(ours)) = of
        && theirs != ours
    {
        // One subscription of an application carries all its sellers.
        return Ok(Notice::Nothing);
    }
    match event.kind.as_str() {
        "booking.created" | "booking.updated" => {
            let data = event.data.ok_or(NoticeRefused::Unreadable)?;
            let named = data.object.and_then(|object| object.booking).map(|named| named.id);
            // There the version follows after a colon.
            let id = named.or_else(|| data.id?.split(':').next().map(str::to_owned));
            let id = id.filter(|id| !id.is_empty()).ok_or(NoticeRefused::Unreadable)?;
            Ok(Notice::Look(vec![id]))
        }
        // The next question shows it.
        "oauth.authorization.revoked" => Ok(Notice::Ask),
        _ => Ok(Notice::Nothing),
    }
}

fn is_signed(key: &[u8], url: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let given = headers.get(SIGNATURE).and_then(|value| STANDARD.decode(value.as_bytes()).ok());
    let (Some(given), false) = (given, key.is_empty()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    mac.update(url.as_bytes());
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

/// Asks for posts. `None` where the token may not: subscriptions are the application's, and a seller's
/// token is not.
pub(super) async fn watch(
    client: &Client,
    target: &WatchTarget,
) -> Result<Option<Watch>, ProviderError> {
    let digest = Sha256::digest(target.url.as_bytes());
    let mut key: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    key.truncate(KEY);
    let body = json!({
        "idempotency_key": key,
        "subscription": {"name": "Hookswitch", "enabled": true, "event_types": EVENTS,
            "notification_url": target.url, "api_version": VERSION},
    });
    let sent = client.write(Method::POST, &["webhooks", "subscriptions"], &body).await;
    let answer = match accept(Asked::Read, sent) {
        Ok(answer) => answer,
        Err(Refusal::Clear(error @ ProviderError::Unavailable { .. })) => return Err(error),
        Err(_) => return Ok(None),
    };
    let made = wire::part::<SubscriptionBody>(&answer.body, "subscription");
    Ok(made.map(|made| Watch {
        id: made.id,
        secret: Secret::from(made.signature_key),
        expires_at: None,
    }))
}

/// Asks for no more posts.
pub(super) async fn unwatch(client: &Client, watch: &Watch) -> Result<(), ProviderError> {
    let sent = client.delete(&["webhooks", "subscriptions", &watch.id]).await;
    match accept(Asked::Read, sent) {
        Ok(_) | Err(Refusal::Clear(ProviderError::NotFound)) => Ok(()),
        Err(other) => Err(other.into_error()),
    }
}

#[cfg(test)]
mod tests;
