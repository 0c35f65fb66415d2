//! One request to a stand-in, as it arrived, and how a vendor's side reads it. Knows no vendor.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

/// One request as it arrived.
#[derive(Debug, Clone, Serialize)]
pub struct Asked<O> {
    /// What it asked for.
    pub operation: O,
    /// What it is about, as it names it; empty if it names nothing.
    pub about: String,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path with query.
    pub uri: String,
    /// Its headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, if it was JSON.
    pub body: Option<Value>,
    /// When, as this machine counts.
    #[serde(skip)]
    pub at: Instant,
    #[serde(skip)]
    bytes: Bytes,
}

impl<O> Asked<O> {
    pub(super) fn new(
        (operation, about): (O, String),
        (method, uri, headers): (&Method, &Uri, &HeaderMap),
        bytes: Bytes,
    ) -> Self {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers =
            headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Self {
            operation,
            about,
            method: method.to_string(),
            uri: uri.to_string(),
            headers: headers.collect(),
            body: serde_json::from_slice(&bytes).ok(),
            at: Instant::now(),
            bytes,
        }
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.split_once('?').map_or(self.uri.as_str(), |(path, _)| path)
    }

    /// The body, whatever it was.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The body, `null` if it was not JSON.
    pub(super) fn json(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }

    pub(super) fn query(&self) -> Query {
        Query::read(self.uri.split_once('?').map_or("", |(_, query)| query))
    }

    /// The token that it came with.
    pub(super) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// The name and password that it came with, a colon between them.
    pub(super) fn basic(&self) -> Option<String> {
        let pair = self.header("authorization")?.strip_prefix("Basic ")?;
        String::from_utf8(STANDARD.decode(pair).ok()?).ok()
    }
}

/// The parts of a query; a name may come again.
#[derive(Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }
}
