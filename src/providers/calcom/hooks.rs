//! Cal.com's webhooks: asked for, given up, and read when they come. A post is believed only that
//! something became of the bookings it names.

use axum::http::HeaderMap;
use hmac::{Hmac, Mac};
use hookswitch_actors::ports::{Notice, ProviderError, Watch, WatchTarget};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::client::{Client, Family};
use super::refusal::{Asked, Refusal, accept, failure, unreadable};
use super::wire;
use crate::providers::vendor::NoticeRefused;

/// What we want to hear of.
const TRIGGERS: [&str; 5] = [
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
];

/// Asks for posts to `target`. One that was made by a request whose answer was lost is taken away first,
/// so that nothing is posted twice.
pub(super) async fn watch(client: &Client, target: &WatchTarget) -> Result<Watch, ProviderError> {
    let unreached = |without| failure(Asked::Read, without);
    let query = [("take", "250".to_owned())];
    let answer = client.get(Family::Plain, &["webhooks"], &query).await.map_err(unreached)?;
    let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
    let hooks = wire::hooks(&answer.body).ok_or_else(unreadable)?;
    for old in hooks.iter().filter(|hook| hook.subscriber_url == target.url) {
        if let Some(id) = old.id() {
            unwatch(client, &id).await?;
        }
    }
    let secret = String::from_utf8_lossy(target.secret.expose()).into_owned();
    let body = json!({"active": true, "subscriberUrl": target.url, "triggers": TRIGGERS,
        "secret": secret, "version": "2021-10-20"});
    let answer = client.post(Family::Plain, &["webhooks"], &body).await.map_err(unreached)?;
    let answer = accept(Asked::Read, answer).map_err(Refusal::into_error)?;
    let made = wire::hook(&answer.body).and_then(|hook| hook.id()).ok_or_else(unreadable)?;
    Ok(Watch { id: made, secret: target.secret.clone(), expires_at: None })
}

/// Asks for no more posts. That there are none is as good.
pub(super) async fn unwatch(client: &Client, id: &str) -> Result<(), ProviderError> {
    let answer = client.delete(Family::Plain, &["webhooks", id]).await;
    let answer = answer.map_err(|without| failure(Asked::Read, without))?;
    match accept(Asked::Read, answer).map_err(Refusal::into_error) {
        Ok(_) | Err(ProviderError::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    trigger_event: String,
    #[serde(default)]
    payload: Option<Payload>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    uid: Option<String>,
    /// The one that it was moved from.
    #[serde(default)]
    reschedule_uid: Option<String>,
}

/// What a post says that is signed with `secret`.
pub(super) fn notice(
    secret: Option<&[u8]>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Notice, NoticeRefused> {
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or(NoticeRefused::Unsigned)?;
    let signature = headers.get("x-cal-signature-256").and_then(|value| value.to_str().ok());
    let signature = signature.and_then(unhex).ok_or(NoticeRefused::Unsigned)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| NoticeRefused::Unsigned)?;
    mac.update(body);
    // Compares in constant time.
    mac.verify_slice(&signature).map_err(|_| NoticeRefused::Unsigned)?;
    let post: Post = serde_json::from_slice(body).map_err(|_| NoticeRefused::Unreadable)?;
    if !post.trigger_event.starts_with("BOOKING_") {
        return Ok(Notice::Nothing);
    }
    let payload = post.payload.unwrap_or_default();
    let ids: Vec<String> = [payload.uid, payload.reschedule_uid].into_iter().flatten().collect();
    Ok(if ids.is_empty() { Notice::Ask } else { Notice::Look(ids) })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .trim()
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// RFC 4231, test case 2: the signature of "what do ya want for nothing?" with the key "Jefe".
    const KNOWN: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    fn headers(signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-cal-signature-256", signature.parse().unwrap());
        headers
    }

    fn signed(body: &str) -> Result<Notice, NoticeRefused> {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(body.as_bytes());
        let digest = mac.finalize().into_bytes();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        notice(Some(b"s3cret"), &headers(&hex), body.as_bytes())
    }

    #[test]
    fn the_signature_is_the_published_one_and_anything_else_is_refused() {
        let body = b"what do ya want for nothing?";
        let judged = |secret: Option<&[u8]>, signature: &str, body: &[u8]| {
            notice(secret, &headers(signature), body)
        };
        assert_eq!(judged(Some(b"Jefe"), KNOWN, body), Err(NoticeRefused::Unreadable));
        assert_eq!(judged(Some(b"Jefe"), KNOWN, b"other"), Err(NoticeRefused::Unsigned));
        assert_eq!(judged(Some(b"other"), KNOWN, body), Err(NoticeRefused::Unsigned));
        assert_eq!(judged(None, KNOWN, body), Err(NoticeRefused::Unsigned));
        assert_eq!(judged(Some(b""), KNOWN, body), Err(NoticeRefused::Unsigned));
        for odd in ["no-secret-provided", "", "5bdc", &KNOWN[..63]] {
            let refused = judged(Some(b"Jefe"), odd, body);
            assert_eq!(refused, Err(NoticeRefused::Unsigned), "{odd}");
        }
        assert_eq!(notice(Some(b"Jefe"), &HeaderMap::new(), body), Err(NoticeRefused::Unsigned));
    }

    #[test]
    fn a_post_is_only_a_reason_to_look_at_the_bookings_it_names() {
        let moved = r#"{"triggerEvent":"BOOKING_RESCHEDULED","createdAt":"x","payload":
            {"uid":"new","rescheduleUid":"old","startTime":"never","status":"ACCEPTED"}}"#;
        assert_eq!(signed(moved), Ok(Notice::Look(vec!["new".into(), "old".into()])));
        let unnamed = r#"{"triggerEvent":"BOOKING_CANCELLED","payload":{"title":"x"}}"#;
        assert_eq!(signed(unnamed), Ok(Notice::Ask));
        let flat = r#"{"triggerEvent":"MEETING_ENDED","uid":"one","bookingId":1}"#;
        assert_eq!(signed(flat), Ok(Notice::Nothing));
        assert_eq!(signed(r#"{"triggerEvent":"PING"}"#), Ok(Notice::Nothing));
        for odd in ["", "[]", "{}", r#"{"triggerEvent":7}"#] {
            assert_eq!(signed(odd), Err(NoticeRefused::Unreadable), "{odd}");
        }
    }
}
