//! Who is asking, and what they may do. An org's id in a path opens nothing: the token decides.
//! Another org's anything does not exist for a token; one's own with too small a role is refused.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hookswitch_storage::{OrgId, Role, TokenId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::app::App;
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
    /// Allows an action on an org to those with at least `role`.
    pub(crate) fn may(&self, role: Role, org: &OrgId) -> Result<(), ApiError> {
        if self.org.as_ref().is_some_and(|own| own != org) {
            return Err(ApiError::not_found("org"));
        }
        if self.role < role { Err(ApiError::forbidden()) } else { Ok(()) }
    }

    /// Allows an action on the whole server.
    pub(crate) fn may_all(&self) -> Result<(), ApiError> {
        if self.role == Role::Admin { Ok(()) } else { Err(ApiError::forbidden()) }
    }

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

impl FromRequestParts<App> for Principal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer(parts).ok_or_else(ApiError::unauthorized)?;
        Self::of_token(app, token).await
    }
}

/// The bearer token of a request, if it has one that is not empty.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
