//! Callbacks as operators see them: what callers asked for, who takes care of it, what is done.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::booking::CallbackWish;
use hookswitch_storage::{Callback, CallbackState, ChangeCallback, Urgency};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::bookings::{desk, refused};
use super::error::ApiError;
use super::extract::{Body, Path, Query, given};
use super::lists::{PageQuery, listing};
use super::openapi::names;
use super::view::Audience;

/// Longest name of who takes care of a callback, characters.
const MAX_ASSIGNEE: usize = 200;
/// Longest note of an operator, characters.
const MAX_NOTE: usize = 2_000;

/// Which callbacks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those that stand so.
    #[serde(default)]
    #[schemars(schema_with = "names::callback_state")]
    state: Option<CallbackState>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let page = PageQuery::new(which.limit, which.cursor).page()?;
    let found = app.calls.store().callbacks(org.id(), which.state, &page).await?;
    let audience = Audience::of(who.role);
    Ok(listing(found, |callback| view(callback, audience)))
}

/// A callback that an operator notes down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCallback {
    customer_name: Option<String>,
    /// Number to call.
    customer_phone: String,
    /// When, in the customer's words.
    preferred_time: Option<String>,
    /// What about.
    about: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "names::urgency")]
    urgency: Urgency,
}

pub(super) async fn create(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    body: Result<Body<NewCallback>, ApiError>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Body(new) = body?;
    if new.customer_phone.trim().is_empty() {
        return Err(ApiError::invalid("customer_phone", "is missing or empty"));
    }
    let wish = CallbackWish {
        name: new.customer_name,
        phone: Some(new.customer_phone),
        preferred_time: new.preferred_time,
        about: new.about,
        urgency: json!(new.urgency).as_str().map(str::to_owned),
    };
    let callback =
        desk(&app, &org, &who).call_back(wish).await.map_err(|refusal| match refusal.code {
            "invalid_phone" => ApiError::invalid("customer_phone", "is not a phone number"),
            _ => refused(refusal),
        })?;
    Ok((StatusCode::CREATED, Json(view(&callback, Audience::Full))))
}

/// A change of a callback; what is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallbackPatch {
    #[serde(default)]
    #[schemars(schema_with = "names::callback_state")]
    state: Option<CallbackState>,
    /// Who takes care of it; `null` for nobody.
    #[serde(default, deserialize_with = "given")]
    assignee: Option<Option<String>>,
    /// What is noted on it; `null` for nothing.
    #[serde(default, deserialize_with = "given")]
    note: Option<Option<String>>,
}

/// A text that is not too long; an empty one is none.
fn text(
    field: &str,
    text: Option<Option<String>>,
    most: usize,
) -> Result<Option<Option<String>>, ApiError> {
    let Some(given) = text else { return Ok(None) };
    let given = given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if given.as_ref().is_some_and(|text| text.chars().count() > most) {
        return Err(ApiError::invalid(field, &format!("must have at most {most} characters")));
    }
    Ok(Some(given))
}

pub(super) async fn patch(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Path([callback]): Path<1>,
    body: Result<Body<CallbackPatch>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let id = callback.parse().map_err(|_| ApiError::not_found("callback"))?;
    let Body(patch) = body?;
    let change = ChangeCallback {
        org: org.id().clone(),
        id,
        state: patch.state,
        assignee: text("assignee", patch.assignee, MAX_ASSIGNEE)?,
        note: text("note", patch.note, MAX_NOTE)?,
        by: who.name.clone(),
        now: app.calls.clock().now(),
    };
    let changed = app.calls.store().change_callback(change).await?;
    let changed = changed.ok_or_else(|| ApiError::not_found("callback"))?;
    Ok(Json(view(&changed, Audience::Full)))
}

fn view(callback: &Callback, audience: Audience) -> Value {
    let words = |text: &Option<String>| text.as_deref().map(|text| audience.text(text));
    json!({
        "id": callback.id,
        "state": callback.state,
        "customer_name": callback.name,
        "customer_phone": audience.number(&callback.phone),
        "preferred_time": words(&callback.preferred_time),
        "about": words(&callback.about),
        "urgency": callback.urgency,
        "assignee": callback.assignee,
        "note": words(&callback.note),
        "call_id": callback.call_id,
        "source": callback.source,
        "created_at": callback.created_at,
        "updated_at": callback.updated_at,
    })
}
