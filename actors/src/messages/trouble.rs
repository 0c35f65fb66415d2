//! Tells those in charge of a message that will not arrive: nobody else will. What is told is in
//! `phrases`; that somebody wants no messages is no trouble.

use std::sync::Arc;

use hookswitch_storage::{About, BookingSummary, CallKey, Message};

use crate::booking::News;
use crate::booking::phrases::undelivered as phrases;
use crate::calls::{Shared, deliver};
use crate::feed::OrgNotice;

/// Warns of a message that has failed: everyone who watches the org, and the call that it is about.
pub(crate) async fn warn(shared: &Arc<Shared>, message: &Message, problem: &str) {
    let words = phrases::failed(message.purpose, message.channel, problem);
    let booking = match &message.about {
        About::Booking(id) | About::Visit(id, _) => Some(*id),
        About::Waitlist(..) | About::Callback(_) => None,
    };
    if let Some(id) = booking
        && let Ok(Some(booking)) = shared.store.booking(&message.org, &id).await
        && let Some(call) = booking.call_id.clone()
    {
        let key = CallKey { org: booking.org.clone(), call };
        let warning = Some((phrases::FAILED_CODE, words.clone()));
        let news = News { booking: BookingSummary::from(&booking), warning, note: None };
        deliver(shared, &key, news).await;
    }
    shared.feed.announce(OrgNotice {
        org: message.org.clone(),
        at: shared.clock.now(),
        code: phrases::FAILED_CODE,
        message: words,
        warning: true,
        connection: None,
        booking,
    });
}
