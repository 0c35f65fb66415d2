//! What Calendly posts to us: whether it is Calendly's, and which bookings it is about. Pure. Nothing in
//! a post is believed but that these bookings changed.

use hmac::{Hmac, Mac};
use hookswitch_actors::ports::Notice;
use jiff::Timestamp;
use serde_json::Value;
use sha2::Sha256;

use super::wire::{PostBody, event_and_invitee};
use crate::providers::vendor::{NoticeRefused, Posted};

/// The header that says when a post was signed, and how.
const SIGNATURE: &str = "calendly-webhook-signature";
/// How far the moment of signing may be from now, seconds. Calendly's guide proposes three minutes.
const TOLERANCE: i64 = 180;

/// Reads a post. For accounts that were connected in a browser Calendly signs with `of_application`, the key of
/// our application, and with no other; whose connection it is says the address.
pub(super) fn read(
    posted: &Posted<'_>,
    of_application: Option<&str>,
) -> Result<Notice, NoticeRefused> {
    let secret = posted.secret.ok_or(NoticeRefused::NotExpected)?;
    let header = posted.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let header = header.unwrap_or_default();
    let signed_at = match (proven(secret, header, posted.body), of_application) {
        (Err(_), Some(key)) => proven(key.as_bytes(), header, posted.body)?,
        (by_subscription, _) => by_subscription?,
    };
    if (posted.now.as_second() - signed_at.as_second()).abs() > TOLERANCE {
        return Err(NoticeRefused::Stale);
    }
    let post: PostBody =
        serde_json::from_slice(posted.body).map_err(|_| NoticeRefused::Unreadable)?;
    if !["invitee.created", "invitee.canceled"].contains(&post.event.as_str()) {
        return Ok(Notice::Nothing);
    }
    // A move in Calendly's own pages is told as one that ends and one that begins, in any order.
    let mut ids: Vec<String> = Vec::new();
    for name in ["uri", "old_invitee", "new_invitee"] {
        let id = post.payload.get(name).and_then(Value::as_str);
        let id = id.filter(|id| event_and_invitee(id).is_some());
        if let Some(id) = id.filter(|id| ids.iter().all(|known| known != id)) {
            ids.push(id.to_owned());
        }
    }
    if ids.is_empty() { Err(NoticeRefused::Unreadable) } else { Ok(Notice::Look(ids)) }
}

/// When a body was signed, if it was with this secret: `t=<seconds>,v1=<hex>` over `t.body`.
fn proven(secret: &[u8], header: &str, body: &[u8]) -> Result<Timestamp, NoticeRefused> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find_map(|(name, value)| (name == "t").then_some(value));
    let time = time.ok_or(NoticeRefused::Unsigned)?;
    let matches = |claimed: &str| {
        let Some(claimed) = unhex(claimed) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        // Takes as long whatever is wrong.
        mac.verify_slice(&claimed).is_ok()
    };
    // More than one while a key is changed.
    if !parts().any(|(name, value)| name == "v1" && matches(value)) {
        return Err(NoticeRefused::Unsigned);
    }
    let second = time.parse().map_err(|_| NoticeRefused::Unsigned)?;
    Timestamp::from_second(second).map_err(|_| NoticeRefused::Unsigned)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    bytes.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests;
