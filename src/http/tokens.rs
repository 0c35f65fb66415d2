//! API tokens: made with a role and, except for admins, an org; shown once; revoked by id.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_storage::{ApiToken, OrgId, Role, TokenId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Signed, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{self, Body, Path, Query};
use super::identity::digest;
use super::lists::{PageQuery, listing, part};
use super::openapi::names;
use crate::server::random_text;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    #[schemars(schema_with = "names::role")]
    role: Role,
    org: Option<String>,
    #[serde(default, deserialize_with = "extract::moment")]
    expires_at: Option<Timestamp>,
}

pub(super) async fn create(
    Signed { who, .. }: Signed<role::Admin>,
    State(app): State<App>,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let org = match (new.role, new.org) {
        (Role::Admin, None) => None,
        (Role::Admin, Some(_)) => {
            return Err(ApiError::invalid("org", "an admin reaches every org; leave it out"));
        }
        (_, None) => return Err(ApiError::invalid("org", "is missing; this role is of one org")),
        (_, Some(id)) => {
            let id: Option<OrgId> = id.parse().ok();
            let org = id.and_then(|id| app.calls.orgs().get(&id));
            let org = org.ok_or_else(|| ApiError::invalid("org", "is not the id of an org"))?;
            Some(org.id().clone())
        }
    };
    let now = app.calls.clock().now();
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(ApiError::invalid("expires_at", "must lie ahead"));
    }
    let secret = format!("hst_{}", random_text(40));
    let token = ApiToken {
        id: TokenId::random(),
        role: new.role,
        org,
        digest: digest(&secret),
        created_at: now,
        expires_at: new.expires_at,
    };
    let mut view = view(&token);
    view["token"] = json!(secret);
    app.calls.store().put_token(token, &who.name, now).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

pub(super) async fn list(
    _: Signed<role::Admin>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let tokens = app.calls.store().tokens().await?;
    Ok(listing(part(tokens, &page.page()?, |token| token.id.to_string())?, view))
}

pub(super) async fn delete(
    Signed { who, .. }: Signed<role::Admin>,
    State(app): State<App>,
    Path([token]): Path<1>,
) -> Result<StatusCode, ApiError> {
    let id: TokenId = token.parse().map_err(|_| ApiError::not_found("token"))?;
    let now = app.calls.clock().now();
    if app.calls.store().delete_token(&id, &who.name, now).await? {
        app.parts.revoked.send_replace(());
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found("token"))
    }
}

fn view(token: &ApiToken) -> Value {
    json!({
        "id": token.id,
        "role": token.role,
        "org": token.org,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
    })
}
