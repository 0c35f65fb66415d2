//! What is known of appointment types and their intake forms: how long they take and what they ask.
//! Kept for a while, since the business seldom changes them; advice only: without it a request is
//! made all the same, and Acuity judges it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_actors::ports::ProviderError;
use jiff::SignedDuration;
use tokio::sync::Mutex;

use super::client::Client;
use super::refusal::{Asked, Refusal, accept};
use super::wire::{self, AppointmentType, Field, Form};

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// For how long it is not tried again when nothing could be read.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(60);
/// How long advice may take: the request that it is for has to be made within the same deadline.
const PATIENCE: Duration = Duration::from_secs(1);

/// How an appointment type is booked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// One after another.
    #[default]
    Service,
    /// Several at the same time.
    Class,
    /// All sessions at once.
    Series,
}

/// One appointment type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Details {
    /// How it is booked.
    pub(super) kind: Kind,
    /// How long it takes.
    pub(super) length: Option<SignedDuration>,
}

/// The appointment types and forms of one account, as last read.
#[derive(Default)]
pub(super) struct Catalog {
    types: Mutex<Known<HashMap<u64, Details>>>,
    forms: Mutex<Known<Vec<Form>>>,
}

/// Something that was read, and until when it is good.
struct Known<T> {
    until: Option<Instant>,
    what: Option<Arc<T>>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { until: None, what: None }
    }
}

impl<T> Known<T> {
    /// What is known; asked for with `read` if that was too long ago. Whoever comes meanwhile waits
    /// for the same answer, since the lock is held.
    async fn fresh(
        &mut self,
        client: &Client,
        path: &str,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<Arc<T>>, ProviderError> {
        if self.until.is_some_and(|until| Instant::now() < until) {
            return Ok(self.what.clone());
        }
        let asked = tokio::time::timeout(PATIENCE, client.get(&[path], &[])).await;
        let read = match asked {
            Ok(Ok(answer)) => match accept(Asked::Times, answer) {
                Ok(answer) => read(&answer.body),
                Err(Refusal::Clear(error @ ProviderError::Reconnect)) => return Err(error),
                Err(_) => None,
            },
            _ => None,
        };
        let good_for = if read.is_some() { GOOD_FOR } else { NOT_AGAIN_FOR };
        self.until = Some(Instant::now() + good_for);
        // What was good is better than nothing.
        self.what = read.map(Arc::new).or(self.what.take());
        Ok(self.what.clone())
    }
}

impl Catalog {
    /// What is known of an appointment type.
    ///
    /// # Errors
    /// If Acuity refuses the key: then nothing else will work.
    pub(super) async fn details(
        &self,
        client: &Client,
        appointment_type: u64,
    ) -> Result<Option<Details>, ProviderError> {
        let types = self.types.lock().await.fresh(client, "appointment-types", types).await?;
        Ok(types.and_then(|types| types.get(&appointment_type).copied()))
    }

    /// What the intake forms of an appointment type demand of whoever books it; empty if that is not
    /// known.
    ///
    /// # Errors
    /// If Acuity refuses the key.
    pub(super) async fn required(
        &self,
        client: &Client,
        appointment_type: u64,
    ) -> Result<Vec<Field>, ProviderError> {
        let forms = self.forms.lock().await.fresh(client, "forms", forms).await?;
        let fields = forms.iter().flat_map(|forms| forms.iter());
        let fields = fields.filter(|form| !form.hidden && form.is_for(appointment_type));
        Ok(fields.flat_map(|form| &form.fields).filter(|field| field.required).cloned().collect())
    }
}

fn types(body: &[u8]) -> Option<HashMap<u64, Details>> {
    let details = |one: AppointmentType| {
        let kind = match one.kind.as_str() {
            "class" => Kind::Class,
            "series" => Kind::Series,
            _ => Kind::Service,
        };
        let minutes = one.duration.and_then(|minutes| i64::try_from(minutes).ok());
        let length = minutes.filter(|minutes| (1..=1_440).contains(minutes));
        Some((one.id?, Details { kind, length: length.map(SignedDuration::from_mins) }))
    };
    Some(wire::list(body)?.entries.into_iter().filter_map(details).collect())
}

fn forms(body: &[u8]) -> Option<Vec<Form>> {
    Some(wire::list(body)?.entries)
}
