//! Tells somebody in the waitlist that a slot is kept for them. Knows no text and no carrier.

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_storage::{OfferNotice, OrgId, WAITLIST_OFFER};

use crate::calls::Shared;
use crate::feed::OrgNotice;
use crate::jobs::{Ended, Order, Work};

/// Whether anything is set up by which customers can be told.
fn can_tell(shared: &Shared, org: &OrgId) -> bool {
    let org = shared.orgs.get(org);
    org.is_none_or(|org| org.settings().twilio.is_some() || org.settings().smtp.is_some())
}

/// Who waits hears of it only when they call: somebody has to tell them while the slot is kept.
fn say(shared: &Shared, org: &OrgId) {
    let message = "A slot became free and is kept for somebody in the waitlist, whom nothing tells: call \
                   them, or set up `twilio` or `smtp`.";
    shared.feed.announce(OrgNotice {
        org: org.clone(),
        at: shared.clock.now(),
        code: "waitlist_untold",
        message: message.into(),
        warning: true,
        connection: None,
        booking: None,
    });
}

/// The work of turning offers into messages.
pub(crate) struct TellOffers;

#[async_trait]
impl Work for TellOffers {
    type Payload = OfferNotice;

    const KIND: &'static str = WAITLIST_OFFER;

    async fn run(&self, shared: &Arc<Shared>, order: Order<OfferNotice>) -> Ended {
        let queued = shared.store.queue_offer(&order.org, order.payload, shared.clock.now()).await;
        match queued {
            Ok(message) => {
                if message.is_none() && !can_tell(shared, &order.org) {
                    say(shared, &order.org);
                }
                shared.bell.ring();
                Ended::Done
            }
            Err(error) => Ended::Again { after: None, why: error.to_string() },
        }
    }
}
