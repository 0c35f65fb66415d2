//! What the callers were told, and whether the server's books agree with it. Knows nothing of how
//! the bookings came about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::result_of;

/// One request to book: what was asked and, once it was heard, the whole answer as it came.
#[derive(Clone)]
pub(super) struct Request {
    /// The call it was made in; `None` for a direct one.
    pub(super) call: Option<String>,
    pub(super) tool_call_id: String,
    pub(super) arguments: Value,
    pub(super) answer: Option<String>,
}

impl Request {
    /// The result in the answer.
    pub(super) fn result(&self) -> Value {
        let answer = self.answer.as_ref().expect("settled requests have an answer");
        result_of(&serde_json::from_str(answer).unwrap())
    }

    fn name(&self) -> &str {
        self.arguments["customer_name"].as_str().unwrap()
    }

    fn start(&self) -> String {
        let text = |field| self.arguments[field].as_str().unwrap();
        format!("{}T{}", text("date"), text("time"))
    }
}

/// Compares requests, all of them answered, with the server's bookings. Gives what is wrong, in
/// sentences.
pub(super) fn complaints(requests: &[Request], bookings: &[Value]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut by_code: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut starts = BTreeSet::new();
    for booking in bookings.iter().filter(|booking| booking["status"] != "cancelled") {
        let code = booking["confirmation"].as_str().unwrap();
        if by_code.insert(code, booking).is_some() {
            wrong.push(format!("{code} confirms two bookings"));
        }
        let start = booking["start"].as_str().unwrap();
        if !starts.insert(start) {
            wrong.push(format!("{start} is booked twice"));
        }
    }
    for request in requests {
        let result = request.result();
        let id = &request.tool_call_id;
        if result["success"] != true {
            if result["error"] != "slot_unavailable" {
                wrong.push(format!("{id} was neither booked nor beaten to it: {result}"));
            }
            continue;
        }
        let code = result["confirmationNumber"].as_str().unwrap();
        match by_code.remove(code) {
            None => {
                wrong.push(format!("{id} was told {code}, which is not there or not theirs alone"))
            }
            Some(booking) => {
                let start = booking["start"].as_str().unwrap();
                if !start.starts_with(&request.start())
                    || booking["customer_name"] != request.name()
                {
                    wrong.push(format!("{id} asked for {} and got {booking}", request.start()));
                }
            }
        }
    }
    wrong.extend(by_code.keys().map(|code| format!("{code} was booked and nobody asked for it")));
    wrong
}
