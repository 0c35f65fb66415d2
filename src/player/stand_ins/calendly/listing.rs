//! The account's bookings as Calendly shows them: events, the people at them, and lists by page. Called
//! with the lock held; knows no HTTP.

use serde_json::{Value, json};

use super::super::asked::Query;
use super::account::{Account, Kept, organization, user};
use super::answers::No;
use super::calendar::API;
use super::input;

/// What a list's page is, and what goes with it.
pub(super) type Page = (Vec<Value>, Value);

impl Account {
    /// The events that a query asks for.
    pub(super) fn events(&self, query: &Query) -> Result<Page, No> {
        let whose = (query.text("user"), query.text("organization"));
        let (of_user, of_organization) = (user(), organization());
        match whose {
            (Some(user), None) if user == of_user => {}
            (None, Some(organization)) if organization == of_organization => {}
            (None, None) => return Err(No::invalid("user", "or organization must be given")),
            _ => return Err(No::new(403, "You do not have permission")),
        }
        let (from, to) =
            (input::moment(query, "min_start_time")?, input::moment(query, "max_start_time")?);
        let fits = |kept: &&Kept| {
            from.is_none_or(|from| kept.start >= from)
                && to.is_none_or(|to| kept.start <= to)
                && query.text("invitee_email").is_none_or(|email| kept.email == email)
                && query
                    .text("status")
                    .is_none_or(|status| (status == "active") == self.event_stands(&kept.event))
        };
        let mut found: Vec<&Kept> = self.bookings().iter().filter(fits).collect();
        found.sort_by_key(|kept| kept.start);
        let mut events: Vec<&str> = Vec::new();
        for kept in found {
            if !events.contains(&kept.event.as_str()) {
                events.push(&kept.event);
            }
        }
        let shown = events.into_iter().filter_map(|event| self.event(event).ok()).collect();
        paged(query, shown)
    }

    fn event_stands(&self, event: &str) -> bool {
        self.bookings().iter().any(|kept| kept.event == event && kept.active)
    }

    /// One event by its URI.
    pub(super) fn event(&self, uri: &str) -> Result<Value, No> {
        let mut people = self.bookings().iter().filter(|kept| kept.event == uri).peekable();
        let first = *people.peek().ok_or_else(No::not_found)?;
        let (mut active, mut total, mut updated_at) = (0, 0, first.updated_at);
        for kept in people {
            active += u32::from(kept.active);
            total += 1;
            updated_at = updated_at.max(kept.updated_at);
        }
        let event_type = self.event_type(&first.event_type)?;
        let mut shown = json!({"uri": uri, "name": event_type.name,
            "status": if active > 0 { "active" } else { "canceled" },
            "start_time": first.start, "end_time": first.end,
            "event_type": event_type.uri(), "location": first.location.as_ref().map(place),
            "invitees_counter": {"active": active, "total": total, "limit": event_type.places},
            "event_memberships": [{"user": user()}], "event_guests": [], "calendar_event": null,
            "created_at": first.created_at, "updated_at": updated_at});
        if active == 0 {
            shown["cancellation"] = cancellation(first);
        }
        Ok(shown)
    }

    /// The people of an event.
    pub(super) fn invitees(&self, event: &str, query: &Query) -> Result<Page, No> {
        let uri = format!("{API}/scheduled_events/{event}");
        self.event(&uri)?;
        let fits = |kept: &&Kept| {
            kept.event == uri
                && query.text("email").is_none_or(|email| kept.email == email)
                && query.text("status").is_none_or(|status| (status == "active") == kept.active)
        };
        paged(query, self.bookings().iter().filter(fits).map(show).collect())
    }

    /// One of them by URI.
    pub(super) fn invitee(&self, uri: &str) -> Result<Value, No> {
        self.kept(uri).map(show).ok_or_else(No::not_found)
    }

    pub(super) fn list_subscriptions(&self, query: &Query) -> Result<Page, No> {
        if query.text("organization").is_none() || query.text("scope").is_none() {
            return Err(No::invalid("organization", "and scope must be given"));
        }
        let fits = self.subscriptions().iter().filter(|it| query.text("scope") == Some(&it.scope));
        paged(query, fits.map(|it| it.show(self.now())).collect())
    }
}

/// Where an event is, which is asked for as a kind and told as a type.
fn place(asked: &Value) -> Value {
    json!({"type": asked["kind"], "location": asked["location"]})
}

fn cancellation(kept: &Kept) -> Value {
    json!({"canceled_by": "Willow Street Dental", "reason": kept.reason, "canceler_type": "host"})
}

pub(super) fn show(kept: &Kept) -> Value {
    let mut shown = json!({"uri": kept.invitee, "event": kept.event, "email": kept.email,
        "name": kept.name, "first_name": null, "last_name": null,
        "status": if kept.active { "active" } else { "canceled" }, "timezone": kept.zone,
        "questions_and_answers": kept.answers, "text_reminder_number": kept.phone,
        "tracking": kept.tracking, "rescheduled": kept.new_invitee.is_some(),
        "old_invitee": kept.old_invitee, "new_invitee": kept.new_invitee,
        "cancel_url": "https://calendly.com/cancellations/x",
        "reschedule_url": "https://calendly.com/reschedulings/x", "payment": null, "no_show": null,
        "routing_form_submission": null, "reconfirmation": null,
        "created_at": kept.created_at, "updated_at": kept.updated_at});
    if kept.tracking.is_null() {
        shown["tracking"] = json!({"utm_campaign": null, "utm_source": null, "utm_medium": null,
            "utm_content": null, "utm_term": null, "salesforce_uuid": null});
    }
    if !kept.active {
        shown["cancellation"] = cancellation(kept);
    }
    shown
}

/// One page of a list, by number of entries and by the token of the page before.
fn paged(query: &Query, all: Vec<Value>) -> Result<Page, No> {
    let count = match query.text("count") {
        None => 20,
        Some(text) => {
            let count: usize = text.parse().unwrap_or_default();
            if !(1..=100).contains(&count) {
                return Err(No::invalid("count", "must be between 1 and 100"));
            }
            count
        }
    };
    let skip = match query.text("page_token") {
        None => 0,
        Some(token) => token
            .strip_prefix("after-")
            .and_then(|skip| skip.parse().ok())
            .ok_or_else(|| No::invalid("page_token", "is invalid"))?,
    };
    let total = all.len();
    let page: Vec<Value> = all.into_iter().skip(skip).take(count).collect();
    let next = (skip + count < total).then(|| format!("after-{}", skip + count));
    let pages = json!({"count": page.len(), "next_page": null, "previous_page": null,
        "next_page_token": next, "previous_page_token": null});
    Ok((page, pages))
}
