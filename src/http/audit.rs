//! The audit log of an org: who did what to which record, newest first. Ids and field names only,
//! so there is nothing to mask (R14).

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing};

pub(super) async fn list(
    Of { org, .. }: Of<role::Org>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let found = app.calls.store().audit(org.id(), &page.page()?).await?;
    Ok(listing(found, |entry| {
        json!({
            "seq": entry.seq,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "fields": entry.fields,
            "previous": entry.previous,
            "hash": entry.hash,
        })
    }))
}
