//! `hookswitch init`: what a first start needs, written where it can be read before: the
//! configuration with every key explained, and the key file. Never overwrites anything.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::line;
use super::{Failure, logs};
use crate::config::{BUILT_IN, Overrides, Sources};

/// Flags of `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the configuration is written
    #[arg(long, value_name = "FILE", default_value = "config.toml")]
    config: PathBuf,
    /// Folder that will hold the data; the key file is made beside it
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let overrides = Overrides { data_dir: args.data_dir.clone(), bind: None };
    let mut sources = Sources::of_process(None, overrides);
    // The file that is about to be written says what is built in.
    sources.file = None;
    let config = sources.load()?;
    let (file, key_file) = (args.config.display(), config.storage.key_file());
    if args.config.exists() {
        return Err(Failure::new(format!(
            "{file} exists and was left as it is; edit it, or choose another with --config"
        )));
    }
    let from_environment = config.secrets.master_key.is_some();
    let has_key = key_file.exists();
    if !from_environment && !has_key && config.storage.path.join("journal").exists() {
        return Err(Failure::new(format!(
            "{} holds data that a new key could not open; put its key file back at {}, or choose another --data-dir",
            config.storage.path.display(),
            key_file.display()
        )));
    }
    write_new(&args.config, &commented(&config.storage.path))?;
    line(format_args!("wrote {file}: every setting with its default, to be edited"));
    if from_environment {
        line("the master key comes from HOOKSWITCH_MASTER_KEY, so no key file was made");
    } else if has_key {
        line(format_args!("kept the key file {}", key_file.display()));
    } else {
        hookswitch_storage::make_key_file(&key_file)
            .map_err(|error| Failure::new(error.to_string()))?;
        line(format_args!(
            "made the key file {}; keep a copy apart from the data",
            key_file.display()
        ));
    }
    let named = args.config.as_os_str() != "config.toml";
    let flag = if named { format!(" --config {file}") } else { String::new() };
    line(format_args!("next: `hookswitch serve{flag}`, then `hookswitch doctor{flag}`"));
    Ok(ExitCode::SUCCESS)
}

/// The built-in configuration with the chosen data folder in it.
fn commented(data: &Path) -> String {
    let chosen = toml::Value::String(data.display().to_string());
    BUILT_IN.replacen("\npath = \"data\"\n", &format!("\npath = {chosen}\n"), 1)
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!(
            "cannot write {}: {error}; choose another place with --config",
            path.display()
        ))
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_data_folder_stands_in_the_configuration() {
        let text = commented(Path::new("/srv/calls \"x\""));
        let table: toml::Table = text.parse().unwrap_or_default();
        assert_eq!(table["storage"]["path"].as_str(), Some("/srv/calls \"x\""));
    }
}
