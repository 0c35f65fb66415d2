//! The settings document: its fields as the contract names them, and the way from and to the
//! stored settings. Unknown keys are refused.

use std::collections::{BTreeMap, BTreeSet};

use hookswitch_actors::WEBHOOK_SECRET_FIELD;
use hookswitch_storage::{
    BusinessHours, CapacityCounts, Locale, NamingSet, Sealed, Service, Settings, TimeRange,
};
use jiff::civil::{Date, Time, time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth::AuthDocument;
use super::check::{self, Wrong};
use super::departments::{self, DepartmentDocument};
use super::directory::DirectoryDocument;
use super::messaging::{SmtpDocument, TwilioDocument};
use super::rules::{RulesDocument, rules};
use super::timing::{self, MessagesDocument};
use super::voice::{self, CallsDocument, InboundDocument, NumberDocument};
use crate::http::openapi::names;

/// Everything that an operator can set for an org.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Document {
    name: String,
    timezone: String,
    #[serde(default = "united_states")]
    country: String,
    #[serde(default = "Hours::usual")]
    business_hours: Hours,
    #[serde(default)]
    closed_dates: BTreeSet<Date>,
    #[serde(default = "usual_services")]
    services: Vec<ServiceDocument>,
    #[serde(default)]
    default_service: Option<String>,
    #[serde(default)]
    phone_numbers: Vec<String>,
    #[serde(default)]
    vapi_phone_number_ids: BTreeSet<String>,
    /// In the operator's order; the first takes inbound calls.
    #[serde(default)]
    assistant_ids: Vec<String>,
    #[serde(default)]
    departments: BTreeMap<String, DepartmentDocument>,
    #[serde(default)]
    webhook_auth: Vec<AuthDocument>,
    #[serde(default)]
    booking: RulesDocument,
    #[serde(default)]
    #[schemars(schema_with = "names::naming_set")]
    tool_names: NamingSet,
    /// Names of tools that are on none of the assistants.
    #[serde(default)]
    disabled_tools: BTreeSet<String>,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    retention_days: Option<u32>,
    #[serde(default)]
    default_connection: Option<String>,
    #[serde(default)]
    customerconnect: Option<DirectoryDocument>,
    #[serde(default)]
    twilio: Option<TwilioDocument>,
    #[serde(default)]
    smtp: Option<SmtpDocument>,
    #[serde(default)]
    messages: MessagesDocument,
    #[serde(default)]
    calls: CallsDocument,
    /// The first that fits takes an inbound call; else the first of `assistant_ids`.
    #[serde(default)]
    inbound: Vec<InboundDocument>,
    /// By Vapi's ids of numbers, each among `vapi_phone_number_ids`; the others are left as they are.
    #[serde(default)]
    vapi_numbers: BTreeMap<String, NumberDocument>,
    #[serde(default)]
    #[schemars(schema_with = "names::locale")]
    locale: Locale,
    #[serde(default)]
    vapi_credential_id: Option<String>,
}

fn united_states() -> String {
    "US".into()
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ServiceDocument {
    id: String,
    name: String,
    duration_minutes: u32,
    #[serde(default)]
    buffer_minutes: u32,
    #[serde(default = "one")]
    capacity: u32,
    #[serde(default, skip_serializing_if = "is_usual")]
    #[schemars(schema_with = "names::capacity_counts")]
    capacity_counts: CapacityCounts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_party_size: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    connections: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slot_minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_per_day: Option<u32>,
}

fn one() -> u32 {
    1
}

fn is_usual(counts: &CapacityCounts) -> bool {
    *counts == CapacityCounts::default()
}

/// Ranges as pairs of `HH:MM`; `24:00` is the end of the day.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Hours {
    mon: Vec<(String, String)>,
    tue: Vec<(String, String)>,
    wed: Vec<(String, String)>,
    thu: Vec<(String, String)>,
    fri: Vec<(String, String)>,
    sat: Vec<(String, String)>,
    sun: Vec<(String, String)>,
}

impl Hours {
    /// Monday to Friday, nine to five.
    fn usual() -> Self {
        let day = || vec![("09:00".to_owned(), "17:00".to_owned())];
        Self { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), ..Self::default() }
    }
}

/// Half-hour consultations.
fn usual_services() -> Vec<ServiceDocument> {
    vec![ServiceDocument {
        id: "consultation".into(),
        name: "Consultation".into(),
        duration_minutes: 30,
        buffer_minutes: 0,
        capacity: 1,
        capacity_counts: CapacityCounts::Bookings,
        max_party_size: None,
        connections: Vec::new(),
        slot_minutes: None,
        max_per_day: None,
    }]
}

