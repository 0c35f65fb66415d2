//! Requests to Acuity, signed with user id and key. Holds the key; it goes into requests and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_actors::ports::ProviderError;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::Value;

use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited
/// has to be looked up later, one that was answered late has not.
const WRITE: Duration = Duration::from_secs(20);
/// Largest answer that is read, bytes; 100 appointments with their forms are some 300 KB.
const LARGEST: usize = 4 << 20;

/// The part of a client that all connections share.
pub(super) struct Wire {
    http: Http,
    base: Url,
    read: Duration,
}

impl Wire {
    /// `base` is a host, or an address that ends in `/api/v1`; questions are given up well within
    /// `tool_deadline`.
    pub(super) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let base = http::versioned(base, "/api/v1")?;
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        let read = READ.min(tool_deadline * 3 / 4);
        Ok(Self { http: Http::new(&base, limits)?, base, read })
    }
}

/// One account.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    basic: HeaderValue,
}

impl Client {
    pub(super) fn new(wire: Arc<Wire>, user_id: u64, key: &str) -> Result<Self, ProviderError> {
        let pair = STANDARD.encode(format!("{user_id}:{key}"));
        let basic = HeaderValue::from_str(&format!("Basic {pair}"));
        let mut basic = basic.map_err(|_| ProviderError::Reconnect)?;
        basic.set_sensitive(true);
        Ok(Self { http: wire.http.own(), wire, basic })
    }

    /// How long whoever waits for questions may wait, all in all.
    pub(super) fn patience(&self) -> Duration {
        self.wire.read
    }

    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, Failure> {
        self.send(self.request(Method::GET, path, query), self.wire.read).await
    }

    pub(super) async fn change(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, String)],
        body: &Value,
    ) -> Result<Answer, Failure> {
        self.send(self.request(method, path, query).json(body), WRITE).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Answer, Failure> {
        self.send(self.request(Method::DELETE, path, &[]), WRITE).await
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, String)]) -> RequestBuilder {
        let mut url = http::join(&self.wire.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.http.request(method, url).header(AUTHORIZATION, self.basic.clone())
    }

    async fn send(&self, request: RequestBuilder, patience: Duration) -> Result<Answer, Failure> {
        self.wire.http.send(request.timeout(patience)).await
    }
}
