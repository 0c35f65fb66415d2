//! What a session makes of news about its bookings that come from outside of it: the record first,
//! then a note to the agent while the call goes on. News that it knows already are none.

use hookswitch_storage::{BookingStatus, CallEvent};

use super::commands::Purpose;
use super::{SessionRef, SessionState};
use crate::booking::News;
use crate::ports::ControlCommand;

impl SessionState {
    /// Takes news of a booking.
    pub(super) fn take_news(&mut self, myself: &SessionRef, news: News) {
        let News { booking, warning, note } = news;
        let known = self.call.bookings.iter().find(|known| known.id == booking.id);
        if known == Some(&booking) && warning.is_none() {
            return;
        }
        let event = match known {
            Some(known) if *known == booking => None,
            _ if booking.status == BookingStatus::Cancelled => {
                Some(CallEvent::BookingCancelled { booking })
            }
            Some(_) => Some(CallEvent::BookingChanged { booking }),
            None => Some(CallEvent::BookingMade { booking }),
        };
        if let Some(event) = event {
            self.keep_one(event);
        }
        if let Some((code, message)) = warning {
            self.warn(code, message);
        }
        let now = self.shared.clock.now();
        let Some(text) = note else { return };
        if self.call.ended.is_none() && !self.call.transfer_under_way(now) {
            let command = ControlCommand::Inject { text, respond: true };
            self.command(myself, command, Purpose::Note);
        }
    }
}
