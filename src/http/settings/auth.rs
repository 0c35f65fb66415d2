//! How an org's webhooks prove themselves, as an operator writes it: at most two ways at once, so
//! that a secret can be changed without a gap. Field names are those of Vapi's own credentials,
//! in camel or snake case.

use hookswitch_storage::{
    HmacEncoding, HmacHash, HmacPlan, Sealed, Settings, WebhookAuth, WebhookAuthMode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Wrong;
use crate::http::openapi::names;

/// Two allow a change without a gap; more would only be forgotten.
const MOST: usize = 2;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Bearer,
    Secret,
    Hmac,
    Oauth2,
}

/// One way, as written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthDocument {
    mode: Mode,
    #[serde(
        default,
        skip_serializing,
        alias = "secretKey",
        alias = "secret_key",
        alias = "token",
        alias = "clientSecret"
    )]
    secret: Option<String>,
    #[serde(default, alias = "headerName", skip_serializing_if = "Option::is_none")]
    header_name: Option<String>,
    #[serde(default, alias = "bearerPrefixEnabled", skip_serializing_if = "Option::is_none")]
    bearer_prefix_enabled: Option<bool>,
    #[serde(default, alias = "secretIsBase64", skip_serializing_if = "Option::is_none")]
    secret_is_base64: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "names::hmac_hash")]
    algorithm: Option<HmacHash>,
    #[serde(default, alias = "signatureHeader", skip_serializing_if = "Option::is_none")]
    signature_header: Option<String>,
    #[serde(default, alias = "timestampHeader", skip_serializing_if = "Option::is_none")]
    timestamp_header: Option<String>,
    #[serde(default, alias = "includeTimestamp", skip_serializing_if = "Option::is_none")]
    include_timestamp: Option<bool>,
    #[serde(default, alias = "payloadFormat", skip_serializing_if = "Option::is_none")]
    payload_format: Option<String>,
    #[serde(default, alias = "signatureEncoding", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "names::hmac_encoding")]
    signature_encoding: Option<HmacEncoding>,
    #[serde(default, alias = "signaturePrefix", skip_serializing_if = "Option::is_none")]
    signature_prefix: Option<String>,
    #[serde(default, alias = "messageIdHeader", skip_serializing_if = "Option::is_none")]
    message_id_header: Option<String>,
}

impl From<&WebhookAuth> for AuthDocument {
    fn from(auth: &WebhookAuth) -> Self {
        let mut document = Self {
            mode: Mode::Secret,
            secret: None,
            header_name: None,
            bearer_prefix_enabled: None,
            secret_is_base64: None,
            algorithm: None,
            signature_header: None,
            timestamp_header: None,
            include_timestamp: None,
            payload_format: None,
            signature_encoding: None,
            signature_prefix: None,
            message_id_header: None,
        };
        match &auth.mode {
            WebhookAuthMode::Secret => {}
            WebhookAuthMode::Oauth2 => document.mode = Mode::Oauth2,
            WebhookAuthMode::Bearer { header, prefix } => {
                document.mode = Mode::Bearer;
                document.header_name = Some(header.clone());
                document.bearer_prefix_enabled = Some(*prefix);
            }
            WebhookAuthMode::Hmac(plan) => {
                document.mode = Mode::Hmac;
                document.secret_is_base64 = Some(plan.secret_is_base64);
                document.algorithm = Some(plan.algorithm);
                document.signature_header = Some(plan.signature_header.clone());
                document.timestamp_header = Some(plan.timestamp_header.clone());
                document.include_timestamp = Some(plan.include_timestamp);
                document.payload_format = Some(plan.payload_format.clone());
                document.signature_encoding = Some(plan.signature_encoding);
                document.signature_prefix = Some(plan.signature_prefix.clone());
                document.message_id_header.clone_from(&plan.message_id_header);
            }
        }
        document
    }
}

/// The ways as they are stored. A way without a secret keeps the one of the same mode and place.
pub(super) fn into_stored(
    documents: Vec<AuthDocument>,
    present: Option<&Settings>,
    seal: impl Fn(&str) -> Sealed,
) -> Result<Vec<WebhookAuth>, Wrong> {
    if documents.is_empty() || documents.len() > MOST {
        return Err(Wrong::new("webhook_auth", "must have one or two entries"));
    }
    let mut stored = Vec::with_capacity(documents.len());
    for (place, document) in documents.into_iter().enumerate() {
        let field = |name: &str| format!("webhook_auth[{place}].{name}");
        let given = document.secret.clone();
        let mode = document.into_mode(&field)?;
        let kept = present.and_then(|settings| settings.webhook_auth.get(place));
        let kept =
            kept.filter(|kept| std::mem::discriminant(&kept.mode) == std::mem::discriminant(&mode));
        let secret = match (given, kept) {
            (Some(secret), _) if secret.trim().is_empty() => {
                return Err(Wrong::new(field("secret"), "must not be empty"));
            }
            (Some(secret), _) => seal(&secret),
            (None, Some(kept)) => kept.secret.clone(),
            (None, None) => return Err(Wrong::new(field("secret"), "is missing")),
        };
        stored.push(WebhookAuth { mode, secret });
    }
    Ok(stored)
}

impl AuthDocument {
    fn into_mode(self, field: &impl Fn(&str) -> String) -> Result<WebhookAuthMode, Wrong> {
        let header = |name: &str, text: Option<String>, default: &str| {
            let text = text.unwrap_or_else(|| default.to_owned()).to_ascii_lowercase();
            let valid = axum::http::HeaderName::from_bytes(text.as_bytes()).is_ok();
            if valid { Ok(text) } else { Err(Wrong::new(field(name), "is not a header name")) }
        };
        match self.mode {
            Mode::Secret => Ok(WebhookAuthMode::Secret),
            Mode::Bearer => Ok(WebhookAuthMode::Bearer {
                header: header("header_name", self.header_name, "authorization")?,
                prefix: self.bearer_prefix_enabled.unwrap_or(true),
            }),
            Mode::Oauth2 => Ok(WebhookAuthMode::Oauth2),
            Mode::Hmac => {
                let default = HmacPlan::default();
                let include_timestamp = self.include_timestamp.unwrap_or(true);
                let payload_format = self.payload_format.unwrap_or(default.payload_format);
                if !payload_format.contains("{body}") {
                    let problem = "must contain {body}, or anyone could reuse a signature";
                    return Err(Wrong::new(field("payload_format"), problem));
                }
                let message_id_header = self
                    .message_id_header
                    .map(|name| header("message_id_header", Some(name), ""))
                    .transpose()?;
                Ok(WebhookAuthMode::Hmac(HmacPlan {
                    secret_is_base64: self.secret_is_base64.unwrap_or(false),
                    algorithm: self.algorithm.unwrap_or(default.algorithm),
                    signature_header: header(
                        "signature_header",
                        self.signature_header,
                        &default.signature_header,
                    )?,
                    timestamp_header: header(
                        "timestamp_header",
                        self.timestamp_header,
                        &default.timestamp_header,
                    )?,
                    include_timestamp,
                    payload_format,
                    signature_encoding: self
                        .signature_encoding
                        .unwrap_or(default.signature_encoding),
                    signature_prefix: self.signature_prefix.unwrap_or_default(),
                    message_id_header,
                }))
            }
        }
    }
}
