//! A Google service account: its key signs a claim of who it is (RFC 7523), which is exchanged for a token
//! of an hour. Facts: Google's page on service accounts. Signed by the TLS library's own RSA, which is in the
//! program anyway. The address in the key file is not used: it came from outside.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hookswitch_actors::ports::{Clock, Grant, RenewError, TokenIssuer};
use jiff::Timestamp;
use reqwest::Method;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::SigningKey;
use serde_json::{Value, json};

use super::app::App;
use super::{client, google};
use crate::providers::Wrong;
use crate::providers::vendor::Fields;

/// The credential that holds the key file.
pub(super) const FIELD: &str = "service_account";

/// The person in whose name it acts, where the organisation's administrator allows it.
const SUBJECT: &str = "subject";

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How long a claim is good; Google takes an hour at most.
const CLAIMED_SECONDS: i64 = 3_600;

/// What a key file must be.
const A_KEY_FILE: &str =
    "must be the JSON key file of a Google service account, as it was downloaded";

/// Checks credentials with a key file; gives what is kept of them.
pub(super) fn check(given: Fields) -> Result<Fields, Wrong> {
    let field = |name: &str| format!("credentials.{name}");
    if let Some(other) = given.keys().find(|name| ![FIELD, SUBJECT].contains(&name.as_str())) {
        let problem = "is not known here; known: service_account, subject";
        return Err(Wrong::new(field(other), problem));
    }
    let file = &given[FIELD];
    let text = |name: &str| file[name].as_str().filter(|text| !text.trim().is_empty());
    let (Some("service_account"), Some(email), Some(key)) =
        (text("type"), text("client_email"), text("private_key"))
    else {
        return Err(Wrong::new(field(FIELD), A_KEY_FILE));
    };
    if signing_key(key).is_none() {
        return Err(Wrong::new(field("service_account.private_key"), "is no RSA key in PEM form"));
    }
    let mut kept = Fields::new();
    let id = file["private_key_id"].as_str();
    kept.insert(
        FIELD.to_owned(),
        json!({"client_email": email, "private_key": key, "private_key_id": id}),
    );
    match given.get(SUBJECT) {
        None | Some(Value::Null) => {}
        Some(Value::String(subject)) if subject.contains('@') => {
            kept.insert(SUBJECT.to_owned(), json!(subject.trim()));
        }
        Some(_) => {
            let problem = "must be the e-mail address in whose name the account acts";
            return Err(Wrong::new(field(SUBJECT), problem));
        }
    }
    Ok(kept)
}

fn signing_key(pem: &str) -> Option<Arc<dyn SigningKey>> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    let key = any_supported_type(&key).ok()?;
    key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).map(|_| key)
}

/// One connection.
pub(super) struct ServiceAccount {
    app: Arc<App>,
    email: String,
    subject: Option<String>,
    key_id: Option<String>,
    key: Option<Arc<dyn SigningKey>>,
    clock: Arc<dyn Clock>,
}

impl ServiceAccount {
    /// `credentials` as [`check`] gives them.
    pub(super) fn new(app: &Arc<App>, credentials: &Fields, clock: Arc<dyn Clock>) -> Self {
        let file = &credentials[FIELD];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            app: Arc::clone(app),
            email: text(&file["client_email"]).unwrap_or_default(),
            subject: credentials.get(SUBJECT).and_then(text),
            key_id: text(&file["private_key_id"]),
            key: file["private_key"].as_str().and_then(signing_key),
            clock,
        }
    }

    /// The signed claim; `None` if the key does not sign.
    fn assertion(&self, now: Timestamp) -> Option<String> {
        let mut head = json!({"alg": "RS256", "typ": "JWT"});
        if let Some(id) = &self.key_id {
            head["kid"] = json!(id);
        }
        let mut claims = json!({
            "iss": self.email,
            "scope": google::SCOPES.join(" "),
            "aud": self.app.token.as_str(),
            "iat": now.as_second(),
            "exp": now.as_second() + CLAIMED_SECONDS,
        });
        if let Some(subject) = &self.subject {
            claims["sub"] = json!(subject);
        }
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(head), part(claims));
        let key = self.key.as_ref()?;
        let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
        let signature = signer.sign(signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[async_trait]
impl TokenIssuer for ServiceAccount {
    fn is_kept(&self) -> bool {
        false
    }

    fn rotates(&self) -> bool {
        false
    }

    fn ahead(&self) -> Duration {
        self.app.ahead
    }

    async fn renew(&self, _: Option<&Grant>) -> Result<Grant, RenewError> {
        let now = self.clock.now();
        let assertion = self.assertion(now).ok_or(RenewError::Dead)?;
        let fields = [("grant_type", GRANT_TYPE), ("assertion", assertion.as_str())];
        let request = self.app.http.request(Method::POST, self.app.token.clone());
        let answer = client::send(&self.app.http, client::form(request, &fields)).await?;
        let names = ["credentials.service_account"];
        Ok(client::read(self.app.title, &names, answer, now)?.grant)
    }

    async fn revoke(&self, _: &Grant) -> Result<(), RenewError> {
        // Each token ends by itself within the hour; the key is the operator's to delete.
        Ok(())
    }
}
