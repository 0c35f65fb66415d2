//! Waiting for a free slot: `join_waitlist` and `joinWaitlist`; also how to leave the line.

use hookswitch_storage::{NamingSet, WaitlistState};
use jiff::civil::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{SlotText, refused, same_names, starts};
use super::{Face, Given, Listing, ToolContext, ToolOutcome};
use crate::booking::phrases::waiting;
use crate::booking::{Effects, WaitWish, Waiting, join_waitlist, leave_waitlist};

const DESCRIPTION: &str = "Put the caller on the waitlist when no time that suits them is free. Ask \
    for the days and times of day that would suit. If a time becomes free, it is kept for them for \
    a while. Calling this again changes their entry; with leave set to true it removes them.";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("join_waitlist", Listing::Set(NamingSet::Snake), DESCRIPTION, snake),
        Face::new("joinWaitlist", Listing::Set(NamingSet::Camel), DESCRIPTION, camel),
    ]
}

/// Arguments of `join_waitlist`.
#[derive(Serialize, Deserialize, JsonSchema)]
struct JoinWaitlist {
    /// First day that suits, in YYYY-MM-DD format; any of the next two weeks by default
    #[serde(alias = "from_date", alias = "preferred_date")]
    date: Option<String>,
    /// Last day that suits, in YYYY-MM-DD format; the first by default
    #[serde(alias = "to_date")]
    until_date: Option<String>,
    /// Earliest time of day that suits, 24 hours, for example 09:00
    earliest_time: Option<String>,
    /// Latest time of day that suits, 24 hours, for example 12:00
    latest_time: Option<String>,
    /// Type of service
    service_type: Option<String>,
    /// Number of people
    party_size: Option<u32>,
    /// Name of the customer
    #[serde(alias = "name")]
    customer_name: Option<String>,
    /// Number at which they are told; the number they are calling from by default
    #[serde(alias = "phone_number", alias = "phone")]
    customer_phone: Option<String>,
    /// True to take them off the waitlist
    leave: Option<bool>,
}

async fn snake(context: ToolContext, arguments: JoinWaitlist) -> ToolOutcome {
    let wish = WaitWish {
        date: arguments.date,
        until: arguments.until_date,
        earliest: arguments.earliest_time,
        latest: arguments.latest_time,
        service: arguments.service_type,
        party_size: arguments.party_size,
        name: arguments.customer_name,
        phone: arguments.customer_phone,
    };
    run(context, wish, arguments.leave, same_names).await
}

/// Arguments of `joinWaitlist`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct JoinWaitlistCamel {
    /// First day that suits, YYYY-MM-DD; any of the next two weeks by default
    #[serde(alias = "fromDate", alias = "preferredDate")]
    date: Option<String>,
    /// Last day that suits, YYYY-MM-DD; the first by default
    #[serde(alias = "toDate")]
    until_date: Option<String>,
    /// Earliest time of day that suits, HH:MM, 24 hours
    earliest_time: Option<String>,
    /// Latest time of day that suits, HH:MM, 24 hours
    latest_time: Option<String>,
    /// Type of service
    service_type: Option<String>,
    /// Number of people
    party_size: Option<u32>,
    /// Name of the patient
    #[serde(alias = "customerName", alias = "name")]
    patient_name: Option<String>,
    /// Number at which they are told; the number they are calling from by default
    #[serde(alias = "customerPhone", alias = "phoneNumber", alias = "phone")]
    patient_phone: Option<String>,
    /// True to take them off the waitlist
    leave: Option<bool>,
}

async fn camel(context: ToolContext, arguments: JoinWaitlistCamel) -> ToolOutcome {
    let wish = WaitWish {
        date: arguments.date,
        until: arguments.until_date,
        earliest: arguments.earliest_time,
        latest: arguments.latest_time,
        service: arguments.service_type,
        party_size: arguments.party_size,
        name: arguments.patient_name,
        phone: arguments.patient_phone,
    };
    let names = |argument| if argument == "customer_phone" { "patientPhone" } else { argument };
    run(context, wish, arguments.leave, names).await
}

#[derive(Serialize)]
struct WaitingText {
    success: bool,
    message: String,
    data: WaitingData,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alternatives: Vec<SlotText>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaitingData {
    waitlist_id: String,
    state: WaitlistState,
    service: String,
    from_date: String,
    until_date: String,
    earliest_time: Option<String>,
    latest_time: Option<String>,
}

#[derive(Serialize)]
struct LeftText {
    success: bool,
    message: &'static str,
}

async fn run(
    context: ToolContext,
    wish: WaitWish,
    leave: Option<bool>,
    names: fn(&'static str) -> &'static str,
) -> ToolOutcome {
    let mut effects = Effects::default();
    if leave == Some(true) {
        return match leave_waitlist(&context, &wish, &mut effects).await {
            Ok(_) => {
                let body = LeftText { success: true, message: waiting::left() };
                ToolOutcome::new(Given::json(&body, true), effects)
            }
            Err(refusal) => refused(&refusal, names, effects),
        };
    }
    match join_waitlist(&context, wish, &mut effects).await {
        Ok(joined) => ToolOutcome::new(Given::json(&worded(&joined), true), effects),
        Err(refusal) => refused(&refusal, names, effects),
    }
}

fn worded(joined: &Waiting) -> WaitingText {
    let Waiting { entry, service, is_new, kept_minutes, free } = joined;
    let window = &entry.window;
    let mut message = waiting::on_the_waitlist(&service.name, window, *is_new, *kept_minutes);
    let at: Vec<_> = free.iter().map(starts).collect();
    if !at.is_empty() {
        message = format!("{message} {}", waiting::free_already(&at));
    }
    WaitingText {
        success: true,
        message,
        data: WaitingData {
            waitlist_id: entry.id.to_string(),
            state: entry.state,
            service: service.id.to_string(),
            from_date: window.from.to_string(),
            until_date: window.to.to_string(),
            earliest_time: window.earliest.map(clock_text),
            latest_time: window.latest.map(clock_text),
        },
        alternatives: at
            .iter()
            .map(|at| SlotText { date: at.date().to_string(), time: at.written_time() })
            .collect(),
    }
}

fn clock_text(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}
