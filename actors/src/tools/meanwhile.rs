//! What the caller hears while a tool runs, so that nobody hears dead air. Decides by the tool's
//! meaning; the sentences are phrases, their form is Vapi's.

use hookswitch_storage::Locale;

use super::Face;
use crate::booking::locale::say_in;
use crate::booking::phrases::{self, handover, meanwhile};

/// What is said around a call of one tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meanwhile {
    /// When it starts; empty for silence.
    pub start: &'static str,
    /// When the answer takes long; `None` for nothing.
    pub delayed: Option<&'static str>,
    /// When there was no answer; `None` leaves it to the model.
    pub failed: Option<&'static str>,
}

impl Face {
    /// What the caller hears while this tool runs, in a language.
    #[must_use]
    pub fn meanwhile_in(&self, locale: Locale) -> Meanwhile {
        say_in(locale, || self.meanwhile())
    }

    /// The same in the language that is spoken here.
    #[must_use]
    pub fn meanwhile(&self) -> Meanwhile {
        let calendar = |start| Meanwhile {
            start,
            delayed: Some(meanwhile::still_at_it()),
            failed: Some(phrases::take_message()),
        };
        match self.name() {
            "check_availability" | "checkAvailability" | "get_availability" | "get_events"
            | "list_calendars" => calendar(meanwhile::checking()),
            "create_booking" | "create_appointment" | "bookClinicAppointment" => {
                calendar(meanwhile::booking())
            }
            "reschedule_booking"
            | "rescheduleAppointment"
            | "update_event"
            | "cancel_booking"
            | "cancelAppointment"
            | "delete_event" => calendar(meanwhile::changing()),
            "join_waitlist" | "joinWaitlist" | "request_callback" | "requestCallback" => {
                Meanwhile {
                    start: meanwhile::noting(),
                    delayed: Some(meanwhile::still_at_it()),
                    failed: Some(meanwhile::could_not_note()),
                }
            }
            // These speak for themselves: words before them would be heard twice.
            "transfer_call" | "transferCall" => {
                Meanwhile { start: "", delayed: None, failed: Some(handover::cannot_connect()) }
            }
            "end_call" | "endCall" => Meanwhile { start: "", delayed: None, failed: None },
            _ => Meanwhile {
                start: meanwhile::looking_up(),
                delayed: Some(meanwhile::still_at_it()),
                failed: Some(meanwhile::could_not_look_up()),
            },
        }
    }
}
