//! Which vendor is in which trouble, and what its operator reads.

use std::fmt;

use hookswitch::player::stand_ins::calcom::Trouble;
use serde_json::{Value, json};

use super::house::Part;

pub(super) struct Row {
    pub(super) vendor: &'static str,
    /// In a few words.
    pub(super) name: &'static str,
    pub(super) part: Part,
    pub(super) trouble: fn() -> Trouble,
    /// Whether new credentials put it right.
    pub(super) reconnect: bool,
    /// Parts of what is wrong, in words that name the remedy where credentials are not to blame.
    pub(super) problem: &'static [&'static str],
    /// Parts of what to do.
    pub(super) hint: &'static [&'static str],
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.vendor, self.name)
    }
}

const fn refused(vendor: &'static str, hint: &'static [&'static str]) -> Row {
    Row {
        vendor,
        name: "credentials are refused",
        part: Part::Everything,
        trouble: || Trouble::Refuses,
        reconnect: true,
        problem: &["refuses the credentials"],
        hint,
    }
}

const fn forbidden(
    vendor: &'static str,
    name: &'static str,
    part: Part,
    trouble: fn() -> Trouble,
    problem: &'static [&'static str],
) -> Row {
    let hint = &["do as the problem says"];
    Row { vendor, name, part, trouble, reconnect: false, problem, hint }
}

fn answers(status: u16, body: Value) -> Trouble {
    Trouble::Answers { status, body }
}

fn google(reason: &str) -> Trouble {
    let one = json!({"domain": "global", "reason": reason, "message": "0x42"});
    answers(403, json!({"error": {"code": 403, "message": "0x42", "errors": [one]}}))
}

fn square(status: u16, category: &str, code: &str) -> Trouble {
    let one = json!({"category": category, "code": code, "detail": "0x42"});
    answers(status, json!({"errors": [one]}))
}

use Part::{Everything, Writing};

pub(super) const TABLE: &[Row] = &[
    refused("calcom", &["new API key in Cal.com", "`credentials.api_key`"]),
    forbidden(
        "calcom",
        "the key does not allow it",
        Everything,
        || Trouble::Forbids,
        &["Cal.com does not allow this", "owner or team", "plan"],
    ),
    forbidden("calcom", "the key only reads", Writing, || Trouble::Forbids, &["owner or team"]),
    refused("calendly", &["new personal access token in Calendly", "`credentials.token`"]),
    forbidden(
        "calendly",
        "scopes are missing",
        Everything,
        || Trouble::Forbids,
        &["Calendly does not", "needs the scopes"],
    ),
    forbidden(
        "calendly",
        "the plan does not allow bookings",
        Writing,
        || {
            let message = "Please upgrade your Calendly account to Standard";
            answers(403, json!({"title": "Permission Denied", "message": message}))
        },
        &["paid plan (Standard or above)"],
    ),
    forbidden(
        "calendly",
        "the scope for bookings is missing",
        Writing,
        || Trouble::Forbids,
        &["scheduled_events:write"],
    ),
    refused("square", &["new access token of the seller's", "`credentials.access_token`"]),
    forbidden(
        "square",
        "permissions are missing",
        Everything,
        || Trouble::Forbids,
        &["lacks a permission", "APPOINTMENTS_READ", "connect again"],
    ),
    forbidden(
        "square",
        "the permission for bookings is missing",
        Writing,
        || Trouble::Forbids,
        &["APPOINTMENTS_WRITE", "connect again"],
    ),
    forbidden(
        "square",
        "the plan does not allow bookings",
        Writing,
        || square(403, "MERCHANT_SUBSCRIPTION_ERROR", "MERCHANT_SUBSCRIPTION_NOT_FOUND"),
        &["Appointments Plus or Premium"],
    ),
    forbidden(
        "square",
        "the application is switched off",
        Everything,
        || square(401, "AUTHENTICATION_ERROR", "APPLICATION_DISABLED"),
        &["disabled the application", "developer page"],
    ),
    refused("google", &["`credentials.access_token`", "`credentials.service_account`"]),
    forbidden(
        "google",
        "boxes were left empty",
        Everything,
        || google("insufficientPermissions"),
        &["connect again", "every box ticked"],
    ),
    forbidden(
        "google",
        "the interface is not switched on",
        Everything,
        || google("accessNotConfigured"),
        &["Calendar API is not enabled", "enable it there"],
    ),
    forbidden(
        "google",
        "the calendar may only be read",
        Writing,
        || google("requiredAccessLevel"),
        &["share it with the right to make changes"],
    ),
    refused("acuity", &["API key in Acuity", "`credentials.api_key`", "`credentials.user_id`"]),
    forbidden(
        "acuity",
        "the user may not",
        Everything,
        || Trouble::Forbids,
        &["Acuity does not allow this", "rights of the user", "plan"],
    ),
    forbidden(
        "acuity",
        "the user only looks",
        Writing,
        || Trouble::Forbids,
        &["rights of the user"],
    ),
    refused("opentable", &["`credentials.client_id`", "`credentials.client_secret`"]),
    forbidden(
        "opentable",
        "the restaurant is not opened to us",
        Everything,
        || answers(403, json!({"errors": [{"message": "Permission denied"}]})),
        &["options.restaurant_id", "switch the integration on"],
    ),
    forbidden(
        "opentable",
        "only the staff may reserve",
        Writing,
        || Trouble::Forbids,
        &["the restaurant's own staff"],
    ),
    refused("caldav", &["app password", "`credentials.password`"]),
    forbidden(
        "caldav",
        "the calendar is not shared",
        Everything,
        || Trouble::Forbids,
        &["does not let this user read", "options.calendar_ids"],
    ),
    forbidden(
        "caldav",
        "the calendar may only be read",
        Writing,
        || Trouble::Forbids,
        &["share it with the right to edit", "options.calendar_ids"],
    ),
];
