//! Who is calling, by the org's customer directory: `lookup_customer` (P015 to P024). The three
//! texts are the founding document's, word for word; a directory in trouble is told apart from a
//! new customer, and the agent goes on without it.
//!
//! The agent asks callers for their number, and whoever says one is told what is known of it: that is
//! the founding flow, and orgs whose callers use any phone need it. An org that is warier (R10) has
//! only those who call from the number told; others hear that there is such a customer and no more.

use std::borrow::Cow;

use hookswitch_storage::{CallEvent, NamingSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::wording::{refused, same_names};
use super::{Face, Given, Listing, Needs, ToolContext, ToolOutcome};
use crate::booking::{Effects, Refusal, phrases};
use crate::directory::matching::Match;
use crate::directory::{learn, numbers};
use crate::ports::{DirectoryContact, DirectoryError};

/// What the agent reads when no directory is connected (P023).
const NOT_CONFIGURED: &str =
    "Customer lookup is not configured. Proceeding without customer history.";

/// What the agent reads about somebody whom the directory does not have (P022).
const NOT_FOUND: &str = "No existing customer record found for this phone number. This appears to \
    be a new customer.";

/// What the agent reads when the number alone does not tell who it is; nothing of either of them.
const SEVERAL: &str = "More than one customer record has this phone number. Please ask for the \
    caller's full name, and do not assume anything about earlier appointments.";

/// Instead of what is known, when the call does not come from the number that was said.
const NOT_FROM_THERE: &str = "This call does not come from that number, so appointments and \
    household are not given here. Please ask for the caller's full name and go on without them; an \
    appointment can be looked up by its confirmation number.";

/// The last sentence about somebody who was found (P021).
const ACKNOWLEDGE: &str = "Please acknowledge this information naturally in the conversation.";

pub(super) fn faces() -> Vec<Face> {
    vec![Face::new(
        "lookup_customer",
        Listing::Set(NamingSet::Snake),
        "Look up customer information by phone number. Call this after collecting the customer's \
         phone number to get appointment details and household information.",
        lookup,
    )
    .needing(Needs::Directory)]
}

/// Arguments of `lookup_customer` (P017).
#[derive(Serialize, Deserialize, JsonSchema)]
struct LookupCustomer {
    /// Customer phone number (digits only, e.g., 6267888831)
    phone_number: String,
}

async fn lookup(context: ToolContext, arguments: LookupCustomer) -> ToolOutcome {
    if context.org.directory.is_none() {
        return passing(Given::text(NOT_CONFIGURED, false), Vec::new());
    }
    let Some(number) = numbers::meant(&arguments.phone_number, &context.org.settings().country)
    else {
        let refusal = Refusal::new("invalid_phone_number", phrases::unreadable("phone number"));
        return refused(&refusal, same_names, Effects::default());
    };
    let call = context.facts.id.as_ref();
    let directories = &context.shared.directories;
    match directories.find(&context.org, call, &number, context.deadline).await {
        None => passing(Given::text(NOT_CONFIGURED, false), Vec::new()),
        Some(Ok(Match::Nobody)) => ToolOutcome::answer(Given::text(NOT_FOUND, true)),
        Some(Ok(Match::Several)) => ToolOutcome::answer(Given::text(SEVERAL, true)),
        Some(Ok(Match::One(contact))) => found(&context, &number, &contact).await,
        Some(Ok(Match::Unclear)) => in_trouble(&DirectoryError::Unreadable),
        Some(Err(error)) => in_trouble(&error),
    }
}

/// An answer that a repeat must not get again: by then it may be another.
fn passing(given: Given, events: Vec<CallEvent>) -> ToolOutcome {
    ToolOutcome::new(given, Effects { events, replayable: false, ..Effects::default() })
}

async fn found(context: &ToolContext, number: &str, contact: &DirectoryContact) -> ToolOutcome {
    let mut effects = Effects::default();
    let state = context.state().await;
    let country = &context.org.settings().country;
    let signalled = state.caller.number.as_deref().and_then(|own| numbers::meant(own, country));
    let is_own = signalled.as_deref() == Some(number);
    // Nobody could have told whether it is: the caller is no part of the question.
    let is_unasked = signalled.is_none() && !context.facts.is_signalled;
    let was_compared = contact.phone.is_some();
    if is_own || was_compared {
        let learnt = learn(&context.shared, context.org.id(), number, contact).await;
        // Whoever says another's number is not yet the one who has it.
        if let Some(customer) = learnt
            && (is_own || is_unasked)
            && context.call().is_some()
            && state.customer.as_ref() != Some(&customer)
        {
            effects.events.push(CallEvent::CustomerIdentified { customer });
        }
    }
    let settings = context.org.settings().customerconnect.as_ref();
    let trusts = settings.is_some_and(|settings| settings.trust_spoken_number);
    let is_operator = context.facts.direct || context.operator.is_some();
    let said = if is_own || is_unasked || trusts || is_operator {
        describe(contact)
    } else {
        hint_at(contact)
    };
    ToolOutcome::new(Given::text(&said, true), effects)
}

/// What somebody hears who does not call from the number: enough for the one who has it to be
/// recognised by, and no more.
fn hint_at(contact: &DirectoryContact) -> String {
    let words = contact.name.iter().flat_map(|name| name.split_whitespace());
    let short = words.enumerate().map(|(place, word)| match (place, word.chars().next()) {
        (0, _) => word.to_owned(),
        (_, initial) => initial.into_iter().chain(['.']).collect(),
    });
    let short = short.take(2).collect::<Vec<String>>().join(" ");
    match short.trim_end_matches('.') {
        "" => format!("Customer found. {NOT_FROM_THERE}"),
        short => format!("Customer found: {short}. {NOT_FROM_THERE}"),
    }
}

/// P021; what the directory does not know is left out.
fn describe(contact: &DirectoryContact) -> String {
    let mut sentences: Vec<Cow<'static, str>> = Vec::with_capacity(4);
    sentences.push(match &contact.name {
        Some(name) => format!("Customer found: {name}.").into(),
        None => "Customer found.".into(),
    });
    match (&contact.appointment_date, &contact.appointment_time) {
        (Some(date), Some(time)) => {
            sentences.push(format!("Existing appointment: {date} at {time}.").into());
        }
        (Some(date), None) => sentences.push(format!("Existing appointment: {date}.").into()),
        (None, Some(time)) => sentences.push(format!("Existing appointment: at {time}.").into()),
        (None, None) => {}
    }
    if let Some(household) = &contact.household {
        sentences.push(format!("Household/Decision maker: {household}.").into());
    }
    sentences.push(ACKNOWLEDGE.into());
    sentences.join(" ")
}

#[derive(Serialize)]
struct Trouble {
    success: bool,
    error: &'static str,
    message: &'static str,
}

/// P094's shape. The agent goes on; supervisors learn what to do about it.
fn in_trouble(error: &DirectoryError) -> ToolOutcome {
    let (code, message) = match error {
        DirectoryError::KeyRefused => (
            "directory_refuses_key",
            "CustomerConnect refuses the API key; enter it again in the org's settings \
             (customerconnect.api_key).",
        ),
        DirectoryError::Refused { .. } => (
            "directory_refuses",
            "CustomerConnect refuses the look-up; check customerconnect.workspace_id in the org's \
             settings.",
        ),
        DirectoryError::RateLimited { .. } => (
            "directory_busy",
            "CustomerConnect takes no more look-ups for now; callers go on without their history.",
        ),
        DirectoryError::Unavailable | DirectoryError::Late | DirectoryError::Unreadable => (
            "directory_unavailable",
            "CustomerConnect gives no usable answer; callers go on without their history.",
        ),
    };
    let warning = CallEvent::Warning { code: code.into(), message: message.into() };
    let body = Trouble {
        success: false,
        error: "Could not connect to customer directory",
        message: "I'm having trouble looking up customer records right now. Let's go on without \
            the customer history.",
    };
    passing(Given::json(&body, false), vec![warning])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<String> {
        Some(text.into())
    }

    #[test]
    fn a_hint_has_a_first_name_and_an_initial() {
        for (name, shown) in [
            (text("Benjie Malinao"), "Customer found: Benjie M. "),
            (text("Mary Ann de la Cruz"), "Customer found: Mary A. "),
            (text("Benjie"), "Customer found: Benjie. "),
            (text(" "), "Customer found. "),
            (None, "Customer found. "),
        ] {
            let contact = DirectoryContact { name, ..DirectoryContact::default() };
            let said = hint_at(&contact);
            assert!(said.starts_with(&format!("{shown}This call")), "{said}");
        }
    }

    #[test]
    fn only_what_is_known_is_said() {
        let all = DirectoryContact {
            name: text("Benjie Malinao"),
            appointment_date: text("12-15-2025"),
            appointment_time: text("3:30PM"),
            household: text("Test Household"),
            ..DirectoryContact::default()
        };
        let appointment = "Existing appointment: 12-15-2025 at 3:30PM.";
        let household = "Household/Decision maker: Test Household.";
        let name = "Customer found: Benjie Malinao.";
        for (contact, said) in [
            (all.clone(), format!("{name} {appointment} {household} {ACKNOWLEDGE}")),
            (
                DirectoryContact { household: None, ..all.clone() },
                format!("{name} {appointment} {ACKNOWLEDGE}"),
            ),
            (
                DirectoryContact { appointment_time: None, ..all.clone() },
                format!("{name} Existing appointment: 12-15-2025. {household} {ACKNOWLEDGE}"),
            ),
            (
                DirectoryContact { appointment_date: None, appointment_time: None, ..all.clone() },
                format!("{name} {household} {ACKNOWLEDGE}"),
            ),
            (
                DirectoryContact { name: None, ..all },
                format!("Customer found. {appointment} {household} {ACKNOWLEDGE}"),
            ),
            (DirectoryContact::default(), format!("Customer found. {ACKNOWLEDGE}")),
        ] {
            assert_eq!(describe(&contact), said);
        }
    }
}
