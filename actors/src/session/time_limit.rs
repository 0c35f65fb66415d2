//! What is done about a call that takes too long: its agent is told, once, that the time is nearly over, and a
//! tool that never ends is given up, so that nothing waits for it for ever (F23). When it is time is the
//! watchdog's to say.

use hookswitch_storage::{CallEvent, CallWrite, ToolCallId};

use super::commands::Purpose;
use super::{SessionRef, SessionState};
use crate::booking::phrases::handover;
use crate::ports::{CallThere, ControlCommand};

/// Warning: the call is nearly as long as it may be.
pub(crate) const TIME_IS_SHORT: &str = "time_limit_near";

const REPORT_MISSING: &str = "The end of this call, or its report, did not reach this server; Vapi was \
    asked. See that `status-update` and `end-of-call-report` are among the assistant's server messages.";

/// Warning: a tool never ended.
const TOOL_GIVEN_UP: &str = "tool_given_up";

impl SessionState {
    /// Tells the agent that so many seconds are left. It is written down first: told twice, it would be
    /// another limit.
    pub(super) fn time_is_short(&mut self, myself: &SessionRef, seconds: u64) {
        let now = self.shared.clock.now();
        if self.call.ended.is_some() || self.memory.knows_time_is_short || !self.is_answered() {
            return;
        }
        let url = self.call.links.control_url.as_ref();
        let can_hear = url.is_some_and(|url| self.shared.control.accepts(url));
        if !can_hear || self.call.transfer_under_way(now) {
            return;
        }
        self.memory.knows_time_is_short = true;
        self.warn(TIME_IS_SHORT, format!("The call reaches its time limit in {seconds} seconds."));
        let text = handover::time_is_short(seconds);
        self.command(myself, ControlCommand::Inject { text, respond: false }, Purpose::Note);
    }

    /// Takes over what the voice platform says of a call of which nothing was heard.
    pub(super) fn looked_up(&mut self, there: CallThere) {
        let CallThere::Ended { facts } = there else { return };
        // It came while Vapi was asked.
        if self.report.is_some() {
            return;
        }
        for fact in facts {
            self.take_in(fact);
        }
        self.warn("report_missing", REPORT_MISSING.into());
    }

    /// Gives up tools that can no longer end well; whoever still waits for one is answered.
    pub(super) fn give_up(&mut self, tools: Vec<ToolCallId>) {
        let now = self.shared.clock.now();
        let mut events = Vec::new();
        for id in tools {
            let Some(stuck) = self.call.tools_in_flight.iter().find(|tool| tool.tool_call_id == id)
            else {
                continue;
            };
            let name = stuck.name.clone();
            let lasted = now.duration_since(stuck.started_at);
            tracing::error!(
                org.id = %self.key().org, call.id = %self.key().call, tool.name = name, tool.id = %id,
                "tool given up"
            );
            let message = format!("The tool {name} did not end and was given up.");
            self.tools.give_up(&id, &name);
            events.push(CallEvent::ToolFinished {
                tool_call_id: id,
                name,
                success: false,
                duration_ms: u64::try_from(lasted.as_millis()).unwrap_or(0),
                message: message.clone(),
            });
            events.push(CallEvent::Warning { code: TOOL_GIVEN_UP.into(), message });
        }
        if !events.is_empty() {
            let events = self.record(events);
            self.keep(CallWrite { events, answer: None, record: None });
        }
    }
}
