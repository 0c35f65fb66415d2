//! What the client sees of a request to a stand-in that is in trouble. Knows no vendor and no booking.

use std::io::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;

use super::super::asked::Asked;
use super::super::cut::Scissors;
use super::super::handle::Behind;
use super::super::trouble::Trouble;
use super::super::vendor::{Complaint, Vendor, status_of};

/// More than any client should read, bytes.
const FLOOD: usize = 32 << 20;

/// What the client sees of a request that is in trouble.
pub(super) async fn in_trouble<V: Vendor>(
    behind: &Arc<Behind<V>>,
    asked: Asked<V::Operation>,
    trouble: Trouble,
    scissors: &Scissors,
) -> Response {
    let perform = || behind.vendor().perform(&asked, false);
    let complain = |complaint| behind.vendor().complain(&asked, complaint);
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
                later.vendor().perform(&asked, false);
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
        Trouble::NeedsConfirmation => behind.vendor().perform(&asked, true),
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

/// Packs it now, unless it is.
pub(in crate::player::stand_ins) fn pack_bomb() {
    LazyLock::force(&BOMB);
}

fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b' '; 1 << 20];
    // Writing to memory does not fail.
    for _ in 0..FLOOD >> 20 {
        let _ = packer.write_all(&zeros);
    }
    packer.finish().unwrap_or_default()
}
