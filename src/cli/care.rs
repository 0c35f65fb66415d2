//! `hookswitch backup`, `restore` and `verify`: care of the data. Backup and verify ask the running
//! server if there is one, and open the data folder themselves if there is none.

mod place;
mod take;

use std::path::PathBuf;
use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Value, json};

use super::api::Access;
use super::output::{bad, good, line};
use super::{Failure, logs};
use crate::config::{Overrides, Sources};
use place::Place;

/// Flags of `backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// File to write; an existing one is replaced when the new one is whole
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    more: More,
}

/// Flags of `verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    more: More,
}

#[derive(Debug, clap::Args)]
struct More {
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

/// Flags of `restore`.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// A file that `backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Data folder to restore into; the files of a store that is there are kept beside the new ones
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn backup(args: BackupArgs) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let taken = match place::find(&args.more.access).await? {
        Place::Server(api) => take::from_server(&api, &args.file).await?,
        Place::Folder(options) => take::from_folder(options, &args.file).await?,
    };
    if args.more.json {
        line(
            json!({"file": args.file, "bytes": taken.bytes, "rows": taken.rows, "sequence": taken.sequence}),
        );
    } else {
        line(format_args!(
            "wrote {}: {} rows, {} bytes, up to operation {}",
            args.file.display(),
            taken.rows,
            taken.bytes,
            taken.sequence
        ));
        line("the key is not in it: keep a copy of the key file apart from this one");
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn verify(args: VerifyArgs) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let report = match place::find(&args.more.access).await? {
        Place::Server(api) => api.ask(Method::POST, "/api/verify", None).await?,
        Place::Folder(options) => take::check_folder(options).await?,
    };
    let sound = report["sound"] == true;
    if args.more.json {
        line(&report);
    } else {
        for problem in report["problems"].as_array().into_iter().flatten() {
            line(format_args!("{} {}", bad("damaged"), problem.as_str().unwrap_or_default()));
        }
        let counts = format!(
            "{} records in {} journal files, {} rows",
            report["records"], report["segments"], report["rows"]
        );
        if sound {
            line(format_args!("{} {counts}: all as they were written", good("sound")));
        } else {
            line(format_args!("checked {counts}"));
        }
    }
    if sound {
        return Ok(ExitCode::SUCCESS);
    }
    let problems = report["problems"].as_array().map_or(0, Vec::len);
    Err(Failure::new(if report["rebuilt"] == true && problems == 1 {
        "the rows were damaged; they have been made anew from the journal, which is whole, so nothing is lost. Look after \
         the disk, and run `hookswitch verify` again"
    } else {
        "the data are damaged: do what stands with each problem. A backup of the running server is good if only the \
         journal is meant; otherwise restore the last one with `hookswitch restore FILE --data-dir DIR`"
    }))
}

pub(super) async fn restore(args: RestoreArgs) -> Result<ExitCode, Failure> {
    // No log: that the rows are made anew from the journal is what a restore is.
    let overrides = Overrides { data_dir: Some(args.data_dir.clone()), bind: None };
    let config = Sources::of_process(None, overrides).load()?;
    let (file, data) = (args.file.clone(), args.data_dir.clone());
    let restoring = tokio::task::spawn_blocking(move || hookswitch_storage::restore(&file, &data));
    let restored = match restoring.await {
        Ok(restored) => restored.map_err(|error| Failure::new(error.to_string()))?,
        Err(_) => return Err(Failure::new("the restore broke off inside; run it again")),
    };
    if args.json {
        line(
            json!({"rows": restored.rows, "sequence": restored.sequence, "replaced": restored.replaced}),
        );
    } else {
        line(format_args!(
            "restored {} rows, up to operation {}, into {}",
            restored.rows,
            restored.sequence,
            args.data_dir.display()
        ));
        if let Some(replaced) = &restored.replaced {
            line(format_args!("what was there before is kept in {}", replaced.display()));
        }
    }
    if let Some(hint) = place::key_hint(&config, take::opens(place::options(&config)).await)? {
        // Programs read stdout.
        if args.json { eprintln!("{hint}") } else { line(hint) }
    }
    Ok(ExitCode::SUCCESS)
}

/// A report of storage as the server's route gives it.
fn report_view(report: &hookswitch_storage::VerifyReport) -> Value {
    json!({
        "sound": report.is_sound(),
        "records": report.records,
        "segments": report.segments,
        "journal_bytes": report.journal_bytes,
        "rows": report.rows,
        "problems": report.problems,
    })
}
