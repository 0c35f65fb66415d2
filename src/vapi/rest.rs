//! Vapi's REST interface: reads, lists, creates and changes what an account keeps. Owns the requests, their
//! spacing, their repetition and their limits; knows nothing of what is in a tool or an assistant. The key
//! goes into a header and nowhere else. Facts: Vapi's OpenAPI document 1.0 and the notes of its own tooling.
//!
//! What changes nothing, or says how a thing is to be, is tried once and again after 2, 4 and 8 s. A thing
//! that is created carries no name that Vapi would know again, so that who creates looks first, and a
//! creation without an answer is not repeated here.

pub(crate) mod meter;
mod pace;
mod refusal;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookswitch_actors::ports::{Clock, PlatformError};
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use crate::config::{Config, Secret};
use crate::providers::http::{self, Answer, Failure, Http, Limits};
use meter::{Ended, Meter};
use pace::Pace;

/// How far requests may go. Nobody waits for these on the phone.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(3), total: Duration::from_secs(15), largest: 16 << 20 };

/// Pauses before what failed is tried again, seconds (R22).
const AGAIN_AFTER: [u64; 3] = [2, 4, 8];

/// Longest pause that Vapi is granted when it asks to be left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Things in one part of a list; Vapi's own default. Assistants are large.
const PER_PART: usize = 100;

/// Most parts of one list: no account keeps more, and a list that never ends must.
const MOST_PARTS: usize = 100;

/// What an account keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Assistant,
    Call,
    PhoneNumber,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Assistant => "assistant",
            Self::Call => "call",
            Self::PhoneNumber => "phone-number",
        }
    }
}

/// Vapi at one address, with one account's key. Cheap to clone; clones keep one distance.
#[derive(Clone)]
pub(crate) struct Rest {
    http: Http,
    base: Url,
    key: Option<Secret>,
    pace: Arc<Pace>,
    meter: Meter,
}

