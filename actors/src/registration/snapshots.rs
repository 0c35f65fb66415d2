//! What an assistant or a phone number was before it was changed. Kept sealed: it may hold secrets of others.

use hookswitch_storage::{AssistantSnapshot, OrgId, SnapshotOf, StoreError};
use serde_json::Value;

use crate::calls::Shared;

/// Field name under which earlier states are sealed.
const FIELD: &str = "assistant.snapshot";

/// An earlier state.
pub(super) struct Earlier {
    /// As it is kept.
    pub(super) snapshot: AssistantSnapshot,
    /// As it was read; `null` if it cannot be read any more.
    pub(super) image: Value,
}

/// What something was before it was changed last.
pub(super) async fn earlier(
    shared: &Shared,
    org: &OrgId,
    id: &str,
) -> Result<Option<Earlier>, StoreError> {
    let Some(snapshot) = shared.store.latest_snapshot(org, id).await? else { return Ok(None) };
    let image = shared.store.unseal(org, FIELD, &snapshot.image)?;
    let image = serde_json::from_slice(image.expose()).unwrap_or_default();
    Ok(Some(Earlier { snapshot, image }))
}

/// Keeps what something is before it is changed. A try that changed nothing leaves no second copy, or a few
/// of them would push out what is worth keeping.
pub(super) async fn remember(
    shared: &Shared,
    by: &str,
    org: &OrgId,
    (of, id): (SnapshotOf, &str),
    image: &Value,
) -> Result<(), StoreError> {
    let (store, now) = (&shared.store, shared.clock.now());
    let platform = &shared.registrations.platform;
    if let Some(latest) = earlier(shared, org, id).await?
        && platform.is_same(&latest.image, image)
    {
        let (action, field) = match of {
            SnapshotOf::Assistant => ("assistant.changed", "assistant"),
            SnapshotOf::PhoneNumber => ("phone_number.changed", "phone_number"),
        };
        return store.audit_act(org, by, action, id, field, now).await;
    }
    let snapshot = AssistantSnapshot {
        org: org.clone(),
        of,
        assistant_id: id.to_owned(),
        taken_at: now,
        image: store.seal(org, FIELD, image.to_string().as_bytes()),
    };
    store.keep_snapshot(snapshot, by, now).await
}