impl Default for Document {
    /// What an org starts with.
    fn default() -> Self {
        Self {
            name: String::new(),
            timezone: String::new(),
            country: united_states(),
            business_hours: Hours::usual(),
            closed_dates: BTreeSet::new(),
            services: usual_services(),
            default_service: None,
            phone_numbers: Vec::new(),
            vapi_phone_number_ids: BTreeSet::new(),
            assistant_ids: Vec::new(),
            departments: BTreeMap::new(),
            webhook_auth: Vec::new(),
            booking: RulesDocument::default(),
            tool_names: NamingSet::Snake,
            disabled_tools: BTreeSet::new(),
            prompt: None,
            retention_days: None,
            default_connection: None,
            customerconnect: None,
            twilio: None,
            smtp: None,
            messages: MessagesDocument::default(),
            calls: CallsDocument::default(),
            inbound: Vec::new(),
            vapi_numbers: BTreeMap::new(),
            locale: Locale::default(),
            vapi_credential_id: None,
        }
    }
}

impl From<&Settings> for Document {
    fn from(settings: &Settings) -> Self {
        let text = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
        let ranges = |ranges: &[TimeRange]| {
            let end = |end: Option<Time>| end.map_or_else(|| "24:00".into(), text);
            ranges.iter().map(|range| (text(range.start), end(range.end))).collect()
        };
        let hours = &settings.business_hours;
        Self {
            name: settings.name.clone(),
            timezone: settings.timezone.clone(),
            country: settings.country.clone(),
            business_hours: Hours {
                mon: ranges(&hours.mon),
                tue: ranges(&hours.tue),
                wed: ranges(&hours.wed),
                thu: ranges(&hours.thu),
                fri: ranges(&hours.fri),
                sat: ranges(&hours.sat),
                sun: ranges(&hours.sun),
            },
            closed_dates: settings.closed_dates.clone(),
            services: settings
                .services
                .iter()
                .map(|service| ServiceDocument {
                    id: service.id.to_string(),
                    name: service.name.clone(),
                    duration_minutes: service.duration_minutes,
                    buffer_minutes: service.buffer_minutes,
                    capacity: service.capacity,
                    capacity_counts: service.capacity_counts,
                    max_party_size: service.max_party_size,
                    connections: service.connections.iter().map(ToString::to_string).collect(),
                    slot_minutes: service.slot_minutes,
                    max_per_day: service.max_per_day,
                })
                .collect(),
            default_service: settings.default_service.as_ref().map(ToString::to_string),
            phone_numbers: settings.phone_numbers.iter().cloned().collect(),
            vapi_phone_number_ids: settings.vapi_phone_number_ids.clone(),
            assistant_ids: settings.assistant_ids.clone(),
            departments: departments::written(&settings.departments),
            webhook_auth: settings.webhook_auth.iter().map(AuthDocument::from).collect(),
            booking: RulesDocument::from(&settings.booking),
            tool_names: settings.tool_names,
            prompt: settings.prompt.clone(),
            disabled_tools: settings.disabled_tools.clone(),
            retention_days: settings.retention_days,
            default_connection: settings.default_connection.as_ref().map(ToString::to_string),
            customerconnect: settings.customerconnect.as_ref().map(DirectoryDocument::from),
            twilio: settings.twilio.as_ref().map(TwilioDocument::from),
            smtp: settings.smtp.as_ref().map(SmtpDocument::from),
            messages: MessagesDocument::from(&settings.messages),
            calls: CallsDocument::from(&settings.calls),
            inbound: settings.inbound.iter().map(InboundDocument::from).collect(),
            vapi_numbers: voice::written(&settings.vapi_numbers),
            locale: settings.locale,
            vapi_credential_id: settings.vapi_credential_id.clone(),
        }
    }
}

