//! Soft holds: which live call was told of which slot, so that other callers hear of others first.
//! Only advice: the claim in storage decides who gets a slot. Kept in memory, rebuilt from the
//! offers of live calls after a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hookswitch_storage::{CallKey, OrgId, ResourceId};
use jiff::Timestamp;

/// The holds of all orgs. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holds {
    inner: Arc<Mutex<ByResource>>,
}

type ByResource = HashMap<(OrgId, ResourceId), Vec<Hold>>;

#[derive(Debug, Clone)]
struct Hold {
    call: CallKey,
    start: Timestamp,
    end: Timestamp,
    places: u32,
    until: Timestamp,
}

impl Holds {
    /// Keeps `places` of a resource in `[start, end)` for `call` until `until`.
    pub(crate) fn hold(
        &self,
        resource: &ResourceId,
        call: &CallKey,
        (start, end): (Timestamp, Timestamp),
        places: u32,
        until: Timestamp,
    ) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = inner.entry((call.org.clone(), resource.clone())).or_default();
        holds.retain(|hold| !(hold.call == *call && hold.start == start && hold.end == end));
        holds.push(Hold { call: call.clone(), start, end, places, until });
    }

    /// How many places other live calls hold in `[start, end)`. Of several offers to one call, it
    /// will take one: the largest counts.
    #[must_use]
    pub(crate) fn held_by_others(
        &self,
        org: &OrgId,
        resource: &ResourceId,
        call: Option<&CallKey>,
        (start, end): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> u64 {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(holds) = inner.get_mut(&(org.clone(), resource.clone())) else { return 0 };
        holds.retain(|hold| hold.until > now);
        let mut others: HashMap<&CallKey, u32> = HashMap::new();
        for hold in holds.iter() {
            if Some(&hold.call) != call && hold.start < end && start < hold.end {
                let most = others.entry(&hold.call).or_default();
                *most = hold.places.max(*most);
            }
        }
        others.into_values().map(u64::from).sum()
    }

    /// Lets go of everything that `call` holds.
    pub(crate) fn release(&self, call: &CallKey) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for ((org, _), holds) in inner.iter_mut() {
            if *org == call.org {
                holds.retain(|hold| hold.call != *call);
            }
        }
        inner.retain(|_, holds| !holds.is_empty());
    }
}
