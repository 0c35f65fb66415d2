//! What can go wrong with a request to a stand-in, when it does, and what the client then sees. Each
//! vendor's stand-in says how the vendor itself would put it. Knows no vendor and no booking.

use std::io::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cut::Scissors;

/// More than any client should read, bytes.
const FLOOD: usize = 32 << 20;

/// What requests can be told apart by.
pub(super) trait Kind: Copy + PartialEq {
    /// All of them, in plans.
    const ANY: Self;
}

/// A vendor's account behind a stand-in.
pub(super) trait Behind: Send + Sync + 'static {
    /// A request, read as far as its kind.
    type Request: Send + Sync + 'static;

    /// Does what is asked for and answers; with `as_request` so that the host has yet to agree.
    fn perform(&self, request: &Self::Request, as_request: bool) -> Response;

    /// Answers as the vendor does.
    fn complain(&self, request: &Self::Request, complaint: Complaint) -> Response;
}

/// What a vendor may say no for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complaint {
    /// Too many requests.
    TooMany,
    /// Something broke there.
    Broken,
    /// The credentials are refused.
    Refused,
    /// The credentials do not allow this.
    Forbidden,
    /// The slot is taken.
    Taken,
    /// Somebody was faster.
    Raced,
}

/// A status by its number.
pub(super) fn status_of(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What the client sees of a request that is in trouble.
pub(super) async fn in_trouble<B: Behind>(
    behind: &Arc<B>,
    request: B::Request,
    trouble: Trouble,
    scissors: &Scissors,
) -> Response {
    let perform = || behind.perform(&request, false);
    let complain = |complaint| behind.complain(&request, complaint);
    match trouble {
        Trouble::TooMany { retry_after } => {
            let mut answer = complain(Complaint::TooMany);
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            answer
        }
        Trouble::FailsBefore => complain(Complaint::Broken),
        Trouble::FailsAfter => {
            perform();
            complain(Complaint::Broken)
        }
        Trouble::HangsBefore => std::future::pending().await,
        Trouble::HangsAfter => {
            perform();
            std::future::pending().await
        }
        Trouble::DropsBefore => {
            scissors.cut();
            complain(Complaint::Broken)
        }
        Trouble::DropsAfter => {
            scissors.cut();
            perform()
        }
        Trouble::BreaksOff => {
            let (mut parts, _) = perform().into_parts();
            parts.headers.insert(header::CONTENT_LENGTH, 4096.into());
            let half = Bytes::from_static(b"{\"status\":\"success\",\"data\":{\"uid\":");
            let pieces = [Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
            Response::from_parts(parts, Body::from_stream(futures_util::stream::iter(pieces)))
        }
        Trouble::Drips => drip(perform()),
        Trouble::DoesLate { millis } => {
            let later = Arc::clone(behind);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                later.perform(&request, false);
            });
            scissors.cut();
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Trouble::Slow { millis } => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            perform()
        }
        Trouble::Refuses => complain(Complaint::Refused),
        Trouble::Forbids => complain(Complaint::Forbidden),
        Trouble::SlotTaken => complain(Complaint::Taken),
        Trouble::LosesRace => complain(Complaint::Raced),
        Trouble::NeedsConfirmation => behind.perform(&request, true),
        Trouble::Redirects => {
            let to = [(header::LOCATION, "/elsewhere")];
            (StatusCode::TEMPORARY_REDIRECT, to).into_response()
        }
        Trouble::Floods => (StatusCode::OK, "x".repeat(FLOOD)).into_response(),
        Trouble::Bomb => {
            let packed = [(header::CONTENT_ENCODING, "gzip")];
            (StatusCode::OK, packed, BOMB.clone()).into_response()
        }
        Trouble::Garbles => (perform().status(), "<html>It worked!</html>").into_response(),
        Trouble::Answers { status, body } => (status_of(status), Json(body)).into_response(),
    }
}

/// The same answer, a byte a second.
fn drip(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let bytes = futures_util::stream::once(axum::body::to_bytes(body, FLOOD)).flat_map(|whole| {
        let whole = whole.unwrap_or_default();
        futures_util::stream::iter((0..whole.len()).map(move |at| whole.slice(at..=at)))
    });
    let slow = bytes.then(|byte| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, std::convert::Infallible>(byte)
    });
    Response::from_parts(parts, Body::from_stream(slow))
}

