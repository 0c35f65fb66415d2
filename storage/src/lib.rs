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
//! No caller can tell what is behind `Store`; no type of the row store leaves this package.

mod base;
pub mod crypt;
mod error;
mod home;
pub mod ids;
mod journal;
pub mod model;
mod ops;
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
