//! Requests to Square with the headers they need, a token that is fresh, and the rest that Square asks
//! for. Tokens go into requests and nowhere else; where they come from is not known here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::{AccessTokens, ProviderError};
use hookswitch_storage::Secret;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;

use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// The version of the API that this folder speaks; without it an application's own would apply.
pub(super) const VERSION: &str = "2025-08-20";
/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited
/// has to be looked up later, one that was answered late has not.
const WRITE: Duration = Duration::from_secs(15);
/// Largest answer that is read, bytes; a month of openings, one every five minutes, is some 2 MB.
const LARGEST: usize = 6 << 20;
/// First rest after a refusal for too many requests; doubled by each that follows, since Square
/// publishes no figures and does not promise `Retry-After`.
const FIRST_REST: Duration = Duration::from_secs(1);
/// Longest rest.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The part of a client that all connections share.
pub(super) struct Wire {
    http: Http,
    base: Url,
    root: Url,
    read: Duration,
}

impl Wire {
    /// `base` is a host, or an address that ends in `/v2`; questions are given up well within
    /// `tool_deadline`.
    pub(super) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let root = http::versioned(base.trim_end_matches('/').trim_end_matches("/v2"), "")?;
        let base = http::versioned(base, "/v2")?;
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        let http = Http::new(&base, limits)?;
        Ok(Self { http, base, root, read: READ.min(tool_deadline * 3 / 4) })
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

impl From<Failure> for NoAnswer {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// One account. Cheap to clone.
#[derive(Clone)]
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    tokens: Arc<dyn AccessTokens>,
    rest: Arc<Rest>,
}

impl Client {
    pub(super) fn new(wire: &Arc<Wire>, tokens: Arc<dyn AccessTokens>) -> Self {
        let http = wire.http.own();
        Self { wire: Arc::clone(wire), http, tokens, rest: Arc::default() }
    }

