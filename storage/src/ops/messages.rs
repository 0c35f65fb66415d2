//! Messages to customers and to the business: written with what gives cause for them, once for each cause; they go on and
//! never back.

use jiff::{SignedDuration, Timestamp};

use super::audit::{self, Note};
use super::customers::same_name;
use crate::error::StoreError;
use crate::ids::{JobId, MessageId, OrgId};
use crate::model::{
    About, Booking, BookingStatus, Callback, ChangeKind, Channel, Job, JobState, Message,
    MessageState, OfferNotice, Org, Outcome, Purpose, SEND_MESSAGE, WaitlistEntry,
};
use crate::requests::{Handover, MessageNews};
use crate::rows::Tx;
use crate::trees::{customers, jobs, messages, orgs, waitlist};

/// How long news of a booking are news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// Customers of one number that are looked at for an address; where there are as many, there may be more.
const SAME_NUMBER: usize = 20;

/// How long a wish to be called back is news: over a weekend without a mail server.
const WISH: SignedDuration = SignedDuration::from_hours(72);

/// A booking changed: whether its customer is to hear of it, and what; on each way on which they can
/// be reached.
pub(crate) fn of_booking(
    tx: &mut Tx<'_>,
    old: Option<&Booking>,
    new: &Booking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let ways = [(Channel::Sms, &new.customer_phone), (Channel::Email, &new.customer_email)];
    for (channel, to) in ways {
        let Some(to) = to else { continue };
        let told = messages::of_cause(tx, &new.org, &cause(new, Purpose::Booked, channel))?;
        let Some(purpose) = purpose(old, new, told.as_ref()) else { continue };
        let expires_at = match purpose {
            Purpose::Booked | Purpose::Changed => later(now, NEWS).min(new.start),
            _ => later(now, NEWS),
        };
        let about = About::Booking(new.id);
        let draft = Draft { channel, purpose, about, to, expires_at };
        queue(tx, &new.org, draft, &cause(new, purpose, channel), now)?;
    }
    Ok(())
}

/// What of a booking is news to its customer, who may have been told that it stands. Each has a
/// cause of its own, so that a settlement that comes twice is told once.
fn purpose(old: Option<&Booking>, new: &Booking, told: Option<&Message>) -> Option<Purpose> {
    let stands = |booking: &Booking| {
        booking.status == BookingStatus::Confirmed && booking.outcome == Outcome::Confirmed
    };
    if old.is_some_and(Booking::is_active) && !new.is_active() {
        if new.outcome != Outcome::Failed {
            return Some(Purpose::Cancelled);
        }
        let promised = old.and_then(|old| old.intent.as_ref()).is_some_and(|i| i.promised);
        return (promised || told.is_some()).then_some(Purpose::NotBooked);
    }
    let is_news = old.is_none_or(|old| !stands(old) || old.start != new.start);
    match told {
        _ if !stands(new) || !is_news => None,
        None => Some(Purpose::Booked),
        // It is not sent yet, and will say what is true then.
        Some(told) if told.state == MessageState::Queued => None,
        Some(_) => last_move(new).map(|_| Purpose::Changed),
    }
}

/// Which of a booking's moves was the last, counted from its making.
fn last_move(booking: &Booking) -> Option<usize> {
    booking.history.iter().rposition(|change| change.kind == ChangeKind::Moved)
}

/// What is never told twice on one way.
fn cause(booking: &Booking, purpose: Purpose, channel: Channel) -> String {
    let cause = match (purpose, last_move(booking)) {
        (Purpose::Changed, Some(place)) => format!("{} {} {place}", purpose.name(), booking.id),
        _ => format!("{} {}", purpose.name(), booking.id),
    };
    on(channel, cause)
}

/// A cause as it is kept for one way. That of text messages stands alone, as it did before there was
/// another.
fn on(channel: Channel, cause: String) -> String {
    match channel {
        Channel::Sms => cause,
        Channel::Email => format!("email {cause}"),
    }
}

