//! The `server` object of tools, assistants and phone numbers: where Vapi posts to, how it proves
//! itself there, how long it waits and how often it tries again. Owns that form and the choice of the
//! proof; called by whoever composes what is sent to Vapi. Facts: the `Server` and `BackoffPlan`
//! schemas of Vapi's API.

use std::time::Duration;

use hookswitch_actors::OrgEntry;
use hookswitch_storage::WebhookAuthMode;
use serde_json::{Map, Value, json};

use crate::config::{Secret, Vapi};

/// Where Vapi posts the calls of registered tools to.
const TOOLS: &str = "/api/vapi/tools";

/// Where it posts messages to whose org is found by the call.
const SHARED: &str = "/api/vapi/webhook";

/// The beginning of an org's own URL.
const OWN: &str = "/webhook/";

/// What our answers need on their way, beside the deadline that we set ourselves.
const ON_THE_WAY: Duration = Duration::from_secs(5);

/// Statuses that a second try would meet again.
const FINAL_STATUSES: [u16; 6] = [400, 401, 403, 404, 413, 422];

/// How Vapi proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Proof {
    /// By a credential that was made in its dashboard.
    Credential(String),
    /// By a header that it is told.
    Token(Secret),
}

/// How often Vapi tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retries {
    /// Once, soon: a caller is waiting, and a call that came in twice runs once.
    Once,
    /// Several times, ever later: nobody waits, and a report must not be lost.
    Several,
}

/// One `server` object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerBlock {
    url: String,
    timeout_seconds: u64,
    retries: Retries,
    proof: Proof,
}

/// Vapi would have nothing to prove itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// On the URL that all tools share.
    #[error(
        "Vapi has nothing to prove itself with at the tools' URL: set `vapi.webhook_auth` to a \
         secret, or `vapi.credential_id` to a credential of Vapi's that carries it"
    )]
    Tools,
    /// On an org's own URL.
    #[error(
        "`webhook_auth` is a scheme that only a credential in Vapi's dashboard can prove: create \
         one there and set the organisation's `vapi_credential_id` to its id"
    )]
    Org,
}

impl ServerBlock {
    /// For the tools, which all orgs share. `public` is our URL without a final slash, `deadline` the
    /// time within which a tool call is answered.
    ///
    /// # Errors
    /// [`NoProof::Tools`] if neither a credential nor a secret is configured.
    pub fn of_tools(vapi: &Vapi, public: &str, deadline: Duration) -> Result<Self, NoProof> {
        let credential = vapi.credential_id.clone().map(Proof::Credential);
        let token = vapi.webhook_auth.clone().map(Proof::Token);
        Ok(Self {
            url: format!("{public}{TOOLS}"),
            timeout_seconds: timeout(deadline),
            retries: Retries::Once,
            proof: credential.or(token).ok_or(NoProof::Tools)?,
        })
    }

    /// For everything else of a call of this org. An org's own credential or secret goes to its own
    /// URL; the server's credential proves itself on the shared one, where the call says whose it is,
    /// so it is only used where that is `listed` with the org: its assistant, or its number.
    ///
    /// # Errors
    /// [`NoProof::Org`] if the org proves itself by neither a token nor a credential.
    pub fn of_org(
        org: &OrgEntry,
        listed: bool,
        vapi: &Vapi,
        public: &str,
        deadline: Duration,
    ) -> Result<Self, NoProof> {
        let own = format!("{public}{OWN}{}", org.org.webhook_id);
        let (url, proof) = if let Some(id) = &org.settings().vapi_credential_id {
            (own, Proof::Credential(id.clone()))
        } else if let Some(id) = vapi.credential_id.as_ref().filter(|_| listed) {
            (format!("{public}{SHARED}"), Proof::Credential(id.clone()))
        } else {
            (own, Proof::Token(token(org).ok_or(NoProof::Org)?))
        };
        let timeout_seconds = timeout(deadline);
        Ok(Self { url, timeout_seconds, retries: Retries::Several, proof })
    }

    /// Whether messages that go to `url` come to us. `public` is our URL without a final slash.
    #[must_use]
    pub fn leads_here(url: &str, public: &str) -> bool {
        let path = url.strip_prefix(public);
        path.is_some_and(|path| path == SHARED || path.starts_with(OWN))
    }

    /// Where Vapi posts to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The object as Vapi reads it, over the one that is there: members that are not ours stay. A
    /// credential that somebody attached to this very URL by hand stays as well.
    #[must_use]
    pub fn over(&self, current: Option<&Value>) -> Value {
        let mut block = current.and_then(Value::as_object).cloned().unwrap_or_default();
        let was_ours = block.get("url").and_then(Value::as_str) == Some(&self.url);
        let by_hand = was_ours && block.get("credentialId").is_some_and(Value::is_string);
        match &self.proof {
            Proof::Credential(id) => {
                block.insert("credentialId".into(), json!(id));
                // It would go before the credential.
                without_authorization(&mut block);
            }
            Proof::Token(_) if by_hand => {}
            Proof::Token(token) => {
                block.remove("credentialId");
                without_authorization(&mut block);
                let headers = block.entry("headers").or_insert_with(|| json!({}));
                headers["Authorization"] = json!(format!("Bearer {}", token.expose()));
            }
        }
        block.insert("url".into(), json!(self.url));
        block.insert("timeoutSeconds".into(), json!(self.timeout_seconds));
        block.insert("backoffPlan".into(), self.backoff());
        Value::Object(block)
    }

    /// The object as it is shown to people: that there is a secret, and not which.
    #[must_use]
    pub fn shown(&self) -> Value {
        let mut block = self.over(None);
        if let Some(headers) = block.get_mut("headers").and_then(Value::as_object_mut) {
            headers.values_mut().for_each(|value| *value = json!("(set)"));
        }
        block
    }

    fn backoff(&self) -> Value {
        let (kind, most) = match self.retries {
            Retries::Once => ("fixed", 1),
            Retries::Several => ("exponential", 3),
        };
        json!({
            "type": kind,
            "maxRetries": most,
            "baseDelaySeconds": 1,
            "excludedStatusCodes": FINAL_STATUSES,
        })
    }
}

/// Takes an `Authorization` header out, however it is written, and a list that is then empty.
fn without_authorization(block: &mut Map<String, Value>) {
    let Some(headers) = block.get_mut("headers").filter(|headers| headers.is_object()) else {
        block.remove("headers");
        return;
    };
    if let Some(headers) = headers.as_object_mut() {
        headers.retain(|name, _| !name.eq_ignore_ascii_case("authorization"));
    }
    if headers.as_object().is_some_and(Map::is_empty) {
        block.remove("headers");
    }
}

/// Our own answer always comes first: Vapi waits longer than we do, and 20 seconds at most.
fn timeout(deadline: Duration) -> u64 {
    (deadline + ON_THE_WAY).as_secs().clamp(10, 20)
}

/// The org's secret, if whoever knows it is Vapi. Both schemes are accepted in `Authorization`.
fn token(org: &OrgEntry) -> Option<Secret> {
    let mut schemes = org.settings().webhook_auth.iter().zip(&org.webhook_secrets);
    let (_, secret) = schemes.find(|(auth, _)| {
        matches!(auth.mode, WebhookAuthMode::Bearer { .. } | WebhookAuthMode::Secret)
    })?;
    Secret::new(std::str::from_utf8(secret.expose()).ok()?.trim())
}
