//! Requests to Google Calendar, each with a token that is good for it. A token that is refused is
//! exchanged once and the request repeated. Tokens go into requests and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_actors::ports::{AccessTokens, ProviderError};
use hookswitch_storage::Secret;
use reqwest::header::{AUTHORIZATION, HeaderValue, IF_MATCH};
use reqwest::{Method, StatusCode, Url};
use serde_json::Value;

use super::refusal::{Asked, Refusal, accept, failure};
use crate::providers::http::{self, Answer, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited has
/// to be looked up later, one that was answered late has not.
const WRITE: Duration = Duration::from_secs(15);
/// Largest answer that is read, bytes; a page of 2,500 events with the few fields that are asked for
/// stays below 2 MB.
const LARGEST: usize = 4 << 20;

/// The part of a client that all connections share.
pub(super) struct Wire {
    http: Http,
    base: Url,
    read: Duration,
}

impl Wire {
    /// `base` is a host, or an address that ends in `/calendar/v3`; questions are given up well within
    /// `tool_deadline`.
    pub(super) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let base = http::versioned(base, "/calendar/v3")?;
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        Ok(Self { http: Http::new(&base, limits)?, base, read: READ.min(tool_deadline * 3 / 4) })
    }
}

/// One account.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    tokens: Arc<dyn AccessTokens>,
}

/// A request.
pub(super) struct Request<'a> {
    asked: Asked,
    method: Method,
    path: &'a [&'a str],
    query: &'a [(&'a str, String)],
    body: Option<&'a Value>,
    etag: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub(super) fn new(asked: Asked, method: Method, path: &'a [&'a str]) -> Self {
        Self { asked, method, path, query: &[], body: None, etag: None }
    }

    pub(super) fn query(self, query: &'a [(&'a str, String)]) -> Self {
        Self { query, ..self }
    }

    pub(super) fn body(self, body: &'a Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// To be done only if what it is about is still in this version.
    pub(super) fn if_match(self, etag: Option<&'a str>) -> Self {
        Self { etag, ..self }
    }
}

impl Client {
    pub(super) fn new(wire: Arc<Wire>, tokens: Arc<dyn AccessTokens>) -> Self {
        Self { http: wire.http.own(), wire, tokens }
    }

    /// Sends a request; a success, or what the refusal means.
    pub(super) async fn send(&self, request: &Request<'_>) -> Result<Answer, Refusal> {
        let token = self.tokens.current().await.map_err(Refusal::Clear)?;
        let answer = self.once(request, &token).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return accept(request.asked, answer);
        }
        // Nothing was done for a request that was refused for its token.
        let other = self.tokens.instead_of(&token).await.map_err(Refusal::Clear)?;
        accept(request.asked, self.once(request, &other).await?)
    }

    async fn once(&self, request: &Request<'_>, token: &Secret) -> Result<Answer, Refusal> {
        let value = [b"Bearer ", token.expose()].concat();
        let bearer = HeaderValue::from_bytes(&value);
        let mut bearer = bearer.map_err(|_| Refusal::Clear(ProviderError::Reconnect))?;
        bearer.set_sensitive(true);
        let mut url = http::join(&self.wire.base, request.path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(request.query);
        }
        let mut sent = self.http.request(request.method.clone(), url);
        sent = sent.header(AUTHORIZATION, bearer);
        if !request.asked.writes() {
            sent = sent.timeout(self.wire.read);
        }
        if let Some(etag) = request.etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            sent = sent.header(IF_MATCH, etag);
        }
        if let Some(body) = request.body {
            sent = sent.json(body);
        }
        let answer = self.http.send(sent).await;
        answer.map_err(|without| Refusal::Clear(failure(request.asked, without)))
    }
}
