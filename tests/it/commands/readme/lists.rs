//! What the README lists is what there is: calendars, variables, and commands that show more than the usual tests do.

use std::collections::BTreeSet;
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use super::{README, code, root, rows};
use crate::support::TestServer;

#[tokio::test]
async fn the_table_of_calendars_lists_every_provider_and_no_other() {
    let server = TestServer::start().await;
    let org = server.org(json!({})).await;
    let path = format!("/api/orgs/{}/connections", org.id);
    let unknown = json!({"provider": "abacus"});
    let (_, refused) = server.api(Method::POST, &path, Some(unknown)).await;
    let there_are = refused["error"]["message"].as_str().unwrap().to_owned();
    let mut there_are = code(&there_are);
    there_are.remove("provider");
    let table = rows("\n## Calendars\n", "`POST /api/orgs/{org}/connections`");
    let shown = table.iter().skip(1).flat_map(|row| code(row[0])).collect();
    assert_eq!(there_are, shown);
}

#[test]
fn every_provider_is_named_where_the_readme_says_whom_the_server_connects_to() {
    let sentence = README.split("**No telemetry.**").nth(1).unwrap().split("\n- ").next().unwrap();
    let comparison = README.lines().find(|line| line.starts_with("| calendars |")).unwrap();
    let features = README.split("\n## Two commands").next().unwrap();
    for row in rows("\n## Calendars\n", "`POST /api/orgs/{org}/connections`").iter().skip(1) {
        let name = row[0].trim_matches('`');
        if name == "builtin" {
            continue;
        }
        for text in [sentence, comparison, features] {
            let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
            assert!(plain.contains(name), "{name} is not in {text}");
        }
    }
}

#[test]
fn the_table_of_variables_lists_every_variable_that_is_read() {
    let mut read = BTreeSet::new();
    let mut folders = vec![root().join("src/config"), root().join("src/cli")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let is_code = path.extension().is_some_and(|kind| kind == "rs");
            if path.is_dir() {
                folders.push(path);
            } else if is_code && !path.ends_with("tests.rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for quoted in text.split('"').skip(1).step_by(2) {
                    // Cargo's own are for the build.
                    let is_name = quoted.contains('_')
                        && !quoted.starts_with("CARGO_")
                        && !quoted.contains("__")
                        && quoted.chars().all(|c| c.is_ascii_uppercase() || c == '_');
                    if is_name {
                        read.insert(quoted.to_owned());
                    }
                }
            }
        }
    }
    let table = rows("| variable | meaning |", "\n## Security");
    let shown = table.iter().flat_map(|row| code(row[0])).map(str::to_owned).collect();
    assert_eq!(read, shown);
}

/// A filter that fits no test runs none and passes.
#[test]
fn every_command_that_shows_more_runs_a_test() {
    let mut checked = 0;
    for row in rows("| to show | command |", "\n## Licence").iter() {
        let command = row[1].trim_matches('`');
        let Some(filter) =
            command.split(' ').next_back().filter(|_| command.contains("cargo test"))
        else {
            continue;
        };
        let variable = command.split('=').next().unwrap();
        let is_read = |text: &str| text.contains(&format!("\"{variable}\""));
        if command.contains("--test it") {
            let own = std::env::current_exe().unwrap();
            let listed = Command::new(own).args([filter, "--list"]).output().unwrap();
            let listed = String::from_utf8(listed.stdout).unwrap();
            assert!(listed.contains(": test"), "`{command}` runs nothing");
        } else {
            let file = filter.trim_end_matches("::");
            let tests = root().join("actors/src/calls/tests");
            let there =
                [tests.join(format!("{file}.rs")), tests.join(format!("outside/{file}.rs"))];
            assert!(there.iter().any(|path| path.exists()), "`{command}` runs nothing");
        }
        assert!(reads(&is_read), "nothing reads {variable}");
        checked += 1;
    }
    assert!(checked >= 5, "only {checked} commands were found");
}

/// Whether some test's code is so.
fn reads(fits: &dyn Fn(&str) -> bool) -> bool {
    let mut folders = vec![root().join("tests/it"), root().join("actors/src")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fits(&std::fs::read_to_string(&path).unwrap_or_default()) {
                return true;
            }
        }
    }
    false
}
