//! The grammar of the command line.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use clap::CommandFactory;

fn parse(words: &[&str]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(["hookswitch"].iter().chain(words))
}

#[test]
fn the_grammar_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn the_server_runs_without_a_command_and_takes_the_same_flags() {
    let without = parse(&["--bind", "127.0.0.1:0", "--data-dir", "d"]).unwrap();
    assert!(without.command.is_none());
    let Some(Command::Serve(with)) =
        parse(&["serve", "--bind", "127.0.0.1:0", "--data-dir", "d"]).unwrap().command
    else {
        panic!("not serve");
    };
    assert_eq!(format!("{with:?}"), format!("{:?}", without.serve));
}

#[test]
fn a_simulation_needs_a_script_or_a_person() {
    assert_eq!(parse(&["simulate"]).unwrap_err().exit_code(), 2);
    assert_eq!(parse(&["simulate", "a.toml", "--interactive"]).unwrap_err().exit_code(), 2);
    assert!(parse(&["simulate", "a.toml"]).is_ok());
    assert!(parse(&["simulate", "--interactive", "--caller", "+13125550142"]).is_ok());
}

#[test]
fn a_demo_has_at_least_one_caller() {
    assert_eq!(parse(&["demo", "--calls", "0"]).unwrap_err().exit_code(), 2);
    assert!(parse(&["demo", "--calls", "7", "--exit"]).is_ok());
}

#[test]
fn errors_in_the_use_of_a_command_have_their_own_exit_code() {
    assert_eq!(Failure::usage("x").exit_code(), ExitCode::from(2));
    assert_eq!(Failure::new("x").exit_code(), ExitCode::FAILURE);
}
