//! The audit log of an org: who did what to which record, newest first. Ids and field names only,
//! so there is nothing to mask (R14).

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use hookswitch_storage::Role;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::error::ApiError;
use super::extract::Path;
use super::identity::Principal;
use super::lists::{PageQuery, listing};
use super::orgs::reachable;

/// Which part of the log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// Most entries, 1 to 10,000; 100 if absent.
    limit: Option<usize>,
    /// `next` of the part before.
    cursor: Option<String>,
}

pub(super) async fn list(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    let Query(part) =
        part.map_err(|rejection| ApiError::invalid("query", &rejection.body_text()))?;
    let page = PageQuery::new(part.limit, part.cursor).page()?;
    let found = app.calls.store().audit(org.id(), &page).await?;
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
