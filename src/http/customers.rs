//! Customers as operators find them: by phone number, e-mail address or name.

use axum::Json;
use axum::extract::State;
use hookswitch_actors::booking::people;
use hookswitch_storage::{CustomerQuery, Page};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing, part};
use super::view::Audience;

/// Exactly one of the three filters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    phone: Option<String>,
    email: Option<String>,
    name: Option<String>,
    /// Most items, 1 to 10,000; 100 if absent.
    limit: Option<usize>,
    /// `next` of the part before.
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(wanted): Query<Who>,
) -> Result<Json<Value>, ApiError> {
    let page = PageQuery::new(wanted.limit, wanted.cursor).page()?;
    let unreadable = |field: &str, what: &str| {
        ApiError::invalid(field, &format!("is no {what}; give the whole of it"))
    };
    let country = &org.settings().country;
    let query = match (wanted.phone, wanted.email, wanted.name) {
        (Some(text), None, None) => CustomerQuery::Phone(
            people::phone(&text, country).ok_or_else(|| unreadable("phone", "phone number"))?,
        ),
        (None, Some(text), None) => CustomerQuery::Email(
            people::email(&text).ok_or_else(|| unreadable("email", "e-mail address"))?,
        ),
        (None, None, Some(text)) => {
            CustomerQuery::Name(people::name(&text).ok_or_else(|| unreadable("name", "name"))?)
        }
        _ => {
            return Err(ApiError::invalid(
                "phone",
                "give exactly one of `phone`, `email` and `name`",
            ));
        }
    };
    let found = app.calls.store().find_customers(org.id(), &query, Page::MAX).await?;
    let audience = Audience::of(who.role);
    Ok(listing(part(found, &page, |customer| customer.id.to_string())?, |customer| {
        json!({
            "id": customer.id,
            "name": customer.name,
            "phone": customer.phone.as_deref().map(|number| audience.number(number)),
            "email": customer.email.as_deref().map(|address| audience.email(address)),
            "last_visit": customer.last_visit,
            "created_at": customer.created_at,
            "updated_at": customer.updated_at,
        })
    }))
}
