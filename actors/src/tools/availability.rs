//! Free slots: `check_availability`, `checkAvailability` and `get_availability`.

use hookswitch_storage::{NamingSet, OfferedSlot};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::named_calendars::named;
use super::wording::{DayText, days, refused_on_day, starts, times};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::when::LocalTime;
use crate::booking::{
    Effects, FreeSlots, Refusal, SlotsRequest, free_slots, phrases, storage_down, when,
};

const DESCRIPTION: &str = "Check available time slots for booking an appointment on a date. Always \
    call this before suggesting or booking a time, and only suggest times that it returned.";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("check_availability", Listing::Set(NamingSet::Snake), DESCRIPTION, check),
        Face::new("checkAvailability", Listing::Set(NamingSet::Camel), DESCRIPTION, check_camel),
        Face::new("get_availability", Listing::Set(NamingSet::Snake), DESCRIPTION, get),
    ]
}

/// Arguments of `check_availability` (P045).
#[derive(Serialize, Deserialize, JsonSchema)]
struct CheckAvailability {
    /// Date to check, in YYYY-MM-DD format
    date: String,
    /// Type of service
    service_type: Option<String>,
    /// Number of people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-where" = "guests"))]
    party_size: Option<u32>,
}

#[derive(Serialize)]
struct Availability {
    success: bool,
    message: String,
    available: bool,
    data: DayText,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<DayText>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unconfirmed: bool,
    service: String,
    today: String,
    time_zone: String,
}

async fn check(context: ToolContext, arguments: CheckAvailability) -> ToolOutcome {
    let request = SlotsRequest {
        date: arguments.date,
        service: arguments.service_type,
        party_size: arguments.party_size,
        zone: None,
        connections: Vec::new(),
        speak: true,
    };
    let mut effects = Effects::default();
    match free_slots(&context, request, &mut effects).await {
        Ok(found) => ToolOutcome::new(Given::json(&spoken(&found), true), effects),
        Err(refusal) => refused_on_day(&context, &refusal, effects).await,
    }
}

fn spoken(found: &FreeSlots) -> Availability {
    let clock = |slots: &[OfferedSlot]| -> Vec<LocalTime> {
        slots.iter().filter(|slot| slot.spoken).map(starts).collect()
    };
    let now = clock(&found.slots);
    let message = if !now.is_empty() && found.unconfirmed {
        phrases::free_slots_unconfirmed(found.date, &now)
    } else if !now.is_empty() {
        phrases::free_slots(found.date, &now)
    } else {
        let others: Vec<_> =
            found.alternatives.iter().map(|(date, slots)| (*date, clock(slots))).collect();
        let lack = phrases::Lack {
            verdict: found.verdict,
            service: &found.errand.service.name,
            lead_minutes: found.lead_minutes,
        };
        phrases::no_slots(found.date, lack, &others)
    };
    Availability {
        success: true,
        message,
        available: !found.slots.is_empty(),
        data: DayText { date: found.date.to_string(), slots: times(&found.slots) },
        alternatives: days(&found.alternatives),
        unconfirmed: found.unconfirmed,
        service: found.errand.service.id.to_string(),
        today: found.today.to_string(),
        time_zone: found.errand.zone_name.clone(),
    }
}

/// Arguments of `checkAvailability` (P161).
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CheckAvailabilityCamel {
    /// Date to check, YYYY-MM-DD, for example 2026-02-08
    date: String,
    /// Type of service, for example consultation, checkup, follow_up, teeth_whitening, botox or generic
    service_type: Option<String>,
    /// IANA time zone; the business's own by default
    timezone: Option<String>,
    /// Number of people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-where" = "guests"))]
    party_size: Option<u32>,
}

/// Fields of P162, then the pinned day and zone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AvailabilityCamel {
    success: bool,
    requested_date: String,
    available_slots: Vec<String>,
    slot_count: usize,
    alternatives: Vec<DayText>,
    message: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unconfirmed: bool,
    today: String,
    timezone: String,
}

