//! `hookswitch openapi`: prints the OpenAPI document of this version, without a server.

use std::process::ExitCode;

use super::Failure;
use super::output::line;

/// Flags of `openapi`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: Args) -> Result<ExitCode, Failure> {
    line(crate::http::openapi_text());
    Ok(ExitCode::SUCCESS)
}
