//! Looking at the calendar: `list_calendars` and `get_events`. Bookings that the caller has not
//! proven to be theirs are only ever shown as busy (R10).

use hookswitch_storage::{NamingSet, ResourceId};
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{refused, same_names};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::{Effects, Refusal, is_open_to, outage, when};

/// Days that one answer covers at most; more than an agent can say.
const MOST_DAYS: i64 = 31;

pub(super) fn faces() -> Vec<Face> {
    let snake = Listing::Set(NamingSet::Snake);
    vec![
        Face::new("list_calendars", snake, "List the calendars that can be booked.", list),
        Face::new(
            "get_events",
            snake,
            "List what is in the calendar between two times: the appointments that were made or \
             found in this call with their details, everything else as busy. Use lookup_booking \
             first to find an earlier one.",
            events,
        ),
    ]
}

/// `list_calendars` takes no arguments.
#[derive(Serialize, Deserialize, JsonSchema)]
struct ListCalendars {}

#[derive(Serialize)]
struct CalendarList {
    success: bool,
    calendars: Vec<CalendarText>,
}

#[derive(Serialize)]
struct CalendarText {
    id: String,
    name: String,
    provider: String,
    primary: bool,
    time_zone: String,
}

async fn list(context: ToolContext, _: ListCalendars) -> ToolOutcome {
    let mut effects = Effects::default();
    let store = &context.shared.store;
    let connections = match store.connections(context.org.id()).await {
        Ok(connections) => connections,
        Err(error) => {
            let refusal = crate::booking::storage_down(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let settings = context.org.settings();
    let calendars = connections
        .iter()
        .filter(|c| c.status == hookswitch_storage::ConnectionStatus::Connected)
        .map(|connection| CalendarText {
            id: connection.id.to_string(),
            name: connection.external_account_name.clone().unwrap_or_else(|| settings.name.clone()),
            provider: connection.provider.clone(),
            primary: settings.default_connection.as_ref() == Some(&connection.id),
            time_zone: settings.timezone.clone(),
        })
        .collect();
    ToolOutcome::new(Given::json(&CalendarList { success: true, calendars }, true), effects)
}

/// Arguments of `get_events`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct GetEvents {
    /// Calendars to look at, for example primary
    calendar_ids: Option<Vec<String>>,
    /// From, ISO 8601 or a date; today by default
    start_time: Option<String>,
    /// To, ISO 8601 or a date; the same day by default
    end_time: Option<String>,
}

#[derive(Serialize)]
struct EventList {
    success: bool,
    events: Vec<EventText>,
    today: String,
    time_zone: String,
}

#[derive(Serialize)]
struct EventText {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    title: String,
    start: String,
    end: String,
}

async fn events(context: ToolContext, arguments: GetEvents) -> ToolOutcome {
    let mut effects = Effects::default();
    let state = context.state().await;
    let day = |text: Option<&str>, otherwise| match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => when::parse_date(text, state.today),
        None => Ok(otherwise),
    };
    let from = day(arguments.start_time.as_deref(), state.today);
    let to = from.clone().and_then(|from| day(arguments.end_time.as_deref(), from));
    let (from, to) = match (from, to) {
        (Ok(from), Ok(to)) => (from, to.clamp(from, from.saturating_add(MOST_DAYS.days()))),
        (Err(error), _) | (_, Err(error)) => {
            return refused(&Refusal::when(&error), same_names, effects);
        }
    };
    let zone = &context.org.zone;
    let midnight = |date: jiff::civil::Date| {
        date.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).unwrap_or_default()
    };
    let span = (midnight(from), midnight(to.saturating_add(1.day())));
    let provider = match context.shared.connections.of_org(&context.org).await {
        Ok(provider) => provider,
        Err(error) => {
            let refusal = outage(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let resource = ResourceId::of_connection(provider.id());
    let store = &context.shared.store;
    let busy = match store.busy(context.org.id(), &resource, span.0, span.1).await {
        Ok(busy) => busy,
        Err(error) => {
            let refusal = crate::booking::storage_down(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let stamp = |at: jiff::Timestamp| {
        at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let mut events = Vec::new();
    for occupied in busy {
        let booking = store.booking(context.org.id(), &occupied.booking).await.ok().flatten();
        let own = booking.filter(|booking| {
            // An operator's own program is trusted with what the number finds.
            let trusted = context.operator.is_some() || context.facts.direct;
            let number = booking.customer_phone.as_ref();
            is_open_to(&context, booking)
                || trusted && number.is_some() && number == state.caller.number.as_ref()
        });
        events.push(match own {
            Some(booking) => EventText {
                id: Some(booking.id.to_string()),
                title: format!("{} for {}", booking.service_id, booking.customer_name),
                start: stamp(booking.start),
                end: stamp(booking.end),
            },
            None => EventText {
                id: None,
                title: "Busy".into(),
                start: stamp(occupied.start),
                end: stamp(occupied.end),
            },
        });
    }
    let body = EventList {
        success: true,
        events,
        today: state.today.to_string(),
        time_zone: context.org.settings().timezone.clone(),
    };
    ToolOutcome::new(Given::json(&body, true), effects)
}
