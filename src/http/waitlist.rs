//! The waitlist as operators see it: who waits, for what, and what is kept for whom.

use axum::Json;
use axum::extract::State;
use hookswitch_storage::{WaitlistEntry, WaitlistFilter, WaitlistState};
use jiff::Timestamp;
use jiff::civil::Time;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::Query;
use super::lists::{PageQuery, listing};
use super::openapi::names;
use super::view::Audience;

/// Which places.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those that stand so.
    #[serde(default)]
    #[schemars(schema_with = "names::waitlist_state")]
    state: Option<WaitlistState>,
    /// Those for this service.
    service_id: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let service = which.service_id.map(|id| id.parse()).transpose();
    let filter = WaitlistFilter {
        state: which.state,
        service: service.map_err(|_| ApiError::invalid("service_id", "is not a service id"))?,
    };
    let page = PageQuery::new(which.limit, which.cursor).page()?;
    let found = app.calls.store().waitlist(org.id(), &filter, &page).await?;
    let audience = Audience::of(who.role);
    Ok(listing(found, |entry| view(entry, audience)))
}

fn view(entry: &WaitlistEntry, audience: Audience) -> Value {
    let stamp = |at: Timestamp| match at.in_tz(&entry.time_zone) {
        Ok(zoned) => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => at.to_string(),
    };
    let clock =
        |time: Option<Time>| time.map(|time| format!("{:02}:{:02}", time.hour(), time.minute()));
    let offer = entry.offer.as_ref().map(
        |slot| json!({"start": stamp(slot.start), "end": stamp(slot.end), "until": slot.until}),
    );
    json!({
        "id": entry.id,
        "state": entry.state,
        "customer_name": entry.name,
        "customer_phone": audience.number(&entry.phone),
        "service_id": entry.service_id,
        "party_size": entry.party_size,
        "from_date": entry.window.from,
        "until_date": entry.window.to,
        "earliest_time": clock(entry.window.earliest),
        "latest_time": clock(entry.window.latest),
        "time_zone": entry.time_zone,
        "offer": offer,
        "booking_id": entry.booking,
        "call_id": entry.call_id,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    })
}
