//! The data folder: its parts, the lock that keeps a second process out, and the key file beside
//! it. Called when a store is opened or restored.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::crypt::MasterKey;
use crate::error::OpenError;
use crate::journal;
use crate::store::StoreOptions;

/// A locked data folder. The lock ends when this is dropped, also by a kill.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    _lock: File,
}

impl Home {
    /// Takes the lock of a folder, making the folder if missing.
    pub(crate) fn lock(path: &Path) -> Result<Self, OpenError> {
        make_private(path).map_err(OpenError::io("make", path))?;
        let file = path.join("lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(OpenError::io("open", &file))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_path_buf(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_path_buf() }),
            Err(TryLockError::Error(error)) => Err(OpenError::io("lock", &file)(error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Where a restore prepares the new journal.
    pub(crate) fn unfinished_restore(&self) -> PathBuf {
        self.path.join("journal.restore")
    }

    pub(crate) fn sled(&self) -> PathBuf {
        self.path.join("sled")
    }

    /// Has the disk write what the system still holds of sled's files: sled's own flush does not
    /// wait for that.
    pub(crate) fn sync_sled(&self) -> io::Result<()> {
        let folder = self.sled();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                OpenOptions::new().write(true).open(entry.path())?.sync_all()?;
            }
        }
        journal::sync_folder(&folder)
    }

    /// Where the rows are rebuilt.
    pub(crate) fn new_sled(&self) -> PathBuf {
        self.path.join("sled.new")
    }

    /// Where the rows that are replaced are put for a moment.
    pub(crate) fn old_sled(&self) -> PathBuf {
        self.path.join("sled.old")
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The master key: the caller's, the key file's, or for a new store a fresh one in a new file.
pub(crate) fn key(options: &StoreOptions, is_new: bool) -> Result<MasterKey, OpenError> {
    if let Some(key) = &options.master_key {
        return Ok(key.clone());
    }
    let key_file = options.key_file();
    match fs::read_to_string(&key_file) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            MasterKey::from_hex(&text).map_err(|_| OpenError::KeyFile { key_file })
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(OpenError::KeyFile { key_file })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !is_new || !options.key_file_allowed {
                return Err(OpenError::KeyMissing { path: options.path.clone(), key_file });
            }
            let key = MasterKey::random();
            write_key(&key_file, &key).map_err(OpenError::io("write the key file", &key_file))?;
            Ok(key)
        }
        Err(error) => Err(OpenError::io("read the key file", &key_file)(error)),
    }
}

/// Makes a key file with a fresh master key, readable by its owner alone, for a store that is yet
/// to be made. An existing file is never touched.
///
/// # Errors
/// If the file exists or cannot be written.
pub fn make_key_file(key_file: &Path) -> Result<(), OpenError> {
    write_key(key_file, &MasterKey::random()).map_err(OpenError::io("write the key file", key_file))
}

fn write_key(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key.to_hex().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // Without its folder entry the file may be gone after a power cut, and the secrets with it.
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => crate::journal::sync_folder(parent),
        None => crate::journal::sync_folder(Path::new(".")),
    }
}