    /// How long a question may take, with all that has to be asked for it.
    pub(super) fn patience(&self) -> Duration {
        self.wire.read
    }

    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, NoAnswer> {
        let mut url = http::join(&self.wire.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(self.http.request(Method::GET, url).timeout(self.wire.read)).await
    }

    /// A question whose parameters are a body.
    pub(super) async fn search(&self, path: &[&str], body: &Value) -> Result<Answer, NoAnswer> {
        let url = http::join(&self.wire.base, path);
        let request = self.http.request(Method::POST, url).timeout(self.wire.read);
        self.send(request.json(body)).await
    }

    pub(super) async fn write(
        &self,
        method: Method,
        path: &[&str],
        body: &Value,
    ) -> Result<Answer, NoAnswer> {
        let url = http::join(&self.wire.base, path);
        self.send(self.http.request(method, url).json(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Answer, NoAnswer> {
        let url = http::join(&self.wire.base, path);
        self.send(self.http.request(Method::DELETE, url)).await
    }

    /// What the token may do, as Square itself says.
    pub(super) async fn token_status(&self) -> Result<Answer, NoAnswer> {
        let url = http::join(&self.wire.root, &["oauth2", "token", "status"]);
        self.send(self.http.request(Method::POST, url).timeout(self.wire.read)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, NoAnswer> {
        if let Some(answer) = self.rest.refuses() {
            return Ok(answer);
        }
        let again = request.try_clone();
        let token = self.tokens.current().await.map_err(NoAnswer::NoToken)?;
        let mut answer = self.http.send(with(request, &token)?).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Some(again) = again
        {
            // What was refused for its token was not done, so it may be sent once more.
            match self.tokens.instead_of(&token).await {
                Ok(other) => answer = self.http.send(with(again, &other)?).await?,
                Err(ProviderError::Reconnect) => {}
                Err(other) => return Err(NoAnswer::NoToken(other)),
            }
        }
        self.rest.learn(&answer);
        Ok(answer)
    }
}

fn with(request: RequestBuilder, token: &Secret) -> Result<RequestBuilder, NoAnswer> {
    let bearer = [b"Bearer ", token.expose()].concat();
    let bearer = HeaderValue::from_bytes(&bearer);
    let mut bearer = bearer.map_err(|_| NoAnswer::NoToken(ProviderError::Reconnect))?;
    bearer.set_sensitive(true);
    let version = HeaderName::from_static("square-version");
    Ok(request.header(AUTHORIZATION, bearer).header(version, VERSION))
}

/// The rest that an account is given after it was told to slow down.
#[derive(Default)]
struct Rest {
    state: Mutex<Resting>,
}

#[derive(Default)]
struct Resting {
    until: Option<Instant>,
    in_a_row: u32,
}

impl Rest {
    /// The refusal that Square would send, while it would.
    fn refuses(&self) -> Option<Answer> {
        let until = self.state.lock().unwrap_or_else(PoisonError::into_inner).until?;
        let rest = until.checked_duration_since(Instant::now())?;
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from(rest.as_secs() + 1));
        Some(Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: Vec::new() })
    }

    fn learn(&self, answer: &Answer) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.status != StatusCode::TOO_MANY_REQUESTS {
            state.in_a_row = 0;
            return;
        }
        let rest = http::pause(&answer.headers).unwrap_or_else(|| backoff(state.in_a_row));
        state.in_a_row = state.in_a_row.saturating_add(1);
        state.until = Some(Instant::now() + rest.min(LONGEST_REST));
    }
}

/// Doubled by each refusal in a row, less up to a half by chance, so that those who were refused
/// together do not come back together.
fn backoff(in_a_row: u32) -> Duration {
    let longest = FIRST_REST.saturating_mul(1 << in_a_row.min(6)).min(LONGEST_REST);
    let mut dice = [0u8; 1];
    // Without randomness the whole rest is taken.
    let _ = getrandom::fill(&mut dice);
    longest.mul_f64(1.0 - f64::from(dice[0]) / 512.0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.parse().unwrap());
        }
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: Vec::new() }
    }

    fn rest_of(rest: &Rest) -> Duration {
        let until = rest.state.lock().unwrap().until.unwrap();
        until.saturating_duration_since(Instant::now())
    }

    #[test]
    fn an_account_that_is_told_to_slow_down_rests_longer_each_time() {
        let rest = Rest::default();
        assert!(rest.refuses().is_none());
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            rest.learn(&answer(429, None));
            let longest = Duration::from_secs(seconds);
            let rests = rest_of(&rest);
            assert!(rests <= longest && rests > longest / 3, "{rests:?} of {longest:?}");
        }
        assert_eq!(rest.refuses().unwrap().status, StatusCode::TOO_MANY_REQUESTS);
        rest.learn(&answer(200, None));
        rest.learn(&answer(429, None));
        assert!(rest_of(&rest) <= Duration::from_secs(1), "an answer in between ends the row");
    }

    #[test]
    fn what_square_says_of_the_rest_goes_before() {
        let rest = Rest::default();
        rest.learn(&answer(429, Some("7")));
        assert!(rest_of(&rest) > Duration::from_secs(6));
        rest.learn(&answer(429, Some("100000")));
        assert!(rest_of(&rest) <= LONGEST_REST, "nobody rests for a day");
    }

    #[test]
    fn the_token_has_its_own_path_whatever_the_base_is() {
        for base in ["http://127.0.0.1:9", "http://127.0.0.1:9/", "http://127.0.0.1:9/v2/"] {
            let wire = Wire::new(base, Duration::from_secs(5)).unwrap();
            assert_eq!(wire.base.as_str(), "http://127.0.0.1:9/v2");
            let status = http::join(&wire.root, &["oauth2", "token", "status"]);
            assert_eq!(status.as_str(), "http://127.0.0.1:9/oauth2/token/status");
        }
    }
}
