//! What a store promises after kills, damage, full disks and wrong keys. Images of stores are
//! copied and damaged; a live folder that is copied is what a kill would have left.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "recovery/image.rs"]
mod image;

#[path = "recovery/backup.rs"]
mod backup;
#[path = "recovery/compaction.rs"]
mod compaction;
#[path = "recovery/disk.rs"]
mod disk;
#[path = "recovery/journal.rs"]
mod journal;
#[path = "recovery/opening.rs"]
mod opening;
#[path = "recovery/rows.rs"]
mod rows;
