//! The look-up port: what the voice platform itself says of a call, for calls whose end was never reported.
//! Implemented where Vapi's interface is known; asked seldom, and never while a caller waits.

use async_trait::async_trait;
use hookswitch_storage::{CallId, CallReport};

use super::platform_error::PlatformError;

/// What the platform says of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallThere {
    /// It goes on.
    Live,
    /// It is over.
    Ended {
        /// Why, in the platform's words.
        reason: Option<String>,
        /// The report that should have come.
        report: Box<CallReport>,
    },
}

/// Asks for calls.
#[async_trait]
pub trait CallLookup: Send + Sync + 'static {
    /// Whether it can be asked at all.
    fn is_ready(&self) -> bool;

    /// How a call stands.
    ///
    /// # Errors
    /// [`PlatformError`]; nothing is known of the call then.
    async fn look(&self, call: &CallId) -> Result<CallThere, PlatformError>;
}

/// For servers without a key: nobody can be asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLookup;

#[async_trait]
impl CallLookup for NoLookup {
    fn is_ready(&self) -> bool {
        false
    }

    async fn look(&self, _: &CallId) -> Result<CallThere, PlatformError> {
        Err(PlatformError::NoKey)
    }
}
