//! One call that is being played. Owns the order of Vapi's messages, the contract that every answer must keep, and
//! what was saved of the answers. Used by whole scripts and by typed calls.

use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::Value;

use super::conversation::Conversation;
use super::expect::Answer;
use super::line::{Delivery, Line};
use super::pace::Pace;
use super::report::{TurnReport, Who};
use super::script::{Action, CallDetails, ScriptError, ToolTurn};
use super::values::Values;

/// When a call takes place.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Today, local to the org; `{{date}}` templates count from it.
    pub today: Date,
    /// How far the server's clock is ahead of this machine's; zero unless the server runs on a chosen time.
    pub ahead: SignedDuration,
}

/// A call in progress.
pub struct LiveCall {
    line: Line,
    conversation: Conversation,
    values: Values,
    turns: usize,
    last: Option<SentTool>,
}

/// A tool call that was sent, to be repeated.
struct SentTool {
    id: String,
    name: String,
    body: Value,
    answered: Option<Vec<u8>>,
}

impl LiveCall {
    /// Begins a call: Vapi reports it as in progress.
    ///
    /// # Errors
    /// [`ScriptError::Section`] if a template in `details` has no value.
    pub async fn start(
        line: Line,
        details: &CallDetails,
        scene: Scene,
        values: Values,
    ) -> Result<(Self, TurnReport), ScriptError> {
        let mut details = details.clone();
        for text in details.texts_mut() {
            *text = values
                .fill(text)
                .map_err(|problem| ScriptError::Section { section: "call", problem })?;
        }
        let conversation = Conversation::new(details, scene.ahead);
        let call = Self { line, conversation, values, turns: 0, last: None };
        let mut turn = TurnReport::new(0, Who::Line);
        turn.text = Some("the call begins".into());
        let body = call.conversation.status("in-progress");
        call.inform(&mut turn, &body).await;
        Ok((call, turn))
    }

