//! Says what an operator did to a booking: to the call that it was made in, and to everyone who
//! watches the org. Knows no rules.

use std::sync::Arc;

use hookswitch_storage::{Booking, BookingSummary, CallKey};

use crate::booking::phrases::{by_hand as phrases, elsewhere};
use crate::booking::when::LocalTime;
use crate::booking::{News, local_time};
use crate::calls::{Shared, deliver};
use crate::feed::OrgNotice;

/// A new one, which no call has to do with.
pub(super) fn made(shared: &Arc<Shared>, booking: &Booking) {
    announce(shared, booking, phrases::MADE_CODE, phrases::MADE);
}

/// One that started at `from` before.
pub(super) async fn moved(shared: &Arc<Shared>, booking: &Booking, from: LocalTime) {
    let to = local_time(booking.start, &booking.time_zone);
    bring(shared, booking, elsewhere::moved(from, to)).await;
    announce(shared, booking, phrases::MOVED_CODE, phrases::MOVED);
}

/// One that no longer takes place.
pub(super) async fn cancelled(shared: &Arc<Shared>, booking: &Booking) {
    let at = local_time(booking.start, &booking.time_zone);
    bring(shared, booking, elsewhere::cancelled(at)).await;
    announce(shared, booking, phrases::CANCELLED_CODE, phrases::CANCELLED);
}

/// Brings it to the booking's call; the agent hears of it while the caller is on the line.
async fn bring(shared: &Arc<Shared>, booking: &Booking, note: String) {
    let Some(call) = booking.call_id.clone() else { return };
    let key = CallKey { org: booking.org.clone(), call };
    let news = News { booking: BookingSummary::from(booking), warning: None, note: Some(note) };
    deliver(shared, &key, news).await;
}

fn announce(shared: &Arc<Shared>, booking: &Booking, code: &'static str, words: &str) {
    shared.feed.announce(OrgNotice {
        org: booking.org.clone(),
        at: shared.clock.now(),
        code,
        message: words.to_owned(),
        warning: false,
        connection: Some(booking.connection_id.clone()),
        booking: Some(booking.id),
    });
}
