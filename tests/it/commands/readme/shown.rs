//! Commands that the README names in a table or a sentence: each is run by CI or by a test, or stands here with the reason
//! why it is not.

use std::collections::BTreeSet;
use std::process::Command;

use super::{README, root, rows};

/// Commands that nobody runs as they stand, and why.
const UNRUN: [(&str, &str); 15] = [
    ("apt-get install chromium chromium-driver", "CI installs both, one at a time"),
    (
        "cargo doc --no-deps --document-private-items --open",
        "opens a browser; CI builds the same pages",
    ),
    ("cargo run --release --", "is a beginning; what follows it is run as `hookswitch`"),
    (
        "cargo test --test it pictures -- --ignored",
        "makes the pictures anew; what it clicks is clicked by other tests",
    ),
    ("cloudflared tunnel --url http://127.0.0.1:3001", "leads through another company's computer"),
    (
        "curl -H 'Authorization: Bearer TOKEN' https://api.calendly.com/users/me",
        "asks Calendly, with a token of the reader's",
    ),
    (
        "CI=true cargo test -p hookswitch-actors --lib booking::",
        "CI runs these tests among all others, and sets the variable",
    ),
    (
        "HOOKSWITCH_SAGA=full cargo test -p hookswitch-actors --lib outside::",
        "takes long; the same tests run with less",
    ),
    ("ngrok http 3001", "leads through another company's computer"),
    ("node --test tests/page/", "CI gives it the files one by one"),
    ("npm install @stoplight/prism-cli", "CI installs a fixed version into a folder of its own"),
    ("pip install aiosmtpd icalendar", "CI installs fixed versions into a folder of its own"),
    ("pip install radicale", "CI installs a fixed version into a folder of its own"),
    ("tailscale funnel 3001", "leads through another company's computer"),
    ("tsc -p src/http/dashboard/jsconfig.json", "CI calls it by the folder that it fetched it to"),
];

/// Programs that the README has its readers call beside the one that it is about.
const PROGRAMS: [&str; 10] =
    ["apt-get", "cargo", "cloudflared", "curl", "ngrok", "node", "npm", "pip", "tailscale", "tsc"];

const CI: &str = include_str!("../../../../.ci/run");

/// The variable that stands before a command, its value, and the command's words.
fn parts(command: &str) -> (Option<(&str, &str)>, Vec<&str>) {
    let words: Vec<&str> = command.split(' ').collect();
    match words[0].split_once('=') {
        Some(variable) => (Some(variable), words[1..].to_vec()),
        None => (None, words),
    }
}

/// Every command in backquotes.
fn named() -> BTreeSet<&'static str> {
    let pieces = README.split('`').skip(1).step_by(2).filter(|piece| !piece.contains('\n'));
    pieces
        .filter(|piece| {
            let (_, words) = parts(piece);
            words.len() > 1 && PROGRAMS.contains(&words[0])
        })
        .collect()
}

/// The commands of the table that a test of this binary stands behind: variable, count, filter.
fn shown_here() -> Vec<(&'static str, [&'static str; 3])> {
    let mut found = Vec::new();
    for row in rows("| to show | command |", "\n## Licence").iter().skip(1) {
        let command = row[1].trim_matches('`');
        let (variable, words) = parts(command);
        if let (Some((variable, count)), ["cargo", "test", "--test", "it", filter]) =
            (variable, words.as_slice())
        {
            found.push((command, [variable, count, *filter]));
        }
    }
    found
}

/// This binary, with what the other tests are told left out.
fn tests(arguments: &[&str]) -> Command {
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(arguments).env_remove("HOOKSWITCH_KILL_SEED");
    tests
}

#[test]
fn every_command_in_a_sentence_is_run_by_somebody_or_excused() {
    let ours = shown_here();
    let is_ci = |command: &str| {
        CI.lines().any(|line| {
            let line = line.split_once("&&").map_or(line, |(_, after)| after);
            // What CI adds makes it fail rather than change something.
            line.split_whitespace()
                .filter(|word| *word != "--locked")
                .skip_while(|word| word.contains('='))
                .eq(command.split(' '))
        })
    };
    let by_the_actors = |command: &str| command.starts_with("HOOKSWITCH_SAGA_SEED=");
    for command in named() {
        let excused = UNRUN.iter().any(|(excused, _)| *excused == command);
        let run = is_ci(command)
            || by_the_actors(command)
            || ours.iter().any(|(shown, _)| *shown == command);
        assert!(run != excused, "`{command}`: run {run}, excused {excused}");
    }
    let gone: Vec<&str> = UNRUN
        .iter()
        .map(|(excused, _)| *excused)
        .filter(|excused| !named().contains(excused))
        .collect();
    assert!(gone.is_empty(), "excused, but not in the README: {gone:?}");
}

/// The one whose check holds for however few rounds; the others want to have seen something happen, and run by themselves
/// beside this with the count that they have by default.
const ALSO_ONCE: &str = "crash::rounds";

#[test]
fn every_command_that_shows_more_runs_the_tests_that_it_names_and_as_often_as_it_says() {
    let commands = shown_here();
    assert!(commands.len() >= 3, "{commands:?}");
    for (command, [variable, count, filter]) in &commands {
        assert!(count.parse::<u32>().is_ok_and(|count| count > 1), "`{command}`");
        let listed = tests(&[filter, "--list"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let names: Vec<&str> =
            listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
        assert!(!names.is_empty(), "`{command}` runs nothing");
        let strange = names.iter().find(|name| !name.starts_with(&format!("{filter}::")));
        assert_eq!(strange, None, "`{command}` also runs what only contains its filter");
        let file = root().join("tests/it").join(format!("{}.rs", filter.replace("::", "/")));
        let counts = std::fs::read_to_string(file).unwrap();
        assert!(
            counts.contains(&format!("number_of(\"{variable}\"")),
            "`{command}`: nothing counts"
        );
    }
    let (command, [variable, ..]) =
        commands.iter().find(|(_, [.., filter])| *filter == ALSO_ONCE).unwrap();
    let once =
        tests(&[ALSO_ONCE, "--nocapture", "--test-threads=1"]).env(variable, "1").output().unwrap();
    let said = String::from_utf8_lossy(&once.stderr);
    assert!(once.status.success() && said.contains("1 rounds"), "`{command}`: {said}");
}
