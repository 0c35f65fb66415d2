//! What those who watch an org are told about messages, in English: of one that did not arrive, and of
//! what a customer answered. Names no person. Knows no rules.

use hookswitch_storage::{Channel, Purpose};

/// Name of [`failed`].
pub const FAILED_CODE: &str = "message_failed";

/// For watchers: a message will not arrive, for this reason.
#[must_use]
pub fn failed(purpose: Purpose, channel: Channel, problem: &str) -> String {
    let way = match channel {
        Channel::Sms => "text message",
        Channel::Email => "e-mail",
    };
    let (what, remedy) = match purpose {
        Purpose::Booked => ("that confirms a booking", "Tell the customer"),
        Purpose::Changed => ("about a booking that was moved", "Tell the customer"),
        Purpose::Cancelled => ("about a booking that was cancelled", "Tell the customer"),
        Purpose::NotBooked => ("about a booking that came to nothing", "Tell the customer"),
        Purpose::Unchanged => ("about a change that came to nothing", "Tell the customer"),
        Purpose::WaitlistOffer => ("about a time that became free", "Call who waits for it"),
        Purpose::Reminder => ("that reminds of a booking", "Tell the customer"),
        Purpose::Callback => ("about a wish to be called back", "Look at the list of callbacks"),
        Purpose::CallbackReceived => ("that says that a wish was noted", "Call them back"),
    };
    format!("The {way} {what} has failed: {problem}. {remedy}.")
}

/// Name of [`CONFIRMED`].
pub const CONFIRMED_CODE: &str = "booking_confirmed_by_customer";

/// For watchers.
pub const CONFIRMED: &str = "A customer answered a reminder: they will come.";
