//! Which request asks for what, by whom, and what comes of it.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::account::Account;
use super::answers::{No, collection, nothing, resource};
use super::calendar::API;
use super::{Asked, Operation, Setup};

/// What a request asks for, and about what.
fn operation(method: &Method, path: &str) -> (Operation, String) {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (operation, about) = match (method.as_str(), segments.as_slice()) {
        ("GET", ["users", "me"]) => (Operation::Me, ""),
        ("GET", ["event_types", uuid]) => (Operation::EventType, *uuid),
        ("GET", ["event_type_available_times"]) => (Operation::Open, ""),
        ("POST", ["invitees"]) => (Operation::Create, ""),
        ("GET", ["scheduled_events"]) => (Operation::Events, ""),
        ("GET", ["scheduled_events", uuid]) => (Operation::Event, *uuid),
        ("GET", ["scheduled_events", uuid, "invitees"]) => (Operation::Invitees, *uuid),
        ("GET", ["scheduled_events", _, "invitees", _]) => (Operation::Invitee, ""),
        ("POST", ["scheduled_events", uuid, "cancellation"]) => (Operation::Cancel, *uuid),
        ("POST", ["webhook_subscriptions"]) => (Operation::Subscribe, ""),
        ("GET", ["webhook_subscriptions"]) => (Operation::Subscriptions, ""),
        ("DELETE", ["webhook_subscriptions", uuid]) => (Operation::Unsubscribe, *uuid),
        _ => (Operation::Unknown, ""),
    };
    (operation, about.to_owned())
}

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        operation(method, uri.path())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let known = asked.bearer().is_some_and(|token| self.is_token(token));
        (!known).then(|| No::new(401, "The access token is invalid").answer(self.now()))
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let now = self.now();
        let (about, query, body) = (asked.about.as_str(), &asked.query(), asked.json());
        let one = |status: u16| move |shown: Value| resource(status, &shown, now);
        let many = |(page, pages): (Vec<Value>, Value)| collection(&page, Some(pages), now);
        let done = match asked.operation {
            Operation::Me => Ok(one(200)(self.me())),
            Operation::EventType => self.event_type(about).map(|found| one(200)(found.show())),
            Operation::Open => self.open(query).map(|open| collection(&open, None, now)),
            Operation::Create => self.create(body).map(one(201)),
            Operation::Events => self.events(query).map(many),
            Operation::Event => {
                self.event(&format!("{API}/scheduled_events/{about}")).map(one(200))
            }
            Operation::Invitees => self.invitees(about, query).map(many),
            Operation::Invitee => self.invitee(&format!("{API}{}", asked.path())).map(one(200)),
            Operation::Cancel => self.cancel(about, body).map(one(201)),
            Operation::Subscribe => self.subscribe(body).map(one(201)),
            Operation::Subscriptions => self.list_subscriptions(query).map(many),
            Operation::Unsubscribe => self.unsubscribe(about).map(|()| nothing(now)),
            Operation::Any | Operation::Unknown => Err(No::not_found()),
        };
        done.unwrap_or_else(|no| no.answer(now))
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::new(429, "You have exceeded the rate limit"),
            Complaint::Broken => No::new(500, "The server encountered an unexpected condition"),
            Complaint::Refused => No::new(401, "The access token is invalid"),
            Complaint::Forbidden => No::new(403, "You do not have permission"),
            Complaint::Taken => No::taken(),
            Complaint::Raced => No::new(400, "The selected time is unavailable"),
        };
        no.answer(self.now())
    }

    fn all_kept(&self) -> Value {
        json!(self.bookings())
    }
}
