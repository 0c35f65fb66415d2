//! Commands to live calls: the control port over HTTP. Owns the wire form of each command, which
//! control URLs may be called at all, and the limits. Called by sessions through the port.
//!
//! Control URLs come in webhooks and are called exactly as they came: Vapi's hosts vary. They are
//! unauthenticated by default, so whoever knows one can speak in the call: none is ever logged.
//! Facts: Vapi's "Live Call Control" guide and the `ClientInboundMessage*` schemas of its API.

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{CallControl, ControlCommand, ControlError};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::transfers::destination;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(2);

/// Longest wait for the whole exchange. Commands are small; a call that takes longer is in trouble.
const TOTAL: Duration = Duration::from_secs(4);

/// Under which Vapi's hosts are.
const VAPI: &str = ".vapi.ai";

/// Live call control over HTTP.
pub struct VapiControl {
    /// `None` if the machine lets us build none, as without any certificate authority.
    client: Option<Client>,
    /// `host:port`, lower case, which may be called although they are not Vapi's.
    allow: Vec<String>,
    /// Vapi's public key, which calls with authenticated control ask for.
    public_key: Option<String>,
}

impl VapiControl {
    /// Control of calls whose control URL is Vapi's own, by https, or on a host of `allow`
    /// (`host:port`), by https or http. `public_key` is the account's public API key; calls with
    /// `controlAuthenticationEnabled` want it as a bearer token.
    #[must_use]
    pub fn new(allow: &[String], public_key: Option<&str>) -> Self {
        // The first provider that is installed counts; ring is the only one that is linked.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .build();
        let client = client.inspect_err(|error| {
            tracing::error!(%error, "live calls cannot be steered; install CA certificates");
        });
        Self {
            client: client.ok(),
            allow: allow.iter().map(|entry| entry.to_ascii_lowercase()).collect(),
            public_key: public_key.map(str::to_owned),
        }
    }

    /// The URL, if it may be called: a webhook could name any address of our own network.
    fn checked(&self, control_url: &str) -> Option<Url> {
        let url = Url::parse(control_url).ok()?;
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host_str()?.to_ascii_lowercase();
        let port = url.port_or_known_default()?;
        let is_vapi =
            url.scheme() == "https" && host.strip_suffix(VAPI).is_some_and(|name| !name.is_empty());
        let is_allowed = matches!(url.scheme(), "https" | "http")
            && self.allow.contains(&format!("{host}:{port}"));
        (is_vapi || is_allowed).then_some(url)
    }
}

/// A command as Vapi reads it.
fn body(command: &ControlCommand) -> Value {
    match command {
        ControlCommand::Say { text } => {
            json!({"type": "say", "content": text, "endCallAfterSpoken": false})
        }
        ControlCommand::Inject { text, respond } => json!({
            "type": "add-message",
            "message": {"role": "system", "content": text},
            "triggerResponseEnabled": respond,
        }),
        ControlCommand::Mute => json!({"type": "control", "control": "mute-assistant"}),
        ControlCommand::Unmute => json!({"type": "control", "control": "unmute-assistant"}),
        ControlCommand::End => json!({"type": "end-call"}),
        ControlCommand::Transfer(to) => json!({
            "type": "transfer",
            "destination": destination(
                &to.number,
                to.extension.as_deref(),
                None,
                Some((&to.plan, &to.summary)),
            ),
            "content": to.announcement,
        }),
    }
}

#[async_trait]
impl CallControl for VapiControl {
    fn accepts(&self, control_url: &str) -> bool {
        self.client.is_some() && self.checked(control_url).is_some()
    }

    async fn send(&self, control_url: &str, command: &ControlCommand) -> Result<(), ControlError> {
        let url = self.checked(control_url).ok_or(ControlError::NotPossible)?;
        let client = self.client.as_ref().ok_or(ControlError::NotPossible)?;
        let mut request = client.post(url).json(&body(command));
        if let Some(key) = &self.public_key {
            request = request.bearer_auth(key);
        }
        match request.send().await {
            // What the body says is not documented, so that it is not read, however long it is.
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                tracing::warn!(status = answer.status().as_u16(), "a call did not take a command");
                Err(ControlError::Refused)
            }
            Err(error) if error.is_connect() => Err(ControlError::Unreachable),
            Err(error) if error.is_builder() => Err(ControlError::NotPossible),
            Err(_) => Err(ControlError::Unknown),
        }
    }
}
