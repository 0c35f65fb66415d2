//! From Vapi's words to ours: who is on the line, and what a message reports.

use hookswitch_actors::booking::people;
use hookswitch_actors::{CallFact, CallFacts, OrgEntry};
use hookswitch_storage::{CallLinks, Caller, Direction, TransferSign as Sign};
use jiff::Timestamp;

use crate::vapi::{CallInfo, Kind, Target, handed_over_to, reported, shortened};

pub(super) fn call_facts(org: Option<&OrgEntry>, call: &CallInfo) -> CallFacts {
    let country = org.map_or("US", |org| org.settings().country.as_str());
    let number = call.caller_number.as_deref().and_then(|number| people::phone(number, country));
    CallFacts {
        id: call.id.clone(),
        direction: match call.call_type.as_deref() {
            Some("outboundPhoneCall") => Direction::Outbound,
            Some("webCall" | "vapi.websocketCall") => Direction::Web,
            _ => Direction::Inbound,
        },
        caller: Caller { number, name: caller_name(call) },
        is_signalled: call.call_type.is_some() || call.caller_number.is_some(),
        assistant_id: call.assistant_id.clone(),
        phone_number_id: call.phone_number_id.clone(),
        dialled: call.dialled_number.clone(),
        links: CallLinks {
            control_url: call.control_url.clone(),
            listen_url: call.listen_url.clone(),
        },
        direct: false,
    }
}

/// What lines say in the place of a name when the caller does not want to be known.
const NAMELESS: [&str; 8] = [
    "anonymous",
    "blocked",
    "private",
    "restricted",
    "unavailable",
    "unknown",
    "unknown caller",
    "withheld",
];

fn caller_name(call: &CallInfo) -> Option<String> {
    let is_name = |name: &&String| !NAMELESS.iter().any(|no| no.eq_ignore_ascii_case(name));
    call.caller_name.as_ref().filter(is_name).map(|name| shortened(name))
}

/// What a message reports that Vapi made at this moment. A message that reports nothing is still a sign of life.
pub(super) fn facts_of(org: &OrgEntry, kind: Kind, made_at: Option<Timestamp>) -> Vec<CallFact> {
    match kind {
        Kind::StatusUpdate { status, ended_reason, target, refusal } => {
            let ended_reason = ended_reason.as_deref().map(shortened);
            let mut facts = vec![CallFact::Status { status: shortened(&status), ended_reason }];
            facts.extend(target.into_iter().flat_map(|target| {
                [
                    handed_over_to(org, &target),
                    CallFact::HandedOn { sign: Sign::Dialing, to: target.to },
                ]
            }));
            facts.extend(made_at.and_then(|at| whereabouts(&status, at)));
            facts.extend(refusal.map(|why| CallFact::Warning {
                code: "assistant_request_refused",
                message: format!(
                    "Vapi did not accept who was to take the call: {}",
                    shortened(&why)
                ),
            }));
            facts
        }
        Kind::EndOfCallReport(report) => reported(org, &report, made_at),
        Kind::Transcript { speaker, text, is_final } => {
            vec![CallFact::Said { speaker, text, is_final }]
        }
        Kind::ConversationUpdate { lines } => vec![CallFact::Conversation {
            lines: lines.into_iter().map(|line| (line.speaker, line.text)).collect(),
        }],
        Kind::Hang => vec![CallFact::Stalled],
        Kind::TransferUpdate { target } => {
            let taken = |target: Target| {
                let sign = CallFact::HandedOn { sign: Sign::Accepted, to: target.to.clone() };
                let to_a_person = target.to.is_some().then_some(sign);
                [Some(handed_over_to(org, &target)), to_a_person].into_iter().flatten()
            };
            target.into_iter().flat_map(taken).collect()
        }
        Kind::Language { language } => vec![CallFact::Warning {
            code: "language_changed",
            message: format!("The caller speaks another language now: {}.", shortened(&language)),
        }],
        Kind::AssistantStarted | Kind::SpeechUpdate { .. } => vec![CallFact::Answered],
        Kind::CarrierControl => {
            vec![CallFact::Warning { code: "carrier_control", message: CARRIER_CONTROL.into() }]
        }
        Kind::Deleted => vec![CallFact::Deleted],
        Kind::DeleteFailed => {
            vec![CallFact::Status { status: "deletion-failed".into(), ended_reason: None }]
        }
        Kind::Uploads { failed } => {
            let names = shortened(&failed.join(", "));
            let problem = (!failed.is_empty()).then(|| format!("Vapi could not upload: {names}."));
            vec![CallFact::Uploaded { problem }]
        }
        Kind::ToolCalls(_)
        | Kind::FunctionCall(_)
        | Kind::Question(_)
        | Kind::Other
        | Kind::Unknown
        | Kind::Missing => Vec::new(),
    }
}

/// Subscribing to that message turns Vapi's own hanging up and forwarding off.
const CARRIER_CONTROL: &str = "Vapi leaves hanging up and forwarding to this server, which does \
    not command the carrier. Remove `phone-call-control` from the assistant's server messages.";

/// Where the caller is at this moment of Vapi's, as far as a status says so.
fn whereabouts(status: &str, at: Timestamp) -> Option<CallFact> {
    match status {
        "in-progress" => Some(CallFact::Whereabouts { with_agent: true, at }),
        "forwarding" => Some(CallFact::Whereabouts { with_agent: false, at }),
        _ => None,
    }
}
