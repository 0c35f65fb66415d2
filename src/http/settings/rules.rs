//! The rules of booking as an operator writes them.

use hookswitch_storage::{BookingRules, OutagePolicy, RequiredField};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};
use crate::http::openapi::names;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RulesDocument {
    min_lead_minutes: u32,
    horizon_days: u32,
    max_offers: u32,
    hold_seconds: u32,
    waitlist_hold_minutes: u32,
    #[schemars(schema_with = "names::outage_policy")]
    outage_policy: OutagePolicy,
    #[schemars(schema_with = "names::required_fields")]
    required_fields: Option<Vec<RequiredField>>,
}

impl Default for RulesDocument {
    fn default() -> Self {
        Self::from(&BookingRules::default())
    }
}

impl From<&BookingRules> for RulesDocument {
    fn from(rules: &BookingRules) -> Self {
        Self {
            min_lead_minutes: rules.min_lead_minutes,
            horizon_days: rules.horizon_days,
            max_offers: rules.max_offers,
            hold_seconds: rules.hold_seconds,
            waitlist_hold_minutes: rules.waitlist_hold_minutes,
            outage_policy: rules.outage_policy,
            required_fields: rules.required_fields.clone(),
        }
    }
}

/// The rules as they are stored.
pub(super) fn rules(document: RulesDocument) -> Result<BookingRules, Wrong> {
    check::range("booking.min_lead_minutes", document.min_lead_minutes, 0, 525_600)?;
    check::range("booking.horizon_days", document.horizon_days, 1, 3_650)?;
    check::range("booking.max_offers", document.max_offers, 1, 20)?;
    check::range("booking.hold_seconds", document.hold_seconds, 0, 86_400)?;
    let minutes = document.waitlist_hold_minutes;
    check::range("booking.waitlist_hold_minutes", minutes, 1, 1_440)?;
    Ok(BookingRules {
        min_lead_minutes: document.min_lead_minutes,
        horizon_days: document.horizon_days,
        max_offers: document.max_offers,
        hold_seconds: document.hold_seconds,
        waitlist_hold_minutes: document.waitlist_hold_minutes,
        outage_policy: document.outage_policy,
        required_fields: document.required_fields,
    })
}
