//! What is known of event types: how long they take, what they ask of who books, and where they are
//! held. Hosts change that at any time, so it is kept for minutes only; advice: without it a request is
//! made all the same, and Calendly judges it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::ProviderError;

use super::client::Client;
use super::refusal::{Asked, Refusal, accept};
use super::wire::{self, EventTypeBody, last_part};

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_secs(120);
/// For how long it is not tried again when nothing could be read.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(30);
/// How long advice may take: the request that it is for has to be made within the same deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// The event types of one account, as last read.
#[derive(Default)]
pub(super) struct EventTypes {
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    until: Instant,
    details: Option<Arc<EventTypeBody>>,
}

impl EventTypes {
    /// The details of an event type; `None` if they cannot be had now.
    ///
    /// # Errors
    /// If Calendly refuses the token: then nothing else will work.
    pub(super) async fn get(
        &self,
        client: &Client,
        uri: &str,
    ) -> Result<Option<Arc<EventTypeBody>>, ProviderError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(uri).cloned();
        if let Some(known) = &known
            && Instant::now() < known.until
        {
            return Ok(known.details.clone());
        }
        let (details, good_for) = match read(client, uri).await? {
            Some(details) => (Some(Arc::new(details)), GOOD_FOR),
            // What was good is better than nothing.
            None => (known.and_then(|known| known.details), NOT_AGAIN_FOR),
        };
        let known = Known { until: Instant::now() + good_for, details: details.clone() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.to_owned(), known);
        Ok(details)
    }

    /// Forgets one: what Calendly demanded does not fit what is known.
    pub(super) fn forget(&self, uri: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(uri);
    }
}

async fn read(client: &Client, uri: &str) -> Result<Option<EventTypeBody>, ProviderError> {
    let Some(uuid) = last_part(uri) else { return Ok(None) };
    let path = ["event_types", uuid];
    let asked = client.get(&path, &[]);
    let Ok(sent) = tokio::time::timeout(PATIENCE, asked).await else { return Ok(None) };
    match accept(Asked::Slots, sent) {
        Ok(answer) => Ok(wire::one(&answer.body)),
        Err(Refusal::Clear(error @ ProviderError::Reconnect)) => Err(error),
        Err(_) => Ok(None),
    }
}
