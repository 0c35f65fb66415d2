//! Requests to CustomerConnect, each bounded in time and size. Keys and numbers go into requests
//! and nowhere else: no error of this file quotes a URL, a header or a body.

use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{
    CustomerDirectory, DirectoryAccess, DirectoryAnswer, DirectoryError, DirectoryLimits,
};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Response, Url};

use super::map;

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for one question, whatever the tools' deadline is. The vendor measures 0.9 s.
const TOTAL: Duration = Duration::from_millis(2_400);
/// Largest answer that is read, bytes; a hundred contacts are a tenth of it.
const LARGEST: usize = 1 << 20;
/// The strictest of the limits that the vendor's pages give, per key.
const LIMITS: DirectoryLimits = DirectoryLimits { per_minute: 100, per_hour: 1_000 };

/// CustomerConnect at one address. Holds no key: each question brings its org's.
pub(in crate::providers) struct Client {
    http: reqwest::Client,
    search: Url,
    total: Duration,
}

impl Client {
    /// `base` is a host, or an address that ends in `/api/v3`; answers come well within
    /// `tool_deadline`.
    pub(in crate::providers) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let total = TOTAL.min(tool_deadline * 3 / 4);
        let search = search_url(base).map_err(|_| "its base_url is no URL".to_owned())?;
        // The program did this at its start; who uses the server as a library may not have.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder();
        if is_local(&search) {
            // A proxy has no way to this machine's own addresses.
            builder = builder.no_proxy();
        }
        let http = builder
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT.min(total))
            .read_timeout(total)
            .timeout(total)
            .build()
            .map_err(|error| format!("outgoing requests cannot be set up: {error}"))?;
        Ok(Self { http, search, total })
    }

    async fn send(
        &self,
        access: &DirectoryAccess,
        digits: &str,
    ) -> Result<Response, DirectoryError> {
        let mut key = HeaderValue::from_bytes(access.api_key.expose())
            .map_err(|_| DirectoryError::KeyRefused)?;
        key.set_sensitive(true);
        let mut url = self.search.clone();
        url.query_pairs_mut()
            .append_pair("workspace_id", &access.workspace_id)
            .append_pair("phone_number", digits);
        let request = || {
            self.http
                .get(url.clone())
                .header("X-API-Key", key.clone())
                .header(CONTENT_TYPE, "application/json")
                .send()
        };
        let sent = match request().await {
            // Nothing was sent yet, and connections do fail at times.
            Err(error) if error.is_connect() && !error.is_timeout() => request().await,
            sent => sent,
        };
        sent.map_err(|error| failure(&error))
    }

    async fn ask(
        &self,
        access: &DirectoryAccess,
        digits: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        let response = self.send(access, digits).await?;
        let status = response.status();
        let pause = map::pause(response.headers());
        let body = read(response).await?;
        map::answer(status, pause, &body)
    }
}

#[async_trait]
impl CustomerDirectory for Client {
    fn limits(&self) -> Option<DirectoryLimits> {
        Some(LIMITS)
    }

    async fn search(
        &self,
        access: &DirectoryAccess,
        digits: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        // Together, the two tries may not take longer than one.
        let asked = tokio::time::timeout(self.total, self.ask(access, digits));
        asked.await.unwrap_or(Err(DirectoryError::Late))
    }
}

/// Where contacts are searched: `/api/v3/contacts/search` under the base.
fn search_url(base: &str) -> Result<Url, ()> {
    const VERSION: &str = "/api/v3";
    let base = base.trim_end_matches('/');
    let version = if base.ends_with(VERSION) { "" } else { VERSION };
    format!("{base}{version}/contacts/search").parse().map_err(|_| ())
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

fn failure(error: &reqwest::Error) -> DirectoryError {
    if error.is_timeout() { DirectoryError::Late } else { DirectoryError::Unavailable }
}

/// The body, unless it is too large.
async fn read(mut response: Response) -> Result<Vec<u8>, DirectoryError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > LARGEST {
            return Err(DirectoryError::Unreadable);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::search_url;

    #[test]
    fn the_path_is_the_vendors_whatever_the_base_is() {
        for (base, url) in [
            (
                "https://api-customerconnect.app/api/v3",
                "https://api-customerconnect.app/api/v3/contacts/search",
            ),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/api/v3/contacts/search"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/api/v3/contacts/search"),
            ("http://127.0.0.1:9000/api/v3/", "http://127.0.0.1:9000/api/v3/contacts/search"),
            ("http://proxy.example/cc", "http://proxy.example/cc/api/v3/contacts/search"),
        ] {
            assert_eq!(search_url(base).map(String::from), Ok(url.to_owned()), "{base}");
        }
    }
}
