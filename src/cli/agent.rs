//! `hookswitch agent`: voice agents of an organisation. Saving one is all that is needed: its assistant at
//! Vapi is given tools, prompt and server behind it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Api, Plain, escaped};
use super::output::line;
use super::{Failure, logs, table};

/// Flags of `agent`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Save an agent; tools, prompt and links follow
    Save(Save),
    /// Agents, and whether each is synced
    List(Plain),
    /// Remove an agent; what was put on its assistant is taken off
    Remove(Remove),
}

#[derive(Debug, clap::Args)]
struct Remove {
    /// The agent's name
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    plain: Plain,
}

#[derive(Debug, clap::Args)]
struct Save {
    /// The agent's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Vapi's id of its assistant
    #[arg(long, value_name = "ID")]
    assistant: String,
    /// Who calls whom; inbound for a new agent, else as it is
    #[arg(long, value_name = "DIRECTION", value_parser = ["inbound", "outbound"])]
    direction: Option<String>,
    /// File with instructions for this agent; without it those that it has stay
    #[arg(long, value_name = "FILE")]
    prompt: Option<PathBuf>,
    /// Take the agent's instructions away
    #[arg(long, conflicts_with = "prompt")]
    no_prompt: bool,
    #[command(flatten)]
    plain: Plain,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    match args.what {
        What::Save(args) => save(&args).await,
        What::List(args) => list(&args).await,
        What::Remove(args) => remove(&args).await,
    }
}

async fn save(args: &Save) -> Result<ExitCode, Failure> {
    let prompt = args.prompt.as_ref().map(|file| {
        std::fs::read_to_string(file).map_err(|error| {
            let file = file.display();
            Failure::new(format!("cannot read {file}: {error}; check the path"))
        })
    });
    let (api, path) = one(&args.plain, &args.name).await?;
    let mut body = json!({"assistant_id": args.assistant});
    if let Some(direction) = &args.direction {
        body["direction"] = json!(direction);
    } else if is_new(&api, &path, &args.name).await? {
        body["direction"] = json!("inbound");
    }
    if let Some(prompt) = prompt.transpose()? {
        body["prompt"] = json!(prompt);
    } else if args.no_prompt {
        body["prompt"] = Value::Null;
    }
    let saved = api.ask(Method::PUT, &path, Some(&body)).await?;
    if args.plain.json {
        line(&saved);
        return Ok(ExitCode::SUCCESS);
    }
    line(format_args!("saved agent {}", args.name));
    match saved["sync"]["says"].as_str() {
        Some(says) => line(says),
        None => line("its assistant follows; `hookswitch agent list` shows how far it is"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether no agent has the name; `path` is where it would be kept.
async fn is_new(api: &Api, path: &str, name: &str) -> Result<bool, Failure> {
    let (all, _) = path.rsplit_once('/').unwrap_or((path, ""));
    Ok(api.all(all).await?.iter().all(|agent| agent["name"] != name))
}

async fn remove(args: &Remove) -> Result<ExitCode, Failure> {
    let (api, path) = one(&args.plain, &args.name).await?;
    api.fetch(Method::DELETE, &path).await?;
    if args.plain.json {
        line(json!({"removed": args.name}));
    } else {
        line(format_args!("removed agent {}; its assistant at Vapi follows", args.name));
    }
    Ok(ExitCode::SUCCESS)
}

/// The server, and where it keeps an agent.
async fn one(plain: &Plain, name: &str) -> Result<(Api, String), Failure> {
    let api = plain.access.api()?;
    let orgs = api.orgs(plain.org.as_deref()).await?;
    let [org] = orgs.as_slice() else {
        return Err(Failure::usage(
            "say whose agent it is with --org (`hookswitch org list` shows the organisations)",
        ));
    };
    let path = format!("/api/orgs/{}/agents/{}", escaped(org), escaped(name));
    Ok((api, path))
}

async fn list(args: &Plain) -> Result<ExitCode, Failure> {
    let api = args.access.api()?;
    let mut found = Vec::new();
    for org in api.orgs(args.org.as_deref()).await? {
        let agents = api.all(&format!("/api/orgs/{}/agents", escaped(&org))).await?;
        found.extend(agents.into_iter().map(|agent| (org.clone(), agent)));
    }
    if args.json {
        let items: Vec<_> = found
            .into_iter()
            .map(|(org, mut agent)| {
                agent["org"] = json!(org);
                agent
            })
            .collect();
        line(json!({"items": items, "next": null}));
        return Ok(ExitCode::SUCCESS);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = found
        .iter()
        .map(|(org, agent)| {
            let sync = &agent["sync"];
            [
                org.clone(),
                text(&agent["name"]),
                text(&agent["direction"]),
                text(&agent["assistant_id"]),
                text(&sync["state"]),
            ]
        })
        .collect();
    let empty = "no agents yet; save one with `hookswitch agent save NAME --assistant ID`";
    table::show(["ORGANISATION", "AGENT", "DIRECTION", "ASSISTANT", "SYNC"], &rows, empty);
    for (_, agent) in &found {
        if let Some(says) = agent["sync"]["says"].as_str() {
            line(format_args!("{}: {}", text(&agent["name"]), super::output::clean(says, 500)));
        }
    }
    Ok(ExitCode::SUCCESS)
}
