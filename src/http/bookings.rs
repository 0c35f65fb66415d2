//! Bookings as operators read and make them (P085): by the same rules and steps as a caller's.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::Desk;
use hookswitch_actors::booking::{BookRequest, Refusal, SlotsRequest, people};
use hookswitch_storage::{
    Booking, BookingChange, BookingFilter, BookingId, BookingStatus, Outcome,
};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{self, Body, Path, Query};
use super::identity::Principal;
use super::lists::{PageQuery, listing};
use super::openapi::names;
use super::view::Audience;

/// Which bookings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Those that end after this.
    #[serde(default, deserialize_with = "extract::moment")]
    from: Option<Timestamp>,
    /// Those that start before this.
    #[serde(default, deserialize_with = "extract::moment")]
    to: Option<Timestamp>,
    /// Those that were made at or after this.
    made_from: Option<Timestamp>,
    #[serde(default)]
    #[schemars(schema_with = "names::booking_status")]
    status: Option<BookingStatus>,
    /// How it stands with the provider: what is `pending`, `unknown` or `failed` may need a person.
    #[serde(default)]
    #[schemars(schema_with = "names::outcome")]
    outcome: Option<Outcome>,
    /// The customer's number, in any form.
    phone: Option<String>,
    call_id: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

pub(super) async fn list(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, ApiError> {
    let call = which.call_id.map(|id| id.parse()).transpose();
    let phone = which.phone.map(|text| number(&org, "phone", &text)).transpose()?;
    let filter = BookingFilter {
        from: which.from,
        to: which.to,
        made_from: which.made_from,
        status: which.status,
        outcome: which.outcome,
        customer: None,
        phone,
        call: call.map_err(|_| ApiError::invalid("call_id", "is not a call id"))?,
        connection: None,
    };
    let page = PageQuery::new(which.limit, which.cursor).page()?;
    let found = app.calls.store().bookings(org.id(), &filter, &page).await?;
    let audience = Audience::of(who.role);
    Ok(listing(found, |booking| view(booking, audience)))
}

pub(super) async fn get(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Path([booking]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    let id: BookingId = booking.parse().map_err(|_| ApiError::not_found("booking"))?;
    let booking = app.calls.store().booking(org.id(), &id).await?;
    let booking = booking.ok_or_else(|| ApiError::not_found("booking"))?;
    Ok(Json(view(&booking, Audience::of(who.role))))
}

pub(super) fn desk(
    app: &App,
    org: &std::sync::Arc<hookswitch_actors::OrgEntry>,
    who: &Principal,
) -> Desk {
    app.calls.desk(org, &who.name, Instant::now() + app.parts.tool_deadline)
}

/// A number as it is stored. One that is left out because it could not be read would be lost.
fn number(org: &hookswitch_actors::OrgEntry, field: &str, text: &str) -> Result<String, ApiError> {
    people::phone(text, &org.settings().country)
        .ok_or_else(|| ApiError::invalid(field, "is not a phone number; give it as `+15125550143`"))
}

/// The field of a request that a refusal is about.
fn field_of(code: &str) -> Option<&'static str> {
    match code {
        "invalid_date" | "date_in_past" | "date_too_far" | "no_such_time" | "ambiguous_time" => {
            Some("start")
        }
        "invalid_email" => Some("customer_email"),
        _ => None,
    }
}

/// A refusal as a status: what is taken is a conflict, what is not there is not found, what was
/// asked wrongly is the asker's to correct.
pub(super) fn refused(refusal: Refusal) -> ApiError {
    if let Some(field) = refusal.argument {
        return ApiError::invalid(field, "is missing or empty");
    }
    if let Some(field) = field_of(refusal.code) {
        let message = format!("`{field}`: {}", refusal.message);
        let hint = format!("correct `{field}` and send the request again; nothing was changed");
        return ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.code, message, hint);
    }
    let (status, code, hint) = match refusal.code {
        "slot_unavailable" => {
            (StatusCode::CONFLICT, "slot_taken", "ask for the availability and choose a free slot")
        }
        "booking_not_found" => (StatusCode::NOT_FOUND, "not_found", "check the booking's id"),
        "booking_cancelled" => {
            (StatusCode::CONFLICT, "booking_cancelled", "make a new booking instead")
        }
        "outcome_unknown" => {
            (StatusCode::CONFLICT, "outcome_unknown", "look at the provider's calendar")
        }
        code if refusal.is_about_the_request() => {
            (StatusCode::UNPROCESSABLE_ENTITY, code, "correct the request; nothing was changed")
        }
        _ => {
            let hint = "look at the connection's state and the server's log";
            (StatusCode::SERVICE_UNAVAILABLE, "provider_unavailable", hint)
        }
    };
    ApiError::new(status, code, refusal.message, hint)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBooking {
    service_id: Option<String>,
    /// ISO 8601, with or without offset; without, in the org's zone.
    start: String,
    customer_name: String,
    customer_phone: Option<String>,
    customer_email: Option<String>,
    /// How many people come.
    #[serde(default)]
    party_size: Option<u32>,
    notes: Option<String>,
}

pub(super) async fn create(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Body(new): Body<NewBooking>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    known_service(&org, new.service_id.as_deref())?;
    let given = new.customer_phone.filter(|text| !text.trim().is_empty());
    let phone = given.map(|text| number(&org, "customer_phone", &text)).transpose()?;
    let request = BookRequest {
        time: new.start,
        service: new.service_id,
        name: new.customer_name,
        phone,
        email: new.customer_email,
        party_size: new.party_size,
        notes: new.notes,
        ..BookRequest::default()
    };
    let booking = desk(&app, &org, &who).book(request).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(view(&booking, Audience::Full))))
}

