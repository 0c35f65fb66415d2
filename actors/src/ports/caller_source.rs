//! The port to whatever may know who is calling, beside our own customer records. Asked before an
//! inbound call is given its assistant, so every question has a time limit, set by who asks. An
//! answer is only ever used for the org and the number that were asked about.

use async_trait::async_trait;
use hookswitch_storage::OrgId;

/// Something that may know callers by their number.
#[async_trait]
pub trait CallerSource: Send + Sync + 'static {
    /// The full name of the one person behind an E.164 number; `None` if nobody, if several, or if
    /// it cannot be found out now. May take for ever: the question is dropped when time is up.
    async fn name_of(&self, org: &OrgId, number: &str) -> Option<String>;
}
