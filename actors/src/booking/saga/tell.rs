//! Tells a call what became of its booking after the answer: its watchers by events, the agent of a
//! call that goes on by a note. Decides what is news; how it reaches the call is not its business.

use std::sync::Arc;

use hookswitch_storage::{Act, Booking, BookingSummary, CallKey, Outcome};

use crate::booking::desk::local;
use crate::booking::phrases::settled as phrases;
use crate::calls::{Shared, deliver};

/// What a call is told of a booking.
#[derive(Debug)]
pub(crate) struct News {
    /// The booking as it stands now.
    pub(crate) booking: BookingSummary,
    /// A warning for watchers: a short stable name and words.
    pub(crate) warning: Option<(&'static str, String)>,
    /// What the agent of a live call is to know.
    pub(crate) note: Option<String>,
}

/// Tells the call of a booking what was settled, if anything was.
pub(super) async fn settled(shared: &Arc<Shared>, before: &Booking, after: &Booking) {
    if let Some(news) = news(before, after) {
        tell(shared, before, news).await;
    }
}

/// Tells the watchers of a call that it is not known what became of a booking.
pub(super) async fn doubtful(shared: &Arc<Shared>, before: &Booking, after: &Booking) {
    if before.outcome == Outcome::Unknown || after.outcome != Outcome::Unknown {
        return;
    }
    let news = News {
        booking: BookingSummary::from(after),
        warning: Some((phrases::UNKNOWN_CODE, phrases::UNKNOWN.into())),
        note: None,
    };
    tell(shared, before, news).await;
}

/// Tells the watchers of a call that the provider had a booking which was given up here.
pub(super) async fn compensated(shared: &Arc<Shared>, booking: &Booking) {
    let news = News {
        booking: BookingSummary::from(booking),
        warning: Some((phrases::COMPENSATED_CODE, phrases::COMPENSATED.into())),
        note: None,
    };
    tell(shared, booking, news).await;
}

async fn tell(shared: &Arc<Shared>, booking: &Booking, news: News) {
    let intended = booking.intent.as_ref().and_then(|intent| intent.call_id.clone());
    let Some(call) = intended.or_else(|| booking.call_id.clone()) else {
        if let Some((code, _)) = news.warning {
            tracing::warn!(org.id = %booking.org, booking.id = %booking.id, code, "booking settled");
        }
        return;
    };
    let key = CallKey { org: booking.org.clone(), call };
    deliver(shared, &key, news).await;
}

/// What there is to say of a booking that stood as `before` and stands as `after`.
fn news(before: &Booking, after: &Booking) -> Option<News> {
    let is_same = (before.status, before.outcome, before.start, &before.external_ids)
        == (after.status, after.outcome, after.start, &after.external_ids);
    if is_same && before.intent.is_some() == after.intent.is_some() {
        return None;
    }
    let at = local(after.start, &after.time_zone);
    let act = before.intent.as_ref().map(|intent| &intent.act);
    let warning = |code, words: String| Some((code, words));
    if !before.is_active() {
        // The caller has long been told that it came to nothing.
        return None;
    }
    let (warning, note) = if !after.is_active() {
        match act {
            Some(Act::Cancel { .. }) if after.outcome != Outcome::Failed => {
                (None, Some(phrases::cancelled(at)))
            }
            _ => {
                let reason = after.history.last().and_then(|change| change.reason.as_deref());
                let words = phrases::failed_for_watchers(reason.unwrap_or("no reason is known"));
                (warning(phrases::FAILED_CODE, words), Some(phrases::failed(at)))
            }
        }
    } else if after.intent.is_some() {
        match after.outcome {
            Outcome::Unknown => (warning(phrases::UNKNOWN_CODE, phrases::UNKNOWN.into()), None),
            _ if before.outcome != after.outcome => (None, Some(phrases::requested(at))),
            _ => return None,
        }
    } else {
        match act {
            Some(Act::Move(_)) if after.start == before.start => (
                warning(phrases::NOT_MOVED_CODE, phrases::NOT_MOVED.into()),
                Some(phrases::not_moved(at)),
            ),
            Some(Act::Move(_)) => (None, Some(phrases::moved(at))),
            Some(Act::Cancel { .. }) => (
                warning(phrases::NOT_CANCELLED_CODE, phrases::NOT_CANCELLED.into()),
                Some(phrases::not_cancelled(at)),
            ),
            _ if after.is_requested() => (None, Some(phrases::requested(at))),
            _ => (None, Some(phrases::confirmed(at, &after.confirmation))),
        }
    };
    Some(News { booking: BookingSummary::from(after), warning, note })
}
