//! What an agent is told while the call goes on because it was not found before it spoke. Owns that it is
//! told once, when there is somebody to tell it to, and never after the end. Lost with the session, which
//! costs the agent a hint.

use super::commands::Purpose;
use super::{SessionRef, SessionState};
use crate::ports::ControlCommand;

/// Whether there is something to tell.
#[derive(Default)]
pub(super) enum Briefing {
    #[default]
    None,
    /// It waits for the call to be answered and to take commands.
    Waits(String),
    /// It was told, or is too late.
    Done,
}

impl SessionState {
    /// Something was found; what the call was briefed with first counts, as it may be asked who answers it
    /// more than once.
    pub(super) fn brief(&mut self, myself: &SessionRef, note: String) {
        if matches!(self.briefing, Briefing::None) {
            self.briefing = Briefing::Waits(note);
            self.tell_briefing(myself);
        }
    }

    /// Tells what waits, if the agent can hear it now.
    pub(super) fn tell_briefing(&mut self, myself: &SessionRef) {
        let Briefing::Waits(note) = &self.briefing else { return };
        let now = self.shared.clock.now();
        if self.call.ended.is_some() || self.call.transfer_under_way(now) {
            self.briefing = Briefing::Done;
            return;
        }
        let links = &self.call.links;
        let can_hear =
            links.control_url.as_ref().is_some_and(|url| self.shared.control.accepts(url));
        if can_hear && self.is_answered() {
            let command = ControlCommand::Inject { text: note.clone(), respond: false };
            self.briefing = Briefing::Done;
            self.command(myself, command, Purpose::Note);
        }
    }
}
