//! What Square posts when a booking changed, signed as it signs. Sends nothing itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::random_text;

/// A post, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

impl Post {
    /// About a booking as it is shown, to `url`, signed with `key`.
    pub(super) fn about(kind: &str, booking: &Value, url: &str, key: &str) -> Self {
        let version = booking["version"].as_i64().unwrap_or_default();
        let id = booking["id"].as_str().unwrap_or_default();
        let body = json!({
            "merchant_id": super::account::MERCHANT,
            "type": kind,
            "event_id": random_text(36),
            "created_at": booking["updated_at"],
            "data": {"type": "booking", "id": format!("{id}:{version}"),
                "object": {"booking": booking}},
        });
        let body = body.to_string();
        let signature = sign(key, url, &body);
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-square-hmacsha256-signature", signature),
        ];
        Self { headers, body }
    }
}

fn sign(key: &str, url: &str, body: &str) -> String {
    // Every length of key is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(url.as_bytes());
    mac.update(body.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_published_scheme() {
        let signature = sign(
            "test_signature_key",
            "https://example.test/square/webhook",
            r#"{"merchant_id":"M1","type":"booking.updated","event_id":"e1"}"#,
        );
        assert_eq!(signature, "PnBtwpbjzGlXOel50kXpdsHPi9uAJshXRiCMpOzwLck=");
    }
}
