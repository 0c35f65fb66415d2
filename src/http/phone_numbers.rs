//! Phone numbers that Vapi keeps and the org's settings name: how far each has followed them, and the way
//! back. Where they lead is said by the settings alone.

use axum::Json;
use axum::extract::State;
use hookswitch_storage::PhoneNumber;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::agents::{DryRun, not_back, sync_view};
use super::app::App;
use super::error::ApiError;
use super::extract::{Path, Query};
use super::lists::{PageQuery, listing, part};

pub(super) async fn list(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let store = app.calls.store();
    let known = store.phone_numbers(org.id()).await?;
    let jobs = store.jobs(org.id()).await?;
    // One that was just named is not known yet.
    let named = org.settings().vapi_numbers.keys().map(|id| {
        let known = known.iter().find(|number| number.id == *id).cloned();
        known.unwrap_or_else(|| PhoneNumber::new(org.id().clone(), id.clone()))
    });
    let numbers = part(named.collect(), &page.page()?, |number| number.id.clone())?;
    Ok(listing(numbers, |number| {
        let rule = org.settings().vapi_numbers.get(&number.id);
        let job = number.job_id();
        json!({
            "id": number.id,
            "number": number.number,
            "assistant_id": rule.and_then(|rule| rule.assistant_id.as_ref()),
            "fallback": rule.and_then(|rule| rule.fallback.as_ref()),
            "sync": sync_view(&app, &number.sync, jobs.iter().any(|one| one.id == job)),
        })
    }))
}

/// Puts a number back to where it led before it was changed last.
pub(super) async fn rollback(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([number]): Path<1>,
    Query(DryRun { dry_run }): Query<DryRun>,
) -> Result<Json<Value>, ApiError> {
    if !org.settings().vapi_numbers.contains_key(&number) {
        return Err(ApiError::not_found("phone number"));
    }
    let (calls, id) = (app.calls.clone(), number.clone());
    // Not cut short when the asker goes away.
    let back =
        tokio::spawn(
            async move { calls.roll_number_back(org.id(), &id, &who.name, dry_run).await },
        );
    let plan = back.await.map_err(|_| ApiError::not_found("phone number"))?.map_err(not_back)?;
    Ok(Json(json!({"phone_number": number, "dry_run": dry_run, "changes": plan.lines})))
}
