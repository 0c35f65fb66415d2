//! The feed's frames as JSON text. An event is rendered once per audience and shared by all its
//! watchers.

use std::sync::Arc;

use hookswitch_actors::{FeedItem, OrgNotice, Snapshot};
use hookswitch_storage::{CallId, OrgId};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::http::view::{Audience, changed_view, event_view, state_view};

pub(super) fn event(item: &FeedItem, audience: Audience) -> Arc<str> {
    let render = || {
        json!({
            "type": "event",
            "seq": item.seq,
            "org": item.org,
            "call_id": item.call_id,
            // As in the call's list of events, so that the two can be laid together.
            "call_seq": item.state.seq,
            "at": item.at,
            "event": event_view(&item.event, audience),
            "state": changed_view(&item.state, item.changed, audience),
        })
        .to_string()
        .into()
    };
    Arc::clone(item.rendered[audience.index()].get_or_init(render))
}

pub(super) fn snapshot(
    snapshot: &Snapshot,
    epoch: &str,
    call: Option<&CallId>,
    audience: Audience,
) -> String {
    let calls: Vec<Value> = snapshot
        .calls
        .iter()
        .filter(|state| call.is_none_or(|call| state.key.call == *call))
        .map(|state| state_view(state, audience))
        .collect();
    json!({
        "type": "snapshot",
        "org": snapshot.org,
        "epoch": epoch,
        "seq": snapshot.seq,
        "calls": calls,
    })
    .to_string()
}

/// Something that is no event of a call.
pub(super) fn notice(notice: &OrgNotice) -> String {
    json!({
        "type": "notice",
        "org": notice.org,
        "at": notice.at,
        "code": notice.code,
        "message": notice.message,
        "warning": notice.warning,
        "connection_id": notice.connection,
        "booking_id": notice.booking,
    })
    .to_string()
}

/// The answer to a watcher that asks whether anybody is there.
pub(super) fn pong(now: Timestamp) -> String {
    json!({"type": "pong", "now": now}).to_string()
}

pub(super) fn lagged(org: &OrgId, missed: u64) -> String {
    json!({"type": "lagged", "org": org, "missed": missed}).to_string()
}
