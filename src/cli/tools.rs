//! `hookswitch tools`: Vapi's side of things.

mod back;
mod lint;
mod list;
mod sync;
mod trial;

use std::process::ExitCode;

use clap::Subcommand;

use super::api::{Access, Api};
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

/// Flags that most of them have.
#[derive(Debug, clap::Args)]
struct Plain {
    /// The organisation; without it all that the token reaches
    #[arg(long, visible_alias = "org-id", value_name = "ORG")]
    org: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

impl Plain {
    /// The server, and the organisations that are meant: id and name.
    async fn orgs(&self) -> Result<(Api, Vec<(String, String)>), Failure> {
        let api = self.access.api()?;
        let found = match &self.org {
            Some(org) => {
                vec![api.get(&format!("/api/orgs/{}", super::api::escaped(org))).await?]
            }
            None => api.all("/api/orgs").await?,
        };
        let text = |org: &serde_json::Value, field: &str| {
            org[field].as_str().unwrap_or_default().to_owned()
        };
        let orgs = found.iter().map(|org| (text(org, "id"), text(org, "name"))).collect();
        Ok((api, orgs))
    }
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
