//! What the README tells its readers to type is there, and is run by somebody before they are; its pictures are there.

use std::collections::BTreeSet;

use super::{README, blocks, root, run};

const CI: &str = include_str!("../../../../.ci/run");

#[test]
fn every_block_of_commands_is_run_by_ci_or_by_a_test_of_the_readme() {
    let (before, curls) = README.split_once("<!-- curls -->").unwrap();
    let after = curls.split_once("<!-- /curls -->").unwrap().1;
    let mut before = blocks(before);
    let (_, serve) = before.pop().unwrap();
    // Started by the test of the curl examples, word for word.
    assert!(serve.contains("-- serve "), "{serve}");
    let mut checked = 0;
    for (_, block) in before.into_iter().chain(blocks(after)).filter(|(kind, _)| *kind == "sh") {
        for line in block.lines() {
            // CI takes the command for tests from the README itself.
            let tests = README.contains(&format!("<!-- test command -->\n```sh\n{line}\n```"));
            // CI stays with the locked versions, takes a free port, and does not wait for a reader.
            const ADDED: [&str; 4] = ["--locked", "--exit", "--bind", "127.0.0.1:0"];
            let same = |step: &str| {
                let words = step.split_whitespace().filter(|word| !ADDED.contains(word));
                step.starts_with("step ") && words.skip(2).eq(line.split_whitespace())
            };
            assert!(tests || CI.lines().any(same), "nobody runs `{line}`");
            checked += 1;
        }
    }
    assert_eq!(checked, 3, "lines of commands");
}

#[test]
fn every_command_that_the_readme_names_has_the_flags_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut named = BTreeSet::new();
    for code in README.split('`').skip(1).step_by(2) {
        // Settings may stand before the name.
        if let Some((_, words)) = format!(" {code}").split_once(" hookswitch ") {
            named.insert(words.replace(['[', ']'], ""));
        }
    }
    assert!(named.len() > 15, "{named:?}");
    for words in named {
        // A name that is not in capitals belongs to the command; what follows a flag is its value.
        let is_name = |word: &&str| {
            word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
        };
        let path: Vec<&str> = words.split(' ').take_while(is_name).collect();
        let flags = words.split([' ', '|']).filter(|word| word.starts_with("--"));
        let help = run(folder.path(), &[&path[..], &["--help"]].concat(), "");
        assert_eq!(help.code, 0, "there is no command `hookswitch {words}`: {help}");
        for flag in flags {
            assert!(help.out.contains(flag), "`hookswitch {words}`: there is no {flag}: {help}");
        }
    }
}

#[test]
fn the_pictures_are_there_and_small() {
    let mut seen = 0;
    for target in
        README.split("src").filter_map(|rest| rest.trim_start_matches("set").strip_prefix("=\""))
    {
        let file = root().join(target.split('"').next().unwrap());
        let size = std::fs::metadata(&file)
            .unwrap_or_else(|_| panic!("there is no {}", file.display()))
            .len();
        assert!((10_000..150_000).contains(&size), "{} has {size} bytes", file.display());
        seen += 1;
    }
    assert_eq!(seen, 2, "one picture for light and one for dark");
}
