//! The OpenAPI document and the page to read it. The requests' schemas come from the types that
//! parse them; a test holds the table of operations against the router.

mod answers;
mod compose;
pub(super) mod names;
mod page;
mod routes;
mod shape;

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::access::Anyone;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| compose::document(&super::doors()));
static TEXT: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default());
static PAGE: LazyLock<page::Page> = LazyLock::new(|| page::Page::of(&DOCUMENT));

/// The document as JSON.
pub(crate) fn text() -> &'static str {
    &TEXT
}

/// `GET /api/openapi.json`. It says nothing about this server, so it needs no token.
pub(super) async fn document(_: Anyone) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "max-age=300")], text()).into_response()
}

/// `GET /api/docs`: the same for people. No script, nothing from elsewhere.
pub(super) async fn page(_: Anyone) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "max-age=300"),
        (CONTENT_SECURITY_POLICY, PAGE.policy.as_str()),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, PAGE.html.as_str()).into_response()
}

#[cfg(test)]
mod tests;
