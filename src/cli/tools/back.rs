//! `hookswitch tools rollback` and `tools prune`: what undoes.

use std::process::ExitCode;

use reqwest::Method;
use serde_json::Value;

use crate::cli::Failure;
use crate::cli::api::{Access, Plain, escaped};
use crate::cli::output::{clean, line};
use crate::cli::table;

/// Flags of `tools rollback`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The agent's name
    #[arg(value_name = "AGENT", required_unless_present = "number")]
    agent: Option<String>,
    /// Vapi's id of a phone number, which is put back to where it led
    #[arg(long, value_name = "ID", conflicts_with = "agent")]
    number: Option<String>,
    /// Change nothing, and show what would change
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    plain: Plain,
}

/// Flags of `tools prune`.
#[derive(Debug, clap::Args)]
pub(super) struct PruneArgs {
    /// Remove them; without it they are only shown
    #[arg(long)]
    confirm: bool,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (api, orgs) = args.plain.orgs().await?;
    let [(org, _)] = orgs.as_slice() else {
        return Err(Failure::usage(
            "say whose it is with --org (`hookswitch org list` shows the organisations)",
        ));
    };
    let (what, whose) = match (&args.number, &args.agent) {
        (Some(number), _) => ("phone number", format!("phone-numbers/{}", escaped(number))),
        (None, agent) => {
            let agent = agent.as_deref().unwrap_or_default();
            ("assistant", format!("agents/{}", escaped(agent)))
        }
    };
    let dry_run = args.dry_run;
    let path = format!("/api/orgs/{}/{whose}/rollback?dry_run={dry_run}", escaped(org));
    let done = api.ask(Method::POST, &path, None).await?;
    if args.plain.json {
        line(&done);
        return Ok(ExitCode::SUCCESS);
    }
    for change in done["changes"].as_array().into_iter().flatten() {
        line(format_args!("  {}", clean(change.as_str().unwrap_or_default(), 300)));
    }
    match (dry_run, what) {
        (true, _) => line("nothing was changed"),
        (false, "assistant") => line(
            "the assistant is what it was; nothing changes it by itself until the agent is saved or synced",
        ),
        (false, _) => line(
            "the phone number leads where it led; nothing changes it by itself until a sync is asked for",
        ),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn prune(args: &PruneArgs) -> Result<ExitCode, Failure> {
    let api = args.access.api()?;
    let path = format!("/api/tools/prune?confirm={}", args.confirm);
    let found = api.ask(Method::POST, &path, None).await?;
    if args.json {
        line(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let leftovers = found["leftovers"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = leftovers
        .iter()
        .map(|tool| [text(tool, "name"), text(tool, "vapi_tool_id"), text(tool, "why")])
        .collect();
    table::show(["TOOL", "VAPI TOOL ID", "WHY"], &rows, "nothing is left over");
    match (args.confirm, rows.len()) {
        (_, 0) => {}
        (true, count) => line(format_args!("{count} removed")),
        (false, _) => line("nothing was removed; --confirm removes them"),
    }
    Ok(ExitCode::SUCCESS)
}
