//! What a session makes of messages that come early, late or twice: how far the call is, who is on
//! the line, where it is handed over. Called by what hears messages; each rule gives the same end
//! whatever the order (a status never goes back, a fact once known stays, a warning stands once).

use std::sync::Arc;

use hookswitch_storage::{CallEvent, CallWrite, Direction};

use super::facts::CallFacts;
use super::{SessionRef, SessionState, look_up_caller};

/// How far a call is; words that are not known here come after it was answered.
fn stage(status: &str) -> u8 {
    match status {
        "scheduled" => 0,
        "queued" => 1,
        "ringing" => 2,
        _ => 3,
    }
}

impl SessionState {
    pub(super) fn keep_one(&mut self, event: CallEvent) {
        let events = self.record(vec![event]);
        self.keep(CallWrite { events, answer: None, record: None });
    }

    /// Vapi's word for how far the call is.
    pub(super) fn status(&mut self, status: String, ended_reason: Option<String>) {
        match status.as_str() {
            "ended" => self.end(ended_reason, None),
            // Said of Vapi's record of the call, not of the call.
            "deletion-failed" => self.warn("deletion_failed", DELETION_FAILED.into()),
            "not-found" => self.warn("not_found", NOT_FOUND.into()),
            _ if self.call.ended.is_some() => {}
            _ => {
                let goes_back =
                    self.memory.knows_status && stage(&status) < stage(&self.call.status);
                self.memory.knows_status = true;
                if !goes_back && self.call.status != status {
                    self.keep_one(CallEvent::StatusChanged { status });
                }
            }
        }
    }

    /// Somebody talks or a tool runs, so nobody's phone is ringing any more. Assistants can be set
    /// not to report statuses.
    pub(super) fn answered(&mut self) {
        self.memory.knows_status = true;
        if self.call.ended.is_none() && stage(&self.call.status) < stage("in-progress") {
            self.keep_one(CallEvent::StatusChanged { status: "in-progress".into() });
        }
    }

    /// Whether somebody has answered the call, as far as it was said.
    pub(super) fn is_answered(&self) -> bool {
        self.memory.knows_status && stage(&self.call.status) >= stage("in-progress")
    }

    /// Takes over what this message knows of the call and no earlier one knew, also after the end:
    /// the record of the call is to be complete.
    pub(super) fn learn(&mut self, myself: &SessionRef, facts: &CallFacts) {
        let call = &self.call;
        let mut known = CallFacts {
            id: None,
            direction: call.direction,
            caller: call.caller.clone(),
            assistant_id: call.assistant_id.clone(),
            phone_number_id: facts.phone_number_id.clone(),
            dialled: None,
            links: call.links.clone(),
            is_signalled: facts.is_signalled,
            direct: false,
        };
        // One that cannot be used gives way to one that can.
        known.links.control_url = self.better_control_url(facts.links.control_url.as_ref());
        let mut is_new = known.links.control_url != call.links.control_url;
        // Inbound is also what a call is taken for that does not say.
        if call.direction == Direction::Inbound && facts.direction != Direction::Inbound {
            known.direction = facts.direction;
            is_new = true;
        }
        for (place, news) in [
            (&mut known.caller.number, &facts.caller.number),
            (&mut known.caller.name, &facts.caller.name),
            (&mut known.assistant_id, &facts.assistant_id),
            (&mut known.links.listen_url, &facts.links.listen_url),
        ] {
            if place.is_none() && news.is_some() {
                place.clone_from(news);
                is_new = true;
            }
        }
        if !is_new {
            return;
        }
        let number = known.caller.number.clone().filter(|_| call.caller.number.is_none());
        let event = known.started(call.today, &call.time_zone);
        let events = self.record(vec![event]);
        let record = Some(self.call_record());
        self.keep(CallWrite { events, answer: None, record });
        if let Some(number) = number.filter(|_| self.call.ended.is_none()) {
            let (shared, key) = (Arc::clone(&self.shared), self.key().clone());
            look_up_caller(myself.clone(), shared, key, number, self.errands.clone());
        }
    }

    /// The call is handed over; told by several messages, it is one event.
    pub(super) fn handed_over(
        &mut self,
        department: Option<String>,
        number: Option<String>,
        summary: String,
    ) {
        if !self.memory.was_handed_over(number.as_ref().unwrap_or(&summary)) {
            let departments = &self.shared.orgs.get(&self.key().org);
            let departments = departments.as_ref().map(|org| &org.settings().departments);
            let named = department.as_ref().and_then(|name| departments?.get(name));
            let warm = named.is_some_and(|department| department.transfer.mode.is_warm());
            self.keep_one(CallEvent::TransferRequested {
                department,
                number,
                summary,
                warm,
                by_command: false,
            });
        }
    }

    /// Warns once of one thing.
    pub(super) fn warn(&mut self, code: &str, message: String) {
        let is_known =
            |known: &super::state::CallWarning| known.code == code && known.message == message;
        if !self.call.warnings.iter().any(is_known) {
            self.keep_one(CallEvent::Warning { code: code.into(), message });
        }
    }
}

const DELETION_FAILED: &str = "Vapi could not delete its record of this call. \
    Delete it in Vapi's dashboard if it must go.";

const NOT_FOUND: &str = "Vapi has no record of this call. \
    Check in Vapi's dashboard that the call belongs to this account.";

#[cfg(test)]
mod tests {
    use super::stage;

    #[test]
    fn a_call_goes_from_scheduled_to_answered_and_beyond() {
        let way = ["scheduled", "queued", "ringing", "in-progress"];
        assert!(way.is_sorted_by(|a, b| stage(a) < stage(b)));
        for beyond in ["forwarding", "a-status-of-the-future"] {
            assert_eq!(stage(beyond), stage("in-progress"), "{beyond}");
        }
    }
}
