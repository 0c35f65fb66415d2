//! Requests to a CalDAV server, as one user. Owns the password, and the rule to which hosts it is sent:
//! the one that the operator entered, and what that one may name as its own. Every request keeps the
//! rule of what may be called for a tenant.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookswitch_actors::ports::ProviderError;
use percent_encoding::percent_decode_str;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_MATCH, IF_NONE_MATCH, LOCATION,
};
use reqwest::{Method, RequestBuilder, Url};

use super::refusal::{self, Asked};
use super::settings::Login;
use crate::outbound::{Doors, Outbound, Way};
use crate::providers::http::{self, Answer, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// Longest time for a question; a caller waits for it.
const READ: Duration = Duration::from_secs(4);
/// Longest time for a change: longer than any caller waits, so that what is late is still heard of.
const WRITE: Duration = Duration::from_secs(20);
/// Largest answer that is read, bytes; a month of 2,000 events has 2 MB.
const LARGEST: usize = 8 << 20;
/// Redirects that are followed when the calendars are looked for.
const REDIRECTS: usize = 5;
/// The one service known to keep its users' calendars on hosts of other names.
const ICLOUD: (&str, &str) = ("caldav.icloud.com", ".icloud.com");

/// The part of a client that all connections share.
pub(super) struct Wire {
    doors: Doors,
    limits: Limits,
    read: Duration,
}

impl Wire {
    /// Questions are given up well within `tool_deadline`.
    pub(super) fn new(outbound: &Outbound, tool_deadline: Duration) -> Result<Self, String> {
        let limits = Limits { connect: CONNECT, total: WRITE, largest: LARGEST };
        let doors = Doors::new(outbound, || http::bounded(reqwest::Client::builder(), limits))?;
        Ok(Self { doors, limits, read: READ.min(tool_deadline * 3 / 4) })
    }

    /// What may be called.
    pub(super) fn outbound(&self) -> &Outbound {
        self.doors.outbound()
    }
}

/// One address has one form, whichever characters of its path a server chose to encode: events are known
/// by their paths.
fn as_we_write_it(mut url: Url) -> Url {
    let segments: Option<Vec<String>> = url.path_segments().and_then(|segments| {
        let decode = |segment: &str| {
            let decoded = percent_decode_str(segment).decode_utf8().ok()?;
            Some(decoded.into_owned())
        };
        segments.map(decode).collect()
    });
    // Dots would be taken for steps.
    let plain = segments.filter(|all| !all.iter().any(|one| matches!(one.as_str(), "." | "..")));
    if let (Some(plain), Ok(mut path)) = (plain, url.path_segments_mut()) {
        path.clear().extend(plain);
    }
    url
}

/// On what a change depends.
#[derive(Debug, Clone, Copy)]
pub(super) enum If<'a> {
    /// There is nothing at the path.
    Absent,
    /// There is this version.
    Version(&'a str),
}

/// One user of one server.
pub(super) struct Client {
    wire: Arc<Wire>,
    /// Ways of its own: what another connection does to its server is nothing to this one.
    doors: Doors,
    url: Url,
    authorization: HeaderValue,
}

impl Client {
    pub(super) fn new(wire: Arc<Wire>, login: &Login) -> Result<Self, ProviderError> {
        let both = STANDARD.encode(format!("{}:{}", login.username, login.password));
        let mut authorization = HeaderValue::from_str(&format!("Basic {both}"))
            .map_err(|_| ProviderError::Reconnect)?;
        authorization.set_sensitive(true);
        let doors = wire.doors.own(|| http::bounded(reqwest::Client::builder(), wire.limits));
        Ok(Self { wire, doors, url: login.url.clone(), authorization })
    }

    /// How long a caller waits for an answer at most, however many requests it takes.
    pub(super) fn patience(&self) -> Duration {
        self.wire.read
    }

    /// The address that the operator entered.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// What a server names in an answer about `from`; `None` for what the password is not sent to.
    pub(super) fn follow(&self, from: &Url, href: &str) -> Option<Url> {
        let to = as_we_write_it(from.join(href).ok()?);
        let way = self.wire.outbound().check(&to).ok()?;
        let same = to.host_str() == self.url.host_str();
        let to_the_same = same && to.port_or_known_default() == self.url.port_or_known_default();
        let to_safety = same && to.scheme() == "https" && to.port_or_known_default() == Some(443);
        let icloud = self.url.host_str() == Some(ICLOUD.0)
            && to.host_str().is_some_and(|host| host.ends_with(ICLOUD.1));
        (to_the_same || to_safety || icloud || way == Way::Exempt).then_some(to)
    }

    /// Asks for properties; redirects are followed. Gives where the answer came from, too.
    pub(super) async fn propfind(
        &self,
        url: &Url,
        depth: &'static str,
        body: &str,
    ) -> Result<(Url, Answer), ProviderError> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let answer = self.read("PROPFIND", &url, depth, body).await?;
            if !matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((url, answer));
            }
            let to = answer.headers.get(LOCATION).and_then(|to| to.to_str().ok());
            url = to.and_then(|to| self.follow(&url, to)).ok_or_else(|| {
                ProviderError::NeedsHuman(
                    "the CalDAV server sends us to another host; enter that one's address".into(),
                )
            })?;
        }
        Err(ProviderError::NeedsHuman("the CalDAV server's redirects lead in a circle".into()))
    }

    /// Asks for a report on a calendar.
    pub(super) async fn report(
        &self,
        url: &Url,
        depth: &'static str,
        body: &str,
    ) -> Result<Answer, ProviderError> {
        self.read("REPORT", url, depth, body).await
    }

    async fn read(
        &self,
        method: &'static str,
        url: &Url,
        depth: &'static str,
        body: &str,
    ) -> Result<Answer, ProviderError> {
        // Both are tokens, which is all that this asks for.
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::OPTIONS);
        let xml = HeaderValue::from_static("application/xml; charset=utf-8");
        let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{body}");
        let change = |request: RequestBuilder| {
            let request = request.timeout(self.wire.read).header("Depth", depth);
            request.header(CONTENT_TYPE, xml.clone()).body(body.clone())
        };
        self.send(Asked::Read, method, url, change).await
    }

    /// Reads one object.
    pub(super) async fn get(&self, url: &Url) -> Result<Answer, ProviderError> {
        self.send(Asked::Read, Method::GET, url, |request| request.timeout(self.wire.read)).await
    }

    /// Writes one object.
    pub(super) async fn put(
        &self,
        url: &Url,
        when: If<'_>,
        text: &str,
    ) -> Result<Answer, ProviderError> {
        let calendar = HeaderValue::from_static("text/calendar; charset=utf-8");
        let change = |request: RequestBuilder| {
            let request = request.header(CONTENT_TYPE, calendar.clone()).body(text.to_owned());
            match when {
                If::Absent => request.header(IF_NONE_MATCH, "*"),
                If::Version(version) => request.header(IF_MATCH, version),
            }
        };
        self.send(Asked::Write, Method::PUT, url, change).await
    }

    /// Removes one object in this version.
    pub(super) async fn delete(&self, url: &Url, version: &str) -> Result<Answer, ProviderError> {
        let change = |request: RequestBuilder| request.header(IF_MATCH, version);
        self.send(Asked::Write, Method::DELETE, url, change).await
    }

    async fn send(
        &self,
        asked: Asked,
        method: Method,
        url: &Url,
        change: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, ProviderError> {
        let client = self.doors.client(url).map_err(|forbidden| {
            ProviderError::NeedsHuman(format!("the CalDAV server's address {forbidden}"))
        })?;
        let http = Http::of(client.clone(), self.wire.limits);
        let request = http.request(method, url.clone());
        let request = change(request.header(AUTHORIZATION, self.authorization.clone()));
        let failure = match http.send(request).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        if failure == Failure::NotSent && self.wire.outbound().is_private(url).await {
            let forbidden = crate::outbound::Forbidden::Private;
            let problem = format!("the CalDAV server's address {forbidden}");
            return Err(ProviderError::NeedsHuman(problem));
        }
        Err(refusal::failure(asked, failure))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn client(url: &str, allow: &[&str]) -> Client {
        let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
        let wire = Wire::new(&Outbound::new(&allow), Duration::from_secs(5)).unwrap();
        let (username, password) = ("ann".to_owned(), "secret".to_owned());
        let login = Login { url: url.parse().unwrap(), username, password };
        Client::new(Arc::new(wire), &login).unwrap()
    }

    #[test]
    fn one_path_has_one_form_however_a_server_encodes_it() {
        let client = client("https://cal.example.com/", &[]);
        let follow = |href: &str| client.follow(client.url(), href).unwrap().to_string();
        for (href, url) in [
            ("/dav/ann%40example.com/work/", "https://cal.example.com/dav/ann@example.com/work/"),
            ("/dav/ann@example.com/work/", "https://cal.example.com/dav/ann@example.com/work/"),
            ("https://cal.example.com/d%61v/", "https://cal.example.com/dav/"),
            ("/a%2Fb/c%20d.ics", "https://cal.example.com/a%2Fb/c%20d.ics"),
            ("/caf%C3%A9/", "https://cal.example.com/caf%C3%A9/"),
            ("/caf\u{e9}/", "https://cal.example.com/caf%C3%A9/"),
            ("/%ff/", "https://cal.example.com/%ff/"),
            ("/", "https://cal.example.com/"),
        ] {
            assert_eq!(follow(href), url, "{href}");
            assert_eq!(follow(url), url);
        }
    }

    #[test]
    fn the_password_goes_only_where_it_was_entered_for() {
        let own = client("https://cal.example.com/ann/", &["trusted.lan:8443"]);
        let goes = |href: &str| own.follow(own.url(), href).is_some();
        assert!(goes("/elsewhere/") && goes("https://cal.example.com/"));
        assert!(goes("http://trusted.lan:8443/"), "the server's operator trusts it");
        for href in [
            "http://cal.example.com/",
            "https://cal.example.com:8443/",
            "https://example.com/",
            "https://evil.cal.example.com/",
            "https://cal.example.com.evil.example/",
            "//evil.example/",
            "https://cal.example.com@evil.example/",
            "https://127.0.0.1/",
            "https://p01-caldav.icloud.com/",
            "mailto:ann@example.com",
        ] {
            assert!(!goes(href), "{href}");
        }
        let apple = client("https://caldav.icloud.com/", &[]);
        let goes = |href: &str| apple.follow(apple.url(), href).is_some();
        assert!(goes("https://p42-caldav.icloud.com:443/123/calendars/"));
        assert!(
            !goes("https://p42-caldav.icloud.com.evil.example/")
                && !goes("https://evilicloud.com/")
        );
    }
}
