//! Whether a message goes now or waits for the end of the org's quiet hours.

use hookswitch_storage::{Message, Purpose, Settings};
use jiff::Timestamp;

/// When a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    Now,
    /// Not before.
    At(Timestamp),
    /// It would be of no use any more when it may.
    Never,
}

/// When a message goes that is ready now.
pub(super) fn goes(settings: &Settings, message: &Message, now: Timestamp) -> Goes {
    let Some(before) = message.waits_before else { return Goes::Now };
    if message.awake_until.is_some_and(|until| now < until) {
        return Goes::Now;
    }
    let quiet = settings.messages.quiet_hours;
    let Some((_, end)) = quiet.and_then(|quiet| quiet.around(now, &settings.timezone)) else {
        return Goes::Now;
    };
    match message.purpose {
        _ if end < before => Goes::At(end),
        Purpose::Reminder | Purpose::WaitlistOffer | Purpose::CallbackReceived => Goes::Never,
        // Nobody may set out for an appointment that is no more.
        _ => Goes::Now,
    }
}
