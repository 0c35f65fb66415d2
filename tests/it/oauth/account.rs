//! Adapters for accounts behind the authorization server: every request asks it for its small resource,
//! with the token that is good now, and once with another if that one is refused.

use std::sync::Arc;

use async_trait::async_trait;
use hookswitch_actors::booking::free_around;
use hookswitch_actors::ports::{
    AccessTokens, Adapters, BookingProvider, DaySlots, FixedToken, ProviderAccount,
    ProviderBooking, ProviderError, ProviderRecord, SlotQuery,
};
use hookswitch_storage::{Booking, Connection, Secret};
use jiff::Timestamp;
use reqwest::{Client, StatusCode};

pub(super) struct Accounts {
    url: String,
    client: Client,
}

impl Accounts {
    pub(super) fn at(url: &str) -> Self {
        Self {
            url: format!("{url}/resource"),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    fn account(&self, tokens: Arc<dyn AccessTokens>) -> Arc<dyn BookingProvider> {
        Arc::new(Account { url: self.url.clone(), client: self.client.clone(), tokens })
    }
}

impl Adapters for Accounts {
    fn adapter(&self, connection: &Connection) -> Option<Arc<dyn BookingProvider>> {
        let none = Arc::new(FixedToken(Secret::from("none".to_owned())));
        connection.credentials.is_none().then(|| self.account(none))
    }

    fn adapter_with(
        &self,
        _: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Option<Arc<dyn BookingProvider>> {
        Some(self.account(tokens))
    }
}

struct Account {
    url: String,
    client: Client,
    tokens: Arc<dyn AccessTokens>,
}

impl Account {
    async fn ask(&self) -> Result<(), ProviderError> {
        let token = self.tokens.current().await?;
        if self.opens(&token).await? {
            return Ok(());
        }
        let other = self.tokens.instead_of(&token).await?;
        if self.opens(&other).await? { Ok(()) } else { Err(ProviderError::Reconnect) }
    }

    async fn opens(&self, token: &Secret) -> Result<bool, ProviderError> {
        let sent = self.client.get(&self.url).bearer_auth(token.text().unwrap()).send().await;
        let answer = sent.map_err(|_| ProviderError::Unavailable { retry_after: None })?;
        Ok(answer.status() != StatusCode::UNAUTHORIZED)
    }
}

#[async_trait]
impl BookingProvider for Account {
    async fn account(&self) -> Result<Option<ProviderAccount>, ProviderError> {
        self.ask().await?;
        Ok(Some(ProviderAccount { id: Some("AAAA".into()), name: "Willow Street Dental".into() }))
    }

    async fn availability(&self, query: &SlotQuery) -> Result<Vec<DaySlots>, ProviderError> {
        self.ask().await?;
        free_around(query, &[])
    }

    async fn book(&self, booking: &Booking) -> Result<ProviderBooking, ProviderError> {
        self.ask().await?;
        Ok(ProviderBooking { external_id: booking.id.to_string(), confirmed: true })
    }

    async fn reschedule(
        &self,
        booking: &Booking,
        _: Timestamp,
    ) -> Result<ProviderBooking, ProviderError> {
        self.book(booking).await
    }

    async fn cancel(&self, _: &Booking, _: Option<&str>) -> Result<(), ProviderError> {
        self.ask().await
    }

    async fn find(&self, _: &Booking) -> Result<Option<ProviderRecord>, ProviderError> {
        self.ask().await.map(|()| None)
    }
}