/// Packed once: that takes longer than sending it ever could.
static BOMB: LazyLock<Bytes> = LazyLock::new(|| bomb().into());

fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    // Writing to memory does not fail.
    for _ in 0..FLOOD >> 20 {
        let _ = packer.write_all(&zeros);
    }
    packer.finish().unwrap_or_default()
}

/// How a request fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "trouble", rename_all = "snake_case")]
pub enum Trouble {
    /// 429; with `Retry-After`, seconds, if given.
    TooMany {
        /// Seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 500, and nothing was done.
    FailsBefore,
    /// 500, and it was done.
    FailsAfter,
    /// No answer ever, and nothing is done.
    HangsBefore,
    /// No answer ever, and it was done.
    HangsAfter,
    /// The connection breaks, and nothing was done.
    DropsBefore,
    /// The connection breaks, and it was done.
    DropsAfter,
    /// The answer breaks off in the middle, and it was done.
    BreaksOff,
    /// The connection breaks at once, and it is done so much later.
    DoesLate {
        /// Milliseconds.
        millis: u64,
    },
    /// The answer comes byte by byte, one a second, and it was done.
    Drips,
    /// All is well, after so long.
    Slow {
        /// Milliseconds.
        millis: u64,
    },
    /// The credentials are refused.
    Refuses,
    /// The credentials do not allow this.
    Forbids,
    /// The vendor's way to say that the slot is taken.
    SlotTaken,
    /// The vendor's way to say that somebody was faster.
    LosesRace,
    /// The booking is made as a request that the host has to confirm.
    NeedsConfirmation,
    /// A redirect to another path.
    Redirects,
    /// An answer of many megabytes.
    Floods,
    /// An answer of a few kilobytes that unpacks to many megabytes. It does no harm so long as nothing
    /// unpacks it: requests to vendors are built without `gzip` and its kin, so that it is read as it
    /// comes and makes no sense. Who adds such a feature has to bound what is unpacked as well.
    Bomb,
    /// A success that is not JSON, and it was done.
    Garbles,
    /// This answer, and nothing was done.
    Answers {
        /// HTTP status.
        status: u16,
        /// Body.
        body: Value,
    },
}

/// When a trouble comes about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan<O> {
    /// For which requests.
    pub operation: O,
    /// What happens to them.
    #[serde(flatten)]
    pub trouble: Trouble,
    /// How often; for ever if not given.
    #[serde(default)]
    pub times: Option<u32>,
    /// Percent of the requests; all if not given.
    #[serde(default = "all")]
    pub percent: u8,
}

fn all() -> u8 {
    100
}

/// The plans that are left.
#[derive(Debug)]
pub(super) struct Troubles<O> {
    plans: Vec<Plan<O>>,
    dice: u64,
}

impl<O> Default for Troubles<O> {
    fn default() -> Self {
        Self { plans: Vec::new(), dice: 0 }
    }
}

impl<O: Kind> Troubles<O> {
    pub(super) fn add(&mut self, plan: Plan<O>) {
        self.plans.push(plan);
    }

    pub(super) fn clear(&mut self) {
        self.plans.clear();
    }

    /// What happens to the next request of this kind.
    pub(super) fn take(&mut self, operation: O) -> Option<Trouble> {
        let fits = |plan: &Plan<O>| plan.operation == operation || plan.operation == O::ANY;
        for place in 0..self.plans.len() {
            if !fits(&self.plans[place]) || !self.falls(self.plans[place].percent) {
                continue;
            }
            let plan = &mut self.plans[place];
            let trouble = plan.trouble.clone();
            if let Some(times) = &mut plan.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    self.plans.remove(place);
                }
            }
            return Some(trouble);
        }
        None
    }

    /// The same sequence in every run, so that a failure can be seen again.
    fn falls(&mut self, percent: u8) -> bool {
        if percent >= 100 {
            return true;
        }
        // Knuth's multiplier; the high bits are random enough for dice.
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 33) % 100 < u64::from(percent)
    }
}
