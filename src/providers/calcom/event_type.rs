//! What is known of event types: how long they take and what they ask of the attendee. Kept for a
//! while, since the business seldom changes them; advice only: without it a request is made all the
//! same, and Cal.com judges it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hookswitch_actors::ports::ProviderError;
use jiff::SignedDuration;

use super::client::{Client, Family};
use super::refusal::{Asked, Refusal, accept};
use super::wire::{self, Field};

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// For how long it is not tried again when nothing could be read.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(60);
/// How long advice may take: the request that it is for has to be made within the same deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// One event type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Details {
    minutes: Option<u32>,
    choices: Vec<u32>,
    /// How many may have one start.
    pub(super) seats: u32,
    /// What must be filled in beside the attendee.
    pub(super) required: Vec<Field>,
}

impl Details {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let body = wire::event_type(body)?;
        let seats = body.seats();
        let fields = body.booking_fields.into_iter();
        let fields = fields.filter_map(|field| serde_json::from_value::<Field>(field).ok());
        Some(Self {
            minutes: body.length_in_minutes,
            choices: body.length_in_minutes_options.unwrap_or_default(),
            seats,
            required: fields.filter(|field| field.required).collect(),
        })
    }

    /// Its length, where there is no choice.
    pub(super) fn length(&self) -> Option<SignedDuration> {
        self.minutes.map(|minutes| SignedDuration::from_mins(i64::from(minutes)))
    }

    /// The length to ask for, minutes, where the attendee may choose and `wanted` is among the choices.
    pub(super) fn choice(&self, wanted: SignedDuration) -> Option<u32> {
        let minutes = u32::try_from(wanted.as_mins()).ok()?;
        (self.choices.len() > 1 && self.choices.contains(&minutes)).then_some(minutes)
    }
}

/// The event types of one account, as last read.
#[derive(Default)]
pub(super) struct EventTypes {
    known: Mutex<HashMap<u64, Known>>,
}

#[derive(Clone)]
struct Known {
    until: Instant,
    details: Option<Arc<Details>>,
}

impl EventTypes {
    /// The details of an event type; `None` if they cannot be had now.
    ///
    /// # Errors
    /// If Cal.com refuses the key: then nothing else will work.
    pub(super) async fn get(
        &self,
        client: &Client,
        id: u64,
    ) -> Result<Option<Arc<Details>>, ProviderError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = &known
            && Instant::now() < known.until
        {
            return Ok(known.details.clone());
        }
        let (details, good_for) = match read(client, id).await? {
            Some(details) => (Some(Arc::new(details)), GOOD_FOR),
            // What was good is better than nothing.
            None => (known.and_then(|known| known.details), NOT_AGAIN_FOR),
        };
        let known = Known { until: Instant::now() + good_for, details: details.clone() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(id, known);
        Ok(details)
    }
}

async fn read(client: &Client, id: u64) -> Result<Option<Details>, ProviderError> {
    let id = id.to_string();
    let path = ["event-types", id.as_str()];
    let asked = client.get(Family::EventTypes, &path, &[]);
    let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, asked).await else { return Ok(None) };
    match accept(Asked::Slots, answer) {
        Ok(answer) => Ok(Details::read(&answer.body)),
        Err(Refusal::Clear(error @ ProviderError::Reconnect)) => Err(error),
        Err(_) => Ok(None),
    }
}
