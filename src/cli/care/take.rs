//! Takes backups and checks folders: the parts that read and write files.

use std::path::{Path, PathBuf};

use hookswitch_storage::{OpenError, Store, StoreOptions};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use super::report_view;
use crate::cli::Failure;
use crate::cli::api::Api;

/// What a backup holds.
pub(super) struct Taken {
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) sequence: u64,
}

/// Fetches a backup from a running server. The file appears when all of it is there and on disk.
pub(super) async fn from_server(api: &Api, file: &Path) -> Result<Taken, Failure> {
    let mut answer = api.fetch(Method::POST, "/api/backup").await?;
    let number = |headers: &HeaderMap, name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
    };
    let headers = answer.headers();
    let (Some(bytes), Some(rows), Some(sequence)) = (
        number(headers, "content-length"),
        number(headers, "x-hookswitch-rows"),
        number(headers, "x-hookswitch-sequence"),
    ) else {
        return Err(Failure::new(format!("{} gave no backup; is it hookswitch?", api.url())));
    };
    let unfinished = unfinished(file);
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}; choose another place", file.display()))
    };
    let mut out = private(&unfinished).await.map_err(failed)?;
    let mut received = 0;
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) => {
                received += piece.len() as u64;
                out.write_all(&piece).await.map_err(failed)?;
            }
            Ok(None) if received == bytes => break,
            Ok(None) | Err(_) => {
                let _ = tokio::fs::remove_file(&unfinished).await;
                return Err(Failure::new("the server broke off within the backup; run it again"));
            }
        }
    }
    out.sync_all().await.map_err(failed)?;
    tokio::fs::rename(&unfinished, file).await.map_err(failed)?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
        && let Ok(folder) = File::open(folder).await
    {
        let _ = folder.sync_all().await;
    }
    Ok(Taken { bytes, rows, sequence })
}

fn unfinished(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

/// A new file that only its owner can read: a backup holds people's data.
async fn private(path: &Path) -> std::io::Result<File> {
    let _ = tokio::fs::remove_file(path).await;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await
}

/// Backs up a folder that nobody has open.
pub(super) async fn from_folder(options: StoreOptions, file: &Path) -> Result<Taken, Failure> {
    let store = open(options).await?;
    let report = store.backup_to(file).await;
    let _ = store.close().await;
    let report = report.map_err(|error| Failure::new(error.to_string()))?;
    Ok(Taken { bytes: report.bytes, rows: report.rows, sequence: report.sequence })
}

/// Checks a folder that nobody has open. Opening reads the journal already, so a damaged one is
/// refused here.
pub(super) async fn check_folder(options: StoreOptions) -> Result<Value, Failure> {
    let store = open(options).await?;
    let report = store.verify().await;
    let mut problems = Vec::new();
    if let Some(reason) = &store.opened().rebuilt {
        problems.push(format!(
            "the rows were damaged and have been rebuilt from the journal ({reason})"
        ));
    }
    let lost = store.opened().lost;
    if lost > 0 {
        problems.push(format!(
            "the rows of the last {lost} journal records had gone since the store was closed and have been made again from \
             the journal"
        ));
    }
    let orgs = store.orgs().await.unwrap_or_default();
    for org in orgs {
        if !matches!(store.verify_audit(&org.id).await, Ok(true)) {
            problems.push(format!("the audit log of {} is not whole", org.id));
        }
    }
    let _ = store.close().await;
    let mut report = report.map_err(|error| Failure::new(error.to_string()))?;
    report.problems.extend(problems);
    let mut view = report_view(&report);
    view["rebuilt"] = (store.opened().rebuilt.is_some() || lost > 0).into();
    Ok(view)
}

/// Whether a store opens; it is closed again.
pub(super) async fn opens(options: StoreOptions) -> Result<(), OpenError> {
    let store = Store::open(options).await?;
    let _ = store.close().await;
    Ok(())
}

async fn open(options: StoreOptions) -> Result<Store, Failure> {
    Store::open(options).await.map_err(|error| Failure::new(error.to_string()))
}
