//! Asking Calendly to post its changes to us. A subscription that could not deliver for a day is
//! switched off without a word, and its signing key cannot be changed, so it is made anew every day.

use std::time::Duration;

use hookswitch_actors::ports::{ProviderError, Watch, WatchTarget};
use serde_json::json;

use super::refusal::{Asked, Refusal, accept, unreadable};
use super::settings::Scope;
use super::wire::{self, SubscriptionBody, last_part};
use super::{Calendly, client, find};

/// What changes of bookings are called.
const EVENTS: [&str; 2] = ["invitee.created", "invitee.canceled"];
/// For how long a subscription is relied upon.
const GOOD_FOR: Duration = Duration::from_secs(24 * 3_600);

impl Calendly {
    pub(super) async fn subscribe(&self, target: &WatchTarget) -> Result<Watch, ProviderError> {
        let me = self.me().await?;
        let key = target.secret.text().ok_or_else(|| {
            ProviderError::NeedsHuman("the secret for Calendly's posts has to be a text".into())
        })?;
        let mut body = json!({"url": target.url, "events": EVENTS, "signing_key": key,
            "organization": me.current_organization, "scope": self.options.scope.name()});
        if self.options.scope == Scope::User {
            body["user"] = json!(me.uri);
        }
        let path = ["webhook_subscriptions"];
        let mut sent = accept(Asked::Watch, self.client.post(&path, &body).await);
        if matches!(sent, Err(Refusal::Exists)) {
            // Ours of before, with a key that is no longer known, or switched off.
            self.unsubscribe_from(&target.url).await?;
            sent = accept(Asked::Watch, self.client.post(&path, &body).await);
        }
        let answer = sent.map_err(Refusal::into_error)?;
        let made: SubscriptionBody = wire::one(&answer.body).ok_or_else(unreadable)?;
        let expires_at = client::their_time(&answer).checked_add(GOOD_FOR).ok();
        Ok(Watch { id: made.uri, secret: target.secret.clone(), expires_at })
    }

    async fn unsubscribe_from(&self, url: &str) -> Result<(), ProviderError> {
        let me = self.me().await?;
        let mut query = vec![
            ("organization", me.current_organization.clone()),
            ("scope", self.options.scope.name().to_owned()),
        ];
        if self.options.scope == Scope::User {
            query.push(("user", me.uri.clone()));
        }
        let path = ["webhook_subscriptions"];
        let all = find::all::<SubscriptionBody>(&self.client, &path, &query).await?;
        for old in all.iter().filter(|subscription| subscription.callback_url == url) {
            self.unsubscribe(&old.uri).await?;
        }
        Ok(())
    }

    /// Ends a subscription. One that is not there any more has ended.
    pub(super) async fn unsubscribe(&self, uri: &str) -> Result<(), ProviderError> {
        let Some(uuid) = last_part(uri) else { return Ok(()) };
        match accept(Asked::Watch, self.client.delete(&["webhook_subscriptions", uuid]).await) {
            Ok(_) | Err(Refusal::Clear(ProviderError::NotFound)) => Ok(()),
            Err(other) => Err(other.into_error()),
        }
    }
}
