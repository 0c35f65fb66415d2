//! The command line. Owns the grammar of the arguments and the exit codes; each command is a file of its own.
//! Called by `main` only.

mod agent;
mod api;
mod calls;
mod care;
mod connection;
mod demo;
mod doctor;
mod init;
mod logs;
mod openapi;
mod org;
mod output;
mod running;
mod serve;
mod simulate;
mod table;
mod token;
mod tools;
mod turns;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The call-session server behind Vapi voice agents.
#[derive(Debug, Parser)]
#[command(name = "hookswitch", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Without a command the server starts. Try `hookswitch demo` first: it needs nothing set up."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Args,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (also what runs without a command)
    Serve(serve::Args),
    /// See the whole product at work, with nothing set up
    Demo(demo::Args),
    /// Play a scripted or typed call against a running server, as Vapi would
    Simulate(simulate::Args),
    /// Follow live calls in the terminal
    Watch(watch::Args),
    /// Calls that are or were
    Calls(calls::Args),
    /// Write a commented configuration and make the key file
    Init(init::Args),
    /// Organisations: list, show, apply a file, export one
    Org(org::Args),
    /// Connections to booking providers: add, list, check, remove
    Connection(connection::Args),
    /// Voice agents: save one, list them
    Agent(agent::Args),
    /// Tools at Vapi: list, lint, sync, audit, rollback, prune, try
    Tools(tools::Args),
    /// API tokens
    Token(token::Args),
    /// Check the configuration, the machine and every connection, and say what to do
    Doctor(doctor::Args),
    /// Copy everything to one file, while the server runs or not
    Backup(care::BackupArgs),
    /// Put a backup into a data folder
    Restore(care::RestoreArgs),
    /// Read everything that was ever written and check it
    Verify(care::VerifyArgs),
    /// Print the OpenAPI document
    Openapi(openapi::Args),
}

/// Why a command failed, in words for a person, with what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// Something went wrong: exit code 1.
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The command was given wrongly: exit code 2, as for errors in flags.
    fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// The exit code: 1, or 2 if the command was given wrongly.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.code.into()
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::new(error.to_string())
    }
}

/// Runs the command to its end. Results go to stdout, logs to stderr.
///
/// # Errors
/// [`Failure`], for the caller to print.
pub async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => serve::run(cli.serve).await,
        Some(Command::Serve(args)) => serve::run(args).await,
        Some(Command::Demo(args)) => demo::run(args).await,
        Some(Command::Simulate(args)) => simulate::run(args).await,
        Some(Command::Watch(args)) => watch::run(args).await,
        Some(Command::Calls(args)) => calls::run(args).await,
        Some(Command::Init(args)) => init::run(args),
        Some(Command::Org(args)) => org::run(args).await,
        Some(Command::Connection(args)) => connection::run(args).await,
        Some(Command::Agent(args)) => agent::run(args).await,
        Some(Command::Tools(args)) => tools::run(args).await,
        Some(Command::Token(args)) => token::run(args).await,
        Some(Command::Doctor(args)) => doctor::run(args).await,
        Some(Command::Backup(args)) => care::backup(args).await,
        Some(Command::Restore(args)) => care::restore(args).await,
        Some(Command::Verify(args)) => care::verify(args).await,
        Some(Command::Openapi(args)) => openapi::run(args),
    }
}

#[cfg(test)]
mod tests;
