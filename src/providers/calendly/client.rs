//! Requests to Calendly with a token that is good, and the account's quota as Calendly counts it. The
//! token goes into requests and nowhere else; ids of Calendly's are only ever parts of paths below the
//! configured address.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::{
    AccessTokens, ProviderError, before_booking, has_room_for_bookings,
};
use hookswitch_storage::Secret;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;

use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited
/// has to be looked up later, one that was answered late has not. Two of them, for a move, end
/// within the time that a provider is given.
const WRITE: Duration = Duration::from_secs(12);
/// Largest answer that is read, bytes; a month of starts, one every five minutes, is 2 MB.
const LARGEST: usize = 4 << 20;
/// Longest time for which an account is left alone because it used up its quota of requests, which
/// Calendly counts by the minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// The same for bookings, which it also counts by the hour and by the day; nobody should be refused
/// a day long because of one header.
const LONGEST_PAUSE_OF_BOOKINGS: Duration = Duration::from_secs(3_600);

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

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Without {
    /// On its way.
    Lost(Failure),
    /// There is no token for it; it was not sent.
    Token(ProviderError),
}

/// One account.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    tokens: Arc<dyn AccessTokens>,
    requests: Quota,
    /// Bookings have a quota of their own, far below that of other requests.
    bookings: Quota,
}

impl Client {
    pub(super) fn new(wire: Arc<Wire>, tokens: Arc<dyn AccessTokens>) -> Self {
        let requests = Quota::new(true, LONGEST_PAUSE);
        let bookings = Quota::new(false, LONGEST_PAUSE_OF_BOOKINGS);
        Self { http: wire.http.own(), wire, tokens, requests, bookings }
    }

    pub(super) async fn get(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, Without> {
        let mut url = http::join(&self.wire.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.http.request(Method::GET, url).timeout(self.wire.read);
        self.send(request, &self.requests).await
    }

    pub(super) async fn post(&self, path: &[&str], body: &Value) -> Result<Answer, Without> {
        let url = http::join(&self.wire.base, path);
        self.send(self.http.request(Method::POST, url).json(body), &self.requests).await
    }

    /// Asks for a booking, unless Calendly would refuse it for being one too many.
    pub(super) async fn book(&self, body: &Value) -> Result<Answer, Without> {
        if let Err(used_up) = before_booking() {
            return Ok(too_many(used_up.retry_after));
        }
        let url = http::join(&self.wire.base, &["invitees"]);
        self.send(self.http.request(Method::POST, url).json(body), &self.bookings).await
    }

    /// Whether so many bookings could be asked for now.
    pub(super) fn has_room_for_bookings(&self, count: usize) -> bool {
        self.bookings.refuses().is_none() && has_room_for_bookings(count)
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<Answer, Without> {
        let url = http::join(&self.wire.base, path);
        self.send(self.http.request(Method::DELETE, url), &self.requests).await
    }

    async fn send(&self, request: RequestBuilder, quota: &Quota) -> Result<Answer, Without> {
        if let Some(answer) = quota.refuses() {
            return Ok(answer);
        }
        let again = request.try_clone();
        let token = self.tokens.current().await.map_err(Without::Token)?;
        let answer = self.sent(request, &token, quota).await?;
        let answer = match again {
            // What is answered so was not done.
            Some(again) if answer.status == StatusCode::UNAUTHORIZED => {
                let token = self.tokens.instead_of(&token).await.map_err(Without::Token)?;
                self.sent(again, &token, quota).await?
            }
            _ => answer,
        };
        quota.learn(&answer);
        Ok(answer)
    }

    async fn sent(
        &self,
        request: RequestBuilder,
        token: &Secret,
        quota: &Quota,
    ) -> Result<Answer, Without> {
        let value = [b"Bearer ", token.expose()].concat();
        let bearer = HeaderValue::from_bytes(&value);
        let mut bearer = bearer.map_err(|_| Without::Token(ProviderError::Reconnect))?;
        bearer.set_sensitive(true);
        let request = request.header(AUTHORIZATION, bearer);
        let sent = match quota.of_all {
            true => self.http.send(request).await,
            false => self.http.send_apart(request).await,
        };
        sent.map_err(Without::Lost)
    }
}

/// What is left of a quota: a request that would be refused is not sent.
struct Quota {
    /// Whether it is that of all requests, not of bookings.
    of_all: bool,
    longest_pause: Duration,
    rests_until: Mutex<Option<Instant>>,
}

impl Quota {
    fn new(of_all: bool, longest_pause: Duration) -> Self {
        Self { of_all, longest_pause, rests_until: Mutex::default() }
    }

    /// The refusal that Calendly would send, while it would.
    fn refuses(&self) -> Option<Answer> {
        let until = (*self.rests_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        let rest = until.checked_duration_since(Instant::now())?;
        Some(too_many(rest))
    }

    fn learn(&self, answer: &Answer) {
        let rest = if answer.status == StatusCode::TOO_MANY_REQUESTS {
            pause(&answer.headers)
        } else if remaining(&answer.headers) == Some(0) {
            reset(&answer.headers)
        } else {
            None
        };
        let Some(rest) = rest else { return };
        let until = Instant::now() + rest.min(self.longest_pause);
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

/// Calendly's refusal of what is one too many.
fn too_many(rest: Duration) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from(rest.as_secs() + 1));
    Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: Vec::new() }
}

fn remaining(headers: &HeaderMap) -> Option<i64> {
    headers.get("x-ratelimit-remaining")?.to_str().ok()?.trim().parse().ok()
}

fn reset(headers: &HeaderMap) -> Option<Duration> {
    http::reset(headers, "x-ratelimit-reset", Timestamp::now())
}

/// How long Calendly wants to be left alone.
pub(super) fn pause(headers: &HeaderMap) -> Option<Duration> {
    http::pause(headers).or_else(|| reset(headers))
}

/// What Calendly's clock showed when it answered; what it keeps is dated by that one.
pub(super) fn their_time(answer: &Answer) -> Timestamp {
    let said = answer.headers.get(DATE).and_then(|date| date.to_str().ok());
    let read = said.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
    read.unwrap_or_else(Timestamp::now)
}

#[cfg(test)]
mod tests;
