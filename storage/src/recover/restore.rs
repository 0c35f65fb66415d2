//! Puts a backup in the place of a store.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{OpenError, RestoreError};
use crate::home::Home;
use crate::journal::{self, Damage, SegmentFile, SegmentKind, WalkError};
use crate::requests::RestoreReport;

/// Puts a backup that [`crate::Store::backup_to`] wrote in the place of the store in a data
/// folder, after reading all of it. The files of a store that was there are kept in a folder
/// beside the new ones. The store must not be open; the key is needed only to open it afterwards.
/// Blocks until all is on disk.
///
/// # Errors
/// If the backup is not whole or the folder cannot be used. An interrupted restore is safe to
/// repeat, and the store does not open before that.
pub fn restore(backup: &Path, data_path: &Path) -> Result<RestoreReport, RestoreError> {
    let (rows, sequence) = check(backup)?;
    let home = Home::lock(data_path)?;
    let prepared = home.unfinished_restore();
    let replaced =
        put_in_place(&home, backup, &prepared).map_err(OpenError::io("restore to", data_path))?;
    Ok(RestoreReport { rows, sequence, replaced })
}

fn check(backup: &Path) -> Result<(u64, u64), RestoreError> {
    let bad = |offset: u64, problem: &str| RestoreError::NotABackup {
        file: backup.to_path_buf(),
        offset,
        problem: problem.to_owned(),
    };
    let length = fs::metadata(backup).map_err(OpenError::io("read", backup))?.len();
    let segments = [SegmentFile { number: 1, path: backup.to_path_buf(), length }];
    let compacted = journal::first_header(&segments).map(|header| header.kind);
    let walked = match journal::walk(&segments, &mut |_| Ok(())) {
        Ok(walked) => walked,
        Err(WalkError::Damage(Damage { offset, problem, .. })) => return Err(bad(offset, problem)),
        Err(WalkError::Newer(file, version)) => {
            return Err(OpenError::NewerFormat { file, version }.into());
        }
        Err(WalkError::Io(path, source)) => {
            return Err(OpenError::Io { doing: "read", path, source }.into());
        }
        Err(WalkError::Visitor(reason)) => return Err(bad(0, &reason)),
    };
    if compacted != Some(SegmentKind::Compacted) {
        return Err(bad(0, "it is a part of a journal, not a backup"));
    }
    match walked.torn {
        Some(torn) => Err(bad(torn.offset, "its end is damaged")),
        None => Ok((walked.rows, walked.end.seq)),
    }
}

fn put_in_place(home: &Home, backup: &Path, prepared: &Path) -> io::Result<Option<PathBuf>> {
    match fs::remove_dir_all(prepared) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(prepared)?;
    let file = prepared.join(journal::file_name(1));
    fs::copy(backup, &file)?;
    File::open(&file)?.sync_all()?;
    journal::sync_folder(prepared)?;
    journal::sync_folder(home.path())?;
    // While `prepared` exists no store opens here, so the steps between cannot be mistaken for
    // an empty store.
    let replaced = if home.journal().exists() || home.sled().exists() {
        let aside = free_name(home.path());
        fs::create_dir(&aside)?;
        for part in [home.sled(), home.journal(), home.old_sled(), home.new_sled()] {
            if let (true, Some(name)) = (part.exists(), part.file_name()) {
                fs::rename(&part, aside.join(name))?;
            }
        }
        journal::sync_folder(&aside)?;
        Some(aside)
    } else {
        None
    };
    fs::rename(prepared, home.journal())?;
    journal::sync_folder(home.path())?;
    Ok(replaced)
}

fn free_name(folder: &Path) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let name = folder.join(format!("replaced-{number}"));
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}
