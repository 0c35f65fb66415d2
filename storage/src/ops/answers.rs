//! Answers of tool calls, the ground of idempotency by id (R5).

use jiff::Timestamp;

use crate::error::StoreError;
use crate::ids::{BookingId, CallId, OrgId};
use crate::model::{AnswerRecord, ToolCallRef};
use crate::rows::{Rows, Tx};
use crate::trees::answers;

/// What is known of a tool call before its write runs.
pub(super) enum Seen {
    /// Nothing that binds.
    New,
    /// It ran with the same arguments and left this booking.
    Ran(BookingId),
    /// Its id was used with other arguments.
    Reused,
}

pub(super) fn seen(
    rows: &dyn Rows,
    org: &OrgId,
    call: Option<&CallId>,
    tool_call: Option<&ToolCallRef>,
) -> Result<Seen, StoreError> {
    let Some(tool_call) = tool_call else { return Ok(Seen::New) };
    Ok(match answers::get(rows, org, call, &tool_call.id)? {
        None => Seen::New,
        Some(old) if old.arguments_hash != tool_call.arguments_hash => Seen::Reused,
        Some(AnswerRecord { booking: Some(booking), .. }) => Seen::Ran(booking),
        Some(_) => Seen::New,
    })
}

/// Notes that a tool call made or changed a booking, before its answer is known.
pub(super) fn note(
    tx: &mut Tx<'_>,
    org: &OrgId,
    call: Option<&CallId>,
    tool_call: Option<ToolCallRef>,
    booking: BookingId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(ToolCallRef { id: tool_call_id, arguments_hash }) = tool_call else { return Ok(()) };
    let booking = Some(booking);
    let answer = AnswerRecord { tool_call_id, arguments_hash, booking, answer: None, at };
    answers::put(tx, org, call, &answer)
}

/// Forgets that a tool call made a booking which came to nothing, unless it was answered already:
/// then a repeat may try anew.
pub(super) fn forget_note(
    tx: &mut Tx<'_>,
    org: &OrgId,
    call: Option<&CallId>,
    tool_call: Option<&ToolCallRef>,
) -> Result<(), StoreError> {
    let Some(tool_call) = tool_call else { return Ok(()) };
    match answers::get(tx, org, call, &tool_call.id)? {
        Some(old) if old.answer.is_none() => answers::delete(tx, org, call, &old),
        _ => {}
    }
    Ok(())
}

/// Keeps an answer. The booking that the tool call is known to have made stays known.
pub(crate) fn save(
    tx: &mut Tx<'_>,
    org: &OrgId,
    call: Option<&CallId>,
    mut answer: AnswerRecord,
) -> Result<(), StoreError> {
    super::require_org(tx, org)?;
    if let Some(old) = answers::get(tx, org, call, &answer.tool_call_id)?
        && old.arguments_hash == answer.arguments_hash
    {
        answer.booking = answer.booking.or(old.booking);
    }
    answers::put(tx, org, call, &answer)
}
