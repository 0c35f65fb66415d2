//! Customers as operators find them: by phone number, e-mail address or name.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use hookswitch_actors::booking::people;
use hookswitch_storage::{CustomerQuery, Role};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::error::ApiError;
use super::extract::Path;
use super::identity::Principal;
use super::orgs::reachable;
use super::view::Audience;

/// Customers of one answer.
const MOST: usize = 100;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Who {
    phone: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

pub(super) async fn list(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
    query: Result<Query<Who>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let Query(wanted) =
        query.map_err(|rejection| ApiError::invalid("query", &rejection.body_text()))?;
    let unreadable = |field: &str| ApiError::invalid(field, "could not be read");
    let country = &org.settings().country;
    let query = match (wanted.phone, wanted.email, wanted.name) {
        (Some(text), None, None) => {
            CustomerQuery::Phone(people::phone(&text, country).ok_or_else(|| unreadable("phone"))?)
        }
        (None, Some(text), None) => {
            CustomerQuery::Email(people::email(&text).ok_or_else(|| unreadable("email"))?)
        }
        (None, None, Some(text)) => {
            CustomerQuery::Name(people::name(&text).ok_or_else(|| unreadable("name"))?)
        }
        _ => return Err(ApiError::invalid("query", "give one of `phone`, `email` and `name`")),
    };
    let found = app.calls.store().find_customers(org.id(), &query, MOST).await?;
    let audience = Audience::of(who.role);
    let items: Vec<Value> = found
        .iter()
        .map(|customer| {
            json!({
                "id": customer.id,
                "name": customer.name,
                "phone": customer.phone.as_deref().map(|number| audience.number(number)),
                "email": customer.email.as_deref().map(|address| audience.email(address)),
                "last_visit": customer.last_visit,
                "created_at": customer.created_at,
                "updated_at": customer.updated_at,
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})))
}
