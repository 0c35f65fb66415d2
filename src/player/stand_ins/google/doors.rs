//! Which request asks for what, by whom, and what comes of it.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::vendor::{Complaint, Vendor};
use super::account::Account;
use super::answers::{No, done};
use super::{Asked, Operation, Setup};
use super::{event, mask};

/// A segment of a path as it was meant.
fn decoded(segment: &str) -> String {
    let pair = format!("a={}", segment.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, text)| text.into_owned())
        .unwrap_or_default()
}

/// The calendar that a path names.
fn calendar_of(path: &str) -> String {
    let after = path.strip_prefix("/calendar/v3/calendars/").unwrap_or_default();
    decoded(after.split('/').next().unwrap_or_default())
}

/// What a request asks for, and about which event.
fn operation(method: &Method, uri: &Uri) -> (Operation, String) {
    let path = uri.path().strip_prefix("/calendar/v3/").unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let since = Query::read(uri.query().unwrap_or_default()).text("syncToken").is_some();
    let listing = if since { Operation::Sync } else { Operation::List };
    let (operation, event) = match (method.as_str(), segments.as_slice()) {
        ("GET", ["calendars", _, "events"]) => (listing, ""),
        ("POST", ["calendars", _, "events"]) => (Operation::Insert, ""),
        ("POST", ["calendars", _, "events", "watch"]) => (Operation::Watch, ""),
        ("GET", ["calendars", _, "events", event]) => (Operation::Get, *event),
        ("PATCH", ["calendars", _, "events", event]) => (Operation::Patch, *event),
        ("DELETE", ["calendars", _, "events", event]) => (Operation::Delete, *event),
        ("GET", ["users", "me", "calendarList", calendar]) => (Operation::Listed, *calendar),
        ("POST", ["freeBusy"]) => (Operation::FreeBusy, ""),
        ("POST", ["channels", "stop"]) => (Operation::Stop, ""),
        _ => (Operation::Unknown, ""),
    };
    (operation, decoded(event))
}

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        operation(method, uri)
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let no = if asked.operation == Operation::Unknown {
            No::missing()
        } else if !asked.bearer().is_some_and(|token| self.is_token(token)) {
            No::new(401, "authError", "Invalid Credentials")
        } else {
            return None;
        };
        Some(no.answer())
    }

    // Nothing at Google waits for anybody's consent.
    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let (query, body, etag) = (&asked.query(), asked.json(), asked.header("if-match"));
        let (calendar, event) = (&calendar_of(asked.path()), &asked.about);
        let answer = match asked.operation {
            Operation::List | Operation::Sync => self.list(calendar, query).map(Some),
            Operation::Get => self.get(calendar, event).map(Some),
            Operation::Insert => self.insert(calendar, body).map(Some),
            Operation::Patch => self.patch(calendar, event, body, etag).map(Some),
            Operation::Delete => self.delete(calendar, event, etag).map(|()| None),
            Operation::FreeBusy => self.free_busy(body).map(Some),
            Operation::Listed => self.listed(event).map(Some),
            Operation::Watch => self.watch(calendar, body).map(Some),
            Operation::Stop => self.stop(body).map(|()| None),
            Operation::Any | Operation::Unknown => Err(No::missing()),
        };
        let masked = answer.and_then(|shown| match (shown, query.text("fields")) {
            (Some(shown), Some(fields)) => {
                let left = mask::leave(&shown, fields);
                left.map(Some).ok_or_else(|| No::bad("invalidParameter", "Invalid field selection"))
            }
            (shown, _) => Ok(shown),
        });
        masked.map_or_else(No::answer, done)
    }

    fn complain(&mut self, asked: &Asked, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::new(403, "rateLimitExceeded", "Rate Limit Exceeded"),
            Complaint::Broken => No::new(500, "backendError", "Backend Error"),
            Complaint::Refused => No::new(401, "authError", "Invalid Credentials"),
            Complaint::Forbidden => {
                No::new(403, "insufficientPermissions", "Insufficient Permission")
            }
            Complaint::Raced if asked.header("if-match").is_some() => No::stale(),
            // Google says nothing: whoever was faster is there as well.
            Complaint::Taken | Complaint::Raced => {
                let fields = asked.json().as_object().cloned().unwrap_or_default();
                if let Ok((start, end)) = event::span(&fields, &jiff::tz::TimeZone::UTC) {
                    let theirs = event::foreign(start, end);
                    self.put_by_hand(&calendar_of(asked.path()), theirs);
                }
                return self.perform(asked, false);
            }
        };
        no.answer()
    }

    fn all_kept(&self) -> Value {
        json!(self.events())
    }
}