/// The message about a booking for one purpose on one way, as it stands now.
pub(crate) fn about(
    rows: &dyn crate::rows::Rows,
    booking: &Booking,
    purpose: Purpose,
    channel: Channel,
) -> Result<Option<Message>, StoreError> {
    messages::of_cause(rows, &booking.org, &cause(booking, purpose, channel))
}

struct Draft<'a> {
    channel: Channel,
    purpose: Purpose,
    about: About,
    to: &'a str,
    expires_at: Timestamp,
}

fn queue(
    tx: &mut Tx<'_>,
    org: &OrgId,
    draft: Draft<'_>,
    cause: &str,
    now: Timestamp,
) -> Result<Option<Message>, StoreError> {
    // Without an account there is nobody to send it; nothing piles up for the day when there is.
    let has_account = |org: Org| match draft.channel {
        Channel::Sms => org.settings.twilio.is_some(),
        Channel::Email => org.settings.smtp.is_some(),
    };
    if !orgs::get(tx, org)?.is_some_and(has_account) {
        return Ok(None);
    }
    if let Some(known) = messages::of_cause(tx, org, cause)? {
        return Ok(Some(known));
    }
    let message = Message {
        id: MessageId::random(),
        org: org.clone(),
        channel: draft.channel,
        purpose: draft.purpose,
        about: draft.about,
        to: draft.to.to_owned(),
        state: MessageState::Queued,
        body: None,
        external_id: None,
        problem: None,
        problem_code: None,
        handed_over_at: None,
        expires_at: draft.expires_at,
        job: JobId::random(),
        created_at: now,
        updated_at: now,
    };
    messages::create(tx, &message, cause)?;
    jobs::put(
        tx,
        &Job {
            id: message.job.clone(),
            org: org.clone(),
            kind: SEND_MESSAGE.to_owned(),
            payload: serde_json::json!({ "message": message.id }),
            due: now,
            attempts: 0,
            state: JobState::Waiting,
            last_error: None,
        },
    )?;
    note(tx, &message, "message.queued", now)?;
    Ok(Some(message))
}

/// A slot is kept for somebody who waits: they are told, once. `None` if nobody is to be told any more
/// or nothing is set up to tell them.
pub(crate) fn of_offer(
    tx: &mut Tx<'_>,
    org: &OrgId,
    notice: &OfferNotice,
    now: Timestamp,
) -> Result<Option<Message>, StoreError> {
    let Some(entry) = waitlist::get(tx, org, &notice.entry)? else { return Ok(None) };
    if entry.offer.as_ref().is_none_or(|slot| slot.start != notice.start || slot.until <= now) {
        return Ok(None);
    }
    let address = only_address(tx, org, &entry)?;
    let ways = [(Channel::Sms, Some(entry.phone.as_str())), (Channel::Email, address.as_deref())];
    let mut first = None;
    for (channel, to) in ways {
        let Some(to) = to else { continue };
        let about = About::Waitlist(entry.id.clone(), notice.start);
        let purpose = Purpose::WaitlistOffer;
        // The same slot may be kept for them once more, if what they booked of it came to nothing.
        let cause = format!("{} {} {} {}", purpose.name(), entry.id, notice.start, notice.until);
        let cause = on(channel, cause);
        let draft = Draft { channel, purpose, about, to, expires_at: notice.until };
        let queued = queue(tx, org, draft, &cause, now)?;
        first = first.or(queued);
    }
    Ok(first)
}

/// The address of who waits, if their number leads to one and no more: whose it is has to be certain,
/// since people share numbers. A name that was given tells them apart; without one nobody else may
/// have the number.
fn only_address(
    tx: &Tx<'_>,
    org: &OrgId,
    entry: &WaitlistEntry,
) -> Result<Option<String>, StoreError> {
    let mut known = customers::by_phone(tx, org, &entry.phone, SAME_NUMBER)?;
    if known.len() == SAME_NUMBER {
        return Ok(None);
    }
    match entry.name.as_deref().filter(|name| !name.trim().is_empty()) {
        Some(name) => known.retain(|one| same_name(&one.name, name)),
        None if known.len() > 1 => return Ok(None),
        None => {}
    }
    let mut addresses: Vec<String> = known.into_iter().filter_map(|one| one.email).collect();
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses.pop().filter(|_| addresses.is_empty()))
}

