//! What a booking's answer says of its confirmation message (R11, P171). Waits for the carrier, but not
//! for long: a caller listens.

use std::time::{Duration, Instant};

use hookswitch_storage::{Booking, Channel, Message, MessageState, Purpose};
use tokio::sync::broadcast::error::RecvError;

use crate::tools::ToolContext;

/// What is left of the tool's deadline for the answer itself.
const MARGIN: Duration = Duration::from_millis(500);

/// The `smsStatus` of a booking: `sent` if the carrier took the message, `failed_but_booked` if it
/// refused it, `error_but_booked` if nobody knows yet, `skipped` if there is none.
pub(crate) async fn sms_status(context: &ToolContext, booking: &Booking) -> &'static str {
    let mut ended = context.shared.handovers.listen();
    context.shared.bell.ring();
    let until = context.deadline.checked_sub(MARGIN).unwrap_or(context.deadline);
    let until = until.min(Instant::now() + context.shared.message_wait);
    let Some(mut message) = latest(context, booking).await else { return "skipped" };
    while message.state.is_open() {
        match tokio::time::timeout_at(until.into(), ended.recv()).await {
            Ok(Ok(id)) if id != message.id => continue,
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            Ok(Err(RecvError::Closed)) | Err(_) => return "error_but_booked",
        }
        let read = context.shared.store.message(context.org.id(), &message.id).await;
        let Ok(Some(now)) = read else { return "error_but_booked" };
        if now.state == MessageState::Queued && now.problem.is_some() {
            // It will be tried again when nobody waits any more.
            return "error_but_booked";
        }
        message = now;
    }
    match message.state {
        MessageState::Failed => "failed_but_booked",
        MessageState::Skipped => "skipped",
        _ => "sent",
    }
}

/// The text message about what a booking has become.
async fn latest(context: &ToolContext, booking: &Booking) -> Option<Message> {
    for purpose in [Purpose::Changed, Purpose::Booked] {
        if let Ok(Some(message)) =
            context.shared.store.message_about(booking, purpose, Channel::Sms).await
        {
            return Some(message);
        }
    }
    None
}
