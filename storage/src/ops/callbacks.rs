//! Wishes to be called back: a second one of the same call completes the first, none is lost.

use jiff::Timestamp;

use super::audit::{self, Note};
use super::messages;
use crate::error::StoreError;
use crate::model::{Callback, CallbackState};
use crate::requests::{CallbackOutcome, ChangeCallback, RequestCallback};
use crate::rows::Tx;
use crate::trees::callbacks;

/// Longest text of what one callback is about, characters.
const MOST_ABOUT: usize = 4_000;

/// Keeps a wish.
pub(crate) fn request(
    tx: &mut Tx<'_>,
    wish: RequestCallback,
) -> Result<CallbackOutcome, StoreError> {
    super::require_org(tx, &wish.org)?;
    if wish.phone.trim().is_empty() {
        return Err(StoreError::Invalid { field: "phone", problem: "must not be empty" });
    }
    if let Some(call) = &wish.call_id
        && let Some(old) = callbacks::of_call(tx, &wish.org, call)?
        && old.state != CallbackState::Done
    {
        return complete(tx, old, wish);
    }
    if callbacks::get(tx, &wish.org, &wish.id)?.is_some() {
        return Err(StoreError::Invalid {
            field: "id",
            problem: "belongs to another callback; make a new one",
        });
    }
    let callback = Callback {
        id: wish.id,
        org: wish.org,
        state: CallbackState::Open,
        name: wish.name,
        phone: wish.phone,
        preferred_time: wish.preferred_time,
        about: wish.about,
        urgency: wish.urgency.unwrap_or_default(),
        assignee: None,
        note: None,
        call_id: wish.call_id,
        source: wish.source,
        created_at: wish.now,
        updated_at: wish.now,
    };
    callbacks::put(tx, &callback, None)?;
    messages::of_callback(tx, &callback, wish.now)?;
    note(tx, &callback, "callback.requested", Vec::new(), &wish.by, wish.now)?;
    Ok(CallbackOutcome::Kept(Box::new(callback)))
}

/// Keeps a wish unless one was kept in the same call before, whatever became of it.
pub(crate) fn request_first(
    tx: &mut Tx<'_>,
    wish: RequestCallback,
) -> Result<Option<Callback>, StoreError> {
    if let Some(call) = &wish.call_id
        && callbacks::of_call(tx, &wish.org, call)?.is_some()
    {
        return Ok(None);
    }
    Ok(match request(tx, wish)? {
        CallbackOutcome::Kept(callback) | CallbackOutcome::Completed(callback) => Some(*callback),
    })
}

fn complete(
    tx: &mut Tx<'_>,
    old: Callback,
    wish: RequestCallback,
) -> Result<CallbackOutcome, StoreError> {
    let mut callback = old.clone();
    callback.phone = wish.phone;
    callback.name = wish.name.or(callback.name);
    callback.preferred_time = wish.preferred_time.or(callback.preferred_time);
    callback.about = all_of(callback.about.as_deref(), wish.about.as_deref());
    callback.urgency = wish.urgency.unwrap_or(callback.urgency);
    let callback = save(tx, &old, callback, "callback.completed", &wish.by, wish.now)?;
    if callback != old {
        messages::of_callback(tx, &callback, wish.now)?;
    }
    Ok(CallbackOutcome::Completed(Box::new(callback)))
}

/// What a caller said before and says now, a line each: who wants two things is called back about both.
/// What is only said again, or again with more, stands once. Of far too much the middle goes.
fn all_of(before: Option<&str>, now: Option<&str>) -> Option<String> {
    let (Some(before), Some(now)) = (before, now) else {
        return before.or(now).map(str::to_owned);
    };
    let words = |text: &str| -> String {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.fold(" ".to_owned(), |all, word| all + &word.to_lowercase() + " ")
    };
    let mut lines: Vec<&str> = before.lines().collect();
    let new = words(now);
    if !lines.iter().any(|line| words(line).contains(&new)) {
        lines.retain(|line| !new.contains(&words(line)));
        lines.push(now);
    }
    let length = |lines: &[&str]| lines.iter().map(|line| line.chars().count() + 1).sum::<usize>();
    while lines.len() > 1 && length(&lines) > MOST_ABOUT {
        lines.remove(lines.len() / 2);
    }
    Some(lines.join("\n"))
}

/// Changes what operators keep of a callback; `None` if there is no such.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    change: ChangeCallback,
) -> Result<Option<Callback>, StoreError> {
    let Some(old) = callbacks::get(tx, &change.org, &change.id)? else { return Ok(None) };
    let mut callback = old.clone();
    callback.state = change.state.unwrap_or(callback.state);
    callback.assignee = change.assignee.unwrap_or(callback.assignee);
    callback.note = change.note.unwrap_or(callback.note);
    save(tx, &old, callback, "callback.changed", &change.by, change.now).map(Some)
}

/// Writes what differs and notes which fields do; nothing if nothing does.
fn save(
    tx: &mut Tx<'_>,
    old: &Callback,
    mut new: Callback,
    action: &'static str,
    by: &str,
    now: Timestamp,
) -> Result<Callback, StoreError> {
    if new == *old {
        return Ok(new);
    }
    new.updated_at = now;
    callbacks::put(tx, &new, Some(old))?;
    let differences = [
        ("state", old.state != new.state),
        ("name", old.name != new.name),
        ("phone", old.phone != new.phone),
        ("preferred_time", old.preferred_time != new.preferred_time),
        ("about", old.about != new.about),
        ("urgency", old.urgency != new.urgency),
        ("assignee", old.assignee != new.assignee),
        ("note", old.note != new.note),
    ];
    let fields = differences.into_iter().filter(|(_, differs)| *differs);
    note(tx, &new, action, fields.map(|(name, _)| name.to_owned()).collect(), by, now)?;
    Ok(new)
}

fn note(
    tx: &mut Tx<'_>,
    callback: &Callback,
    action: &'static str,
    fields: Vec<String>,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = callback.id.to_string();
    audit::append(tx, Some(&callback.org), Note { at: now, actor: by, action, subject, fields })
}
