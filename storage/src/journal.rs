//! The journal: the append-only truth in front of the row store. Segments `NNNNNNNN.log` of framed,
//! checksummed, chained records; a record holds the absolute changes of one operation. Called by
//! the writer, by recovery and by backup; knows bytes, not tables.
//!
//! A segment is *plain* or *compacted*. A compacted one begins with all rows as they were at some
//! position or a little later, ends that part with an end record, and stands for every lower
//! segment; changes may follow in it. What the rows were later than the position is put right by
//! the changes that follow, since changes are absolute; the end record names the position up to
//! which they must be there.

mod appender;
mod changes;
mod compose;
mod files;
mod frame;
mod header;
mod identity;
mod seal;
mod walk;

pub(crate) use appender::Appender;
pub(crate) use changes::{encode, for_each};
pub(crate) use compose::{Composer, Tail, checked_tally};
pub(crate) use files::{SegmentFile, file_name, list, sync_folder};
pub(crate) use frame::{Chain, Position};
pub(crate) use header::{SegmentHeader, SegmentKind};
pub(crate) use seal::{SEAL, Seal, SealFound};
pub(crate) use walk::{Damage, Step, TornTail, WalkError, Walked, current, first_header, walk};