impl Rest {
    /// Vapi where the configuration says it is, with its key.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up.
    pub(crate) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let spacing = Duration::from_millis(config.vapi.spacing_ms);
        let key = config.vapi.private_key.clone();
        Self::with(&config.vapi.base_url, key, LIMITS, Pace::new(clock, spacing))
    }

    fn with(base: &str, key: Option<Secret>, limits: Limits, pace: Pace) -> Result<Self, String> {
        let base = http::versioned(base, "")?;
        let http = Http::new(&base, limits)?;
        Ok(Self { http, base, key, pace: Arc::new(pace), meter: Meter::default() })
    }

    /// The same, counted by this.
    pub(crate) fn counted_by(self, meter: Meter) -> Self {
        Self { meter, ..self }
    }

    /// Whether there is a key; without one nothing is asked.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// One thing.
    pub(crate) async fn read(&self, kind: Kind, id: &str) -> Result<Value, PlatformError> {
        self.ask(Method::GET, self.url(kind, Some(id)), None).await
    }

    /// Everything of a kind, newest first.
    pub(crate) async fn list(&self, kind: Kind) -> Result<Vec<Value>, PlatformError> {
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        let mut until: Option<Timestamp> = None;
        for _ in 0..MOST_PARTS {
            let mut url = self.url(kind, None);
            url.query_pairs_mut().append_pair("limit", &PER_PART.to_string());
            if let Some(until) = until {
                // Inclusive, or the second of two that were made in one millisecond would be lost.
                url.query_pairs_mut().append_pair("createdAtLe", &until.to_string());
            }
            let part = items(self.ask(Method::GET, url, None).await?)?;
            let (count, before) = (part.len(), all.len());
            let made = |item: &Value| item["createdAt"].as_str()?.parse::<Timestamp>().ok();
            until = part.iter().filter_map(made).min().or(until);
            all.extend(
                part.into_iter().filter(|item| {
                    item["id"].as_str().is_some_and(|id| known.insert(id.to_owned()))
                }),
            );
            if count < PER_PART || all.len() == before || until.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// Makes one thing. [`PlatformError::NoAnswer`] and the like leave open whether it was made: look before
    /// it is tried again.
    pub(crate) async fn create(&self, kind: Kind, body: &Value) -> Result<Value, PlatformError> {
        self.ask(Method::POST, self.url(kind, None), Some(body)).await
    }

    /// Replaces the fields that `body` names, each as a whole; the others stay.
    pub(crate) async fn change(
        &self,
        kind: Kind,
        id: &str,
        body: &Value,
    ) -> Result<Value, PlatformError> {
        self.ask(Method::PATCH, self.url(kind, Some(id)), Some(body)).await
    }

    /// Removes one thing for good.
    pub(crate) async fn delete(&self, kind: Kind, id: &str) -> Result<(), PlatformError> {
        match self.ask(Method::DELETE, self.url(kind, Some(id)), None).await {
            // The answer to an earlier try may have been lost.
            Ok(_) | Err(PlatformError::NotFound | PlatformError::Unreadable) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn url(&self, kind: Kind, id: Option<&str>) -> Url {
        http::join(&self.base, &[&[kind.path()], id.as_slice()].concat())
    }

    /// Asks until there is an answer that asking again would not better.
    async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Value, PlatformError> {
        let key = self.key.as_ref().ok_or(PlatformError::NoKey)?;
        let key = HeaderValue::try_from(format!("Bearer {}", key.expose().trim()));
        let mut key = key.map_err(|_| PlatformError::KeyRefused { status: 401 })?;
        key.set_sensitive(true);
        let mut pauses = AGAIN_AFTER.into_iter().map(Duration::from_secs);
        loop {
            self.pace.turn().await;
            let request = self.http.request(method.clone(), url.clone());
            let mut request = request.header(AUTHORIZATION, key.clone());
            if let Some(body) = body {
                request = request.json(body);
            }
            let started = Instant::now();
            let answer = self.http.send(request).await;
            let ended = answer
                .as_ref()
                .map_or(Ended::NoAnswer, |answer| Ended::by_status(answer.status.as_u16()));
            self.meter.note(method.as_str(), ended, started.elapsed(), self.pace.now());
            let is_unsent = matches!(answer, Err(Failure::NotSent));
            let error = match self.judged(answer) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let again = match &error {
                PlatformError::TooMany { .. } => true,
                PlatformError::Broken { .. } | PlatformError::NoAnswer => {
                    method != Method::POST || is_unsent
                }
                _ => false,
            };
            let Some(pause) = pauses.next().filter(|_| again) else { return Err(error) };
            let wanted = match error {
                PlatformError::TooMany { retry_after } => retry_after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            self.pace.pause(pause.max(wanted.min(LONGEST_PAUSE))).await;
        }
    }

    fn judged(&self, answer: Result<Answer, Failure>) -> Result<Value, PlatformError> {
        let answer = answer.map_err(|failure| match failure {
            Failure::TooLarge => PlatformError::Unreadable,
            Failure::NotSent | Failure::Late | Failure::Broken => PlatformError::NoAnswer,
        })?;
        if answer.status.is_success() {
            return serde_json::from_slice(&answer.body).map_err(|_| PlatformError::Unreadable);
        }
        let key = self.key.as_ref().map(Secret::expose).unwrap_or_default();
        let pause = http::pause(&answer.headers);
        Err(refusal::error(answer.status.as_u16(), pause, &answer.body, key))
    }
}

/// A list as it comes: bare, or wrapped as in Vapi's newer lists.
fn items(answer: Value) -> Result<Vec<Value>, PlatformError> {
    match answer {
        Value::Array(items) => Ok(items),
        Value::Object(mut wrapped) => match wrapped.remove("results") {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(PlatformError::Unreadable),
        },
        _ => Err(PlatformError::Unreadable),
    }
}