/// Somebody wants to be called back, or says more about it: those who are to know hear of it, each
/// once. What is not sent yet will say what is true then.
pub(crate) fn of_callback(
    tx: &mut Tx<'_>,
    callback: &Callback,
    now: Timestamp,
) -> Result<(), StoreError> {
    let org = &callback.org;
    let settings = orgs::get(tx, org)?.map(|org| org.settings);
    let to = settings.and_then(|settings| settings.smtp).map(|smtp| smtp.notify);
    for to in to.unwrap_or_default() {
        let (channel, purpose) = (Channel::Email, Purpose::Callback);
        let first = on(channel, format!("{} {} {to}", purpose.name(), callback.id));
        let Some(cause) = next_cause(tx, org, first)? else { continue };
        let about = About::Callback(callback.id.clone());
        let draft = Draft { channel, purpose, about, to: &to, expires_at: later(now, WISH) };
        queue(tx, org, draft, &cause, now)?;
    }
    Ok(())
}

/// The cause of one more message of a kind, numbered from the second on; `None` if one of the earlier
/// waits to be sent.
fn next_cause(tx: &Tx<'_>, org: &OrgId, first: String) -> Result<Option<String>, StoreError> {
    let mut cause = first.clone();
    for number in 2_u32.. {
        match messages::of_cause(tx, org, &cause)? {
            None => break,
            Some(told) if told.state == MessageState::Queued => return Ok(None),
            Some(_) => cause = format!("{first} {number}"),
        }
    }
    Ok(Some(cause))
}

/// A message is about to be handed over with this text; `None` if it is not to be any more.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    org: &OrgId,
    id: &MessageId,
    body: String,
    now: Timestamp,
) -> Result<Option<Message>, StoreError> {
    let Some(mut message) = messages::get(tx, org, id)? else { return Ok(None) };
    if !message.state.is_open() {
        return Ok(None);
    }
    // A mail that goes again may have been taken the first time, and since then.
    let again = message.channel == Channel::Email && message.state == MessageState::Sending;
    let first = message.handed_over_at.filter(|_| again);
    message.state = MessageState::Sending;
    message.body = Some(body);
    message.handed_over_at = first.or(Some(now));
    message.updated_at = now;
    messages::put(tx, &message)?;
    Ok(Some(message))
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

/// The carrier says what became of a message; `None` if it is none of ours.
pub(crate) fn news(tx: &mut Tx<'_>, news: MessageNews) -> Result<Option<Message>, StoreError> {
    let known = messages::of_sender(tx, &news.org, &news.external_id)?;
    let known = match (known, &news.id) {
        (None, Some(id)) => messages::get(tx, &news.org, id)?,
        (known, _) => known,
    };
    let Some(mut message) = known else { return Ok(None) };
    let other = message.external_id.as_ref().is_some_and(|id| *id != news.external_id);
    // Their order is not certain; what arrived has arrived.
    if other || news.state <= message.state {
        return Ok(Some(message));
    }
    message.state = news.state;
    message.external_id = Some(news.external_id);
    message.problem = news.problem;
    message.problem_code = news.code;
    message.updated_at = news.now;
    messages::put(tx, &message)?;
    note(tx, &message, "message.reported", news.now)?;
    Ok(Some(message))
}

/// A number wants no messages of the org any more, or wants them again.
pub(crate) fn wants(
    tx: &mut Tx<'_>,
    org: &OrgId,
    number: &str,
    wanted: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    super::require_org(tx, org)?;
    match (wanted, messages::opted_out(tx, org, number)?) {
        (true, Some(_)) => messages::opt_in(tx, org, number),
        (false, None) => messages::opt_out(tx, org, number, now)?,
        _ => {}
    }
    Ok(())
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn note(
    tx: &mut Tx<'_>,
    message: &Message,
    action: &'static str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = message.id.to_string();
    let fields = vec!["state".to_owned()];
    audit::append(
        tx,
        Some(&message.org),
        Note { at: now, actor: "messages", action, subject, fields },
    )
}
