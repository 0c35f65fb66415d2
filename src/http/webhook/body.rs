//! Reading a webhook's body. Owns how much and how long: whoever has proven to be Vapi may send as
//! much as Vapi does; strangers, whose signature can only be judged with the body, share a budget
//! of memory and get little time. Does not judge proofs.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::whose::Sender;
use crate::http::error::ApiError;

/// Webhooks carry whole conversations (R21).
const MOST: usize = 16 * 1024 * 1024;

/// Within this time a body must be there whose sender is known: enough for 16 MiB over a poor line.
const KNOWN: Duration = Duration::from_secs(30);

/// The same for strangers.
const STRANGER: Duration = Duration::from_secs(10);

/// Most bodies end before this; what is beyond has a budget of its own, so that few large bodies
/// do not keep many small ones waiting.
const SMALL: usize = 256 * 1024;

/// Bytes of strangers' bodies that may be held at once: of what is small, and of the rest.
const BUDGET: usize = 32 * 1024 * 1024;

/// Memory for the bodies of strangers, for the whole server.
pub(crate) struct Strangers {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

impl Default for Strangers {
    fn default() -> Self {
        let budget = || Arc::new(Semaphore::new(BUDGET));
        Self { small: budget(), large: budget() }
    }
}

/// A body, and the room in the budget that it takes until its sender is known.
pub(super) struct Read {
    pub(super) bytes: Bytes,
    _held: Held,
}

#[derive(Default)]
struct Held {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

impl Strangers {
    /// Reads a body from its `sender`.
    ///
    /// # Errors
    /// 413 if it is too large, 408 if it is too slow, 400 if it breaks off.
    pub(super) async fn read(
        &self,
        sender: Sender,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Read, ApiError> {
        let claimed = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if claimed.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > MOST)
        {
            return Err(ApiError::too_large());
        }
        let (budget, limit) = match sender {
            Sender::Known => (None, KNOWN),
            Sender::Stranger => (Some(self), STRANGER),
        };
        tokio::time::timeout(limit, collect(budget, body)).await.unwrap_or_else(|_| Err(too_slow()))
    }

    /// Waits for room for a body that grows from `from` to `to` bytes; meanwhile nothing is read,
    /// so that the sender waits as well.
    async fn admit(&self, held: &mut Held, from: usize, to: usize) {
        let small = to.min(SMALL) - from.min(SMALL);
        take(&self.small, &mut held.small, small).await;
        take(&self.large, &mut held.large, to - from - small).await;
    }
}

async fn take(budget: &Arc<Semaphore>, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) {
    let Ok(bytes @ 1..) = u32::try_from(bytes) else { return };
    // Fails only when the semaphore is closed, which nobody does.
    let Ok(more) = Arc::clone(budget).acquire_many_owned(bytes).await else { return };
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
}

async fn collect(budget: Option<&Strangers>, body: Body) -> Result<Read, ApiError> {
    let mut held = Held::default();
    let mut whole = Bytes::new();
    let mut pieces: Vec<u8> = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::bad_json("the body could not be read"))?;
        let from = whole.len() + pieces.len();
        if from + chunk.len() > MOST {
            return Err(ApiError::too_large());
        }
        if let Some(budget) = budget {
            budget.admit(&mut held, from, from + chunk.len()).await;
        }
        if from == 0 {
            // Mostly it is all there is, and needs no copy.
            whole = chunk;
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.extend_from_slice(&chunk);
        }
    }
    let bytes = if pieces.is_empty() { whole } else { pieces.into() };
    Ok(Read { bytes, _held: held })
}

fn too_slow() -> ApiError {
    ApiError::new(
        StatusCode::REQUEST_TIMEOUT,
        "too_slow",
        "the body did not arrive in time",
        "send the whole body at once, over a line that carries it",
    )
}
