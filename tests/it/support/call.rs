//! A call as Vapi makes it: webhooks in Vapi's shape, answers read as Vapi reads them.

use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{Host, TestOrg};

/// Ids are unique over all tests, since servers are not shared but logs may be.
static NEXT: AtomicU64 = AtomicU64::new(1);

#[derive(Clone)]
pub(crate) struct VapiCall {
    client: Client,
    url: String,
    secret: String,
    pub(crate) id: String,
    pub(crate) number: String,
    /// Where Vapi would take commands for the call, if it says so.
    pub(crate) control_url: Option<String>,
}

/// The result of the first answer, as JSON if it is JSON.
pub(crate) fn result_of(answer: &Value) -> Value {
    let first = &answer["results"][0];
    let text = first["result"].as_str().unwrap_or_else(|| panic!("no result in {answer}"));
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

impl VapiCall {
    pub(super) fn new(server: &impl Host, org: &TestOrg, number: &str) -> Self {
        Self {
            client: server.client().clone(),
            url: server.url(&format!("/webhook/{}", org.webhook_id)),
            secret: org.secret.clone(),
            id: format!("call-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            number: number.to_owned(),
            control_url: None,
        }
    }

    /// The same call against a server that has moved to another port.
    pub(crate) fn at(mut self, server: &impl Host, org: &TestOrg) -> Self {
        self.url = server.url(&format!("/webhook/{}", org.webhook_id));
        self.client = server.client().clone();
        self
    }

    pub(crate) fn next_id() -> String {
        format!("call_{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The call's object as Vapi adds it to each message.
    pub(crate) fn object(&self) -> Value {
        let mut call = json!({
            "id": self.id,
            "type": "inboundPhoneCall",
            "customer": {"number": self.number},
        });
        if let Some(url) = &self.control_url {
            call["monitor"] = json!({"controlUrl": url});
        }
        call
    }

    /// Posts one message; the call's object is added.
    pub(crate) async fn post(&self, message: Value) -> (StatusCode, Value) {
        let (status, text) = self.post_text(message).await;
        (status, serde_json::from_str(&text).unwrap())
    }

    /// As [`Self::post`], with the answer's text as it came.
    pub(crate) async fn post_text(&self, mut message: Value) -> (StatusCode, String) {
        message["call"] = self.object();
        let body = json!({"message": message});
        let request = self.client.post(&self.url).bearer_auth(&self.secret).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.text().await.unwrap())
    }

    /// Runs one tool under a new id and gives the whole answer.
    pub(crate) async fn raw(&self, name: &str, arguments: Value) -> Value {
        self.raw_as(&Self::next_id(), name, arguments).await
    }

    /// Runs one tool under this id.
    pub(crate) async fn raw_as(&self, id: &str, name: &str, arguments: Value) -> Value {
        let call = json!({"id": id, "type": "function",
            "function": {"name": name, "arguments": arguments}});
        let (status, answer) =
            self.post(json!({"type": "tool-calls", "toolCallList": [call]})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["results"][0]["toolCallId"], id, "{answer}");
        answer
    }

    /// Runs one tool under this id and gives the answer's text as it came.
    pub(crate) async fn text_as(&self, id: &str, name: &str, arguments: Value) -> String {
        let call = json!({"id": id, "type": "function",
            "function": {"name": name, "arguments": arguments}});
        let message = json!({"type": "tool-calls", "toolCallList": [call]});
        let (status, text) = self.post_text(message).await;
        assert_eq!(status, StatusCode::OK, "{text}");
        text
    }

    /// Runs several tools, given as id, name and arguments, in one message; gives the results.
    pub(crate) async fn together(&self, tools: &[(&str, &str, Value)]) -> Vec<Value> {
        let calls: Vec<Value> = tools
            .iter()
            .map(|(id, name, arguments)| {
                json!({"id": id, "type": "function",
                    "function": {"name": name, "arguments": arguments}})
            })
            .collect();
        let (status, answer) =
            self.post(json!({"type": "tool-calls", "toolCallList": calls})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["results"].as_array().unwrap().clone()
    }

    /// Runs one tool and gives its result.
    pub(crate) async fn tool(&self, name: &str, arguments: Value) -> Value {
        result_of(&self.raw(name, arguments).await)
    }

    pub(crate) async fn say(&self, text: &str) {
        let message = json!({"type": "transcript", "role": "user",
            "transcriptType": "final", "transcript": text});
        assert_eq!(self.post(message).await.0, StatusCode::OK);
    }

    pub(crate) async fn end(&self) {
        let message = json!({"type": "status-update", "status": "ended",
            "endedReason": "customer-ended-call"});
        assert_eq!(self.post(message).await.0, StatusCode::OK);
    }
}