impl Document {
    /// The settings this document describes; secrets that it leaves out stay as they are. `seal`
    /// takes the field that a secret is sealed for, and the secret; `may_own` as in `twilio`.
    pub(super) fn into_settings(
        self,
        present: Option<&Settings>,
        may_own: bool,
        seal: impl Fn(&str, &str) -> Sealed,
    ) -> Result<Settings, Wrong> {
        let country = check::country(&self.country)?;
        let twilio =
            self.twilio.map(|document| document.into_stored(present, &country, may_own, &seal));
        let twilio = twilio.transpose()?;
        let services = services(self.services)?;
        let assistants = check::ids("assistant_ids", self.assistant_ids)?;
        let inbound = voice::inbound(self.inbound, &assistants, &country)?;
        let numbers = check::phone_numbers("phone_numbers", self.phone_numbers, &country)?;
        let listed = self.vapi_phone_number_ids.into_iter().collect();
        let listed: BTreeSet<_> =
            check::ids("vapi_phone_number_ids", listed)?.into_iter().collect();
        let vapi_numbers =
            voice::numbers(self.vapi_numbers, &listed, &assistants, &numbers, &country)?;
        let departments = departments::into_stored(self.departments, &country)?;
        let default_service = self
            .default_service
            .map(|wanted| {
                let found = services.iter().find(|service| service.id.as_str() == wanted);
                found.map(|service| service.id.clone()).ok_or_else(|| {
                    Wrong::new("default_service", "is not the id of one of the services")
                })
            })
            .transpose()?;
        let default_connection = self
            .default_connection
            .map(|id| {
                id.parse().map_err(|_| Wrong::new("default_connection", "is not a connection id"))
            })
            .transpose()?;
        Ok(Settings {
            name: check::name("name", &self.name)?,
            timezone: check::time_zone(&self.timezone)?,
            country,
            business_hours: hours(self.business_hours)?,
            closed_dates: self.closed_dates,
            services,
            default_service,
            phone_numbers: numbers,
            vapi_numbers,
            vapi_phone_number_ids: listed,
            assistant_ids: assistants,
            departments,
            webhook_auth: super::auth::into_stored(self.webhook_auth, present, |secret| {
                seal(WEBHOOK_SECRET_FIELD, secret)
            })?,
            booking: rules(self.booking)?,
            tool_names: self.tool_names,
            disabled_tools: check::tools(self.disabled_tools)?,
            prompt: check::prompt(self.prompt)?,
            retention_days: check::retention(self.retention_days)?,
            default_connection,
            customerconnect: self
                .customerconnect
                .map(|document| document.into_stored(present, &seal))
                .transpose()?,
            twilio,
            smtp: self.smtp.map(|document| document.into_stored(present, &seal)).transpose()?,
            messages: timing::messages(self.messages)?,
            calls: voice::calls(self.calls)?,
            inbound,
            locale: self.locale,
            vapi_credential_id: voice::credential(self.vapi_credential_id)?,
        })
    }
}

fn services(documents: Vec<ServiceDocument>) -> Result<Vec<Service>, Wrong> {
    if documents.is_empty() {
        return Err(Wrong::new("services", "must have at least one service"));
    }
    let mut services: Vec<Service> = Vec::with_capacity(documents.len());
    for (place, document) in documents.into_iter().enumerate() {
        let field = |name: &str| format!("services[{place}].{name}");
        let id = document.id.parse().map_err(|error: hookswitch_storage::InvalidId| {
            Wrong::new(field("id"), error.to_string())
        })?;
        if services.iter().any(|service| service.id == id) {
            return Err(Wrong::new(field("id"), "is used by another service"));
        }
        check::range(field("duration_minutes"), document.duration_minutes, 1, 1_440)?;
        check::range(field("buffer_minutes"), document.buffer_minutes, 0, 1_440)?;
        check::range(field("capacity"), document.capacity, 1, 10_000)?;
        if let Some(people) = document.max_party_size {
            check::range(field("max_party_size"), people, 1, 10_000)?;
        }
        if let Some(minutes) = document.slot_minutes {
            check::range(field("slot_minutes"), minutes, 1, 1_440)?;
        }
        if let Some(bookings) = document.max_per_day {
            check::range(field("max_per_day"), bookings, 1, 10_000)?;
        }
        services.push(Service {
            id,
            name: check::name(&field("name"), &document.name)?,
            duration_minutes: document.duration_minutes,
            buffer_minutes: document.buffer_minutes,
            capacity: document.capacity,
            capacity_counts: document.capacity_counts,
            max_party_size: document.max_party_size,
            connections: check::connections(&field("connections"), document.connections)?,
            slot_minutes: document.slot_minutes,
            max_per_day: document.max_per_day,
        });
    }
    Ok(services)
}

fn hours(hours: Hours) -> Result<BusinessHours, Wrong> {
    Ok(BusinessHours {
        mon: ranges("mon", &hours.mon)?,
        tue: ranges("tue", &hours.tue)?,
        wed: ranges("wed", &hours.wed)?,
        thu: ranges("thu", &hours.thu)?,
        fri: ranges("fri", &hours.fri)?,
        sat: ranges("sat", &hours.sat)?,
        sun: ranges("sun", &hours.sun)?,
    })
}

fn ranges(day: &str, pairs: &[(String, String)]) -> Result<Vec<TimeRange>, Wrong> {
    let mut ranges = Vec::with_capacity(pairs.len());
    for (place, (start, end)) in pairs.iter().enumerate() {
        let field = format!("business_hours.{day}[{place}]");
        let start = check::clock(&field, start)?;
        let end = match end.as_str() {
            "24:00" => None,
            end => Some(check::clock(&field, end)?),
        };
        if end.is_some_and(|end| end <= start) {
            return Err(Wrong::new(
                field,
                "must end after it starts; hours past midnight are two ranges, one on each day",
            ));
        }
        ranges.push((field, TimeRange { start, end }));
    }
    ranges.sort_by_key(|(_, range)| range.start);
    for pair in ranges.windows(2) {
        let before = pair[0].1.end.unwrap_or(time(23, 59, 59, 999_999_999));
        if before > pair[1].1.start {
            return Err(Wrong::new(pair[1].0.clone(), "overlaps another range of the same day"));
        }
    }
    Ok(ranges.into_iter().map(|(_, range)| range).collect())
}