    /// The call's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.conversation.id()
    }

    /// The caller speaks.
    pub async fn say(&mut self, text: &str) -> TurnReport {
        self.speak(Who::Caller, "user", text).await
    }

    /// The agent speaks.
    pub async fn agent(&mut self, text: &str) -> TurnReport {
        self.speak(Who::Agent, "assistant", text).await
    }

    /// What is heard of a sentence while it is being spoken, at this pace. Nothing depends on it: what is not
    /// understood or does not arrive is made good by the whole sentence.
    pub(super) async fn begin_to_speak(&self, action: &Action, pace: Pace) {
        let (role, text) = match action {
            Action::Say(text) => ("user", text),
            Action::Agent(text) => ("assistant", text),
            Action::Tool(_) | Action::RepeatLast => return,
        };
        let Ok(text) = self.values.fill(text) else { return };
        let (beginnings, each) = pace.beginnings(&text);
        for beginning in beginnings {
            tokio::time::sleep(each).await;
            let _ = self.line.post(&self.conversation.partial(role, beginning)).await;
        }
        tokio::time::sleep(each).await;
    }

    /// The agent calls a tool.
    pub async fn tool(&mut self, tool: &ToolTurn) -> TurnReport {
        let mut turn = self.next_turn(Who::Tool);
        turn.tool = Some(tool.name.clone());
        let arguments = match self.values.fill_json(&Value::Object(tool.arguments.clone())) {
            Ok(Value::Object(arguments)) => arguments,
            Ok(_) => tool.arguments.clone(),
            Err(problem) => {
                turn.failures.push(problem);
                return turn;
            }
        };
        let id = self.conversation.next_tool_call_id();
        let body = self.conversation.tool_call(&id, &tool.name, &arguments);
        turn.tool_call_id = Some(id.clone());
        turn.arguments = Some(Value::Object(arguments));
        let delivery = self.deliver(&mut turn, &body).await;
        if let Some(delivery) = &delivery
            && let Some(answer) = self.answer_in(&mut turn, delivery, &id, &tool.name)
        {
            turn.failures.extend(tool.expect.failures(&answer, delivery.elapsed, &self.values));
            for (name, pointer) in &tool.save {
                match answer.value.pointer(pointer) {
                    Some(value) => self.values.set(name, value.clone()),
                    None => turn
                        .failures
                        .push(format!("cannot save `{name}`: the answer has no {pointer}")),
                }
            }
            turn.answer = Some(answer.value);
        }
        let answered = delivery.map(|delivery| delivery.body);
        self.last = Some(SentTool { id, name: tool.name.clone(), body, answered });
        turn
    }

    /// The previous tool call arrives a second time, as after a lost answer. It must be answered with the same bytes.
    pub async fn repeat_last(&mut self) -> TurnReport {
        let mut turn = self.next_turn(Who::Tool);
        let Some(last) = self.last.take() else {
            turn.failures.push("there is no tool call before it to repeat".into());
            return turn;
        };
        turn.tool = Some(last.name.clone());
        turn.text = Some("the same tool call again".into());
        turn.tool_call_id = Some(last.id.clone());
        if let Some(delivery) = self.deliver(&mut turn, &last.body).await {
            if let Some(answer) = self.answer_in(&mut turn, &delivery, &last.id, &last.name) {
                turn.answer = Some(answer.value);
            }
            if last.answered.as_ref().is_some_and(|first| *first != delivery.body) {
                turn.failures
                    .push("expected the same bytes as the first time, the answer differs".into());
            }
        }
        self.last = Some(last);
        turn
    }

    /// The caller hangs up: Vapi reports the end, then sends its report.
    pub async fn end(mut self) -> TurnReport {
        let mut turn = self.next_turn(Who::Line);
        turn.text = Some("the call ends".into());
        let ended = self.conversation.status("ended");
        self.inform(&mut turn, &ended).await;
        if !turn.lost {
            let report = self.conversation.report();
            self.inform(&mut turn, &report).await;
        }
        turn
    }

    fn next_turn(&mut self, who: Who) -> TurnReport {
        self.turns += 1;
        TurnReport::new(self.turns, who)
    }

    async fn speak(&mut self, who: Who, role: &str, text: &str) -> TurnReport {
        let mut turn = self.next_turn(who);
        match self.values.fill(text) {
            Ok(text) => {
                let body = self.conversation.transcript(role, &text);
                turn.text = Some(text);
                self.inform(&mut turn, &body).await;
            }
            Err(problem) => turn.failures.push(problem),
        }
        turn
    }

    /// Sends a message whose answer only says that it arrived.
    async fn inform(&self, turn: &mut TurnReport, body: &Value) {
        let Some(delivery) = self.deliver(turn, body).await else {
            return;
        };
        if !(200..300).contains(&delivery.status) {
            turn.failures.push(refusal(delivery.status));
            turn.lost |= refused_for_good(delivery.status);
        }
    }

    async fn deliver(&self, turn: &mut TurnReport, body: &Value) -> Option<Delivery> {
        match self.line.post(body).await {
            Ok(delivery) => {
                let ms = delivery.elapsed.as_secs_f64() * 1_000.0;
                // Microseconds are as fine as a loopback measurement can be.
                turn.ms = Some((ms * 1_000.0).round() / 1_000.0);
                Some(delivery)
            }
            Err(problem) => {
                turn.failures.push(problem);
                turn.lost = true;
                None
            }
        }
    }

    /// The answer to tool call `id`, if the delivery keeps Vapi's contract; what it breaks goes into the turn.
    fn answer_in(
        &mut self,
        turn: &mut TurnReport,
        delivery: &Delivery,
        id: &str,
        name: &str,
    ) -> Option<Answer> {
        if delivery.status != 200 {
            turn.failures.push(refusal(delivery.status));
            turn.lost |= refused_for_good(delivery.status);
            return None;
        }
        let body: Option<Value> = serde_json::from_slice(&delivery.body).ok();
        let results = body.as_ref().and_then(|body| body["results"].as_array());
        let Some(result) =
            results.and_then(|all| all.iter().find(|result| result["toolCallId"] == id))
        else {
            turn.failures.push(
                "the answer has no result for this tool call, so Vapi would ignore it".into(),
            );
            return None;
        };
        let (is_error, text) = match (result["result"].as_str(), result["error"].as_str()) {
            (Some(text), _) => (false, text),
            (None, Some(text)) => (true, text),
            (None, None) => {
                turn.failures
                    .push("neither result nor error is a text, so Vapi would ignore it".into());
                return None;
            }
        };
        if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
            turn.failures.push("the answer has a line break, so Vapi would ignore it".into());
        }
        self.conversation.tool_answered(id, name, text);
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
        Some(Answer { is_error, text: text.to_owned(), value })
    }
}

fn refused_for_good(status: u16) -> bool {
    matches!(status, 401 | 403 | 404)
}

fn refusal(status: u16) -> String {
    let remedy = match status {
        401 | 403 => "the webhook secret was not accepted; give the org's with --webhook-secret",
        404 => "no organisation has this webhook address; check --url",
        413 => "the message is too large",
        _ => "Vapi counts only 200 as an answer",
    };
    format!("HTTP status {status}: {remedy}")
}
