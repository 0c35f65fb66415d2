//! The README keeps its word: its curl examples answer what it shows, its sample runs, its tables list what there is and
//! nothing else, its links lead somewhere.

mod lists;
mod matching;
mod parking;
mod said;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use hookswitch_actors::tools::{Face, Given, Listing, ToolContext, ToolOutcome};
use serde_json::{Value, json};

use super::program::{Program, run};
use crate::layering::root;
use crate::support::TestServer;

const README: &str = include_str!("../../../README.md");

/// The fenced blocks of a text: language and content.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else { continue };
        let inside = lines.by_ref().take_while(|line| !line.starts_with("```"));
        found.push((language, inside.fold(String::new(), |text, line| text + line + "\n")));
    }
    found
}

/// The rows of the tables between two headings, split into cells.
fn rows(from: &str, to: &str) -> Vec<Vec<&'static str>> {
    let text = README.split(from).nth(1).unwrap().split(to).next().unwrap();
    let rows: Vec<Vec<_>> = text
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'))
        .filter(|line| !line.contains("---"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 1, "there is no table after {from}");
    rows
}

/// What stands in backquotes.
fn code(cell: &str) -> BTreeSet<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_curl_examples_answer_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = README.split_once("<!-- curls -->").unwrap();
    let (_, start) = blocks(before).pop().unwrap();
    let clock: Vec<(&str, &str)> = start
        .split_whitespace()
        .filter(|word| word.starts_with("HOOKSWITCH__"))
        .map(|word| word.split_once('=').unwrap())
        .collect();
    assert_eq!(clock.len(), 2, "{start}");
    // As it stands there, but on a free port.
    let words = start.split_whitespace().filter(|word| *word != "\\");
    let words: Vec<&str> = words.skip_while(|word| word.contains('=')).collect();
    let ["cargo", "run", "--release", "--", flags @ ..] = words.as_slice() else {
        panic!("another program is started: {start}")
    };
    let flags = [flags, &["--bind", "127.0.0.1:0"]].concat();
    let mut server = Program::start(folder.path(), &flags, &clock);
    let mut known = BTreeMap::new();
    known.insert("URL", server.next_line().strip_prefix("listening on ").unwrap().to_owned());
    known.insert("TOKEN", server.next_line().strip_prefix("admin token: ").unwrap().to_owned());

    let examples = blocks(after.split("<!-- /curls -->").next().unwrap());
    let mut examples = examples.into_iter().peekable();
    let mut compared = 0;
    while let Some((language, text)) = examples.next() {
        assert_eq!(language, "sh", "an answer without a question: {text}");
        if text.starts_with("export") {
            // What a reader copies from the answers, the test has from them already.
            let names = text.split_whitespace().skip(1).map(|word| word.split_once('=').unwrap().0);
            assert!(names.into_iter().all(|name| known.contains_key(name)), "{text}");
            continue;
        }
        let (_, shown) = examples.next_if(|(language, _)| *language == "json").expect(&text);
        let mut shell = Command::new("sh");
        shell.args(["-c", &text]).envs(&known).env("NO_PROXY", "*").stdin(Stdio::null());
        let output = shell.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "curl is needed for this test\n{text}{stderr}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(
            matching::differences(&shown, &answer),
            Vec::<String>::new(),
            "{text}{answer:#}"
        );
        for (name, field) in
            [("ORG", "id"), ("WEBHOOK", "webhook_id"), ("SECRET", "webhook_secret")]
        {
            if let Some(value) = answer[field].as_str() {
                known.insert(name, value.to_owned());
            }
        }
        compared += 1;
    }
    assert!(compared >= 5, "only {compared} examples were found");
}

#[tokio::test]
async fn the_sample_tool_is_the_one_that_runs_here() {
    let sample = README.split("<!-- sample tool -->").nth(1).unwrap();
    let (language, text) = blocks(sample).remove(0);
    assert_eq!((language, text.as_str()), ("rust", include_str!("readme/parking.rs")));
    let written = text.lines().filter(|line| !line.is_empty()).count();
    assert!(written <= 15, "{written} lines are more than were promised");

    let server = TestServer::start_with("2026-09-22T14:30:00Z", |_| {}, parking::faces).await;
    let org = server.org(json!({})).await;
    let listed = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
    let is_ours = |tool: &&Value| tool["function"]["name"] == "parking";
    let ours = listed["items"].as_array().unwrap().iter().find(is_ours).unwrap();
    assert_eq!(ours["function"]["parameters"]["required"], json!(["vehicle"]));
    let call = org.call(&server, "+15125550143");
    let said = call.tool("parking", json!({"vehicle": "a bicycle"})).await;
    assert_eq!(said, "Behind Willow Street Dental is room for a bicycle.");
}

