//! What the README lists is what there is: calendars and variables.

use std::collections::BTreeSet;

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

#[test]
fn every_variable_that_the_tests_read_stands_in_their_table() {
    let mut read = BTreeSet::new();
    let mut folders =
        vec![root().join("tests/it"), root().join("actors/src"), root().join("storage/tests")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            for reads in ["var(\"", "var_os(\"", "number_of(\""] {
                let names = text.split(reads).skip(1).map(|rest| rest.split('"').next().unwrap());
                read.extend(
                    names.filter(|name| name.starts_with("HOOKSWITCH_")).map(str::to_owned),
                );
            }
        }
    }
    assert!(read.len() > 5, "{read:?}");
    let table = rows("| variable of the tests | meaning |", "\nSome tests do little");
    let shown = table.iter().flat_map(|row| code(row[0])).map(str::to_owned).collect();
    assert_eq!(read, shown);
}
