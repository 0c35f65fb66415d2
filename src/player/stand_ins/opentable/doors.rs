//! Which request asks for what, by whom, and what comes of it.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::answers::No;
use super::restaurant::Restaurant;
use super::{Asked, Operation, Setup};

impl Vendor for Restaurant {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        Operation::of(method, uri.path())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let token = asked.header("authorization").and_then(|text| text.strip_prefix("bearer "));
        // Whatever is asked for at a restaurant, its number comes fourth.
        let restaurant = asked.path().split('/').nth(4).and_then(|id| id.parse().ok());
        let no = if asked.operation == Operation::Token {
            return None;
        } else if !token.is_some_and(|token| self.is_open_to(token)) {
            No::TOKEN
        } else if !restaurant.is_some_and(|id| self.is_here(id)) {
            No::FORBIDDEN
        } else {
            return None;
        };
        Some(no.answer())
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let (about, body) = (asked.about.as_str(), asked.json());
        let empty = |done: Result<(), No>| done.map(|()| Value::Null);
        let done = match asked.operation {
            Operation::Token => self.token(&asked.basic().unwrap_or_default()),
            Operation::Availability => self.availability(&asked.query()),
            Operation::Lock => self.lock(body),
            Operation::Unlock => empty(self.unlock(about)),
            Operation::Reserve => self.reserve(body, asked.header("x-request-id")),
            Operation::Search => self.search(body),
            Operation::Change => self.change(about, body),
            Operation::Cancel => empty(self.cancel(about)),
            Operation::Any | Operation::Unknown => Err(No::NOT_FOUND),
        };
        match done {
            Ok(Value::Null) => StatusCode::NO_CONTENT.into_response(),
            Ok(shown) => Json(shown).into_response(),
            Err(no) => no.answer(),
        }
    }

    fn complain(&mut self, asked: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => No::TOO_MANY,
            Complaint::Broken => No::BROKEN,
            Complaint::Refused => No::TOKEN,
            Complaint::Forbidden => No::HOST,
            Complaint::Taken if asked.operation == Operation::Reserve => No::DEAD,
            Complaint::Taken | Complaint::Raced => No::TAKEN,
        }
        .answer()
    }

    fn all_kept(&self) -> Value {
        json!(self.reservations())
    }
}
