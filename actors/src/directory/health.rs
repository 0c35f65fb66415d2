//! How an org's customer directory is, for those who operate it. Knows nobody who was asked for.

use jiff::Timestamp;

use crate::outbound::Condition;
use crate::ports::DirectoryError;

/// How a customer directory is, since its settings were last changed or the server was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryHealth {
    /// Whether it is left alone for a while, and what is left of its limits.
    pub condition: Condition,
    /// Why it gives no answers: at once what only the operator can put right, a slip from the second in a row
    /// on. `None` while it gives them, and before anything was asked.
    pub trouble: Option<DirectoryError>,
    /// When it last gave an answer.
    pub last_success_at: Option<Timestamp>,
    /// When it last gave none.
    pub last_failure_at: Option<Timestamp>,
}
