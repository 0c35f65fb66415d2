//! Says what was taken over from a provider's calendar: to the call that the booking is of, and to
//! everyone who watches the org.

use std::sync::Arc;

use hookswitch_storage::{Booking, BookingSummary, CallKey};

use crate::booking::phrases::elsewhere as phrases;
use crate::booking::{News, local_time};
use crate::calls::{Shared, deliver};
use crate::feed::OrgNotice;

/// Tells what became of a booking.
pub(super) async fn adopted(
    shared: &Arc<Shared>,
    before: &Booking,
    after: &Booking,
    collides: bool,
) {
    let at = |booking: &Booking| local_time(booking.start, &booking.time_zone);
    let moves = before.start != after.start || before.end != after.end;
    let (code, words, note) = if !after.is_active() && before.is_requested() {
        (phrases::DECLINED_CODE, phrases::DECLINED, Some(phrases::declined(at(before))))
    } else if !after.is_active() {
        (phrases::CANCELLED_CODE, phrases::CANCELLED, Some(phrases::cancelled(at(before))))
    } else if collides {
        let note = phrases::moved(at(before), at(after));
        (phrases::COLLIDES_CODE, phrases::COLLIDES, Some(note))
    } else if before.start != after.start {
        let note = phrases::moved(at(before), at(after));
        (phrases::MOVED_CODE, phrases::MOVED, Some(note))
    } else if before.is_requested() && !after.is_requested() {
        let words = crate::booking::phrases::settled::confirmed(at(after), &after.confirmation);
        (phrases::CONFIRMED_CODE, phrases::CONFIRMED, Some(words))
    } else if moves || before.status != after.status {
        (phrases::CHANGED_CODE, phrases::CHANGED, None)
    } else {
        // Only the provider's id is another; that is nobody's news.
        return;
    };
    tracing::info!(org.id = %after.org, booking.id = %after.id, code, "taken over from the provider");
    if let Some(call) = after.call_id.clone() {
        let key = CallKey { org: after.org.clone(), call };
        let warning = collides.then(|| (code, words.to_owned()));
        deliver(shared, &key, News { booking: BookingSummary::from(after), warning, note }).await;
    }
    shared.feed.announce(OrgNotice {
        org: after.org.clone(),
        at: shared.clock.now(),
        code,
        message: words.to_owned(),
        warning: collides,
        connection: Some(after.connection_id.clone()),
        booking: Some(after.id),
    });
}
