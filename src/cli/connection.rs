//! `hookswitch connection`: connections of an organisation to booking providers. Credentials are
//! read from a file or stdin, never from the command line, which other users of the machine see.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::{Api, Plain, escaped};
use super::output::{bad, clean, good, line};
use super::{Failure, logs, table};

/// Flags of `connection`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Connect a provider
    Add(Add),
    /// Connections with their state
    List(Plain),
    /// Ask a connection's provider for something harmless
    Check(One),
    /// Print the link under which a connection is connected again in a browser
    Reauth(One),
    /// Remove a connection; bookings that were made through it stay
    Remove(One),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The provider's name; `builtin` is the calendar that needs no account
    #[arg(value_name = "PROVIDER")]
    provider: String,
    /// File with the credentials as one JSON object; `-` for stdin
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// An option of the provider as NAME=VALUE; the value is JSON, or else a text
    #[arg(long, value_name = "NAME=VALUE")]
    option: Vec<String>,
    #[command(flatten)]
    plain: Plain,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The connection's id
    #[arg(value_name = "CONNECTION")]
    connection: String,
    #[command(flatten)]
    plain: Plain,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    match args.what {
        What::Add(args) => add(&args).await,
        What::List(args) => list(&args).await,
        What::Check(args) => check(&args).await,
        What::Reauth(args) => reauth(&args).await,
        What::Remove(args) => remove(&args).await,
    }
}

fn all_of(org: &str) -> String {
    format!("/api/orgs/{}/connections", escaped(org))
}

async fn add(args: &Add) -> Result<ExitCode, Failure> {
    let mut body = json!({"provider": args.provider, "options": options(&args.option)?});
    if let Some(file) = &args.credentials {
        body["credentials"] = Value::Object(credentials(file)?);
    }
    let api = args.plain.access.api()?;
    let orgs = api.orgs(args.plain.org.as_deref()).await?;
    let [org] = orgs.as_slice() else {
        return Err(Failure::usage(
            "say whose connection it is with --org (`hookswitch org list` shows the organisations)",
        ));
    };
    let made = api.ask(Method::POST, &all_of(org), Some(&body)).await?;
    if args.plain.json {
        line(&made);
    } else {
        let id = made["id"].as_str().unwrap_or_default();
        line(format_args!("connected {} as {id}", clean(&args.provider, 60)));
        line(format_args!("next: `hookswitch connection check {id}`"));
    }
    Ok(ExitCode::SUCCESS)
}

fn options(given: &[String]) -> Result<Map<String, Value>, Failure> {
    let read = |option: &String| match option.split_once('=') {
        Some((name, value)) if !name.is_empty() => {
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            Ok((name.to_owned(), value))
        }
        _ => Err(Failure::usage("an option is given as --option NAME=VALUE")),
    };
    given.iter().map(read).collect()
}

/// What is wrong with them is said without repeating any of it.
fn credentials(file: &Path) -> Result<Map<String, Value>, Failure> {
    let shown = file.display();
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        Failure::new(format!("cannot read the credentials from {shown}: {error}; check the path"))
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!(
            "the credentials in {shown} are not one JSON object (line {}); write them as {{\"api_key\": \"...\"}}",
            error.line()
        ))
    })
}

