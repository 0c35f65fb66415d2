//! What comes back about messages: reports of the carrier, and what customers answer. Whether a post is
//! genuine is judged before.

use hookswitch_storage::{
    BookingSummary, CallKey, Message, MessageNews, MessageState, OrgId, StoreError,
};

use super::trouble;
use crate::booking::News;
use crate::booking::phrases::undelivered as phrases;
use crate::calls::{Calls, deliver};
use crate::feed::OrgNotice;

/// The carrier's number for one who wants no messages.
const OPTED_OUT: u32 = 21_610;

impl Calls {
    /// Takes note of what the carrier says became of a message; `None` if it is none of ours. One that
    /// will not arrive is warned of, once.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn carrier_reports(&self, news: MessageNews) -> Result<Option<Message>, StoreError> {
        let code = news.code;
        let Some((message, is_new)) = self.shared.store.message_news(news).await? else {
            return Ok(None);
        };
        if is_new && message.state == MessageState::Failed && code != Some(OPTED_OUT) {
            let problem = message.problem.clone().unwrap_or_default();
            trouble::warn(&self.shared, &message, &problem).await;
        }
        Ok(Some(message))
    }

    /// A number (E.164) answers that they will come to what it was last reminded of: whether there is
    /// such a booking to come.
    ///
    /// # Errors
    /// If the disk refuses it.
    pub async fn customer_confirms(&self, org: &OrgId, number: &str) -> Result<bool, StoreError> {
        let now = self.shared.clock.now();
        let Some(booking) = self.shared.store.confirm_reminded(org, number, now).await? else {
            return Ok(false);
        };
        if booking.customer_confirmed_at != Some(now) {
            return Ok(true);
        }
        if let Some(call) = booking.call_id.clone() {
            let key = CallKey { org: org.clone(), call };
            let summary = BookingSummary::from(&booking);
            let news = News { booking: summary, warning: None, note: None };
            deliver(&self.shared, &key, news).await;
        }
        self.shared.feed.announce(OrgNotice {
            org: org.clone(),
            at: now,
            code: phrases::CONFIRMED_CODE,
            message: phrases::CONFIRMED.to_owned(),
            warning: false,
            connection: None,
            booking: Some(booking.id),
        });
        Ok(true)
    }
}
