//! Which request asks for what, by whom, and what it is answered.

use axum::Json;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::vendor::{Complaint, Vendor, status_of};
use super::{Asked, Contact, Operation, Setup, Workspace};

/// Contacts in an answer, unless another number is asked for, and the most there can be.
const USUAL: usize = 20;
const MOST: usize = 100;

/// The form of the newer pages.
fn no(status: u16, error: &str, code: &str) -> Response {
    let body = json!({"error": error, "details": error, "code": code});
    (status_of(status), Json(body)).into_response()
}

fn shown(contact: &Contact, workspace_id: &str) -> Value {
    let (date, time) = contact.appointment.clone().unzip();
    json!({
        "name": contact.name,
        "phone_number": contact.phone_number,
        "workspace_id": workspace_id,
        "appointment_date_display": date,
        "appointment_time": time,
        "metadata": {"custom_fields": {"household": contact.household}},
    })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

impl Workspace {
    fn search(&self, query: &Query) -> Response {
        let workspace = &self.setup.workspace_id;
        match query.text("workspace_id") {
            None => return no(400, "workspace_id is required", "VALIDATION_ERROR"),
            Some(given) if given != workspace => return no(403, "Forbidden", "FORBIDDEN"),
            Some(_) => {}
        }
        let Some(wanted) = query.text("phone_number").map(digits) else {
            return no(400, "a search term is required", "VALIDATION_ERROR");
        };
        let limit = query.number("limit").and_then(|limit| limit.try_into().ok()).unwrap_or(USUAL);
        let found: Vec<Value> = self
            .setup
            .contacts
            .iter()
            // Within what is stored, whatever signs stand in between there.
            .filter(|contact| contact.phone_number.contains(&wanted))
            .take(limit.min(MOST))
            .map(|contact| shown(contact, workspace))
            .collect();
        Json(json!({"success": true, "count": found.len(), "data": found})).into_response()
    }
}

impl Vendor for Workspace {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self { setup }
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        let is_search = method == Method::GET && uri.path() == "/api/v3/contacts/search";
        let operation = if is_search { Operation::Search } else { Operation::Unknown };
        (operation, String::new())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let is_known = asked.header("x-api-key") == Some(self.setup.api_key.as_str());
        (!is_known).then(|| self.complain(asked, Complaint::Refused))
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        match asked.operation {
            Operation::Search => self.search(&asked.query()),
            Operation::Any | Operation::Unknown => no(404, "Not found", "NOT_FOUND"),
        }
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => no(429, "Too many requests", "RATE_LIMITED"),
            Complaint::Broken => no(500, "Internal server error", "INTERNAL"),
            Complaint::Forbidden => no(403, "Forbidden", "FORBIDDEN"),
            // The form of the older pages.
            Complaint::Refused | Complaint::Taken | Complaint::Raced => {
                let body = json!({"success": false, "error": "Invalid API key"});
                (status_of(401), Json(body)).into_response()
            }
        }
    }

    fn all_kept(&self) -> Value {
        let shown = |contact| shown(contact, &self.setup.workspace_id);
        self.setup.contacts.iter().map(shown).collect()
    }
}
