//! What the stand-in posts to those who want to hear of changes, signed as Calendly signs. Sends nothing
//! itself.

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::account::{Account, organization, user};
use super::listing::show;

/// Somebody who wants its posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Its id.
    pub uri: String,
    /// Where posts go.
    pub callback_url: String,
    /// Which are wanted.
    pub events: Vec<String>,
    /// `user` or `organization`.
    pub scope: String,
    /// What signs them.
    pub signing_key: Option<String>,
}

impl Subscription {
    pub(super) fn show(&self, now: Timestamp) -> Value {
        let of_user = (self.scope == "user").then(user);
        json!({"uri": self.uri, "callback_url": self.callback_url, "events": self.events,
            "scope": self.scope, "organization": organization(), "user": of_user,
            "creator": user(), "state": "active", "retry_started_at": null,
            "created_at": now, "updated_at": now})
    }
}

/// One post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Where it goes.
    pub url: String,
    /// Its headers, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The posts about one booking as it is.
pub(super) fn about(account: &Account, invitee: &str) -> Vec<Post> {
    let Some(kept) = account.kept(invitee) else { return Vec::new() };
    let event = if kept.active { "invitee.created" } else { "invitee.canceled" };
    let mut payload = show(kept);
    payload["scheduled_event"] = account.event(&kept.event).unwrap_or_default();
    let body = json!({"event": event, "created_at": account.now(), "created_by": user(),
        "payload": payload});
    let body = body.to_string().into_bytes();
    let seconds = account.now().as_second();
    let wants = |to: &&Subscription| to.events.iter().any(|wanted| wanted == event);
    account
        .subscriptions()
        .iter()
        .filter(wants)
        .map(|to| {
            let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            // Whom an application connected, its key signs for.
            let key = account.application_key().or(to.signing_key.as_deref());
            if let Some(key) = key {
                let signature = sign(key.as_bytes(), seconds, &body);
                headers.push(("calendly-webhook-signature".to_owned(), signature));
            }
            Post { url: to.callback_url.clone(), headers, body: body.clone() }
        })
        .collect()
}

fn sign(key: &[u8], seconds: i64, body: &[u8]) -> String {
    // Keys of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}
