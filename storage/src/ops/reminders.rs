//! Reminders: planned with everything that happens to a booking, one job for the next of them, and made
//! a message when that is due. What is sent is what is true then.

use jiff::{SignedDuration, Timestamp};

use super::messages::{self, Draft};
use crate::error::StoreError;
use crate::ids::{JobId, OrgId};
use crate::model::{
    About, Booking, ChangeKind, Channel, Job, JobState, Lead, PLAN_REMINDERS, Purpose, REMIND,
    RemindBooking, Settings,
};
use crate::requests::{BookingFilter, Page, Reminded};
use crate::rows::Tx;
use crate::trees::{bookings, jobs, orgs};

/// Somebody is not reminded at the end of quiet hours of what starts sooner than this after them, but
/// so long before they begin.
const AHEAD: SignedDuration = SignedDuration::from_mins(30);

/// Bookings that are planned anew in one operation, so that others get their turn.
const AT_ONCE: usize = 200;

/// Plans the next reminder of a booking as it stands now.
pub(crate) fn plan(tx: &mut Tx<'_>, booking: &Booking, now: Timestamp) -> Result<(), StoreError> {
    match orgs::get(tx, &booking.org)? {
        Some(org) => plan_by(tx, &org.settings, booking, now),
        None => Ok(()),
    }
}

fn plan_by(
    tx: &mut Tx<'_>,
    settings: &Settings,
    booking: &Booking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let planned = jobs::get(tx, &booking.org, &JobId::of_reminder(booking.id))?;
    // What is due already is judged when it runs; a change must not make it be left out.
    let is_due = planned.is_some_and(|job| {
        let of = serde_json::from_value::<RemindBooking>(job.payload);
        // Its job may wait once more, as while the booking is being changed.
        let was_due = |of: RemindBooking| {
            let due = due(settings, booking, of.lead);
            of.start == booking.start && due.is_some_and(|due| due <= now)
        };
        job.state == JobState::Waiting && of.is_ok_and(was_due)
    });
    if is_due && booking.is_active() { Ok(()) } else { put_next(tx, settings, booking, now) }
}

/// Keeps the job of the next reminder after `now`, or none.
fn put_next(
    tx: &mut Tx<'_>,
    settings: &Settings,
    booking: &Booking,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = JobId::of_reminder(booking.id);
    let Some((due, lead)) = next(settings, booking, now) else {
        if let Some(job) = jobs::get(tx, &booking.org, &id)? {
            jobs::delete(tx, &job);
        }
        return Ok(());
    };
    let payload = RemindBooking { booking: booking.id, start: booking.start, lead };
    let payload = serde_json::to_value(&payload)
        .map_err(|_| StoreError::Internal("a reminder could not be written"))?;
    let job = Job {
        id,
        org: booking.org.clone(),
        kind: REMIND.to_owned(),
        payload,
        due,
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    };
    jobs::put(tx, &job)
}

fn next(settings: &Settings, booking: &Booking, now: Timestamp) -> Option<(Timestamp, Lead)> {
    if !booking.is_active() {
        return None;
    }
    let leads = settings.messages.reminders.iter().copied();
    let planned = leads.filter_map(|lead| Some((due(settings, booking, lead)?, lead)));
    planned.filter(|(due, _)| *due > now && *due < booking.start).min_by_key(|(due, _)| *due)
}

/// When a booking's customer is reminded, a lead before it.
fn due(settings: &Settings, booking: &Booking, lead: Lead) -> Option<Timestamp> {
    let at = lead.before(booking.start, &booking.time_zone)?;
    let quiet = settings.messages.quiet_hours;
    match quiet.and_then(|quiet| quiet.around(at, &settings.timezone)) {
        Some((_, end)) if end.checked_add(AHEAD).is_ok_and(|end| end <= booking.start) => Some(end),
        Some((begin, _)) => begin.checked_sub(AHEAD).ok(),
        None => Some(at),
    }
}

/// A reminder's time has come: it becomes a message if it is still wanted, and the next is planned.
pub(crate) fn remind(
    tx: &mut Tx<'_>,
    org: &OrgId,
    notice: &RemindBooking,
    now: Timestamp,
) -> Result<Reminded, StoreError> {
    let known = bookings::get(tx, org, notice.booking)?;
    let Some((booking, org)) = known.zip(orgs::get(tx, org)?) else {
        if let Some(job) = jobs::get(tx, org, &JobId::of_reminder(notice.booking))? {
            jobs::delete(tx, &job);
        }
        return Ok(Reminded::Settled);
    };
    let settings = org.settings;
    let is_wanted = settings.messages.reminders.contains(&notice.lead)
        && due(&settings, &booking, notice.lead).is_some_and(|due| due <= now);
    if is_wanted && booking.is_active() && booking.start == notice.start && now < booking.start {
        if booking.intent.is_some() {
            return Ok(Reminded::Unsettled);
        }
        if booking.stands() {
            queue(tx, &settings, &booking, notice.lead, now)?;
        }
    }
    put_next(tx, &settings, &booking, now)?;
    Ok(Reminded::Settled)
}

/// One message, by text where that reaches them, else by mail.
fn queue(
    tx: &mut Tx<'_>,
    settings: &Settings,
    booking: &Booking,
    lead: Lead,
    now: Timestamp,
) -> Result<(), StoreError> {
    let number = booking.customer_phone.as_deref().filter(|_| settings.twilio.is_some());
    let address = booking.customer_email.as_deref().filter(|_| settings.smtp.is_some());
    let declined = match number {
        Some(number) => crate::trees::messages::opted_out(tx, &booking.org, number)?.is_some(),
        None => false,
    };
    let (channel, to) = match (number, address) {
        (Some(_), Some(address)) if declined => (Channel::Email, address),
        (Some(number), _) => (Channel::Sms, number),
        (None, Some(address)) => (Channel::Email, address),
        (None, None) => return Ok(()),
    };
    // What was moved away and back is reminded of as often as it is there.
    let moves = booking.history.iter().filter(|change| change.kind == ChangeKind::Moved).count();
    let cause = format!("{} {} {moves} {lead}", Purpose::Reminder.name(), booking.id);
    let draft = Draft {
        channel,
        purpose: Purpose::Reminder,
        about: About::Visit(booking.id, booking.start),
        to,
        expires_at: booking.start,
        waits_before: Some(booking.start),
        awake_until: None,
    };
    messages::queue(tx, &booking.org, draft, &cause, now).map(drop)
}

/// The rules of an org changed: all that is planned follows, by a job of its own.
pub(crate) fn rules_changed(
    tx: &mut Tx<'_>,
    org: &OrgId,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Each change has its own job: one that runs already may have passed what this one changes.
    let job = Job {
        id: JobId::random(),
        org: org.clone(),
        kind: PLAN_REMINDERS.to_owned(),
        payload: serde_json::Value::Null,
        due: now,
        attempts: 0,
        state: JobState::Waiting,
        last_error: None,
    };
    jobs::put(tx, &job)
}

/// Plans some of an org's bookings to come anew, from a cursor on; the next cursor, if there are more.
pub(crate) fn plan_anew(
    tx: &mut Tx<'_>,
    org: &OrgId,
    cursor: Option<String>,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let Some(settings) = orgs::get(tx, org)?.map(|org| org.settings) else { return Ok(None) };
    let filter = BookingFilter { from: Some(now), ..BookingFilter::default() };
    let page = Page { limit: AT_ONCE, cursor };
    let listed = bookings::matching(tx, org, &filter, &page)?;
    for booking in &listed.items {
        plan_by(tx, &settings, booking, now)?;
    }
    Ok(listed.next)
}
