//! Which org the calls on the shared URLs belong to (R1): chosen by a call's first message and kept
//! while the call is live.

use dashmap::DashMap;
use hookswitch_actors::Calls;
use hookswitch_storage::{CallId, CallKey, OrgId};

/// Calls that may be remembered before those that are over are looked for.
const MOST: usize = 50_000;

/// Orgs by call.
#[derive(Default)]
pub(super) struct SharedCalls {
    orgs: DashMap<CallId, OrgId>,
}

impl SharedCalls {
    /// The org of a call that is awake.
    pub(super) fn org(&self, calls: &Calls, call: &CallId) -> Option<OrgId> {
        let org = self.orgs.get(call)?.clone();
        let key = CallKey { org: org.clone(), call: call.clone() };
        calls.is_awake(&key).then_some(org)
    }

    pub(super) fn keep(&self, calls: &Calls, call: &CallId, org: &OrgId) {
        if self.orgs.len() >= MOST {
            self.orgs.retain(|call, org| {
                calls.is_awake(&CallKey { org: org.clone(), call: call.clone() })
            });
        }
        self.orgs.insert(call.clone(), org.clone());
    }
}
