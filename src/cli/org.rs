//! `hookswitch org`: organisations as code. Owns the form of the file that `export` writes and
//! `apply` reads: TOML with the names of the settings, and `id` for an org that exists.

mod file;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Access, Api, escaped};
use super::output::{clean, line};
use super::{Failure, logs, table};

/// Flags of `org`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// All organisations
    List(Plain),
    /// One organisation with all its settings
    Show(One),
    /// Create an organisation from a file, or change one to what the file says
    Apply(Apply),
    /// The settings of one organisation as a file for `apply`, without secrets
    Export(One),
}

#[derive(Debug, clap::Args)]
struct Plain {
    /// JSON instead of text
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    access: Access,
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its id
    #[arg(value_name = "ORG")]
    org: String,
    #[command(flatten)]
    plain: Plain,
}

#[derive(Debug, clap::Args)]
struct Apply {
    /// The file. With `id` in it that org is changed; without, the one org of that `name`; if there is none, it is made
    #[arg(value_name = "FILE.toml")]
    file: PathBuf,
    #[command(flatten)]
    plain: Plain,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    match args.what {
        What::List(plain) => list(&plain).await?,
        What::Show(one) => show(&one).await?,
        What::Apply(apply) => change(&apply).await?,
        What::Export(one) => export(&one).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(plain: &Plain) -> Result<(), Failure> {
    let orgs = plain.access.api()?.all("/api/orgs").await?;
    if plain.json {
        line(json!({"items": orgs, "next": null}));
        return Ok(());
    }
    let text = |org: &Value, field: &str| org[field].as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = orgs
        .iter()
        .map(|org| {
            [text(org, "id"), text(org, "name"), text(org, "timezone"), text(org, "webhook_url")]
        })
        .collect();
    let empty = "no organisations yet; make one with `hookswitch org apply FILE.toml`";
    table::show(["ID", "NAME", "TIME ZONE", "WEBHOOK"], &rows, empty);
    Ok(())
}

async fn show(one: &One) -> Result<(), Failure> {
    let org = read(&one.plain.access.api()?, &one.org).await?;
    if one.plain.json {
        line(&org);
    } else {
        line(file::text(&org)?.trim_end());
    }
    Ok(())
}

async fn export(one: &One) -> Result<(), Failure> {
    let org = read(&one.plain.access.api()?, &one.org).await?;
    let settings = file::settings(&org);
    if one.plain.json {
        line(&settings);
    } else {
        line(
            "# Settings of one organisation, for `hookswitch org apply`. Secrets are not in it and stay as they are.",
        );
        line(file::text(&settings)?.trim_end());
    }
    Ok(())
}

async fn read(api: &Api, org: &str) -> Result<Value, Failure> {
    api.get(&format!("/api/orgs/{}", escaped(org))).await
}

async fn change(apply: &Apply) -> Result<(), Failure> {
    let mut wanted = file::read(&apply.file)?;
    let api = apply.plain.access.api()?;
    let id = match wanted.as_object_mut().and_then(|fields| fields.remove("id")) {
        Some(Value::String(id)) => Some(id),
        Some(_) => return Err(Failure::new("`id` in the file must be a text")),
        None => by_name(&api, &wanted).await?,
    };
    let Some(id) = id else {
        let made = api.ask(Method::POST, "/api/orgs", Some(&wanted)).await?;
        if apply.plain.json {
            line(&made);
            return Ok(());
        }
        let text = |field: &str| made[field].as_str().unwrap_or_default();
        line(format_args!("made {} ({})", text("id"), clean(text("name"), 200)));
        line(format_args!("webhook URL: {}", text("webhook_url")));
        if let Some(secret) = made["webhook_secret"].as_str() {
            line(format_args!("webhook secret, shown this once: {secret}"));
        }
        return Ok(());
    };
    let before = read(&api, &id).await?;
    let path = format!("/api/orgs/{}", escaped(&id));
    let after = api.ask(Method::PATCH, &path, Some(&wanted)).await?;
    let changed = file::differences(&before, &after);
    if apply.plain.json {
        line(json!({"id": id, "changed": changed}));
    } else if changed.is_empty() {
        line(format_args!("{id} is as the file says already"));
    } else {
        line(format_args!("changed {id}: {}", changed.join(", ")));
    }
    Ok(())
}

/// The one org of the file's name, so that applying a file again changes what it made.
async fn by_name(api: &Api, wanted: &Value) -> Result<Option<String>, Failure> {
    let orgs = api.all("/api/orgs").await?;
    let mut named = orgs.iter().filter(|org| org["name"] == wanted["name"]);
    let id = named.next().and_then(|org| org["id"].as_str()).map(str::to_owned);
    if named.next().is_some() {
        return Err(Failure::new(
            "several organisations have the name of the file; put the `id` of one into it (`hookswitch org list`)",
        ));
    }
    Ok(id)
}
