//! `hookswitch calls`: calls that are or were. `tail` is `watch` under the name that people try
//! first.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::{Access, escaped};
use super::output::{clean, dim, line};
use super::{Failure, logs, table, watch};

/// Flags of `calls`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Calls, newest first
    List(List),
    /// One call with all that happened in it
    Show(Show),
    /// Follow live calls, as `watch` does
    Tail(watch::Args),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Live,
    Ended,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only this organisation
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Only calls in this state
    #[arg(long)]
    state: Option<State>,
    /// Most calls of each organisation
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The call's id
    #[arg(value_name = "CALL")]
    call: String,
    /// Its organisation; without it all are looked through
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    match args.what {
        What::Tail(args) => return watch::run(args).await,
        What::List(args) => {
            logs::start_quietly();
            list(&args).await?;
        }
        What::Show(args) => {
            logs::start_quietly();
            show(&args).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: &List) -> Result<(), Failure> {
    let api = args.access.api()?;
    let state = match args.state {
        None => "",
        Some(State::Live) => "&state=live",
        Some(State::Ended) => "&state=ended",
    };
    let mut calls: Vec<Value> = Vec::new();
    for org in api.orgs(args.org.as_deref()).await? {
        let path = format!("/api/orgs/{}/calls?limit={}{state}", escaped(&org), args.limit);
        let mut page = api.get(&path).await?;
        if let Some(found) = page["items"].as_array_mut() {
            calls.append(found);
        }
    }
    if args.json {
        line(json!({"items": calls, "next": null}));
        return Ok(());
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = calls
        .iter()
        .map(|call| {
            let state = call["ended_reason"].as_str().unwrap_or("live");
            [
                text(&call["call_id"]),
                text(&call["org"]),
                call["caller"]["number"].as_str().unwrap_or("withheld").to_owned(),
                seconds(&call["started_at"]),
                state.to_owned(),
            ]
        })
        .collect();
    table::show(["CALL", "ORG", "CALLER", "STARTED", "STATE"], &rows, "no calls");
    Ok(())
}

/// A time without its fractions of a second.
fn seconds(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match text.parse::<Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => text.to_owned(),
    }
}

async fn show(args: &Show) -> Result<(), Failure> {
    let api = args.access.api()?;
    let mut found = None;
    for org in api.orgs(args.org.as_deref()).await? {
        let path = format!("/api/orgs/{}/calls/{}", escaped(&org), escaped(&args.call));
        if let Ok(call) = api.get(&path).await {
            found = Some((call, api.all(&format!("{path}/events?limit=10000")).await?));
            break;
        }
    }
    let Some((mut call, events)) = found else {
        return Err(Failure::new(
            "there is no such call for this token; `hookswitch calls list` shows those there are",
        ));
    };
    if args.json {
        call["events"] = events.into();
        line(&call);
        return Ok(());
    }
    let text = |value: &Value| clean(value.as_str().unwrap_or("-"), 200);
    line(format_args!("call     {}", text(&call["call_id"])));
    line(format_args!("org      {}", text(&call["org"])));
    line(format_args!("caller   {}", text(&call["caller"]["number"])));
    line(format_args!("started  {}", seconds(&call["started_at"])));
    line(format_args!("ended    {} ({})", seconds(&call["ended_at"]), text(&call["ended_reason"])));
    line("");
    for item in &events {
        let frame = json!({"type": "event", "at": item["at"], "org": call["org"],
            "call_id": call["call_id"], "event": item["event"]});
        for (text, important) in watch::words(&frame) {
            if important { line(&text) } else { line(dim(&text)) }
        }
    }
    Ok(())
}
