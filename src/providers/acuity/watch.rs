//! What Acuity posts to us: how it is asked to, and how a post is proven to be its own. A post names
//! an appointment and nothing else; what became of it has to be asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use hookswitch_actors::ports::{Notice, ProviderError, Watch, WatchTarget};
use hookswitch_storage::Secret;
use reqwest::{Method, Url};
use serde_json::json;
use sha2::Sha256;

use super::client::Client;
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::wire::{self, Webhook};
use crate::providers::vendor::{NoticeRefused, Posted};

/// The event that comes with every change of an appointment, its making included. One promise is
/// enough: an account has room for 25.
const EVENT: &str = "appointment.changed";
/// Where the signature is.
const SIGNATURE: &str = "x-acuity-signature";
/// Longest id that is looked at, characters.
const LONGEST_ID: usize = 20;

/// Has Acuity post to `target`; a promise that was made before is found again. It signs with the key
/// that asks for it.
pub(super) async fn watch(
    client: &Client,
    target: &WatchTarget,
    key: &str,
) -> Result<Watch, ProviderError> {
    let port = target.url.parse::<Url>().ok().and_then(|url| url.port_or_known_default());
    if !matches!(port, Some(80 | 443)) {
        return Err(ProviderError::NeedsHuman(
            "Acuity posts to the ports 443 and 80 alone; correct server.public_url".into(),
        ));
    }
    let made = |webhook: Webhook| Watch {
        id: webhook.id,
        secret: Secret::new(key.as_bytes().to_vec()),
        expires_at: None,
    };
    let sent = client.get(&["webhooks"], &[]).await;
    let answer = sent.map_err(|without| failure(Asked::Read, without))?;
    let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
    let known = wire::list::<Webhook>(&answer.body).ok_or_else(unreadable)?.entries;
    let is_it = |webhook: &Webhook| {
        webhook.event == EVENT
            && webhook.target == target.url
            && matches!(webhook.status.as_str(), "" | "active")
    };
    if let Some(known) = known.into_iter().find(is_it) {
        return Ok(made(known));
    }
    let body = json!({"event": EVENT, "target": target.url});
    let sent = client.change(Method::POST, &["webhooks"], &[], &body).await;
    let answer = sent.map_err(|without| failure(Asked::Other, without))?;
    let answer = accept(Asked::Other, answer).map_err(|refusal| match refusal {
        Refusal::Clear(ProviderError::NeedsHuman(_)) => ProviderError::NeedsHuman(
            "Acuity takes no further webhook (it has room for 25) or not this address; remove one \
             there, or correct server.public_url"
                .into(),
        ),
        other => other.into_error(),
    })?;
    wire::read(&answer.body).map(made).ok_or(ProviderError::Unknown)
}

/// Has Acuity post no more.
pub(super) async fn unwatch(client: &Client, watch: &Watch) -> Result<(), ProviderError> {
    let sent = client.delete(&["webhooks", &watch.id]).await;
    let answer = sent.map_err(|without| failure(Asked::Cancel, without))?;
    match accept(Asked::Cancel, answer) {
        Ok(_) | Err(Refusal::Clear(ProviderError::NotFound)) => Ok(()),
        Err(other) => Err(other.into_error()),
    }
}

/// What a post says, if it is signed with the connection's key. There is no time in it that could be
/// too old.
pub(super) fn notice(posted: &Posted<'_>, key: &str) -> Result<Notice, NoticeRefused> {
    let given = posted.headers.get(SIGNATURE).ok_or(NoticeRefused::Unsigned)?;
    let given = STANDARD.decode(given.as_bytes()).map_err(|_| NoticeRefused::Unsigned)?;
    // Any length of key will do.
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| NoticeRefused::Unsigned)?;
    mac.update(posted.body);
    mac.verify_slice(&given).map_err(|_| NoticeRefused::Unsigned)?;
    let (mut action, mut id) = (String::new(), String::new());
    for (name, value) in form_urlencoded::parse(posted.body) {
        match &*name {
            "action" => action = value.into_owned(),
            "id" => id = value.into_owned(),
            _ => {}
        }
    }
    if action.starts_with("order.") {
        return Ok(Notice::Nothing);
    }
    let is_id = !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_digit());
    match action.strip_prefix("appointment.").unwrap_or(&action) {
        "" => Err(NoticeRefused::Unreadable),
        _ if !is_id => Err(NoticeRefused::Unreadable),
        // Whatever happened to it, it has to be looked at.
        _ => Ok(Notice::Look(vec![id])),
    }
}

#[cfg(test)]
mod tests;
