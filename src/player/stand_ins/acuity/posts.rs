//! What Acuity posts when an appointment changes: form fields, signed with the key of whoever asked.
//! Knows no appointment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::Sha256;

/// A promise to post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Its id.
    pub id: u64,
    /// For which event.
    pub event: String,
    /// Where to.
    pub target: String,
    /// Always `active`.
    pub status: String,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

/// The post about an appointment.
pub(super) fn post(action: &str, [id, calendar, kind]: [u64; 3], key: &str) -> Option<Post> {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("action", action)
        .append_pair("id", &id.to_string())
        .append_pair("calendarID", &calendar.to_string())
        .append_pair("appointmentTypeID", &kind.to_string())
        .finish();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(body.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let form = "application/x-www-form-urlencoded".to_owned();
    Some(Post { headers: vec![("content-type", form), ("x-acuity-signature", signature)], body })
}
