//! `hookswitch tools list`: each tool of each organisation with its id at Vapi and the beginning of its
//! digest (P141), and how many each organisation has (P142).

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::api::{Plain, escaped};
use crate::cli::output::{clean, line};
use crate::cli::table;

/// Digits of a digest that tell definitions apart for a person.
const DIGITS: usize = 12;

pub(super) async fn run(plain: &Plain) -> Result<ExitCode, Failure> {
    let (api, orgs) = plain.orgs().await?;
    let (mut all, mut rows, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for (id, name) in &orgs {
        let links = api.all(&format!("/api/orgs/{}/tools/links", escaped(id))).await?;
        let names: BTreeSet<&str> = links
            .iter()
            .filter(|link| link["enabled"] == true)
            .filter_map(|link| link["tool_name"].as_str())
            .collect();
        counts.push((clean(name, 60), names.len()));
        rows.extend(links.iter().map(|link| row(name, link)));
        all.extend(links);
    }
    if plain.json {
        line(json!({"items": all, "next": null}));
        return Ok(ExitCode::SUCCESS);
    }
    let header = ["ORGANISATION", "TOOL", "VAPI TOOL ID", "DEFINITION", "ASSISTANT", "ON"];
    let empty = "no tools are linked yet; save an agent with `hookswitch agent save`";
    table::show(header, &rows, empty);
    for (name, count) in counts {
        line(format_args!("{name}: {count} tools"));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(org: &str, link: &Value) -> [String; 6] {
    let text = |field: &str| link[field].as_str().unwrap_or_default().to_owned();
    let variant = text("variant");
    let name = match variant.as_str() {
        "" => text("tool_name"),
        variant => format!("{} ({variant})", text("tool_name")),
    };
    let hash = text("definition_hash").chars().take(DIGITS).collect();
    let on = if link["enabled"] == true { "yes" } else { "no" };
    [org.to_owned(), name, text("vapi_tool_id"), hash, text("assistant_id"), on.to_owned()]
}
