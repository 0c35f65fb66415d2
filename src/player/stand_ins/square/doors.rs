//! Which request asks for what, by whom, and what comes of it.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::vendor::{Complaint, Vendor};
use super::account::Account;
use super::answers::{No, done};
use super::input::Sent;
use super::{Asked, Operation, Setup};

fn act(account: &mut Account, asked: &Asked, as_request: bool) -> Result<Value, No> {
    let (about, body) = (asked.about.as_str(), asked.json());
    match asked.operation {
        Operation::TokenStatus => Ok(account.token_status()),
        Operation::Locations => Ok(account.locations()),
        Operation::Location => account.show_location(about),
        Operation::Profile => Ok(account.profile()),
        Operation::Services => Ok(account.services()),
        Operation::Availability => account.availability(body),
        Operation::FindCustomer => account.customers.search(body),
        Operation::CreateCustomer => {
            account.once("customer", body, |account| account.customers.create(body))
        }
        Operation::Create => {
            account.once("create", body, |account| account.create(body, as_request))
        }
        Operation::List => account.list(&asked.query()),
        Operation::Get => account.get(about),
        Operation::Update => account.once("update", body, |account| account.update(about, body)),
        Operation::Cancel => account.once("cancel", body, |account| account.cancel(about, body)),
        Operation::Subscribe => account.once("subscribe", body, |account| account.subscribe(body)),
        Operation::Unsubscribe => account.unsubscribe(about),
        Operation::Any | Operation::Unknown => Err(No::not_found("Resource")),
    }
}

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
        let refusal = if asked.operation == Operation::Unknown {
            Some(No::request(404, "NOT_FOUND", None, "Resource not found."))
        } else if asked.header("square-version").is_none_or(|version| version.len() != 10) {
            Some(No::request(400, "INVALID_SQUARE_VERSION_FORMAT", None, "Not a version."))
        } else {
            self.admit(asked.bearer(), asked.operation).err()
        };
        refusal.map(No::answer)
    }

    fn perform(&mut self, asked: &Asked, as_request: bool) -> Response {
        act(self, asked, as_request).map_or_else(No::answer, done)
    }

    fn complain(&mut self, asked: &Asked, complaint: Complaint) -> Response {
        let no = match complaint {
            Complaint::TooMany => No::too_many(),
            Complaint::Broken => No::broken(),
            Complaint::Refused => No::credentials(401, "ACCESS_TOKEN_REVOKED"),
            Complaint::Forbidden => No::credentials(403, "INSUFFICIENT_SCOPES"),
            Complaint::Taken => {
                // Square's only sign of it is that the start is no longer listed.
                if let Ok(Sent { start: Some(start), segment: Some(segment), .. }) =
                    Sent::read(asked.json())
                {
                    self.book_elsewhere(&segment.variation, &segment.member, start);
                }
                No::taken()
            }
            Complaint::Raced => No::request(409, "CONFLICT", Some("booking"), "Conflict."),
        };
        no.answer()
    }

    fn all_kept(&self) -> Value {
        json!(self.bookings())
    }
}
