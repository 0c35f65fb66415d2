//! Everything Hookswitch remembers, behind one door: [`Store`].
//!
//! ```text
//! Store            async operations, each one check-and-write
//!   ops            the rules of each operation, over rows of any origin
//!   writer         one thread: batches, journal, one sync, rows, answers
//!   journal        append-only segments: frames, chain, compaction, backup
//!   trees          one file per table: how its keys and rows look
//!   recover        start: check the journal, check the rows, catch up or rebuild
//! ```
//!
//! # The way of a write
//!
//! ```text
//! caller --> Store::book --> writer's queue --> ops: check against rows, say what follows
//!                                                   |
//!    answer <-- rows changed <-- fdatasync <-- journal, all of the batch
//! ```
//!
//! 1. An operation such as [`Store::book`] is queued for the one thread that writes, so check and
//!    write are one step and nobody comes between.
//! 2. The thread takes what waits as one batch, runs each operation over the rows and over what the
//!    batch did before it, and appends the absolute changes to the journal.
//! 3. One sync for the batch, as safe as the most demanding of it asks. Only then the rows change,
//!    and only then the callers are answered: what was answered is on disk.
//! 4. After a crash the journal is the truth. Rows that lag are caught up, damaged ones are built
//!    anew, a damaged journal is an [`OpenError`] that says what to do.
//!
//! An outcome that a caller can act on ([`BookOutcome`]) is not an error; [`StoreError`] is for what
//! an operator has to see to.
//!
//! # Where to look
//!
//! | question | file |
//! | --- | --- |
//! | what is written? | `model` |
//! | when is a range free? | `ops/bookings`, `ops/bookings/capacity` |
//! | how are keys and rows laid out? | `trees`, `rows/key`, `rows/codec` |
//! | what is on disk, byte by byte? | `journal/frame`, `journal/header` |
//! | what happens at start after a crash? | `recover/decide` |
//! | how are secrets sealed? | [`crypt`] |
//! | what must hold, whatever is behind the door? | `tests/conformance.rs` |
//!
//! # What this package must not know
//!
//! No calls in progress, no tools, no HTTP, no provider, no words that callers hear: neither ractor,
//! axum, reqwest, clap nor anyhow is imported here, nor are our other packages. No caller can tell
//! what is behind [`Store`]; no type of the row store leaves.

mod base;
pub mod crypt;
mod error;
mod home;
pub mod ids;
mod journal;
pub mod model;
mod ops;
mod patience;
mod recover;
mod requests;
mod rows;
mod store;
mod tally;
mod trees;
mod writer;

pub use crypt::{MasterKey, Sealed, Secret, UnsealError};
pub use error::{OpenError, RestoreError, StoreError};
pub use home::make_key_file;
pub use ids::*;
pub use model::*;
pub use recover::restore;
pub use requests::*;
pub use store::{Store, StoreOptions};
