//! Requests to Cal.com with the headers they need, and the account's quota as Cal.com counts it.
//! Holds the key; it goes into requests and nowhere else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::ProviderError;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::Value;

use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change. Longer than any caller waits: a change whose answer is not awaited
/// has to be looked up later, one that was answered late has not.
const WRITE: Duration = Duration::from_secs(20);
/// Largest answer that is read, bytes; a month of slots, one every five minutes, is 600 KB.
const LARGEST: usize = 4 << 20;
/// Longest time for which an account is left alone because it used up its quota. Cal.com's blocks
/// last 60 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// The part of a client that all connections share.
pub(super) struct Wire {
    http: Http,
    base: Url,
    read: Duration,
}

impl Wire {
    /// `base` is a host, or an address that ends in `/v2`; questions are given up well within
    /// `tool_deadline`.
    pub(super) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let base = http::versioned(base, "/v2")?;
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        Ok(Self { http: Http::new(&base, limits)?, base, read: READ.min(tool_deadline * 3 / 4) })
    }
}

/// The endpoints that share a version of the API; each family has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// `/slots`.
    Slots,
    /// `/event-types`.
    EventTypes,
    /// `/bookings`.
    Bookings,
    /// Without versions.
    Plain,
}

/// One account.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// A way of its own: what another connection does to its vendor is nothing to this one.
    http: Http,
    bearer: HeaderValue,
    bookings_version: HeaderValue,
    quota: Quota,
}

impl Client {
    pub(super) fn new(
        wire: Arc<Wire>,
        key: &[u8],
        bookings_version: &str,
    ) -> Result<Self, ProviderError> {
        let value = [b"Bearer ", key].concat();
        let mut bearer = HeaderValue::from_bytes(&value).map_err(|_| ProviderError::Reconnect)?;
        bearer.set_sensitive(true);
        let bookings_version = HeaderValue::from_str(bookings_version).map_err(|_| {
            ProviderError::NeedsHuman("options.bookings_api_version is no date".into())
        })?;
        Ok(Self { http: wire.http.own(), wire, bearer, bookings_version, quota: Quota::default() })
    }

    /// How long something may take without which it goes as well.
    pub(super) fn patience_for_advice(&self) -> Duration {
        self.wire.read / 4
    }

    pub(super) async fn get(
        &self,
        family: Family,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<Answer, Failure> {
        let mut url = http::join(&self.wire.base, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(family, self.http.request(Method::GET, url).timeout(self.wire.read)).await
    }

    pub(super) async fn post(
        &self,
        family: Family,
        path: &[&str],
        body: &Value,
    ) -> Result<Answer, Failure> {
        let url = http::join(&self.wire.base, path);
        self.send(family, self.http.request(Method::POST, url).json(body)).await
    }

    pub(super) async fn delete(&self, family: Family, path: &[&str]) -> Result<Answer, Failure> {
        let url = http::join(&self.wire.base, path);
        self.send(family, self.http.request(Method::DELETE, url)).await
    }

    async fn send(&self, family: Family, request: RequestBuilder) -> Result<Answer, Failure> {
        if let Some(answer) = self.quota.refuses() {
            return Ok(answer);
        }
        let version = match family {
            Family::Slots => Some(HeaderValue::from_static("2024-09-04")),
            Family::EventTypes => Some(HeaderValue::from_static("2024-06-14")),
            Family::Bookings => Some(self.bookings_version.clone()),
            Family::Plain => None,
        };
        let mut request = request.header(AUTHORIZATION, self.bearer.clone());
        if let Some(version) = version {
            request = request.header("cal-api-version", version);
        }
        let answer = self.http.send(request).await?;
        self.quota.learn(&answer);
        Ok(answer)
    }
}

/// What is left of the account's requests. Cal.com blocks an account that goes beyond for a minute, so
/// the request that would is not sent.
#[derive(Default)]
struct Quota {
    rests_until: Mutex<Option<Instant>>,
}

impl Quota {
    /// The refusal that Cal.com would send, while it would.
    fn refuses(&self) -> Option<Answer> {
        let until = (*self.rests_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        let rest = until.checked_duration_since(Instant::now())?;
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::RETRY_AFTER, HeaderValue::from(rest.as_secs() + 1));
        Some(Answer { status: StatusCode::TOO_MANY_REQUESTS, headers, body: Vec::new() })
    }

    fn learn(&self, answer: &Answer) {
        let rest = if answer.status == StatusCode::TOO_MANY_REQUESTS {
            pause(&answer.headers)
        } else if number(&answer.headers, "x-ratelimit-remaining-default") == Some(0) {
            reset(&answer.headers)
        } else {
            None
        };
        let Some(rest) = rest else { return };
        let until = Instant::now() + rest.min(LONGEST_PAUSE);
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn reset(headers: &HeaderMap) -> Option<Duration> {
    http::reset(headers, "x-ratelimit-reset-default", Timestamp::now())
}

/// How long Cal.com wants to be left alone.
pub(super) fn pause(headers: &HeaderMap) -> Option<Duration> {
    http::pause(headers).or_else(|| reset(headers))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers: headers.collect(), body: Vec::new() }
    }

    fn rest_after(answer: &Answer) -> Option<Duration> {
        let quota = Quota::default();
        quota.learn(answer);
        quota.refuses().and_then(|refusal| pause(&refusal.headers))
    }

    #[test]
    fn an_account_rests_when_its_quota_is_used_up_and_not_before() {
        let remaining = "x-ratelimit-remaining-default";
        let reset = "x-ratelimit-reset-default";
        assert_eq!(rest_after(&answer(200, &[(remaining, "3"), (reset, "40")])), None);
        let used_up = rest_after(&answer(200, &[(remaining, "0"), (reset, "40")])).unwrap();
        assert!((39..=40).contains(&used_up.as_secs()), "{used_up:?}");
        let moment = (Timestamp::now().as_second() + 30).to_string();
        let at = rest_after(&answer(429, &[(reset, &moment)])).unwrap();
        assert!((28..=31).contains(&at.as_secs()), "{at:?}");
        let told = rest_after(&answer(429, &[("retry-after", "7"), (reset, "40")])).unwrap();
        assert!((6..=7).contains(&told.as_secs()), "{told:?}");
        let most = rest_after(&answer(429, &[("retry-after", "86400")])).unwrap();
        assert!(most <= LONGEST_PAUSE, "{most:?}");
        assert_eq!(rest_after(&answer(429, &[])), None);
    }
}
