//! Where the data are: behind a running server, or in a folder that nobody has open.

use hookswitch_storage::{MasterKey, OpenError, StoreOptions};

use crate::cli::Failure;
use crate::cli::api::{Access, Api};
use crate::config::Config;

/// Who has the data.
pub(super) enum Place {
    /// A running server.
    Server(Api),
    /// Nobody: the folder can be opened.
    Folder(StoreOptions),
}

/// The server that was named or that runs on the data folder; else the folder itself.
pub(super) async fn find(access: &Access) -> Result<Place, Failure> {
    if access.reach.url.is_some() {
        return Ok(Place::Server(access.api()?));
    }
    // A server that was killed leaves its address behind, so it is asked.
    if let Ok(api) = access.api()
        && api.is_up().await
    {
        return Ok(Place::Server(api));
    }
    let config = access.reach.configured()?;
    let options = options(&config);
    if !options.path.join("journal").exists() {
        return Err(Failure::new(format!(
            "{} holds no data; say where they are with --data-dir, or where the server is with --url",
            options.path.display()
        )));
    }
    Ok(Place::Folder(options))
}

/// How the store of a configuration is opened by a command: never made, never given a new key.
pub(super) fn options(config: &Config) -> StoreOptions {
    let mut options = StoreOptions::new(&config.storage.path);
    options.key_file_allowed = false;
    if let Some(key) = &config.secrets.master_key {
        options.master_key = Some(MasterKey::from_bytes(*key.bytes()));
    }
    options
}

/// What is still to do about the key after a restore; an error if the key that is there is not the
/// one of the backup.
pub(super) fn key_hint(
    config: &Config,
    opened: Result<(), OpenError>,
) -> Result<Option<String>, Failure> {
    match opened {
        Ok(()) => Ok(None),
        Err(OpenError::KeyMissing { key_file, .. }) => Ok(Some(format!(
            "next: put the key file of the backed up server at {}, or set HOOKSWITCH_MASTER_KEY; nothing opens without it",
            key_file.display()
        ))),
        Err(error) => Err(Failure::new(format!(
            "the data are in place, but {} does not open: {error}",
            config.storage.path.display()
        ))),
    }
}
