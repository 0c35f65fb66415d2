//! Signing in to the page: a token is exchanged for a cookie that scripts cannot read. Owns the three
//! routes; what the cookie is good for is `cookie`'s matter, who may do what is `identity`'s.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::access::{Anyone, Signed, role};
use super::app::App;
use super::cookie;
use super::error::ApiError;
use super::extract::Body;
use super::identity::{Principal, bearer};

/// What signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// An API token.
    token: String,
}

/// `POST /api/login`: a token for a cookie.
pub(super) async fn login(
    _: Anyone,
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Body<Login>, ApiError>,
) -> Result<Response, ApiError> {
    must_be_ours(&app, &headers)?;
    let Body(Login { token }) = body?;
    let token = token.trim();
    let who = Principal::of_token(&app, token).await?;
    let cookie = cookie::with_token(token, &app.parts.public_url);
    Ok((no_store(), [(SET_COOKIE, cookie)], shown(&app, &who)).into_response())
}

/// `GET /api/login`: who is signed in. A cookie lasts a while longer from here on.
pub(super) async fn who(
    Signed { who, .. }: Signed<role::Any>,
    State(app): State<App>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let public_url = &app.parts.public_url;
    let renewed = match bearer(&parts) {
        Some(_) => None,
        None => cookie::token(&parts, public_url),
    };
    let renewed = renewed.map(|token| [(SET_COOKIE, cookie::with_token(&token, public_url))]);
    Ok((no_store(), renewed, shown(&app, &who)).into_response())
}

/// `POST /api/logout`: takes the cookie back. The token itself stays good.
pub(super) async fn logout(
    _: Anyone,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    must_be_ours(&app, &headers)?;
    let cookie = cookie::without_token(&app.parts.public_url);
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Another site must not sign its visitors in as somebody of its choice, or out.
fn must_be_ours(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    if !cookie::is_foreign(headers, &app.parts.public_url) {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "the request comes from a page of another site",
        "open the page under `server.public_url`, or let the proxy pass the header `Host` on",
    ))
}

fn no_store() -> [(HeaderName, &'static str); 1] {
    [(CACHE_CONTROL, "no-store")]
}

/// Who it is, and the server's time: a page counts seconds by it, since its own clock may be wrong.
fn shown(app: &App, who: &Principal) -> Response {
    let body = json!({
        "role": who.role,
        "org": who.org,
        "name": who.name,
        "now": app.calls.clock().now(),
    });
    Json(body).into_response()
}