/// A caller who names an unknown service means the usual one; an operator has mistyped.
fn known_service(org: &hookswitch_actors::OrgEntry, wanted: Option<&str>) -> Result<(), ApiError> {
    let Some(wanted) = wanted else { return Ok(()) };
    let known = org.settings().services.iter().any(|service| service.id.as_str() == wanted);
    if known { Ok(()) } else { Err(ApiError::invalid("service_id", "is no service of this org")) }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancellation {
    reason: Option<String>,
}

pub(super) async fn cancel(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Path([booking]): Path<1>,
    body: axum::body::Bytes,
) -> Result<Json<Value>, ApiError> {
    let id: BookingId = booking.parse().map_err(|_| ApiError::not_found("booking"))?;
    let cancellation: Cancellation =
        if body.is_empty() { Cancellation::default() } else { extract::object(&body)? };
    let desk = desk(&app, &org, &who);
    let booking = desk.cancel(&id.to_string(), cancellation.reason).await.map_err(refused)?;
    Ok(Json(view(&booking, Audience::Full)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    start: String,
}

pub(super) async fn reschedule(
    Of { org, who, .. }: Of<role::Supervisor>,
    State(app): State<App>,
    Path([booking]): Path<1>,
    body: Result<Body<Move>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let id: BookingId = booking.parse().map_err(|_| ApiError::not_found("booking"))?;
    let Body(wanted) = body?;
    let desk = desk(&app, &org, &who);
    let booking = desk.reschedule(&id.to_string(), &wanted.start).await.map_err(refused)?;
    Ok(Json(view(&booking, Audience::Full)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    service_id: Option<String>,
    /// For how many people.
    party_size: Option<u32>,
    /// First day, in the org's zone; today if absent.
    #[serde(default, deserialize_with = "extract::day")]
    from: Option<Date>,
    /// Last day; at most 30 days after the first, which it is if absent.
    #[serde(default, deserialize_with = "extract::day")]
    to: Option<Date>,
}

/// Days that one answer covers at most.
const MOST_DAYS: i32 = 31;

pub(super) async fn availability(
    Of { org, who, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(when): Query<When>,
) -> Result<Json<Value>, ApiError> {
    known_service(&org, when.service_id.as_deref())?;
    let today = || app.calls.clock().now().to_zoned(org.zone.clone()).date();
    let from = when.from.unwrap_or_else(today);
    let to = when.to.unwrap_or(from);
    let days = from.until(to).map_or(-1, |span| span.get_days());
    if !(0..MOST_DAYS).contains(&days) {
        return Err(ApiError::invalid("to", "must be 0 to 30 days after `from`"));
    }
    let desk = desk(&app, &org, &who);
    let mut items = Vec::new();
    for date in from.series(1.day()).take_while(|date| *date <= to) {
        let request = SlotsRequest {
            date: date.to_string(),
            service: when.service_id.clone(),
            party_size: when.party_size,
            ..SlotsRequest::default()
        };
        let slots = match desk.free_slots(request).await {
            Ok(found) => found.slots,
            // A day that is over or too far ahead has no slots; that is no error of the question.
            Err(refusal) if matches!(refusal.code, "date_in_past" | "date_too_far") => Vec::new(),
            Err(refusal) => return Err(refused(refusal)),
        };
        let stamp = |at: Timestamp| {
            at.to_zoned(org.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        };
        items.extend(slots.iter().map(|slot| {
            json!({"start": stamp(slot.start), "end": stamp(slot.end), "service_id": slot.service_id})
        }));
    }
    Ok(Json(json!({"items": items, "next": null, "time_zone": org.settings().timezone})))
}

/// One step of a booking's life; a viewer sees no number in the reason that was given for it.
fn history(change: &BookingChange, audience: Audience) -> Value {
    let mut view = json!(change);
    if let Some(reason) = &change.reason {
        view["reason"] = json!(audience.text(reason));
    }
    view
}

/// A booking with the fields of the contract; times are local to the booking's zone, `start` and
/// `end` carry their offset.
fn view(booking: &Booking, audience: Audience) -> Value {
    let local = |at: Timestamp| at.in_tz(&booking.time_zone).ok();
    let stamp = |at: Timestamp| match local(at) {
        Some(zoned) => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        None => at.to_string(),
    };
    let starts = local(booking.start);
    json!({
        "id": booking.id,
        "status": booking.status,
        "outcome": booking.outcome,
        "booking_date": starts.as_ref().map(|at| at.date()),
        "booking_time": starts.as_ref().map(|at| at.strftime("%H:%M").to_string()),
        "start": stamp(booking.start),
        "end": stamp(booking.end),
        "time_zone": booking.time_zone,
        "service_id": booking.service_id,
        "party_size": booking.party_size,
        "customer_id": booking.customer_id,
        "customer_name": booking.customer_name,
        "customer_phone": booking.customer_phone.as_deref().map(|n| audience.number(n)),
        "customer_email": booking.customer_email.as_deref().map(|e| audience.email(e)),
        "notes": booking.notes.as_deref().map(|text| audience.text(text)),
        "confirmation": booking.confirmation,
        "customer_confirmed_at": booking.customer_confirmed_at,
        "external_ids": booking.external_ids,
        "source": booking.source,
        "call_id": booking.call_id,
        "connection_id": booking.connection_id,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
        "history": booking.history.iter().map(|entry| history(entry, audience)).collect::<Vec<_>>(),
    })
}
