//! Which request asks for what, and what it is answered, in Twilio's words where a client has to understand
//! them.

use axum::Json;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Value, json};

use super::super::asked::Query;
use super::super::vendor::{Complaint, Vendor, status_of};
use super::{Account, Asked, Kept, Operation, Setup};

fn field<'a>(fields: &'a Query, name: &str) -> Option<&'a str> {
    fields.text(name).filter(|value| !value.is_empty())
}

fn no(status: u16, code: u32, message: &str) -> Response {
    let body = json!({
        "code": code,
        "message": message,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        "status": status,
    });
    (status_of(status), Json(body)).into_response()
}

fn shown(message: &Kept) -> Value {
    json!({
        "sid": message.sid,
        "status": "queued",
        "to": message.to,
        "body": message.body,
        "num_segments": "1",
        "error_code": null,
        "error_message": null,
        "price": null,
        "date_created": message.date_created,
        "date_sent": null,
    })
}

impl Account {
    fn take(&mut self, fields: &Query) -> Response {
        let sender = field(fields, "From").or_else(|| field(fields, "MessagingServiceSid"));
        let (Some(to), Some(from)) = (field(fields, "To"), sender) else {
            return no(400, 21_604, "A 'To' phone number and a sender are required.");
        };
        let Some(body) = field(fields, "Body") else {
            return no(400, 21_602, "Message body is required.");
        };
        if body.chars().count() > 1_600 {
            return no(
                400,
                21_617,
                "The concatenated message body exceeds the 1600 character limit",
            );
        }
        let message = Kept {
            sid: format!("SM{:032x}", self.kept.len() + 1),
            to: to.to_owned(),
            from: from.to_owned(),
            body: body.to_owned(),
            report_to: field(fields, "StatusCallback").map(str::to_owned),
            date_created: rfc2822::to_string(&Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC))
                .unwrap_or_default(),
        };
        self.kept.push(message.clone());
        (status_of(201), Json(shown(&message))).into_response()
    }

    fn list(&self, fields: &Query) -> Response {
        let to = field(fields, "To");
        let size = field(fields, "PageSize").and_then(|size| size.parse().ok()).unwrap_or(50);
        let listed: Vec<Value> = self
            .kept
            .iter()
            .rev()
            .filter(|message| to.is_none_or(|to| message.to == to))
            .take(size.min(1_000))
            .map(shown)
            .collect();
        Json(json!({"messages": listed, "next_page_uri": null})).into_response()
    }
}

impl Vendor for Account {
    type Setup = Setup;
    type Operation = Operation;

    fn open(setup: Setup) -> Self {
        Self { setup, kept: Vec::new() }
    }

    fn read(&self, method: &Method, uri: &Uri, _: &[u8]) -> (Operation, String) {
        let path = format!("/2010-04-01/Accounts/{}/Messages.json", self.setup.account);
        let operation = match (uri.path() == path, method.as_str()) {
            (true, "POST") => Operation::Send,
            (true, "GET") => Operation::List,
            _ => Operation::Unknown,
        };
        (operation, String::new())
    }

    fn refuse(&mut self, asked: &Asked) -> Option<Response> {
        let Setup { account, token, key } = &self.setup;
        let key = key.as_ref().map(|(sid, secret)| format!("{sid}:{secret}"));
        let given = asked.basic();
        let opens =
            given == Some(format!("{account}:{token}")) || (given.is_some() && given == key);
        (!opens).then(|| no(401, 20_003, "Authenticate"))
    }

    fn perform(&mut self, asked: &Asked, _: bool) -> Response {
        match asked.operation {
            Operation::Send => self.take(&Query::read(&asked.text())),
            Operation::List => self.list(&asked.query()),
            Operation::Any | Operation::Unknown => no(404, 20_404, "Not found"),
        }
    }

    fn complain(&mut self, _: &Asked, complaint: Complaint) -> Response {
        match complaint {
            Complaint::TooMany => no(429, 20_429, "Too Many Requests"),
            Complaint::Broken => no(500, 20_500, "Internal Server Error"),
            Complaint::Refused => no(401, 20_003, "Authenticate"),
            Complaint::Forbidden => no(400, 21_610, "Attempt to send to unsubscribed recipient"),
            Complaint::Taken | Complaint::Raced => no(400, 21_211, "Invalid 'To' Phone Number"),
        }
    }

    fn all_kept(&self) -> Value {
        json!(self.kept)
    }
}
