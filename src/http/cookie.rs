//! The cookie that carries a token for the page. It is only ever good for requests that our own page
//! made: what another site could cause, it does not authorise. Knows no tokens and no roles.

use axum::http::header::{COOKIE, HOST, HeaderName, ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Name over plain HTTP.
const NAME: &str = "hookswitch";

/// Name over HTTPS: with this prefix browsers refuse one that a neighbouring host has set.
const SECURE_NAME: &str = "__Host-hookswitch";

/// How long a browser keeps it, seconds; each visit begins the time anew. The token's own expiry
/// is looked at with every request.
const KEPT: u32 = 30 * 24 * 60 * 60;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Longest token that is looked at, characters as encoded; the longest real one has 60.
const LONGEST: usize = 1024;

/// The header's value that gives a browser the token. It is encoded, since an administrator may
/// have chosen any characters.
pub(super) fn with_token(token: &str, public_url: &str) -> String {
    set(&URL_SAFE_NO_PAD.encode(token), KEPT, public_url)
}

/// The header's value that takes it back.
pub(super) fn without_token(public_url: &str) -> String {
    set("", 0, public_url)
}

fn set(value: &str, seconds: u32, public_url: &str) -> String {
    let (name, secure) = if is_secure(public_url) { (SECURE_NAME, "; Secure") } else { (NAME, "") };
    format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
}

fn is_secure(public_url: &str) -> bool {
    public_url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// The token in the cookie of a request that our own page made.
pub(super) fn token(parts: &Parts, public_url: &str) -> Option<String> {
    let name = if is_secure(public_url) { SECURE_NAME } else { NAME };
    let values = parts.headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(found, _)| found.trim() == name)?;
    let value = value.trim();
    if value.is_empty() || value.len() > LONGEST || !from_own_page(parts, public_url) {
        return None;
    }
    String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// Whether only our own page can have caused a request. Reading without any sign of where it comes
/// from is let through: a stranger's page cannot see the answer, and `SameSite` keeps the cookie
/// from it anyhow. Changing and the WebSocket need a sign.
fn from_own_page(parts: &Parts, public_url: &str) -> bool {
    let reads = parts.method.is_safe() && !parts.headers.contains_key(UPGRADE);
    match (site(&parts.headers), origin(&parts.headers)) {
        (Some("same-origin"), _) => true,
        (Some("none"), None) => reads,
        (Some(_), _) => false,
        (None, Some(origin)) => is_ours(origin, &parts.headers, public_url),
        (None, None) => reads,
    }
}

/// Whether a request says that a page of another site made it.
pub(super) fn is_foreign(headers: &HeaderMap, public_url: &str) -> bool {
    match (site(headers), origin(headers)) {
        (Some("same-origin" | "none"), _) => false,
        (Some(_), _) => true,
        (None, Some(origin)) => !is_ours(origin, headers, public_url),
        (None, None) => false,
    }
}

fn site(headers: &HeaderMap) -> Option<&str> {
    headers.get(FETCH_SITE)?.to_str().ok()
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    // One that is no text is nobody's, like `null`.
    headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("null"))
}

/// An origin is ours if it is the host that was asked, or the public address, under which a proxy
/// may ask on with another host.
fn is_ours(origin: &str, headers: &HeaderMap, public_url: &str) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (origin.scheme_str(), origin.authority()) else {
        return false;
    };
    if !matches!(scheme, "http" | "https") {
        return false;
    }
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok());
    if asked.is_some_and(|asked| authority.as_str().eq_ignore_ascii_case(asked)) {
        return true;
    }
    public_url.parse::<Uri>().is_ok_and(|public| {
        public.scheme_str() == Some(scheme)
            && public.host().is_some_and(|host| host.eq_ignore_ascii_case(authority.host()))
            && public.port_u16().or(usual_port(scheme))
                == authority.port_u16().or(usual_port(scheme))
    })
}

fn usual_port(scheme: &str) -> Option<u16> {
    Some(if scheme == "https" { 443 } else { 80 })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
