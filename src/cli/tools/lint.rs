//! `hookswitch tools lint`: what is wrong with the tools before Vapi is sent any of them.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::api::{Access, escaped};
use crate::cli::output::{bad, clean, dim, good, line};

/// Flags of `tools lint`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this organisation
    #[arg(long, alias = "org-id", value_name = "ORG")]
    org: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let api = args.access.api()?;
    let mut orgs = Vec::new();
    for org in api.orgs(args.org.as_deref()).await? {
        let found = api.get(&format!("/api/orgs/{}/tools/lint", escaped(&org))).await?;
        orgs.push((org, found));
    }
    let wrong = orgs.iter().filter(|(_, found)| found["ok"] != true).count();
    if args.json {
        let items: Vec<Value> = orgs
            .iter()
            .map(|(org, found)| json!({"org": org, "ok": found["ok"], "items": found["items"]}))
            .collect();
        line(json!({"ok": wrong == 0, "items": items}));
    } else {
        orgs.iter().for_each(|(org, found)| show(org, found));
    }
    match wrong {
        0 => Ok(ExitCode::SUCCESS),
        1 => Err(Failure::new("the tools of one organisation cannot be sent to Vapi as they are")),
        many => {
            Err(Failure::new(format!("the tools of {many} organisations cannot be sent to Vapi")))
        }
    }
}

fn show(org: &str, found: &Value) {
    let items = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() {
        line(format_args!("{} {org}", good(&format!("{:<8}", "ok"))));
        return;
    }
    line(org);
    for item in items {
        let text = |name: &str| clean(item[name].as_str().unwrap_or_default(), 300);
        let word = format!("{:<8}", text("severity"));
        let word = if item["severity"] == "error" { bad(&word) } else { dim(&word) };
        line(format_args!("{word} {:<24} {}", text("about"), text("says")));
        line(format_args!("{:<33} -> {}", "", text("remedy")));
    }
}
