//! Requests to OpenTable with the headers they need and a token that is fresh. Tokens go into requests
//! and nowhere else; where they come from is not known here.

use std::sync::Arc;
use std::time::Duration;

use hookswitch_actors::ports::{AccessTokens, ProviderError};
use hookswitch_storage::Secret;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;

use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited
/// has to be looked up later, one that was answered late has not.
const WRITE: Duration = Duration::from_secs(15);
/// Largest answer that is read, bytes; a day of tables in ten areas is some 100 KB.
const LARGEST: usize = 2 << 20;
/// The header that makes a request that is sent twice one request.
const REQUEST_ID: &str = "x-request-id";

/// The part of a client that all connections share.
pub(super) struct Wire {
    http: Http,
    base: Url,
    read: Duration,
}

impl Wire {
    /// `base` is a host; questions are given up well within `tool_deadline`.
    pub(super) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let base = http::versioned(base, "")?;
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        Ok(Self { http: Http::new(&base, limits)?, base, read: READ.min(tool_deadline * 3 / 4) })
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The request failed on its way.
    Failed(Failure),
    /// There is no token to send it with.
    NoToken(ProviderError),
}

/// One partner's access to one restaurant.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    tokens: Arc<dyn AccessTokens>,
}

impl Client {
    pub(super) fn new(wire: &Arc<Wire>, tokens: Arc<dyn AccessTokens>) -> Self {
        Self { wire: Arc::clone(wire), http: wire.http.own(), tokens }
    }

    /// A question.
    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, NoAnswer> {
        let mut url = self.url(path);
        url.query_pairs_mut().extend_pairs(query);
        self.send(self.http.request(Method::GET, url).timeout(self.wire.read)).await
    }

    /// A request with a body; `id` is the same for what must not be done twice.
    pub(super) async fn send_body(
        &self,
        method: Method,
        path: &[&str],
        body: &Value,
        id: &str,
    ) -> Result<Answer, NoAnswer> {
        let request = self.http.request(method, self.url(path));
        self.send(request.header(REQUEST_ID, id).json(body)).await
    }

    /// A question whose parameters are a body.
    pub(super) async fn search(
        &self,
        path: &[&str],
        body: &Value,
        id: &str,
    ) -> Result<Answer, NoAnswer> {
        let request = self.http.request(Method::POST, self.url(path));
        self.send(request.timeout(self.wire.read).header(REQUEST_ID, id).json(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str], id: &str) -> Result<Answer, NoAnswer> {
        let request = self.http.request(Method::DELETE, self.url(path));
        self.send(request.header(REQUEST_ID, id)).await
    }

    fn url(&self, path: &[&str]) -> Url {
        http::join(&http::join(&self.wire.base, &["inhouse", "v1"]), path)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        let again = request.try_clone();
        let token = self.tokens.current().await.map_err(NoAnswer::NoToken)?;
        let answer = self.http.send(with(request, &token)?).await.map_err(NoAnswer::Failed)?;
        let (StatusCode::UNAUTHORIZED, Some(again)) = (answer.status, again) else {
            return Ok(answer);
        };
        // What was refused for its token was not done, so it may be sent once more.
        match self.tokens.instead_of(&token).await {
            Ok(other) => self.http.send(with(again, &other)?).await.map_err(NoAnswer::Failed),
            Err(ProviderError::Reconnect) => Ok(answer),
            Err(other) => Err(NoAnswer::NoToken(other)),
        }
    }
}

fn with(request: RequestBuilder, token: &Secret) -> Result<RequestBuilder, NoAnswer> {
    let bearer = HeaderValue::from_bytes(&[b"bearer ", token.expose()].concat());
    let mut bearer = bearer.map_err(|_| NoAnswer::NoToken(ProviderError::Reconnect))?;
    bearer.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    Ok(request.header(AUTHORIZATION, bearer).header(ACCEPT, json))
}
