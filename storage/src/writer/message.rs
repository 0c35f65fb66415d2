//! What the writer thread is told.

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::error::StoreError;
use crate::journal::{Position, SegmentFile};
use crate::rows::Tx;
use crate::tally::Tally;

/// How safe an operation is when it is answered (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grade {
    /// On disk.
    Promised,
    /// With the operating system; on disk within 200 ms.
    Context,
    /// Answered before it is written.
    Heard,
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What an operation left for after the batch.
pub(crate) struct Ran {
    /// Whether what it wrote is to be kept.
    pub(crate) keep: bool,
    /// Tells the caller, given what became of the batch.
    pub(crate) answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

type Run = Box<dyn FnOnce(Result<&mut Tx<'_>, StoreError>) -> Ran + Send>;

/// One operation.
pub(crate) struct Command {
    pub(crate) grade: Grade,
    /// Runs it, or lets it pass on why it cannot run.
    pub(crate) run: Run,
    /// Its place in the queue; given back when it is answered.
    pub(crate) permit: OwnedSemaphorePermit,
}

/// Where journal and rows stood when the writer was asked, all of it on disk.
pub(crate) struct Marked {
    pub(crate) position: Position,
    /// The segment that is written to, with its length then.
    pub(crate) segment: SegmentFile,
    pub(crate) tally: Tally,
    /// The segments before it, when it was begun for this answer.
    pub(crate) older: Vec<SegmentFile>,
}

pub(crate) enum Message {
    Command(Command),
    /// Syncs and tells where things stand.
    Mark(Reply<Marked>),
    /// As `Mark`, with a new segment begun.
    Rotate(Reply<Marked>),
    /// Work on the journal has ended; it replaced segments of `before` bytes by one of `after`.
    Replaced {
        before: u64,
        after: u64,
    },
    /// A reader could not read the rows and asks whether it can now.
    RowsFailed {
        times_opened: u64,
        reply: Reply<()>,
    },
    /// Ends the writer.
    Stop(Option<Reply<()>>),
}
