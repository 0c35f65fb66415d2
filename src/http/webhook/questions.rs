//! Vapi's questions that are no tool calls, each with its answer. Nothing here waits for the call's
//! session: what a question tells of the call is noted beside the answer, never before it.

use std::sync::Arc;

use hookswitch_actors::booking::locale::say_in;
use hookswitch_actors::questions::{
    Destination, Welcome, assistant_for_handoff, hand_over, may_dial,
};
use hookswitch_actors::{CallFact, CallFacts, Heard, OrgEntry};

use crate::http::app::App;
use crate::vapi::{
    Question, documents_body, eligible_body, handoff_body, transfer_body, wait_body, welcome_body,
};

/// The answer's body; `org` is `None` if the message is nobody's.
pub(super) async fn answer_question(
    app: &App,
    org: Option<&Arc<OrgEntry>>,
    facts: &CallFacts,
    question: Question,
    delivery: Option<u64>,
) -> Vec<u8> {
    let mut told = Vec::new();
    let body = match question {
        Question::WhoAnswers => {
            let ringing = CallFact::Status { status: "ringing".into(), ended_reason: None };
            note(app, org, facts, vec![ringing], delivery);
            let welcome = match org {
                Some(org) => app.calls.welcome(org, facts).await,
                None => Welcome::nobody(),
            };
            match &welcome {
                Welcome::Assistant { .. } => {}
                Welcome::Person(person) => note(app, org, facts, vec![transfer_to(person)], None),
                Welcome::Nobody { .. } => {
                    let org = org.map(|org| org.id().as_str());
                    tracing::warn!(org.id = org, "no assistant and no department: call refused");
                }
            }
            return welcome_body(&welcome);
        }
        Question::WhereToTransfer => {
            let now = app.calls.clock().now();
            let person = org.and_then(|org| hand_over(org, facts, now));
            told.push(match &person {
                Some(person) => transfer_to(person),
                None => CallFact::Warning { code: "transfer_refused", message: NO_ONE.into() },
            });
            let locale = org.map(|org| org.settings().locale).unwrap_or_default();
            say_in(locale, || transfer_body(person.as_ref()))
        }
        Question::WhichAssistant { named } => {
            let speaking = facts.assistant_id.as_deref();
            let found = org.and_then(|org| assistant_for_handoff(org, &named, speaking));
            if found.is_none() {
                let message = NO_ASSISTANT.into();
                told.push(CallFact::Warning { code: "handoff_refused", message });
            }
            handoff_body(found)
        }
        Question::Documents => documents_body(),
        Question::HowLongToWait => wait_body(),
        Question::MayDial { number } => {
            eligible_body(may_dial(org.map(AsRef::as_ref), number.as_deref()))
        }
    };
    note(app, org, facts, told, delivery);
    body
}

fn transfer_to(person: &Destination) -> CallFact {
    CallFact::Transfer {
        department: Some(person.department.clone()),
        to: Some(person.number.clone()),
        summary: String::new(),
    }
}

const NO_ONE: &str = "The agent wanted to hand the call over, but no department has a number that \
    can be called. Set `departments` in the org's settings.";

const NO_ASSISTANT: &str = "The agent wanted to hand the call over to an assistant that is not \
    among the org's `assistant_ids`.";

fn note(
    app: &App,
    org: Option<&Arc<OrgEntry>>,
    facts: &CallFacts,
    told: Vec<CallFact>,
    delivery: Option<u64>,
) {
    let Some(org) = org.cloned() else { return };
    let (calls, facts) = (app.calls.clone(), facts.clone());
    tokio::spawn(async move {
        calls.note(&org, &facts, Heard { facts: told, delivery }).await;
    });
}