#[tokio::test]
async fn the_table_of_tools_lists_every_tool_with_its_arguments() {
    let server = TestServer::start().await;
    let mut expected = BTreeMap::new();
    for set in ["snake", "camel"] {
        let org = server.org(json!({"tool_names": set})).await;
        let listed = server.get(&format!("/api/orgs/{}/tools", org.id)).await;
        for tool in listed["items"].as_array().unwrap() {
            let schema = &tool["function"]["parameters"];
            let name = tool["function"]["name"].as_str().unwrap().to_owned();
            let required: BTreeSet<&str> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let arguments: BTreeSet<String> = schema["properties"]
                .as_object()
                .into_iter()
                .flat_map(|properties| properties.keys())
                .map(|name| {
                    if required.contains(name.as_str()) {
                        name.clone()
                    } else {
                        format!("*{name}*")
                    }
                })
                .collect();
            expected.insert(name, arguments);
        }
    }
    let mut shown = BTreeMap::new();
    for row in rows("\n## Tools\n", "\n### Add a tool\n").iter().skip(1) {
        let arguments = row[2].split(", ").filter(|text| !text.is_empty()).map(str::to_owned);
        shown.insert(row[1].trim_matches('`').to_owned(), arguments.collect());
    }
    assert_eq!(shown, expected);
}

#[test]
fn the_tables_of_routes_list_every_route_and_no_other() {
    let source = include_str!("../../../src/http.rs");
    let mut expected = BTreeSet::new();
    for route in source.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap();
        let handlers = route.split_once(',').unwrap().1;
        let handlers = handlers.split("\n        .").next().unwrap();
        for method in ["get", "post", "put", "patch", "delete"] {
            let begins = |(at, _): (usize, &str)| {
                !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == ':' || c == '_')
            };
            if handlers.match_indices(&format!("{method}(")).any(begins) {
                expected.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    assert!(expected.len() > 20, "{expected:?}");
    let mut shown = BTreeSet::new();
    for row in rows("\n## HTTP reference\n", "\n### Settings") {
        let mut methods = Vec::new();
        for part in code(row[0]).into_iter().collect::<Vec<_>>() {
            match part.split_once(' ') {
                Some((method, path)) => shown.insert(format!("{method} {path}")),
                None => {
                    methods.push(part);
                    false
                }
            };
        }
        // `GET`, `POST /path`: the path belongs to each.
        let path = row[0].trim_end_matches('`').rsplit(' ').next().unwrap();
        shown.extend(methods.iter().map(|method| format!("{method} {path}")));
    }
    assert_eq!(shown, expected);
}

#[test]
fn the_table_of_configuration_lists_every_key_with_its_default() {
    let file: toml::Table = include_str!("../../../config.toml").parse().unwrap();
    let mut expected = BTreeMap::new();
    for (section, keys) in &file {
        for (key, value) in keys.as_table().unwrap() {
            let name = if section == "providers" {
                "providers.*.base_url".into()
            } else {
                format!("{section}.{key}")
            };
            expected.insert(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
    }
    let mut shown = BTreeSet::new();
    for row in rows("\n### Configuration\n", "| variable |").iter().skip(1) {
        let (keys, defaults) = (row[0].split(", "), row[1].split(", "));
        for (key, default) in keys.zip(defaults.chain(std::iter::repeat(""))) {
            let key = key.trim_matches('`');
            let real = expected.get(key).unwrap_or_else(|| panic!("there is no key {key}"));
            let agrees = default.is_empty()
                || default.trim_matches('`') == real
                || (default == "not set" && real.is_empty());
            assert!(agrees, "{key} is {real}, not {default}");
            shown.insert(key.to_owned());
        }
    }
    assert_eq!(shown, expected.into_keys().collect());
}

#[tokio::test]
async fn the_table_of_settings_lists_every_setting() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let settings = server.get(&format!("/api/orgs/{}", org.id)).await;
    let mut expected = BTreeSet::new();
    for (name, value) in settings.as_object().unwrap() {
        match (name.as_str(), value) {
            (
                "id" | "webhook_id" | "webhook_url" | "created_at" | "version" | "instructions",
                _,
            ) => {}
            (group @ ("booking" | "calls" | "messages"), Value::Object(rules)) => {
                expected.extend(rules.keys().map(|rule| format!("{group}.{rule}")));
            }
            (name, _) => {
                expected.insert(name.to_owned());
            }
        }
    }
    let rows = rows("\n### Settings of an organisation\n", "\n### Configuration\n");
    let shown = rows.iter().skip(1).flat_map(|row| code(row[0])).map(str::to_owned).collect();
    assert_eq!(expected, shown);
}

#[test]
fn every_command_of_the_program_is_in_the_readme() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"], "");
    assert_eq!(help.code, 0, "{help}");
    let commands = help.out.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: BTreeSet<&str> = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let rows = rows("\n## Commands\n", "\n## Try it");
    let shown = rows.iter().skip(1).map(|row| row[0].split([' ', '`']).nth(2).unwrap()).collect();
    assert_eq!(commands, shown);
}

#[test]
fn every_link_of_the_readme_leads_to_a_file_or_a_heading() {
    let headings: BTreeSet<String> = README
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|sign| sign.is_alphanumeric() || "-_".contains(*sign)).collect()
        })
        .collect();
    let mut followed = 0;
    for target in README.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        followed += 1;
        match target.strip_prefix('#') {
            Some(heading) => assert!(headings.contains(heading), "there is no heading {target}"),
            None if target.starts_with("https://") => {}
            None => assert!(root().join(target).exists(), "there is no file {target}"),
        }
    }
    assert!(followed > 30, "only {followed} links were found");
}
