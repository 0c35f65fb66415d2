//! Handing the caller over: `transfer_call` and `transferCall`. Decides to whom, and says only
//! what is true: without a number or a way to steer the call, it offers to take a message.

use hookswitch_storage::{CallEvent, Department, NamingSet};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Face, Given, Listing, Needs, ToolContext, ToolOutcome};
use crate::booking::phrases::handover;
use crate::booking::{Effects, people};
use crate::orgs::OrgEntry;
use crate::ports::Handover;
use crate::session::CallAction;
use crate::session::state::handover::{NO_CALL_CONTROL, NO_TRANSFER_NUMBER, NOBODY_THERE};

const DESCRIPTION: &str = "Transfer the caller to a human colleague. Call this at once when the \
    caller asks for a person, is frustrated or angry, when the request is too complex for you, \
    after 3 failed booking attempts, or when the calendar or booking system is offline. Do not \
    announce the transfer yourself.";

/// The department of callers that belong to no other one.
pub(crate) const GENERAL: &str = "general";

pub(super) fn faces() -> Vec<Face> {
    vec![
        Face::new("transfer_call", Listing::Set(NamingSet::Snake), DESCRIPTION, transfer)
            .needing(Needs::Department),
        Face::new("transferCall", Listing::Set(NamingSet::Camel), DESCRIPTION, transfer)
            .needing(Needs::Department),
    ]
}

/// Arguments of `transfer_call` and `transferCall` (P174). The published departments are the
/// seed's; any other that the org has is understood.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Transfer {
    /// One sentence about the caller's issue
    summary: String,
    /// Department to transfer the caller to
    #[schemars(extend("enum" = ["general", "billing", "medical"]))]
    department: String,
}

#[derive(Serialize)]
struct TransferText<'a> {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    department: &'a str,
    message: String,
}

/// The numbers at both ends of a call, where they are known: handed over to one of them, it would
/// come back to where it was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ends<'a> {
    /// E.164.
    pub(crate) caller: Option<&'a str>,
    /// As signalled.
    pub(crate) dialled: Option<&'a str>,
    /// The time, where those who are not there at it do not count.
    pub(crate) at: Option<Timestamp>,
}

impl Ends<'_> {
    fn are_at(self, org: &OrgEntry, number: &str) -> bool {
        let country = &org.settings().country;
        let dialled = self.dialled.and_then(|dialled| people::phone(dialled, country));
        self.caller == Some(number) || dialled.as_deref() == Some(number)
    }
}

/// Where a department's callers go: the department's own name and number, or the general one's.
/// Numbers that lead back, to the org's own lines or an end of the call, count as none.
pub(crate) fn destination<'a>(
    org: &'a OrgEntry,
    wanted: &str,
    ends: Ends<'_>,
) -> Option<(&'a str, &'a Department)> {
    let wanted = wanted.trim();
    let called = |wanted: &str| reachable(org, ends, |name| name.eq_ignore_ascii_case(wanted));
    called(wanted).or_else(|| called(GENERAL))
}

/// Somebody, for callers who want a person whoever it is: the general department, else the first
/// by name.
pub(crate) fn anybody<'a>(org: &'a OrgEntry, ends: Ends<'_>) -> Option<(&'a str, &'a Department)> {
    destination(org, GENERAL, ends).or_else(|| reachable(org, ends, |_| true))
}

fn reachable<'a>(
    org: &'a OrgEntry,
    ends: Ends<'_>,
    is_meant: impl Fn(&str) -> bool,
) -> Option<(&'a str, &'a Department)> {
    let mut departments = org.settings().departments.iter().map(|(name, at)| (name.as_str(), at));
    departments.find(|(name, at)| {
        let number = at.number.as_str();
        let is_there = ends.at.is_none_or(|now| !at.business_hours_only || org.is_open(now));
        is_meant(name) && is_there && !is_own_line(org, number) && !ends.are_at(org, number)
    })
}

/// How a call is handed over to a department.
pub(crate) fn handover_to(department: &Department) -> Handover {
    Handover {
        number: department.number.clone(),
        extension: department.extension.clone(),
        plan: department.transfer.clone(),
        ..Handover::default()
    }
}

/// Whether this E.164 number is one of the org's own, which the agent itself answers.
pub(crate) fn is_own_line(org: &OrgEntry, number: &str) -> bool {
    org.settings().phone_numbers.contains(number)
}

async fn transfer(context: ToolContext, arguments: Transfer) -> ToolOutcome {
    let Transfer { summary, department } = arguments;
    if summary.trim().is_empty() {
        let problem = "Missing argument `summary`. Please call the tool again with one sentence \
                       about the caller's issue.";
        return ToolOutcome { replayable: false, ..ToolOutcome::answer(Given::error("", problem)) };
    }
    let state = context.state().await;
    let dialled = context.facts.dialled.as_deref();
    let at = Some(context.now());
    let ends = Ends { caller: state.caller.number.as_deref(), dialled, at };
    let found = destination(&context.org, &department, ends);
    let found = found.or_else(|| anybody(&context.org, ends));
    let mut effects = Effects::default();
    let number = found.map(|(_, at)| at.number.clone());
    // A supervisor sees the wish even where it cannot be granted.
    effects.events.push(CallEvent::TransferRequested {
        department: Some(department.trim().to_owned()),
        number,
        summary: summary.trim().to_owned(),
        warm: found.is_some_and(|(_, at)| at.transfer.mode.is_warm()),
        by_command: true,
    });
    let (Some((name, at)), true) = (found, context.can_control(&state)) else {
        let is_closed =
            found.is_none() && anybody(&context.org, Ends { at: None, ..ends }).is_some();
        let (code, problem) = if is_closed {
            (
                NOBODY_THERE,
                "The caller wants to be connected outside of the hours in which the departments \
              that could take the call are there.",
            )
        } else if found.is_none() {
            (
                NO_TRANSFER_NUMBER,
                "The caller wants to be connected, but no department that could \
              take the call has a number of its own.",
            )
        } else {
            (
                NO_CALL_CONTROL,
                "The caller wants to be connected, but the call takes no commands: \
              its control URL is missing or is not one of Vapi's.",
            )
        };
        effects.events.push(CallEvent::Warning { code: code.into(), message: problem.into() });
        let body = TransferText {
            success: false,
            error: Some("transfer_unavailable"),
            department: department.trim(),
            message: if is_closed { handover::closed() } else { handover::cannot_connect() }.into(),
        };
        // What was missing may come with the next message.
        effects.replayable = false;
        return ToolOutcome::new(Given::json(&body, false), effects);
    };
    let announcement = handover::connecting(name);
    let body = TransferText {
        success: true,
        error: None,
        department: name,
        message: format!("{} {announcement}", handover::one_moment()),
    };
    // The first words silence the model, so that it does not talk into the transfer; the rest is
    // said by the transfer itself.
    let given = Given::json(&body, true).spoken(handover::one_moment(), false);
    let summary = summary.trim().to_owned();
    let to = Handover { announcement, summary, ..handover_to(at) };
    ToolOutcome::new(given, effects).then(CallAction::Transfer(Box::new(to)))
}