async fn list(args: &Plain) -> Result<ExitCode, Failure> {
    let api = args.access.api()?;
    let mut found = Vec::new();
    for org in api.orgs(args.org.as_deref()).await? {
        for mut connection in api.all(&all_of(&org)).await? {
            connection["org"] = json!(org);
            found.push(connection);
        }
    }
    if args.json {
        line(json!({"items": found, "next": null}));
        return Ok(ExitCode::SUCCESS);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = found
        .iter()
        .map(|connection| {
            let default = if connection["default"] == true { "default" } else { "" };
            [
                text(&connection["id"]),
                text(&connection["org"]),
                text(&connection["provider"]),
                text(&connection["status"]),
                default.to_owned(),
            ]
        })
        .collect();
    let empty = "no connections; make one with `hookswitch connection add builtin --org ORG`";
    table::show(["ID", "ORG", "PROVIDER", "STATUS", ""], &rows, empty);
    Ok(ExitCode::SUCCESS)
}

/// The path of a connection, whichever organisation it is of.
async fn find(api: &Api, args: &One) -> Result<String, Failure> {
    for org in api.orgs(args.plain.org.as_deref()).await? {
        let connections = api.all(&all_of(&org)).await?;
        if connections.iter().any(|connection| connection["id"] == *args.connection) {
            return Ok(format!("{}/{}", all_of(&org), escaped(&args.connection)));
        }
    }
    Err(Failure::new(
        "there is no such connection for this token; `hookswitch connection list` shows those there are",
    ))
}

async fn check(args: &One) -> Result<ExitCode, Failure> {
    let api = args.plain.access.api()?;
    let path = find(&api, args).await?;
    let checked = api.ask(Method::POST, &format!("{path}/check"), None).await?;
    let is_ok = checked["ok"] == true;
    let text = |field: &str| clean(checked[field].as_str().unwrap_or_default(), 300);
    if args.plain.json {
        line(&checked);
    } else if is_ok {
        line(format_args!("{} answered in {} ms", good("ok"), checked["duration_ms"]));
    } else {
        line(format_args!("{} {}", bad("bad"), text("problem")));
    }
    if is_ok { Ok(ExitCode::SUCCESS) } else { Err(Failure::new(text("hint"))) }
}

/// The provider's own page, so that whoever owns the account can open it, signed in here or not.
async fn reauth(args: &One) -> Result<ExitCode, Failure> {
    let api = args.plain.access.api()?;
    let connection = api.get(&find(&api, args).await?).await?;
    let Some(url) = connection["reconnect_url"].as_str() else {
        return Err(Failure::new(format!(
            "a connection to {} is not made in a browser; give it new credentials with `PATCH {}`",
            clean(connection["provider"].as_str().unwrap_or_default(), 60),
            "/api/orgs/{org}/connections/{id}"
        )));
    };
    // Below the server's address: what it is called outside need not be reachable from here.
    let path = url.find("/api/oauth/").map(|at| &url[at..]).unwrap_or_default();
    let begun = api.get(path).await?;
    if args.plain.json {
        line(&begun);
    } else {
        let until = clean(begun["expires_at"].as_str().unwrap_or_default(), 40);
        line(format_args!("open this where the account's owner is signed in, until {until}:"));
        line(clean(begun["url"].as_str().unwrap_or_default(), 4_000));
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(args: &One) -> Result<ExitCode, Failure> {
    let api = args.plain.access.api()?;
    let path = find(&api, args).await?;
    api.fetch(Method::DELETE, &path).await?;
    if args.plain.json {
        line(json!({"removed": args.connection}));
    } else {
        line(format_args!("removed {}", clean(&args.connection, 60)));
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_option_is_json_or_else_a_text() {
        let given = ["id=7", "name=Room 7", "open=true", "ids=[1,2]", "at=a=b", "quoted=\"7\""];
        let given = given.map(str::to_owned);
        let expected = json!({"id": 7, "name": "Room 7", "open": true, "ids": [1, 2], "at": "a=b",
            "quoted": "7"});
        assert_eq!(Value::Object(options(&given).unwrap()), expected);
        for wrong in ["colour", "=red"] {
            assert!(options(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn wrong_credentials_are_refused_without_repeating_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        for text in ["a-key-of-mine", "[\"a-key-of-mine\"]", "{\"api_key\": \"a-key-of-mine\""] {
            std::fs::write(&file, text).unwrap();
            let error = credentials(&file).unwrap_err().to_string();
            assert!(error.contains("one JSON object") && !error.contains("a-key"), "{error}");
        }
    }
}
