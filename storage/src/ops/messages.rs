//! Messages to customers and to the business: written with what gives cause for them, once for each cause; they go on and
//! never back.

mod handover;
mod pace;
mod redirect;
mod reply;

use jiff::{SignedDuration, Timestamp};

use super::audit::{self, Note};
use super::customers::same_name;
use super::reminders;
use crate::error::StoreError;
use crate::ids::{JobId, MessageId, OrgId};
use crate::model::{
    About, Act, Booking, Callback, ChangeKind, Channel, Job, JobState, Message, MessageState,
    OfferNotice, Org, Outcome, Purpose, SEND_MESSAGE, WaitlistEntry,
};
use crate::rows::{Rows, Tx};
use crate::trees::{customers, jobs, messages, orgs, waitlist};

pub(crate) use handover::{begin, end, news};
pub(crate) use redirect::of_amended;
pub(crate) use reply::{confirm, wants};

/// How long news of a booking are news.
const NEWS: SignedDuration = SignedDuration::from_hours(24);

/// For how long after somebody did something in a call they are awake, and a message answers it.
const ANSWER: SignedDuration = SignedDuration::from_mins(15);

/// Customers of one number that are looked at for an address; where there are as many, there may be more.
const SAME_NUMBER: usize = 20;

/// How long the receipt of a wish to be called back is one: later, the call itself has come or is due.
const RECEIPT: SignedDuration = SignedDuration::from_hours(2);

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
        let awake_until = is_answer(new, now).then(|| later(now, ANSWER));
        if new.is_active()
            && let Some(waiting) = waiting(tx, new, told.as_ref(), channel)?
        {
            // It is not sent yet, and will say what is true then.
            hasten(tx, waiting, new, awake_until, now)?;
            continue;
        }
        let Some(purpose) = purpose(old, new, told.as_ref()) else { continue };
        let expires_at = match purpose {
            Purpose::Booked | Purpose::Changed | Purpose::Unchanged => {
                later(now, NEWS).min(new.start)
            }
            _ => later(now, NEWS),
        };
        let about = About::Booking(new.id);
        let waits_before = Some(new.start);
        let draft = Draft { channel, purpose, about, to, expires_at, waits_before, awake_until };
        queue(tx, &new.org, draft, &cause(new, purpose, channel), now)?;
    }
    reminders::plan(tx, new, now)
}

/// Whether what became of a booking is the answer to what its customer has just done: they are awake.
fn is_answer(booking: &Booking, now: Timestamp) -> bool {
    let act = booking.history.iter().rev().find(|change| change.kind != ChangeKind::Settled);
    act.is_some_and(|act| act.call_id.is_some() && now.duration_since(act.at) < ANSWER)
}

/// The message that is to say how a booking stands, if it still waits to be sent.
fn waiting(
    tx: &Tx<'_>,
    booking: &Booking,
    told: Option<&Message>,
    channel: Channel,
) -> Result<Option<Message>, StoreError> {
    let waits = |message: &Message| message.state == MessageState::Queued;
    if let Some(told) = told.filter(|told| waits(told)) {
        return Ok(Some(told.clone()));
    }
    Ok(last_change(tx, booking, channel)?.filter(waits))
}

/// The latest message about a move; one that still waited speaks for the moves after it as well.
fn last_change(
    rows: &dyn Rows,
    booking: &Booking,
    channel: Channel,
) -> Result<Option<Message>, StoreError> {
    for (place, change) in booking.history.iter().enumerate().rev() {
        if change.kind == ChangeKind::Moved {
            let cause = on(channel, change_cause(booking, place));
            if let Some(message) = messages::of_cause(rows, &booking.org, &cause)? {
                return Ok(Some(message));
            }
        }
    }
    Ok(None)
}

/// What waits goes by what has happened since: perhaps its customer is awake now, or has to know sooner.
fn hasten(
    tx: &mut Tx<'_>,
    mut message: Message,
    booking: &Booking,
    awake_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if message.waits_before == Some(booking.start) && awake_until.is_none() {
        return Ok(());
    }
    message.waits_before = Some(booking.start);
    message.awake_until = awake_until.or(message.awake_until);
    message.expires_at = later(now, NEWS).min(booking.start);
    message.updated_at = now;
    messages::put(tx, &message)?;
    if let Some(mut job) = jobs::get(tx, &message.org, &message.job)? {
        job.due = job.due.min(now);
        jobs::put(tx, &job)?;
    }
    Ok(())
}

