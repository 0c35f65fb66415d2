//! The page at `/`: its files are part of the program and are served as they are. Owns which files
//! those are and what a browser is told of them; what they show comes from the API like anybody's.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::access::Anyone;
use super::error::ApiError;
use super::extract::Path;

/// Nothing but our own files, no inline script or style, and no text that becomes markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'";

/// What the page never asks a browser for.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const PAGE: &str = "index.html";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("dashboard/", $path)).as_slice())),*]
    };
}

/// Every file of the folder that a browser gets, by its path in it.
const FILES: &[(&str, &[u8])] = &files![
    "css/base.css",
    "css/bookings.css",
    "css/call.css",
    "css/calls.css",
    "css/layout.css",
    "css/print.css",
    "css/sign-in.css",
    "css/tokens.css",
    "css/wall.css",
    "elements/announcer.js",
    "elements/app.js",
    "elements/base.js",
    "elements/booking-list.js",
    "elements/bookings-page.js",
    "elements/call-list.js",
    "elements/call-page.js",
    "elements/call-row.js",
    "elements/calls-page.js",
    "elements/context-panel.js",
    "elements/counts.js",
    "elements/earlier-list.js",
    "elements/header.js",
    "elements/logo.js",
    "elements/parts.js",
    "elements/sign-in.js",
    "elements/stale-banner.js",
    "elements/theme-button.js",
    "elements/timeline.js",
    "elements/trouble-banner.js",
    "img/chevron.svg",
    "img/hookswitch.webmanifest",
    "img/icon-192.png",
    "img/icon-512.png",
    "img/icon.svg",
    "index.html",
    "js/api.js",
    "js/bookings.js",
    "js/clock.js",
    "js/connection.js",
    "js/dom.js",
    "js/earlier.js",
    "js/feed.js",
    "js/fetching.js",
    "js/icons.js",
    "js/main.js",
    "js/router.js",
    "js/store.js",
    "js/theme.js",
    "js/time.js",
    "js/timeline.js",
    "js/troubles.js",
    "js/types.js",
    "js/words.js",
];

struct File {
    path: &'static str,
    kind: &'static str,
    tag: String,
    bytes: &'static [u8],
}

static TABLE: LazyLock<Vec<File>> = LazyLock::new(|| {
    let file = |&(path, bytes)| File { path, kind: kind(path), tag: tag(bytes), bytes };
    FILES.iter().map(file).collect()
});

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// Strong: it follows from the bytes alone, so that a new version is fetched and the same is not.
fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// `GET /`: the page.
pub(super) async fn page(_: Anyone, headers: HeaderMap) -> Result<Response, ApiError> {
    serve(PAGE, &headers)
}

/// `GET /assets/{folder}/{file}`: what the page is made of.
pub(super) async fn asset(
    _: Anyone,
    Path([folder, file]): Path<2>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    serve(&format!("{folder}/{file}"), &headers)
}

fn serve(path: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let file = TABLE.iter().find(|file| file.path == path);
    let file = file.ok_or_else(|| ApiError::not_found("page or route"))?;
    let validity = [(ETAG, file.tag.as_str()), (CACHE_CONTROL, "no-cache")];
    if knows(headers, &file.tag) {
        return Ok((StatusCode::NOT_MODIFIED, HEADERS, validity).into_response());
    }
    Ok((HEADERS, validity, [(CONTENT_TYPE, file.kind)], file.bytes).into_response())
}

/// Whether the browser has this version already.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    // A proxy that compresses makes the tag weak.
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
