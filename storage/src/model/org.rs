//! An organisation and its settings, as stored. Knows nothing of how settings are edited.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::crypt::Sealed;
use crate::ids::{ConnectionId, OrgId, ServiceId, WebhookId};
use crate::model::handover::Department;
use crate::model::timing::MessageRules;
use crate::model::voice::{CallRules, InboundRule, Locale, NumberRule};
use crate::model::webhook_auth::WebhookAuth;

/// One business and everything an operator has set for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// The last part of its webhook URL.
    pub webhook_id: WebhookId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Rises by one with each change; a change made against an older one is refused.
    pub version: u64,
    /// What the operator has set.
    pub settings: Settings,
}

/// What an operator sets for one org.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The business's name, as a caller would say it.
    pub name: String,
    /// IANA time zone of the business (`Europe/Berlin`).
    pub timezone: String,
    /// ISO 3166 country (`US`): the default region of phone numbers.
    pub country: String,
    /// Opening hours in local time.
    pub business_hours: BusinessHours,
    /// Local dates on which nothing can be booked.
    #[serde(default)]
    pub closed_dates: BTreeSet<Date>,
    /// What can be booked.
    pub services: Vec<Service>,
    /// The service meant when a caller names none or an unknown one.
    #[serde(default)]
    pub default_service: Option<ServiceId>,
    /// Dialled numbers (E.164) that belong to this org.
    #[serde(default)]
    pub phone_numbers: BTreeSet<String>,
    /// Vapi phone number ids that belong to this org.
    #[serde(default)]
    pub vapi_phone_number_ids: BTreeSet<String>,
    /// Vapi assistant ids that belong to this org, each once; the first takes inbound calls.
    #[serde(default)]
    pub assistant_ids: Vec<String>,
    /// Where a call can be handed over to, by department name.
    #[serde(default)]
    pub departments: BTreeMap<String, Department>,
    /// One or two ways in which webhooks prove that they come from Vapi.
    pub webhook_auth: Vec<WebhookAuth>,
    /// Booking rules.
    #[serde(default)]
    pub booking: BookingRules,
    /// Which set of tool names is registered with Vapi; both are answered.
    #[serde(default)]
    pub tool_names: NamingSet,
    /// Tools of the naming set that are on none of the org's assistants, by name.
    #[serde(default)]
    pub disabled_tools: BTreeSet<String>,
    /// The operator's own part of the system prompt.
    #[serde(default)]
    pub prompt: Option<String>,
    /// Days to keep calls; `None` keeps them until they are erased.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// The connection that bookings go to.
    #[serde(default)]
    pub default_connection: Option<ConnectionId>,
    /// The customer directory that callers are looked up in.
    #[serde(default)]
    pub customerconnect: Option<CustomerConnect>,
    /// The account that text messages are sent with.
    #[serde(default)]
    pub twilio: Option<Twilio>,
    /// The server that e-mail is sent through.
    #[serde(default)]
    pub smtp: Option<Smtp>,
    /// When messages are sent.
    #[serde(default)]
    pub messages: MessageRules,
    /// How long a call may be.
    #[serde(default)]
    pub calls: CallRules,
    /// Which assistant takes which inbound call; the first rule that fits counts, and without one
    /// the first of `assistant_ids`.
    #[serde(default)]
    pub inbound: Vec<InboundRule>,
    /// How Vapi is to treat numbers of this org's, by its ids of them, each of which is among
    /// `vapi_phone_number_ids`; the others are left as they are.
    #[serde(default)]
    pub vapi_numbers: BTreeMap<String, NumberRule>,
    /// The language that callers are spoken to in.
    #[serde(default)]
    pub locale: Locale,
    /// The credential in Vapi that carries this org's own webhook secret.
    #[serde(default)]
    pub vapi_credential_id: Option<String>,
}

/// An org's access to the CustomerConnect directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerConnect {
    /// The workspace whose contacts are searched.
    pub workspace_id: String,
    /// The workspace's key, sealed under the field name `customerconnect.api_key`.
    pub api_key: Sealed,
    /// Whether somebody who is not calling from a number hears all that is known of it, too.
    #[serde(default = "yes")]
    pub trust_spoken_number: bool,
}

fn yes() -> bool {
    true
}

/// An org's account at Twilio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twilio {
    /// The account, `AC` and 32 hexadecimal digits; `None` for the server's own, to which nothing of the
    /// rest is kept here.
    #[serde(default)]
    pub account_sid: Option<String>,
    /// The account's token, sealed under the field name `twilio.auth_token`. It signs what Twilio posts.
    #[serde(default)]
    pub auth_token: Option<Sealed>,
    /// A key of the account's, used in the token's place where there is one.
    #[serde(default)]
    pub api_key: Option<TwilioKey>,
    /// The sender.
    pub from: TwilioSender,
}

/// A key of an account at Twilio, which can be revoked without changing the account's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwilioKey {
    /// `SK` and 32 hexadecimal digits.
    pub sid: String,
    /// Its secret, sealed under the field name `twilio.api_key_secret`.
    pub secret: Sealed,
}

/// Who a text message comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwilioSender {
    /// A number of the account, E.164.
    Number(String),
    /// A messaging service of the account, `MG` and 32 hexadecimal digits.
    Service(String),
}

/// An org's server for outgoing e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Smtp {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is kept secret.
    pub security: SmtpSecurity,
    /// Name to sign in with; `None` where nobody signs in.
    pub username: Option<String>,
    /// Password to it, sealed under the field name `smtp.password`.
    pub password: Option<Sealed>,
    /// The sender's address.
    pub from: String,
    /// Addresses of the business's own people, who are told of every wish to be called back; at most 10.
    #[serde(default)]
    pub notify: Vec<String>,
}

