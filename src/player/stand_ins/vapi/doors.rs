//! Which request asks for what, by whom, and what it is answered.

use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::super::vendor::{Complaint, Vendor};
use super::account::{ASSISTANT, CALL, PHONE_NUMBER, TOOL};
use super::answers::{absent, bad, no, refused};
use super::{Account, Asked, Operation, Setup};

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self::new(setup)
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        Operation::of(method, uri)
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        (asked.bearer() != Some(self.setup.private_key.as_str())).then(refused)
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        let (id, body) = (asked.about.as_str(), asked.json());
        match asked.operation {
            Operation::ListTools => self.list(TOOL, &asked.query()),
            Operation::ListAssistants => self.list(ASSISTANT, &asked.query()),
            Operation::ListCalls => self.list(CALL, &asked.query()),
            Operation::ListPhoneNumbers => self.list(PHONE_NUMBER, &asked.query()),
            Operation::ReadTool => self.read(TOOL, id),
            Operation::ReadAssistant => self.read(ASSISTANT, id),
            Operation::ReadCall => self.read(CALL, id),
            Operation::ReadPhoneNumber => self.read(PHONE_NUMBER, id),
            Operation::CreateTool => self.create_tool(body),
            Operation::ChangeTool => self.change_tool(id, body),
            Operation::ChangeAssistant => self.change_assistant(id, body),
            Operation::ChangePhoneNumber => self.change_phone_number(id, body),
            Operation::DeleteTool => {
                let there = self.get(TOOL, id);
                self.remove(TOOL, id);
                there.map_or_else(absent, |tool| axum::Json(tool).into_response())
            }
            Operation::Any | Operation::Unknown => absent(),
        }
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => no(429, "Too Many Requests", "Rate limit exceeded."),
            Complaint::Broken => no(500, "Internal Server Error", "Internal server error"),
            Complaint::Forbidden => no(403, "Forbidden", "Key doesn't allow this."),
            Complaint::Refused => refused(),
            Complaint::Taken | Complaint::Raced => bad(vec!["it cannot be done now".into()]),
        }
    }

    fn all_kept(&self) -> Value {
        self.everything()
    }
}
