//! Which request asks for what, by whom, how many come in a second, and what comes of it.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::account::Account;
use super::answers::No;
use super::{Asked, Operation, Setup};

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        Operation::of(method, uri.path())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        if self.is_too_many(asked.at) {
            Some(No::TOO_MANY.answer())
        } else if asked.basic() != Some(self.credentials()) {
            Some(No::UNAUTHORIZED.answer())
        } else {
            None
        }
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let (query, body) = (&asked.query(), asked.json());
        let about = asked.about.parse().unwrap_or_default();
        let done = match asked.operation {
            Operation::Me => Ok(self.me()),
            Operation::Types => Ok(self.types()),
            Operation::Forms => Ok(self.forms()),
            Operation::Dates => self.dates(query),
            Operation::Times => self.times(query),
            Operation::Classes => self.classes(query),
            Operation::Create => self.create(body),
            Operation::List => Ok(self.list(query)),
            Operation::Get => self.get(about),
            Operation::Update => self.update(about, query, body),
            Operation::Reschedule => self.reschedule(about, body),
            Operation::Cancel => self.cancel(about, body),
            Operation::Watch => self.watch(body),
            Operation::Watches => Ok(self.watches()),
            Operation::Unwatch => {
                return match self.unwatch(about) {
                    Ok(()) => StatusCode::NO_CONTENT.into_response(),
                    Err(no) => no.answer(),
                };
            }
            Operation::Any | Operation::Unknown => Err(No::NOT_FOUND),
        };
        match done {
            Ok(shown) => Json(shown).into_response(),
            Err(no) => no.answer(),
        }
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => No::TOO_MANY,
            Complaint::Broken => No::BROKEN,
            Complaint::Refused => No::UNAUTHORIZED,
            Complaint::Forbidden => No::FORBIDDEN,
            Complaint::Taken => No::of("not_available"),
            Complaint::Raced => No::of("no_available_calendar"),
        }
        .answer()
    }

    fn all_kept(&self) -> Value {
        json!(self.appointments())
    }
}
