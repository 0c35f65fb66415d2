//! How each provider's authorization server puts its answers: the standard's form, and Square's.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::tokens::{Denied, Pair};

/// Whose manners a request asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manners {
    /// The standard's, and whose account it is.
    Plain,
    /// The standard's and no more.
    Google,
    /// Square's: a moment in place of a lifetime, and refusals of its own form.
    Square,
}

pub(super) fn given(manners: Manners, pair: &Pair) -> Response {
    let body = match manners {
        Manners::Google => json!({
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "token_type": "Bearer",
            "expires_in": pair.life,
            "scope": pair.scope,
        }),
        Manners::Plain => json!({
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "token_type": "Bearer",
            "expires_in": pair.life,
            "scope": pair.scope,
            "owner": format!("https://api.example.test/users/{}", pair.person),
        }),
        Manners::Square => json!({
            "access_token": pair.access,
            "refresh_token": pair.refresh,
            "token_type": "bearer",
            "expires_at": pair.ends_at,
            "merchant_id": "MLQW2MYC5FTRA",
            "short_lived": false,
        }),
    };
    Json(body).into_response()
}

pub(super) fn denied(manners: Manners, denied: Denied) -> Response {
    match manners {
        Manners::Square => {
            let error = json!({"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED",
                "detail": "Not authorized"});
            (StatusCode::UNAUTHORIZED, Json(json!({"errors": [error]}))).into_response()
        }
        Manners::Plain | Manners::Google => {
            let (status, code) = match denied {
                Denied::Client => (StatusCode::UNAUTHORIZED, "invalid_client"),
                Denied::Grant => (StatusCode::BAD_REQUEST, "invalid_grant"),
                Denied::Request => (StatusCode::BAD_REQUEST, "invalid_request"),
            };
            let body = json!({"error": code, "error_description": "it is as the code says"});
            (status, Json(body)).into_response()
        }
    }
}
