//! Looking at the calendar: `list_calendars` and `get_events`. Bookings that the caller has not
//! proven to be theirs are only ever shown as busy (R10).

mod entries;

use futures_util::future::join_all;
use hookswitch_storage::{Connection, ConnectionStatus, NamingSet};
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use entries::{Trouble, entries, providers};

use super::named_calendars::named;
use super::wording::{refused, same_names};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::{Effects, Refusal, is_open_to, outage, storage_down, when};
use crate::ports::CalendarEntry;

/// Days that one answer covers at most; more than an agent can say.
const MOST_DAYS: i64 = 31;
/// By this name every account knows its own first calendar.
const PRIMARY: &str = "primary";

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
            let refusal = storage_down(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let connected = connections.iter().filter(|c| c.status == ConnectionStatus::Connected);
    let listed = join_all(connected.map(|connection| behind(&context, connection))).await;
    let calendars = listed.into_iter().flatten().collect();
    ToolOutcome::new(Given::json(&CalendarList { success: true, calendars }, true), effects)
}

/// The calendars behind a connection; the connection itself where there are none, or they cannot be
/// asked for now.
async fn behind(context: &ToolContext, connection: &Connection) -> Vec<CalendarText> {
    let settings = context.org.settings();
    let primary = settings.default_connection.as_ref() == Some(&connection.id);
    let connections = &context.shared.connections;
    let asked = match connections.get(context.org.id(), &connection.id).await {
        Ok(provider) if !provider.is_local() => provider.calendars(context.deadline).await,
        other => other.map(|_| None),
    };
    let entries = asked.unwrap_or_else(|error| {
        tracing::warn!(connection.id = %connection.id, %error, "calendars could not be listed");
        None
    });
    let Some(entries) = entries else {
        let name = connection.external_account_name.clone();
        return vec![CalendarText {
            id: connection.id.to_string(),
            name: name.unwrap_or_else(|| settings.name.clone()),
            provider: connection.provider.clone(),
            primary,
            time_zone: settings.timezone.clone(),
        }];
    };
    let text = |entry: CalendarEntry| CalendarText {
        // What every account has under the same name is told apart by its connection.
        id: if entry.id == PRIMARY { connection.id.to_string() } else { entry.id },
        name: entry.name,
        provider: connection.provider.clone(),
        primary: primary && entry.takes_bookings,
        time_zone: entry.time_zone.unwrap_or_else(|| settings.timezone.clone()),
    };
    entries.into_iter().map(text).collect()
}

/// Arguments of `get_events`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct GetEvents {
    /// Calendars to look at, by the ids of list_calendars; where bookings go by default
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
    let wanted = match named(&context, arguments.calendar_ids.as_deref()).await {
        Ok(wanted) => wanted,
        Err(error) => {
            let refusal = storage_down(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    };
    let mut found = Vec::new();
    for (provider, calendars) in match providers(&context, wanted).await {
        Ok(providers) => providers,
        Err(error) => {
            let refusal = outage(&context, &error, &mut effects);
            return refused(&refusal, same_names, effects);
        }
    } {
        match entries(&context, &provider, calendars, span).await {
            Ok(entries) => found.extend(entries),
            Err(Trouble::Provider(error)) => {
                let refusal = outage(&context, &error, &mut effects);
                return refused(&refusal, same_names, effects);
            }
            Err(Trouble::Storage(error)) => {
                let refusal = storage_down(&context, &error, &mut effects);
                return refused(&refusal, same_names, effects);
            }
        }
    }
    found.sort_by_key(|entry| (entry.start, entry.end));
    let stamp =
        |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let store = &context.shared.store;
    let mut events = Vec::new();
    for entry in found {
        let booking = match entry.booking {
            Some(id) => store.booking(context.org.id(), &id).await.ok().flatten(),
            None => None,
        };
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
                start: stamp(entry.start),
                end: stamp(entry.end),
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
