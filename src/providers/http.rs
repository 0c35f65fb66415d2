//! Requests to vendors, each bounded in time and size, none following a redirect; a client for each
//! connection, and one for all that is asked for the server as a whole (token endpoints, the customer
//! directory, text messages). Owns what every vendor's client needs and the ways in which a request fails
//! before there is an answer. Keys and
//! bodies go through here and nowhere else: no error of this file quotes a URL, a header or a body.

use std::net::IpAddr;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Bytes;
use hookswitch_actors::ports::{QuotaTold, before_request, quota_told};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{ClientBuilder, Method, RequestBuilder, StatusCode, Url};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt as _;

/// Longest silence within an answer that has begun; so long no sender pauses who means to go on. Until
/// it begins only the total counts: a vendor that is silent for long may still be doing what it was asked,
/// and to give up then would leave in doubt what an answer would have settled.
const SILENCE: Duration = Duration::from_secs(3);

/// How far a vendor's requests may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Longest time for a connection.
    pub(crate) connect: Duration,
    /// Longest time for a whole request.
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

/// A way to one vendor. Cheap to clone; a clone goes the same way.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    limits: Limits,
    is_local: bool,
}

impl Http {
    /// A way to the vendor at `base`.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up on this machine.
    pub(crate) fn new(base: &Url, limits: Limits) -> Result<Self, String> {
        // The program did this at its start; who uses the server as a library may not have.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let is_local = is_local(base);
        let client = built(limits, is_local)
            .map_err(|error| format!("outgoing requests cannot be set up: {error}"))?;
        Ok(Self { client, limits, is_local })
    }

    /// Another way to the same vendor, with the same limits and none of this one's sockets: for one
    /// connection, so that no two tenants ever speak over one socket.
    pub(crate) fn own(&self) -> Self {
        match built(self.limits, self.is_local) {
            Ok(client) => Self { client, ..self.clone() },
            Err(error) => {
                // It could be built at the start; bookings go before tidiness.
                tracing::error!(%error, "a connection has no client of its own");
                self.clone()
            }
        }
    }

    /// The way that `client` goes, which is [`bounded`] and follows no redirect.
    pub(super) fn of(client: reqwest::Client, limits: Limits) -> Self {
        Self { client, limits, is_local: false }
    }

    /// A request to be sent with [`Self::send`].
    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request when the connection's allowances have room for it, and reads its answer. One
    /// that could not be sent is tried once more: connections do fail at times.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.exchange(request, quota_told).await
    }

    /// As [`Self::send`], for a request that is counted by itself: what its answer says is left is not
    /// what is left of all others.
    pub(crate) async fn send_apart(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        self.exchange(request, |_| ()).await
    }

    async fn exchange(
        &self,
        request: RequestBuilder,
        hear: impl FnOnce(QuotaTold),
    ) -> Result<Answer, Failure> {
        let again = request.try_clone();
        let turn = async || before_request().await.map_err(|_| Failure::NotSent);
        let first = turn().await?;
        let (sent, under_way) = match (request.send().await, again) {
            (Err(error), Some(again)) if error.is_connect() && !error.is_timeout() => {
                drop(first);
                let second = turn().await?;
                (again.send().await, second)
            }
            (sent, _) => (sent, first),
        };
        let mut response = sent.map_err(|error| failure(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(told) = told(&headers, Timestamp::now()) {
            hear(told);
        }
        let mut body = Vec::new();
        while let Some(chunk) = more(&mut response).await? {
            if body.len() + chunk.len() > self.limits.largest {
                return Err(Failure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        drop(under_way);
        Ok(Answer { status, headers, body })
    }
}

fn built(limits: Limits, is_local: bool) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder();
    if is_local {
        // A proxy has no way to this machine's own addresses.
        builder = builder.no_proxy();
    }
    bounded(builder, limits).redirect(reqwest::redirect::Policy::none()).build()
}

/// The limits of time of every client, and the machine's own certificates.
pub(super) fn bounded(builder: ClientBuilder, limits: Limits) -> ClientBuilder {
    let builder = match tls() {
        Some(tls) => builder.tls_backend_preconfigured(tls.clone()),
        None => builder,
    };
    builder.connect_timeout(limits.connect.min(limits.total)).timeout(limits.total)
}

/// How all clients speak TLS, read once: the machine's certificates are some 200 KB and take longer to read
/// than most requests. `None` if that fails; then each client tries by itself, and says why not.
pub(crate) fn tls() -> Option<&'static ClientConfig> {
    static TLS: LazyLock<Option<ClientConfig>> = LazyLock::new(|| {
        // The program did this at its start; who uses the server as a library may not have.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = ClientConfig::with_platform_verifier().ok()?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Some(config)
    });
    TLS.as_ref()
}

/// The next part of an answer that has begun.
async fn more(response: &mut reqwest::Response) -> Result<Option<Bytes>, Failure> {
    let part = tokio::time::timeout(SILENCE, response.chunk()).await;
    part.map_err(|_| Failure::Late)?.map_err(|error| failure(&error))
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
