//! A message on its way: handed over, taken or not, arrived or not. It goes on and never back.

use jiff::Timestamp;

use super::{note, pace};
use crate::error::StoreError;
use crate::ids::{MessageId, OrgId};
use crate::model::{About, Channel, Message, MessageState, Purpose};
use crate::requests::{Begun, Handover, MessageNews};
use crate::rows::Tx;
use crate::trees::{jobs, messages, orgs};

/// A message is about to be handed over with this text, if it still is to be and the org has not sent
/// too many of late.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &MessageId,
    body: String,
    now: Timestamp,
) -> Result<Begun, StoreError> {
    let known = messages::get(tx, org, id)?.filter(|message| message.state.is_open());
    let Some((mut message, owner)) = known.zip(orgs::get(tx, org)?) else {
        return Ok(Begun::Over);
    };
    // One that is tried again was counted when it was first.
    if message.body.is_none()
        && let Some(at) = pace::wait(tx, org, owner.settings.messages.hourly_limit, now)?
    {
        return Ok(Begun::Later(at));
    }
    // Before the carrier has it: the answer may be here before the carrier's.
    if let (Purpose::Reminder, Channel::Sms, About::Visit(booking, start)) =
        (message.purpose, message.channel, &message.about)
    {
        messages::note_reminded(tx, org, &message.to, (*booking, *start))?;
    }
    // A mail that goes again may have been taken the first time, and since then.
    let again = message.channel == Channel::Email && message.state == MessageState::Sending;
    let first = message.handed_over_at.filter(|_| again);
    message.state = MessageState::Sending;
    message.body = Some(body);
    message.handed_over_at = first.or(Some(now));
    message.updated_at = now;
    messages::put(tx, &message)?;
    Ok(Begun::Begun(Box::new(message)))
}

/// How handing a message over ended; its job goes unless it is to be handed over again.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &MessageId,
    handover: Handover,
    now: Timestamp,
) -> Result<Option<Message>, StoreError> {
    let Some(mut message) = messages::get(tx, org, id)? else { return Ok(None) };
    let mut over = true;
    match handover {
        Handover::Taken { external_id, state } => {
            message.state = message.state.max(state);
            message.external_id = Some(external_id);
            message.problem = None;
        }
        Handover::NotTaken { problem } => {
            over = !message.state.is_open();
            if !over {
                message.state = MessageState::Queued;
                message.handed_over_at = None;
                message.problem = Some(problem);
            }
        }
        Handover::Refused { problem, code } => {
            if message.state.is_open() {
                message.state = MessageState::Failed;
                message.problem = Some(problem);
                message.problem_code = code;
            }
        }
        Handover::Skipped { problem } => {
            if message.state.is_open() {
                message.state = MessageState::Skipped;
                message.problem = Some(problem);
            }
        }
    }
    message.updated_at = now;
    messages::put(tx, &message)?;
    if over {
        if let Some(job) = jobs::get(tx, org, &message.job)? {
            jobs::delete(tx, &job);
        }
        note(tx, &message, "message.handed_over", now)?;
    }
    Ok(Some(message))
}

/// The carrier says what became of a message; `None` if it is none of ours. With whether that is new.
pub(crate) fn news(
    tx: &mut Tx<'_>,
    news: MessageNews,
) -> Result<Option<(Message, bool)>, StoreError> {
    let known = messages::of_sender(tx, &news.org, &news.external_id)?;
    let known = match (known, &news.id) {
        (None, Some(id)) => messages::get(tx, &news.org, id)?,
        (known, _) => known,
    };
    let Some(mut message) = known else { return Ok(None) };
    let other = message.external_id.as_ref().is_some_and(|id| *id != news.external_id);
    // Their order is not certain; what arrived has arrived.
    if other || news.state <= message.state {
        return Ok(Some((message, false)));
    }
    message.state = news.state;
    message.external_id = Some(news.external_id);
    message.problem = news.problem;
    message.problem_code = news.code;
    message.updated_at = news.now;
    messages::put(tx, &message)?;
    note(tx, &message, "message.reported", news.now)?;
    Ok(Some((message, true)))
}
