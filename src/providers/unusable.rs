//! A connection that cannot be used as it is set up: says why to whoever asks it for anything.

use async_trait::async_trait;
use hookswitch_actors::ports::{
    BookingProvider, CalendarEvent, DaySlots, EventQuery, ProviderAccount, ProviderBooking,
    ProviderError, ProviderRecord, SlotQuery,
};
use hookswitch_storage::Booking;
use jiff::Timestamp;

/// The reason; nothing was written anywhere.
pub(super) struct Unusable(pub(super) ProviderError);

#[async_trait]
impl BookingProvider for Unusable {
    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        Err(self.0.clone())
    }

    async fn availability(&self, _: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        Err(self.0.clone())
    }

    async fn book(&self, _: &Booking) -> Result<ProviderBooking, ProviderError> {
        Err(self.0.clone())
    }

    async fn reschedule(
        &self,
        _: &Booking,
        _: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        Err(self.0.clone())
    }

    async fn cancel(&self, _: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        Err(self.0.clone())
    }

    async fn find(&self, _: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        Err(self.0.clone())
    }

    async fn events(&self, _: &EventQuery) -> Result<Option<Vec<CalendarEvent>>, ProviderError> {
        Err(self.0.clone())
    }
}