/// What of a booking is news to its customer, who may have been told that it stands. Each has a
/// cause of its own, so that a settlement that comes twice is told once.
fn purpose(old: Option<&Booking>, new: &Booking, told: Option<&Message>) -> Option<Purpose> {
    if old.is_some_and(Booking::is_active) && !new.is_active() {
        if new.outcome != Outcome::Failed {
            return Some(Purpose::Cancelled);
        }
        let promised = old.and_then(|old| old.intent.as_ref()).is_some_and(|i| i.promised);
        // Whoever was told that nobody knows yet was told that they would hear.
        let was_in_doubt = old.is_some_and(|old| old.outcome == Outcome::Unknown);
        return (promised || was_in_doubt || told.is_some()).then_some(Purpose::NotBooked);
    }
    if new.stands() && old.is_some_and(|old| came_to_nothing(old, new)) {
        return Some(Purpose::Unchanged);
    }
    let is_news = old.is_none_or(|old| !old.stands() || old.start != new.start);
    match told {
        _ if !new.stands() || !is_news => None,
        None => Some(Purpose::Booked),
        Some(_) => last_move(new).map(|_| Purpose::Changed),
    }
}

/// Whether a move or cancellation of which nobody knew what became of it was not done.
fn came_to_nothing(old: &Booking, new: &Booking) -> bool {
    let act = old.intent.as_ref().map(|intent| &intent.act);
    let promised = old.intent.as_ref().is_some_and(|intent| intent.promised);
    (promised || old.outcome == Outcome::Unknown)
        && matches!(act, Some(Act::Move(_) | Act::Cancel { .. }))
        && new.intent.is_none()
        && old.start == new.start
}

/// Which of a booking's moves was the last, counted from its making.
fn last_move(booking: &Booking) -> Option<usize> {
    booking.history.iter().rposition(|change| change.kind == ChangeKind::Moved)
}

/// What is never told twice on one way.
fn cause(booking: &Booking, purpose: Purpose, channel: Channel) -> String {
    let cause = match (purpose, last_move(booking)) {
        (Purpose::Changed, Some(place)) => change_cause(booking, place),
        (Purpose::Unchanged, _) => {
            format!("{} {} {}", purpose.name(), booking.id, booking.history.len())
        }
        _ => format!("{} {}", purpose.name(), booking.id),
    };
    on(channel, cause)
}

/// The cause of telling a move, which is one of the booking's changes.
fn change_cause(booking: &Booking, place: usize) -> String {
    format!("{} {} {place}", Purpose::Changed.name(), booking.id)
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
    rows: &dyn Rows,
    booking: &Booking,
    purpose: Purpose,
    channel: Channel,
) -> Result<Option<Message>, StoreError> {
    if purpose == Purpose::Changed {
        return last_change(rows, booking, channel);
    }
    messages::of_cause(rows, &booking.org, &cause(booking, purpose, channel))
}

/// A message before it is one.
pub(super) struct Draft<'a> {
    pub(super) channel: Channel,
    pub(super) purpose: Purpose,
    pub(super) about: About,
    pub(super) to: &'a str,
    pub(super) expires_at: Timestamp,
    pub(super) waits_before: Option<Timestamp>,
    pub(super) awake_until: Option<Timestamp>,
}

/// Writes a message down with the job that sends it; the one that is there if the cause had one.
pub(super) fn queue(
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
        waits_before: draft.waits_before,
        awake_until: draft.awake_until,
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
        let draft = Draft {
            channel,
            purpose,
            about,
            to,
            expires_at: notice.until,
            waits_before: Some(notice.until),
            awake_until: None,
        };
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
    received(tx, callback, now)?;
    let org = &callback.org;
    let settings = orgs::get(tx, org)?.map(|org| org.settings);
    let to = settings.and_then(|settings| settings.smtp).map(|smtp| smtp.notify);
    for to in to.unwrap_or_default() {
        let (channel, purpose) = (Channel::Email, Purpose::Callback);
        let first = on(channel, format!("{} {} {to}", purpose.name(), callback.id));
        let Some(cause) = next_cause(tx, org, first)? else { continue };
        let about = About::Callback(callback.id.clone());
        let draft = Draft {
            channel,
            purpose,
            about,
            to: &to,
            expires_at: later(now, WISH),
            // The business knows best when its own people read.
            waits_before: None,
            awake_until: None,
        };
        queue(tx, org, draft, &cause, now)?;
    }
    Ok(())
}

/// Whoever asked for it in a call has it in writing, once.
fn received(tx: &mut Tx<'_>, callback: &Callback, now: Timestamp) -> Result<(), StoreError> {
    if callback.call_id.is_none() {
        return Ok(());
    }
    let purpose = Purpose::CallbackReceived;
    let draft = Draft {
        channel: Channel::Sms,
        purpose,
        about: About::Callback(callback.id.clone()),
        to: &callback.phone,
        expires_at: later(now, RECEIPT),
        waits_before: Some(later(now, RECEIPT)),
        awake_until: Some(later(now, ANSWER)),
    };
    let cause = format!("{} {}", purpose.name(), callback.id);
    queue(tx, &callback.org, draft, &cause, now).map(drop)
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
