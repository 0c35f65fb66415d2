//! How an org's webhooks prove themselves, as stored. Knows nothing of how a proof is checked.

use serde::{Deserialize, Serialize};

use crate::crypt::Sealed;

/// One way in which a webhook proves that it comes from Vapi.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookAuth {
    /// The scheme and its parameters.
    pub mode: WebhookAuthMode,
    /// The secret, sealed under the field name `webhook_auth`.
    pub secret: Sealed,
}

/// The scheme of a [`WebhookAuth`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum WebhookAuthMode {
    /// `Authorization: Bearer <secret>`, or another header.
    Bearer {
        /// Header that carries the token, lower case.
        header: String,
        /// Whether `Bearer ` stands before the token.
        prefix: bool,
    },
    /// `X-Vapi-Secret: <secret>`.
    Secret,
    /// A signature over the raw body.
    Hmac(HmacPlan),
    /// An access token that this server gave for the secret (OAuth 2.0, client credentials).
    Oauth2,
}

/// How a webhook is signed; the fields of Vapi's HMAC credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HmacPlan {
    /// Whether the secret is base64 text of the key.
    pub secret_is_base64: bool,
    /// Hash of the HMAC.
    pub algorithm: HmacHash,
    /// Header with the signature, lower case.
    pub signature_header: String,
    /// Header with the time stamp, lower case.
    pub timestamp_header: String,
    /// Whether a time stamp is sent and checked.
    pub include_timestamp: bool,
    /// What is signed; `{body}`, `{timestamp}`, `{method}`, `{url}` and `{svix-id}` are replaced.
    pub payload_format: String,
    /// Text form of the signature.
    pub signature_encoding: HmacEncoding,
    /// Text before the signature, as `sha256=`.
    pub signature_prefix: String,
    /// Header with the message id, lower case.
    pub message_id_header: Option<String>,
}

impl Default for HmacPlan {
    fn default() -> Self {
        Self {
            secret_is_base64: false,
            algorithm: HmacHash::Sha256,
            signature_header: "x-signature".into(),
            timestamp_header: "x-timestamp".into(),
            include_timestamp: true,
            payload_format: "{timestamp}.{body}".into(),
            signature_encoding: HmacEncoding::Hex,
            signature_prefix: String::new(),
            message_id_header: None,
        }
    }
}

/// Hash of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HmacHash {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-1, for old set-ups.
    Sha1,
}

/// Text form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HmacEncoding {
    /// Lower or upper case hexadecimal.
    Hex,
    /// Standard base64.
    Base64,
}
