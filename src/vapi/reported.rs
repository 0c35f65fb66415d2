//! What a report after a call says, in our own words, whether it was posted to us or read at Vapi. Knows no way by
//! which it came.

use hookswitch_actors::{CallFact, OrgEntry};
use hookswitch_storage::TransferSign as Sign;
use jiff::Timestamp;

use super::{HandedOver, Report, Target};

/// What a report says that Vapi made at this moment: of hand-overs first, then of the call's end.
pub(crate) fn reported(
    org: &OrgEntry,
    report: &Report,
    made_at: Option<Timestamp>,
) -> Vec<CallFact> {
    let handed_on = report.transfers.iter().flat_map(|entry| handed_on(org, entry));
    let mut facts: Vec<CallFact> = handed_on.collect();
    facts.push(CallFact::Report {
        report: Box::new(report.kept()),
        ended_reason: report.ended_reason.as_deref().map(shortened),
        made_at,
    });
    facts
}

/// What a report says of one hand-over.
fn handed_on(org: &OrgEntry, entry: &HandedOver) -> Vec<CallFact> {
    let sign = match entry.status.as_str() {
        "connected" | "completed" => Sign::Bridged,
        "no-answer" | "voicemail" => Sign::NoAnswer,
        "busy" | "failed" | "cancelled" => Sign::Rejected,
        _ => return Vec::new(),
    };
    let target = Target { to: entry.to.clone(), summary: None };
    let told = target.to.is_some().then(|| handed_over_to(org, &target));
    let sign = CallFact::HandedOn { sign, to: target.to };
    told.into_iter().chain([sign]).collect()
}

/// The call is handed over to whom Vapi names.
pub(crate) fn handed_over_to(org: &OrgEntry, target: &Target) -> CallFact {
    let department = target.to.as_deref().and_then(|number| org.department_at(number));
    CallFact::Transfer {
        department: department.map(str::to_owned),
        to: target.to.clone(),
        summary: target.summary.clone().unwrap_or_default(),
    }
}

/// Longest text of Vapi's that is repeated, other than what was said, characters.
const MAX_REPEATED: usize = 300;

/// A text of Vapi's, as long as it is repeated at most.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(MAX_REPEATED).collect()
}
