//! Who is asking: the token of a request and whose it is. An org's id in a path opens nothing, the token decides. What they may
//! do is judged in `access`.

use std::borrow::Cow;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hookswitch_storage::{OrgId, Role, TokenId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::app::App;
use super::cookie;
use super::error::ApiError;

/// SHA-256 of a token, hexadecimal: what is kept of it.
pub(crate) fn digest(token: &str) -> String {
    let digest = Sha256::digest(token.as_bytes());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    /// What they may do.
    pub(crate) role: Role,
    /// The only org they reach; `None` for all.
    pub(crate) org: Option<OrgId>,
    /// For the audit log.
    pub(crate) name: String,
}

impl Principal {
    /// Whether the token that let them in is still good; for connections that stay open.
    pub(super) async fn still_stands(&self, app: &App) -> bool {
        let Ok(id) = self.name.parse::<TokenId>() else { return true };
        let now = app.calls.clock().now();
        match app.calls.store().tokens().await {
            Ok(tokens) => tokens
                .iter()
                .any(|token| token.id == id && token.expires_at.is_none_or(|at| at > now)),
            // Storage in trouble is no reason to leave a supervisor in the dark.
            Err(_) => true,
        }
    }

    /// Finds who a token belongs to.
    pub(crate) async fn of_token(app: &App, token: &str) -> Result<Self, ApiError> {
        let presented = digest(token);
        let fixed = app
            .parts
            .fixed_tokens
            .iter()
            .any(|known| bool::from(known.as_bytes().ct_eq(presented.as_bytes())));
        if fixed {
            return Ok(Self { role: Role::Admin, org: None, name: "admin".into() });
        }
        let known = app.calls.store().token_by_digest(&presented).await?;
        let now = app.calls.clock().now();
        match known {
            Some(token) if token.expires_at.is_none_or(|at| at > now) => {
                Ok(Self { role: token.role, org: token.org, name: token.id.to_string() })
            }
            _ => Err(ApiError::unauthorized()),
        }
    }
}

/// The token of a request: the bearer's, else the one in the cookie of our own page.
pub(super) fn presented<'a>(parts: &'a Parts, app: &App) -> Option<Cow<'a, str>> {
    let cookie = || cookie::token(parts, &app.parts.public_url).map(Cow::Owned);
    bearer(parts).map(Cow::Borrowed).or_else(cookie)
}

/// The bearer token of a request, if it has one that is not empty.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
