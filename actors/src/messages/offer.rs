//! Tells somebody in the waitlist that a slot is kept for them. Knows no text and no carrier.

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_storage::{OfferNotice, WAITLIST_OFFER};

use crate::calls::Shared;
use crate::jobs::{Ended, Order, Work};

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
                if message.is_none() {
                    // Who waits hears of it when they call; without an account nobody can be told.
                    tracing::debug!(org.id = %order.org, "a kept slot is told to nobody");
                }
                shared.bell.ring();
                Ended::Done
            }
            Err(error) => Ended::Again { after: None, why: error.to_string() },
        }
    }
}
