//! `hookswitch tools try`: one tool, as if an agent had called it.

use std::process::ExitCode;

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::cli::Failure;
use crate::cli::api::{Plain, escaped};
use crate::cli::output::line;

/// Flags of `tools try`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tool's name
    #[arg(value_name = "TOOL")]
    tool: String,
    /// An argument as NAME=VALUE; the value is JSON, or else a text
    #[arg(long, value_name = "NAME=VALUE")]
    arg: Vec<String>,
    /// The number that seems to call
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    #[command(flatten)]
    plain: Plain,
}

pub(super) async fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut arguments = Map::new();
    for argument in &args.arg {
        let (name, value) = argument
            .split_once('=')
            .ok_or_else(|| Failure::usage("an argument is given as --arg NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
        arguments.insert(name.to_owned(), value);
    }
    let (api, orgs) = args.plain.orgs().await?;
    let [(org, _)] = orgs.as_slice() else {
        return Err(Failure::usage(
            "say for whom with --org (`hookswitch org list` shows the organisations)",
        ));
    };
    let mut body = json!({"arguments": arguments});
    if let Some(caller) = &args.caller {
        body["caller"] = json!(caller);
    }
    let path = format!("/api/orgs/{}/tools/{}/try", escaped(org), escaped(&args.tool));
    let answer: Value = api.ask(Method::POST, &path, Some(&body)).await?;
    if args.plain.json {
        line(&answer);
    } else {
        let said = answer.get("result").or_else(|| answer.get("error")).unwrap_or(&Value::Null);
        line(serde_json::to_string_pretty(said).unwrap_or_default());
        line(format_args!("in {} ms", answer["duration_ms"]));
    }
    match answer["success"] == true {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::new("the tool did not succeed; what it says stands above")),
    }
}
