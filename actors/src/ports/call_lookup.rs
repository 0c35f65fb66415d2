//! The look-up port: what the voice platform itself says of a call, for calls whose end was never reported.
//! Implemented where Vapi's interface is known; asked seldom, and never while a caller waits.

use async_trait::async_trait;
use hookswitch_storage::CallId;

use super::platform_error::PlatformError;
use crate::orgs::OrgEntry;
use crate::session::facts::CallFact;

/// What the platform says of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallThere {
    /// It goes on.
    Live,
    /// It is over.
    Ended {
        /// What the report says that should have come, as it would have been told.
        facts: Vec<CallFact>,
    },
}

/// Asks for calls.
#[async_trait]
pub trait CallLookup: Send + Sync + 'static {
    /// Whether it can be asked at all.
    fn is_ready(&self) -> bool;

    /// How a call of an org stands.
    ///
    /// # Errors
    /// [`PlatformError`]; nothing is known of the call then.
    async fn look(&self, org: &OrgEntry, call: &CallId) -> Result<CallThere, PlatformError>;
}

/// For servers without a key: nobody can be asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLookup;

#[async_trait]
impl CallLookup for NoLookup {
    fn is_ready(&self) -> bool {
        false
    }

    async fn look(&self, _: &OrgEntry, _: &CallId) -> Result<CallThere, PlatformError> {
        Err(PlatformError::NoKey)
    }
}
