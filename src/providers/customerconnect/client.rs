//! Requests to CustomerConnect. Keys and numbers go into requests and nowhere else: no error of
//! this file quotes a URL, a header or a body.

use std::time::Duration;

use async_trait::async_trait;
use dashmap::DashMap;
use hookswitch_actors::ports::{
    CustomerDirectory, DirectoryAccess, DirectoryAnswer, DirectoryError, DirectoryLimits,
};
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use sha2::{Digest as _, Sha256};

use super::map;
use crate::providers::http::{self, Failure, Http, Limits};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// Longest time for one question, whatever the tools' deadline is. The vendor measures 0.9 s.
const TOTAL: Duration = Duration::from_millis(2_400);
/// Largest answer that is read, bytes; a hundred contacts are a tenth of it.
const LARGEST: usize = 1 << 20;
/// Ways that are kept, each with a socket or two.
const MOST_WAYS: usize = 1_000;
/// Where the vendor says when its limit begins anew.
const RESET: &str = "x-ratelimit-reset";
/// The strictest of the limits that the vendor's pages give, per key.
const LIMITS: DirectoryLimits = DirectoryLimits { per_minute: 100, per_hour: 1_000 };

/// CustomerConnect at one address. Holds no key: each question brings its org's.
pub(in crate::providers) struct Client {
    /// Whence each org's way is made.
    http: Http,
    /// Orgs' own ways, by digests of their keys.
    ways: DashMap<[u8; 32], Http>,
    search: Url,
    total: Duration,
}

impl Client {
    /// `base` is a host, or an address that ends in `/api/v3`; answers come well within
    /// `tool_deadline`.
    pub(in crate::providers) fn new(base: &str, tool_deadline: Duration) -> Result<Self, String> {
        let total = TOTAL.min(tool_deadline * 3 / 4);
        let search = http::join(&http::versioned(base, "/api/v3")?, &["contacts", "search"]);
        let http = Http::new(&search, Limits { connect: CONNECT, total, largest: LARGEST })?;
        Ok(Self { http, ways: DashMap::new(), search, total })
    }

    /// The way of those who ask with this key: no two orgs ever speak over one socket.
    fn way(&self, key: &[u8]) -> Http {
        if self.ways.len() >= MOST_WAYS {
            // Keys that were changed are never told off; who is still there makes a way anew.
            self.ways.clear();
        }
        let digest = Sha256::digest(key).into();
        self.ways.entry(digest).or_insert_with(|| self.http.own()).clone()
    }

    async fn ask(
        &self,
        access: &DirectoryAccess,
        digits: &str,
    ) -> Result<DirectoryAnswer, DirectoryError> {
        let mut key = HeaderValue::from_bytes(access.api_key.expose())
            .map_err(|_| DirectoryError::KeyRefused)?;
        key.set_sensitive(true);
        let mut url = self.search.clone();
        url.query_pairs_mut()
            .append_pair("workspace_id", &access.workspace_id)
            .append_pair("phone_number", digits);
        let http = self.way(access.api_key.expose());
        let request = http
            .request(Method::GET, url)
            .header("X-API-Key", key)
            .header(CONTENT_TYPE, "application/json");
        let answer = http.send(request).await.map_err(|failure| match failure {
            Failure::NotSent | Failure::Broken => DirectoryError::Unavailable,
            Failure::Late => DirectoryError::Late,
            Failure::TooLarge => DirectoryError::Unreadable,
        })?;
        let pause = http::pause(&answer.headers)
            .or_else(|| http::reset(&answer.headers, RESET, Timestamp::now()));
        map::answer(answer.status, pause, &answer.body)
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
