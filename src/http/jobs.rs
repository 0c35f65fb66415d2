//! The durable work of an org: what waits to be done, and what was given up and needs a person.

use axum::Json;
use axum::extract::State;
use hookswitch_storage::{Job, JobState, Listing};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing};
use super::openapi::names;

/// Which jobs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those that stand so.
    #[serde(default)]
    #[schemars(schema_with = "names::job_state")]
    state: Option<JobState>,
    /// Most jobs, 1 to 10,000; 100 if absent.
    limit: Option<usize>,
    /// `next` of the part before.
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let page = PageQuery::new(which.limit, which.cursor).page()?;
    let mut jobs = app.calls.store().jobs(org.id()).await?;
    jobs.retain(|job| which.state.is_none_or(|state| job.state == state));
    jobs.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(cursor) = &page.cursor {
        jobs.retain(|job| job.id.as_str() > cursor.as_str());
    }
    let more = jobs.len() > page.limit;
    jobs.truncate(page.limit);
    let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
    Ok(listing(Listing { items: jobs, next }, view))
}

/// What a job carries may hold personal data, so only the id of its booking is shown.
fn view(job: &Job) -> Value {
    json!({
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "due": job.due,
        "attempts": job.attempts,
        "last_error": job.last_error,
        "booking_id": job.payload.get("booking"),
    })
}
