//! `hookswitch tools`: Vapi's side of things.

mod back;
mod lint;
mod list;
mod sync;
mod trial;

use std::process::ExitCode;

use clap::Subcommand;

use super::api::Plain;
use super::{Failure, logs};

/// Flags of `tools`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check the tools' definitions and the tools that prompts name
    Lint(lint::Args),
    /// Which tool is registered under which id, and on which assistants it is
    List(Plain),
    /// Bring the assistants of all organisations, or of one, up to date
    Sync(sync::Args),
    /// Tell what differs from how it should be, and change nothing
    Audit(Plain),
    /// Put an agent's assistant back to what it was before it was changed last
    Rollback(back::Args),
    /// Leftovers of ours at Vapi: show them, or remove them with --confirm
    Prune(back::PruneArgs),
    /// Run one tool as if an agent had called it; what it does is real
    Try(trial::Args),
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    match args.action {
        Action::Lint(args) => lint::run(args).await,
        Action::List(plain) => list::run(&plain).await,
        Action::Sync(args) => sync::run(&args).await,
        Action::Audit(plain) => sync::audit(&plain).await,
        Action::Rollback(args) => back::run(&args).await,
        Action::Prune(args) => back::prune(&args).await,
        Action::Try(args) => trial::run(&args).await,
    }
}
