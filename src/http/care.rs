//! Care of the data of a running server: a backup to take away, and a check of everything that was
//! written. For administrators only.

use std::io;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::access::{Signed, role};
use super::app::App;
use super::error::ApiError;

/// Bytes that are read and sent at once.
const PIECE: usize = 64 * 1024;

fn failed(error: &io::Error) -> ApiError {
    tracing::error!(%error, "the backup could not be prepared");
    ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "backup_failed",
        "the backup could not be prepared",
        "look at the server's log; the data folder needs room for a copy",
    )
}

/// A consistent copy of everything, made while the server goes on working. The key is not in it.
pub(super) async fn backup(
    _: Signed<role::Admin>,
    State(app): State<App>,
) -> Result<Response, ApiError> {
    let folder = tempfile::Builder::new().prefix("backup-").tempdir_in(&app.parts.data);
    let folder = folder.map_err(|error| failed(&error))?;
    let path = folder.path().join("backup");
    let report = app.calls.store().backup_to(&path).await?;
    let file = File::open(&path).await.map_err(|error| failed(&error))?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, report.bytes.into());
    headers.insert("x-hookswitch-rows", report.rows.into());
    headers.insert("x-hookswitch-sequence", report.sequence.into());
    // The folder goes along, so that the copy is removed when it was sent or nobody takes it.
    let pieces = stream::try_unfold((file, folder), async |(mut file, folder)| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        let next = (read > 0).then(|| (Bytes::from(piece), (file, folder)));
        Ok::<_, io::Error>(next)
    });
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Reads the whole journal and all rows again and compares them.
pub(super) async fn verify(
    _: Signed<role::Admin>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    let mut report = app.calls.store().verify().await?;
    for org in app.calls.orgs().all() {
        if !app.calls.store().verify_audit(org.id()).await? {
            report.problems.push(format!("the audit log of {} is not whole", org.id()));
        }
    }
    Ok(Json(json!({
        "sound": report.is_sound(),
        "records": report.records,
        "segments": report.segments,
        "journal_bytes": report.journal_bytes,
        "rows": report.rows,
        "problems": report.problems,
    })))
}
