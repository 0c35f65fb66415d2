//! `hookswitch serve`: the server. Owns what it prints first, which programs read.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use super::output::line;
use super::{Failure, logs};
use crate::config::{Overrides, Sources};
use crate::server::{Server, StartOptions};

/// Flags of `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; without it ./config.toml is read if it exists
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of everything that is remembered
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    bind: Option<SocketAddr>,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let overrides = Overrides { data_dir: args.data_dir, bind: args.bind };
    let config = Sources::of_process(args.config, overrides).load()?;
    logs::start(&config.log);
    let options = StartOptions { watch_signals: true, ..StartOptions::default() };
    let server =
        Server::start(config, options).await.map_err(|error| Failure::new(error.to_string()))?;
    line(format_args!("listening on http://{}", server.address()));
    if let Some(token) = server.first_admin_token() {
        line(format_args!("admin token: {token}"));
    }
    server.stopped().await;
    Ok(ExitCode::SUCCESS)
}
