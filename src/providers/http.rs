//! Requests to vendors, each bounded in time and size, none following a redirect. Owns what every
//! vendor's client needs and the ways in which a request fails before there is an answer. Keys and
//! bodies go through here and nowhere else: no error of this file quotes a URL, a header or a body.

use std::net::IpAddr;
use std::time::Duration;

use hookswitch_actors::ports::{QuotaTold, before_request, quota_told};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{ClientBuilder, Method, RequestBuilder, StatusCode, Url};

/// How far a vendor's requests may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Longest time for a connection.
    pub(crate) connect: Duration,
    /// Longest time for a whole request, and longest silence within it.
    pub(crate) total: Duration,
    /// Largest answer that is read, bytes.
    pub(crate) largest: usize,
}

/// Why a request has no answer, by what is known of its fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It never left this machine.
    NotSent,
    /// It may have arrived; no answer came in time.
    Late,
    /// It may have arrived; the connection broke.
    Broken,
    /// It was answered with more than is read.
    TooLarge,
}

/// An answer, whatever it says.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A way to one vendor. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    largest: usize,
}

impl Http {
    /// A way to the vendor at `base`.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up on this machine.
    pub(crate) fn new(base: &Url, limits: Limits) -> Result<Self, String> {
        // The program did this at its start; who uses the server as a library may not have.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder();
        if is_local(base) {
            // A proxy has no way to this machine's own addresses.
            builder = builder.no_proxy();
        }
        let client = bounded(builder, limits)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("outgoing requests cannot be set up: {error}"))?;
        Ok(Self { client, largest: limits.largest })
    }

    /// The way that `client` goes, which is [`bounded`] and follows no redirect.
    pub(super) fn of(client: reqwest::Client, limits: Limits) -> Self {
        Self { client, largest: limits.largest }
    }

    /// A request to be sent with [`Self::send`].
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request when the connection's allowances have room for it, and reads its answer. One that could not be sent is tried once more:
    /// connections do fail at times.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let again = request.try_clone();
        before_request().await.map_err(|_| Failure::NotSent)?;
        let sent = match (request.send().await, again) {
            (Err(error), Some(again)) if error.is_connect() && !error.is_timeout() => {
                before_request().await.map_err(|_| Failure::NotSent)?;
                again.send().await
            }
            (sent, _) => sent,
        };
        let mut response = sent.map_err(|error| failure(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(told) = told(&headers, Timestamp::now()) {
            quota_told(told);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > self.largest {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body })
    }
}

/// The limits of time of every client.
pub(super) fn bounded(builder: ClientBuilder, limits: Limits) -> ClientBuilder {
    builder
        .connect_timeout(limits.connect.min(limits.total))
        .read_timeout(limits.total)
        .timeout(limits.total)
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::NotSent
    } else if error.is_timeout() {
        Failure::Late
    } else {
        Failure::Broken
    }
}

/// A vendor's address with the version that all its paths begin with, whether or not the operator
/// wrote it.
pub(crate) fn versioned(base: &str, version: &str) -> Result<Url, String> {
    let base = base.trim_end_matches('/');
    let version = if base.ends_with(version) { "" } else { version };
    let url: Option<Url> = format!("{base}{version}").parse().ok();
    url.filter(Url::has_host).ok_or_else(|| "its base_url is no URL".to_owned())
}

/// `base` with more segments, each encoded.
pub(crate) fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Fails only for addresses without a path, which `versioned` does not give.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// How long the vendor wants to be left alone: `Retry-After`, in seconds or as a date (RFC 9110).
pub(crate) fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO))
}

/// Numbers from here on are moments, seconds since 1970; below, they are seconds from now.
const MOMENTS: i64 = 1_000_000_000;

/// The same out of a header of the vendor's own, for vendors whose pages do not say in which of the
/// two usual forms they write it: seconds from now, or a moment in seconds since 1970.
pub(crate) fn reset(headers: &HeaderMap, name: &str, now: Timestamp) -> Option<Duration> {
    let given: i64 = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    let seconds = if given >= MOMENTS { given - now.as_second() } else { given };
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// What vendors put behind the names of these headers: nothing, or the name of the limit that is meant.
const LIMITS_NAMED: [&str; 2] = ["", "-default"];

/// What the vendor says is left of its limit, in the headers that most of them use: Calendly and
/// CustomerConnect as they are, Cal.com with the name of the limit.
fn told(headers: &HeaderMap, now: Timestamp) -> Option<QuotaTold> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u32>().ok();
    LIMITS_NAMED.iter().find_map(|named| {
        Some(QuotaTold {
            limit: number(&format!("x-ratelimit-limit{named}")),
            remaining: number(&format!("x-ratelimit-remaining{named}"))?,
            resets_in: reset(headers, &format!("x-ratelimit-reset{named}"), now)?,
        })
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_version_is_the_vendors_whatever_the_base_is() {
        for (base, url) in [
            ("https://api.cal.com/v2", "https://api.cal.com/v2/bookings/a%2Fb"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
            ("http://127.0.0.1:9000/v2/", "http://127.0.0.1:9000/v2/bookings/a%2Fb"),
            ("http://proxy.example/cal", "http://proxy.example/cal/v2/bookings/a%2Fb"),
        ] {
            let base = versioned(base, "/v2").unwrap();
            assert_eq!(join(&base, &["bookings", "a/b"]).as_str(), url);
        }
        for bad in ["", "nowhere", "mailto:a@example.com"] {
            assert!(versioned(bad, "/v2").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_pause_is_read_in_seconds_or_as_a_date() {
        let with = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            pause(&headers)
        };
        assert_eq!(with("17"), Some(Duration::from_secs(17)));
        assert_eq!(with("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(with("Sat, 21 Oct 2400 07:28:00 GMT").unwrap() > Duration::from_secs(1_000_000));
        assert_eq!(with("soon"), None);
        assert_eq!(pause(&HeaderMap::new()), None);
    }

    #[test]
    fn a_reset_is_read_in_either_form() {
        let now = Timestamp::from_second(1_764_342_000).unwrap();
        let said = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-ratelimit-reset", text.parse().unwrap());
            reset(&headers, "x-ratelimit-reset", now).map(|pause| pause.as_secs())
        };
        assert_eq!(said("12"), Some(12));
        assert_eq!(said("1764342045"), Some(45));
        assert_eq!(said("1764341000"), None, "that was long ago");
        assert_eq!(said("soon"), None);
        assert_eq!(reset(&HeaderMap::new(), "x-ratelimit-reset", now), None);
    }

    #[test]
    fn what_is_left_is_read_where_a_vendor_says_all_of_it() {
        let said = |lines: &[(&'static str, &str)]| {
            let headers = lines.iter().map(|(name, value)| {
                (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
            });
            told(&headers.collect(), Timestamp::from_second(1_764_342_000).unwrap())
        };
        let (left, reset) = (("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "30"));
        let resets_in = Duration::from_secs(30);
        let without_limit = QuotaTold { limit: None, remaining: 7, resets_in };
        assert_eq!(said(&[left, reset]), Some(without_limit));
        let of_calcom = said(&[
            ("x-ratelimit-limit-default", "120"),
            ("x-ratelimit-remaining-default", "0"),
            ("x-ratelimit-reset-default", "1764342030"),
        ]);
        assert_eq!(of_calcom, Some(QuotaTold { limit: Some(120), remaining: 0, resets_in }));
        assert_eq!(said(&[left]), None, "left until when?");
        assert_eq!(said(&[("x-ratelimit-remaining", "many"), reset]), None);
    }
}
