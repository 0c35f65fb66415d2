//! The way to the server: one webhook address, one secret, one time limit. Owns the HTTP of the scripted caller.

use std::time::{Duration, Instant};

use reqwest::Url;
use serde_json::Value;

/// Vapi's own time limit for a tool's server when none is set.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The shared webhook address, used when only the server's address is given.
const SHARED_WEBHOOK: &str = "/api/vapi/webhook";

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an http or https URL.
    #[error(
        "the address must be a URL, as http://127.0.0.1:3001 or http://127.0.0.1:3001/webhook/wh_..."
    )]
    NotAUrl,
    /// The secret cannot stand in a header.
    #[error("the webhook secret has characters that cannot be sent in a header")]
    Secret,
    /// No HTTP client can be made on this machine.
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// Where Vapi would send its messages, and with which secret.
#[derive(Clone)]
pub struct Endpoint {
    url: Url,
    secret: Option<String>,
}

impl Endpoint {
    /// A webhook URL, or a server's address, which stands for its shared webhook.
    ///
    /// # Errors
    /// [`EndpointError::NotAUrl`].
    pub fn new(url: &str, secret: Option<String>) -> Result<Self, EndpointError> {
        let mut url: Url = url.trim().parse().map_err(|_| EndpointError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(EndpointError::NotAUrl);
        }
        if url.path() == "/" {
            url.set_path(SHARED_WEBHOOK);
        }
        Ok(Self { url, secret: secret.filter(|secret| !secret.is_empty()) })
    }

    /// The webhook URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// From the first byte sent to the last received.
    pub(super) elapsed: Duration,
}

/// An open way to the server; clones share its connections.
#[derive(Clone)]
pub struct Line {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Line {
    /// Makes the HTTP client; nothing is sent yet.
    ///
    /// # Errors
    /// [`EndpointError::Secret`] or [`EndpointError::Client`].
    pub fn new(endpoint: Endpoint) -> Result<Self, EndpointError> {
        use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
        let mut headers = HeaderMap::new();
        if let Some(secret) = &endpoint.secret {
            let mut value = HeaderValue::from_str(&format!("Bearer {secret}"))
                .map_err(|_| EndpointError::Secret)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(TIME_LIMIT)
            .redirect(reqwest::redirect::Policy::none());
        // A proxy cannot reach this machine's own loopback.
        if endpoint.url.host_str().is_some_and(is_loopback) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| EndpointError::Client(error.to_string()))?;
        Ok(Self { client, endpoint })
    }

    pub(super) async fn post(&self, body: &Value) -> Result<Delivery, String> {
        let started = Instant::now();
        let sent = async {
            let response = self.client.post(self.endpoint.url.clone()).json(body).send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.bytes().await?))
        };
        let (status, body) = sent.await.map_err(|error| self.explain(&error))?;
        Ok(Delivery { status, body: body.to_vec(), elapsed: started.elapsed() })
    }

    fn explain(&self, error: &reqwest::Error) -> String {
        let host = self.endpoint.url.host_str().unwrap_or_default();
        let port = self.endpoint.url.port_or_known_default().unwrap_or_default();
        if error.is_timeout() {
            format!("no answer within {} s, the time Vapi waits", TIME_LIMIT.as_secs())
        } else if error.is_connect() {
            format!("nothing answers at {host}:{port}; is the server running there?")
        } else {
            format!("the connection to {host}:{port} broke off")
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