/// How a connection for e-mail is kept secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// It begins in clear and must change to TLS.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all; never with a password.
    None,
}

/// Local opening hours by weekday; a weekday without ranges is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    /// Monday's ranges, in order, not overlapping.
    #[serde(default)]
    pub mon: Vec<TimeRange>,
    /// Tuesday's.
    #[serde(default)]
    pub tue: Vec<TimeRange>,
    /// Wednesday's.
    #[serde(default)]
    pub wed: Vec<TimeRange>,
    /// Thursday's.
    #[serde(default)]
    pub thu: Vec<TimeRange>,
    /// Friday's.
    #[serde(default)]
    pub fri: Vec<TimeRange>,
    /// Saturday's.
    #[serde(default)]
    pub sat: Vec<TimeRange>,
    /// Sunday's.
    #[serde(default)]
    pub sun: Vec<TimeRange>,
}

impl BusinessHours {
    /// The ranges of a weekday.
    #[must_use]
    pub fn on(&self, day: Weekday) -> &[TimeRange] {
        match day {
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
        }
    }
}

/// A local time range; `end` is exclusive and `None` means midnight at the day's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// First bookable moment.
    pub start: Time,
    /// End of the last appointment; `None` for 24:00.
    pub end: Option<Time>,
}

/// Something that can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its id, also what a voice agent passes as the service type.
    pub id: ServiceId,
    /// Its name as spoken.
    pub name: String,
    /// Length of an appointment, minutes, 1 to 1,440.
    pub duration_minutes: u32,
    /// Time kept free after an appointment, minutes.
    #[serde(default)]
    pub buffer_minutes: u32,
    /// How many places there are at a time, at least 1.
    #[serde(default = "one")]
    pub capacity: u32,
    /// What takes a place.
    #[serde(default)]
    pub capacity_counts: CapacityCounts,
    /// The largest party that can be booked without asking a person; the capacity when not set.
    #[serde(default)]
    pub max_party_size: Option<u32>,
    /// The calendars in which it can be booked, the most wanted first; empty for the one that all
    /// bookings of the org go to.
    #[serde(default)]
    pub connections: Vec<ConnectionId>,
    /// Distance between two starts, minutes; the duration when not set.
    #[serde(default)]
    pub slot_minutes: Option<u32>,
    /// The most bookings of it on one day of the org's, at least 1; as many as there is time for when not set.
    #[serde(default)]
    pub max_per_day: Option<u32>,
}

fn one() -> u32 {
    1
}

/// What takes a place of a service's capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityCounts {
    /// Each booking takes one place, as with members of staff who work side by side.
    #[default]
    Bookings,
    /// Each person who comes takes one place, as at the tables of a restaurant.
    Guests,
}

impl Service {
    /// How many places a party takes; one when nobody said how many people come.
    #[must_use]
    pub fn places(&self, party_size: Option<u32>) -> u32 {
        match self.capacity_counts {
            CapacityCounts::Bookings => 1,
            CapacityCounts::Guests => party_size.unwrap_or(1).max(1),
        }
    }

    /// The largest party that can be booked without asking a person; `None` if it does not matter.
    #[must_use]
    pub fn largest_party(&self) -> Option<u32> {
        match self.capacity_counts {
            CapacityCounts::Bookings => self.max_party_size,
            CapacityCounts::Guests => {
                Some(self.max_party_size.unwrap_or(self.capacity).min(self.capacity))
            }
        }
    }
}

/// The naming set that is registered with Vapi (ruling K6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamingSet {
    /// `check_availability` and its like.
    #[default]
    Snake,
    /// `checkAvailability` and its like.
    Camel,
}

/// Booking rules of an org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRules {
    /// Shortest time between now and an appointment's start, minutes.
    pub min_lead_minutes: u32,
    /// How far ahead can be booked, days.
    pub horizon_days: u32,
    /// Most slots that are spoken in one answer.
    pub max_offers: u32,
    /// How long an offered slot is kept from other callers, seconds.
    pub hold_seconds: u32,
    /// How long a slot that became free is kept for the next in the waitlist, minutes.
    #[serde(default = "quarter_of_an_hour")]
    pub waitlist_hold_minutes: u32,
    /// What happens while the provider is out of reach.
    pub outage_policy: OutagePolicy,
    /// What a caller must give; `None` leaves it to each tool's own list (K18).
    #[serde(default)]
    pub required_fields: Option<Vec<RequiredField>>,
}

fn quarter_of_an_hour() -> u32 {
    15
}

impl Default for BookingRules {
    fn default() -> Self {
        Self {
            min_lead_minutes: 0,
            horizon_days: 180,
            max_offers: 4,
            hold_seconds: 300,
            waitlist_hold_minutes: quarter_of_an_hour(),
            outage_policy: OutagePolicy::Defaults,
            required_fields: None,
        }
    }
}

/// What happens while a provider is out of reach (K7, R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutagePolicy {
    /// Offer 9 to 17 in 30-minute steps, store as pending, say that it will be confirmed.
    Defaults,
    /// Take a message.
    TakeMessage,
    /// Hand the call over.
    Transfer,
}

/// A detail that an org can require of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredField {
    /// The customer's name.
    CustomerName,
    /// The customer's phone number.
    CustomerPhone,
    /// The customer's e-mail address.
    CustomerEmail,
}
