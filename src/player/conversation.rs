//! The webhook bodies of one call, as Vapi sends them. Owns their JSON and the history that grows in them.
//! Shapes after Vapi's published server messages; tool calls in the form that real deliveries have, three lists
//! of the same calls with arguments as an object.

use hookswitch_storage::CallId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::script::CallDetails;

pub(super) struct Conversation {
    id: String,
    details: CallDetails,
    started: Timestamp,
    /// How far the played time is ahead of this machine's.
    ahead: SignedDuration,
    messages: Vec<Value>,
    tool_calls: usize,
}

impl Conversation {
    pub(super) fn new(details: CallDetails, ahead: SignedDuration) -> Self {
        let id = details.id.clone().unwrap_or_else(|| CallId::ours().to_string());
        Self { id, details, started: now(ahead), ahead, messages: Vec::new(), tool_calls: 0 }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// An id in the style of a model's provider, unique because the call's own is.
    pub(super) fn next_tool_call_id(&mut self) -> String {
        self.tool_calls += 1;
        let call: String = self.id.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("call_{}{:03}", &call[call.len().saturating_sub(20)..], self.tool_calls)
    }

    pub(super) fn status(&self, status: &str) -> Value {
        let mut fields = json!({"status": status, "artifact": {"messages": self.messages}});
        if status == "ended" {
            fields["endedReason"] = self.ended_reason().into();
        }
        self.message("status-update", fields)
    }

    /// Something was said; `role` is `user` or `assistant`.
    pub(super) fn transcript(&mut self, role: &str, text: &str) -> Value {
        let stored = if role == "user" { "user" } else { "bot" };
        self.remember(json!({"role": stored, "message": text}));
        self.message(
            "transcript",
            json!({"role": role, "transcriptType": "final", "transcript": text}),
        )
    }

    /// The beginning of something that is still being said; the history has only whole sentences.
    pub(super) fn partial(&self, role: &str, text: &str) -> Value {
        self.message(
            "transcript",
            json!({"role": role, "transcriptType": "partial", "transcript": text}),
        )
    }

    pub(super) fn tool_call(
        &mut self,
        id: &str,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Value {
        let call = json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
        // The history repeats the call with its arguments as the model's own text.
        let text = Value::Object(arguments.clone()).to_string();
        let told =
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": text}});
        self.remember(json!({"role": "tool_calls", "toolCalls": [told]}));
        let fields = json!({
            "toolCalls": [call],
            "toolCallList": [call],
            "toolWithToolCallList": [{
                "type": "function",
                "function": {"name": name, "parameters": {"type": "object", "properties": {}}},
                "toolCall": call,
            }],
            "artifact": {"messages": self.messages},
        });
        self.message("tool-calls", fields)
    }

    pub(super) fn tool_answered(&mut self, id: &str, name: &str, result: &str) {
        self.remember(
            json!({"role": "tool_call_result", "toolCallId": id, "name": name, "result": result}),
        );
    }

    pub(super) fn report(&self) -> Value {
        let said: Vec<String> = self
            .messages
            .iter()
            .filter_map(|message| {
                let who = match message["role"].as_str()? {
                    "user" => "User",
                    "bot" => "AI",
                    _ => return None,
                };
                Some(format!("{who}: {}", message["message"].as_str()?))
            })
            .collect();
        let ended = now(self.ahead);
        let fields = json!({
            "endedReason": self.ended_reason(),
            "startedAt": self.started.to_string(),
            "endedAt": ended.to_string(),
            "cost": 0.0,
            "analysis": {"summary": format!("A simulated call of {} lines.", said.len())},
            "artifact": {"messages": self.messages, "transcript": said.join("\n")},
        });
        self.message("end-of-call-report", fields)
    }

    fn ended_reason(&self) -> &str {
        self.details.ended_reason.as_deref().unwrap_or("customer-ended-call")
    }

    fn remember(&mut self, mut message: Value) {
        let now = now(self.ahead);
        message["time"] = now.as_millisecond().into();
        message["secondsFromStart"] = now.duration_since(self.started).as_secs_f64().into();
        self.messages.push(message);
    }

    fn message(&self, kind: &str, fields: Value) -> Value {
        let details = &self.details;
        let customer =
            present([("number", &details.caller_number), ("name", &details.caller_name)]);
        let number =
            present([("id", &details.phone_number_id), ("number", &details.dialled_number)]);
        let created = self.started.to_string();
        let mut call = present([
            ("phoneNumberId", &details.phone_number_id),
            ("assistantId", &details.assistant_id),
        ]);
        call.insert("id".into(), self.id.clone().into());
        call.insert("type".into(), details.kind.as_deref().unwrap_or("inboundPhoneCall").into());
        // Vapi's copy of the call is made when it begins and keeps that state for its whole life.
        call.insert("status".into(), "ringing".into());
        call.insert("createdAt".into(), created.clone().into());
        call.insert("updatedAt".into(), created.into());
        let mut message = Map::new();
        message.insert("timestamp".into(), now(self.ahead).as_millisecond().into());
        message.insert("type".into(), kind.into());
        if let Value::Object(fields) = fields {
            message.extend(fields);
        }
        if !customer.is_empty() {
            call.insert("customer".into(), customer.clone().into());
            message.insert("customer".into(), customer.into());
        }
        if !number.is_empty() {
            message.insert("phoneNumber".into(), number.into());
        }
        message.insert("call".into(), call.into());
        json!({"message": message})
    }
}

fn now(ahead: SignedDuration) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(ahead).unwrap_or(now)
}

fn present<const N: usize>(fields: [(&str, &Option<String>); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter_map(|(key, text)| Some((key.to_owned(), text.clone()?.into())))
        .collect()
}
