//! Finds a running server for the commands that talk to one: by flags, or by the file that the server leaves in
//! its data folder.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Failure;
use crate::config::{Config, Overrides, Sources, server_file};

/// Flags that say where the server is.
#[derive(Debug, clap::Args)]
pub(super) struct Reach {
    /// Address of the server, as http://127.0.0.1:3001; without it the server on this machine is found by its data folder
    #[arg(long)]
    pub(super) url: Option<String>,
    /// Data folder of the server on this machine
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Configuration file of the server on this machine
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A running server. The file's form is part of the contract between server and commands.
#[derive(Deserialize)]
pub(super) struct Running {
    /// Its address.
    pub(super) url: String,
    /// A token for it.
    pub(super) token: Option<String>,
}

impl Reach {
    /// The server that is meant.
    pub(super) fn find(&self, token: Option<String>) -> Result<Running, Failure> {
        let Some(url) = &self.url else {
            let path = self.file()?;
            let mut found = read(&path)?;
            found.token = token.or(found.token);
            return Ok(found);
        };
        let url = url.trim_end_matches('/').to_owned();
        // The local token is for the local server only; it never goes to another address.
        let local =
            || self.file().and_then(|path| read(&path)).ok().filter(|found| found.url == url);
        let token = token.or_else(|| local()?.token);
        Ok(Running { url, token })
    }

    /// The sources of the configuration of the server on this machine.
    pub(super) fn sources(&self) -> Sources {
        let overrides = Overrides { data_dir: self.data_dir.clone(), bind: None };
        Sources::of_process(self.config.clone(), overrides)
    }

    /// The configuration of the server on this machine.
    pub(super) fn configured(&self) -> Result<Config, Failure> {
        Ok(self.sources().load()?)
    }

    fn file(&self) -> Result<PathBuf, Failure> {
        if let Some(data) = &self.data_dir {
            return Ok(server_file(data));
        }
        Ok(Sources::of_process(self.config.clone(), Overrides::default())
            .load()?
            .storage
            .server_file())
    }
}

fn read(path: &Path) -> Result<Running, Failure> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| {
        Failure::new(match error.kind() {
            std::io::ErrorKind::NotFound => format!(
                "no running server found ({shown} does not exist); start one with `hookswitch serve`, or say where it is with --url or --data-dir"
            ),
            _ => format!("cannot read {shown}: {error}; run this as the user of the server, or give --url and --token"),
        })
    })?;
    serde_json::from_slice(&text).map_err(|_| {
        Failure::new(format!("{shown} is damaged; restart the server, or give --url and --token"))
    })
}