async fn check_camel(context: ToolContext, arguments: CheckAvailabilityCamel) -> ToolOutcome {
    let request = SlotsRequest {
        date: arguments.date,
        service: arguments.service_type,
        party_size: arguments.party_size,
        zone: arguments.timezone,
        connections: Vec::new(),
        speak: false,
    };
    let mut effects = Effects::default();
    match free_slots(&context, request, &mut effects).await {
        Ok(found) => {
            let body = AvailabilityCamel {
                success: true,
                requested_date: found.date.to_string(),
                available_slots: times(&found.slots),
                slot_count: found.slots.len(),
                alternatives: days(&found.alternatives),
                message: phrases::found_times(found.slots.len(), found.date),
                unconfirmed: found.unconfirmed,
                today: found.today.to_string(),
                timezone: found.errand.zone_name,
            };
            ToolOutcome::new(Given::json(&body, true), effects)
        }
        Err(refusal) => refused_on_day(&context, &refusal, effects).await,
    }
}

/// Arguments of `get_availability` (P246).
#[derive(Serialize, Deserialize, JsonSchema)]
struct GetAvailability {
    /// Calendars to look at, by the ids of list_calendars; all of the service by default
    calendar_ids: Option<Vec<String>>,
    /// Start of the day or time to look at, ISO 8601, for example 2026-02-08T09:00:00Z
    start_time: String,
    /// End of the time to look at, ISO 8601
    end_time: Option<String>,
    /// Type of service
    service_type: Option<String>,
    /// Number of people
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-where" = "guests"))]
    party_size: Option<u32>,
}

#[derive(Serialize)]
struct OpenTimes {
    success: bool,
    message: String,
    available: bool,
    date: String,
    slots: Vec<OpenTime>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<DayText>,
    today: String,
    time_zone: String,
}

#[derive(Serialize)]
struct OpenTime {
    start: String,
    end: String,
}

async fn get(context: ToolContext, arguments: GetAvailability) -> ToolOutcome {
    let mut effects = Effects::default();
    let today = context.state().await.today;
    let day = match when::parse_date(&arguments.start_time, today) {
        Ok(day) => day,
        Err(error) => return refused_on_day(&context, &Refusal::when(&error), effects).await,
    };
    let wanted = match named(&context, arguments.calendar_ids.as_deref()).await {
        Ok(wanted) => wanted,
        Err(error) => {
            let refusal = storage_down(&context, &error, &mut effects);
            return refused_on_day(&context, &refusal, effects).await;
        }
    };
    let request = SlotsRequest {
        // An instant belongs to the business's day, not to the day in Greenwich.
        date: local_day(&context, &arguments.start_time).unwrap_or(day).to_string(),
        service: arguments.service_type,
        party_size: arguments.party_size,
        zone: None,
        connections: wanted.into_iter().map(|wanted| wanted.connection.id).collect(),
        speak: true,
    };
    match free_slots(&context, request, &mut effects).await {
        Ok(found) => {
            let text = spoken(&found);
            let stamp = |at: jiff::Timestamp| {
                at.to_zoned(found.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
            };
            let slots = found
                .slots
                .iter()
                .map(|slot| OpenTime { start: stamp(slot.start), end: stamp(slot.end) })
                .collect();
            let body = OpenTimes {
                success: true,
                message: text.message,
                available: text.available,
                date: text.data.date,
                slots,
                alternatives: text.alternatives,
                today: text.today,
                time_zone: text.time_zone,
            };
            ToolOutcome::new(Given::json(&body, true), effects)
        }
        Err(refusal) => refused_on_day(&context, &refusal, effects).await,
    }
}

fn local_day(context: &ToolContext, text: &str) -> Option<jiff::civil::Date> {
    let text = text.trim();
    // Midnight in Greenwich is how models write a day.
    if text.contains("T00:00") {
        return None;
    }
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(instant.to_zoned(context.org.zone.clone()).date())
}
