//! The members of a server message that are read, under each name in which they come: Vapi's
//! camelCase, and the snake_case of its SDKs. Owns names only; what they mean is beside it.

use serde::de::MapAccess;

use crate::vapi::lenient::{Leaf, Many, Maybe, Members, wire_struct};
use crate::vapi::tool_call::{CallEntry, ToolEntry};

/// A body: the message in its wrapper, or its members without one.
#[derive(Default)]
pub(super) struct Root<'a> {
    pub(super) wrapped: Maybe<Message<'a>>,
    pub(super) flat: Message<'a>,
}

impl<'a> Members<'a> for Root<'a> {
    fn take<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        if key != "message" {
            return self.flat.take(key, map);
        }
        let wrapped: Maybe<Message<'a>> = map.next_value()?;
        if wrapped.0.is_some() {
            self.wrapped = wrapped;
        }
        Ok(true)
    }
}

wire_struct! {
    /// A server message of any type. The lists of turns stay text until a message is known to be
    /// about them; `artifact` is read at once, since it is skipped no faster.
    Message {
        kind: Leaf<'a> = "type",
        timestamp: Leaf<'a> = "timestamp",
        call: Maybe<Call<'a>> = "call",
        phone_number: Maybe<PhoneNumber<'a>> = "phoneNumber" | "phone_number",
        phone_number_id: Leaf<'a> = "phoneNumberId" | "phone_number_id",
        customer: Maybe<Customer<'a>> = "customer",
        assistant: Maybe<Identified<'a>> = "assistant",
        assistant_id: Leaf<'a> = "assistantId" | "assistant_id",
        call_list: Many<CallEntry<'a>> = "toolCallList" | "tool_call_list",
        calls: Many<CallEntry<'a>> = "toolCalls" | "tool_calls",
        with_tools: Many<ToolEntry<'a>> = "toolWithToolCallList" | "tool_with_tool_call_list",
        function_call: Maybe<CallEntry<'a>> = "functionCall" | "function_call",
        status: Leaf<'a> = "status",
        role: Leaf<'a> = "role",
        ended_reason: Leaf<'a> = "endedReason" | "ended_reason",
        transcript: Leaf<'a> = "transcript",
        transcript_type: Leaf<'a> = "transcriptType" | "transcript_type",
        openai_messages: Leaf<'a> = "messagesOpenAIFormatted" | "messages_openai_formatted"
            | "messages_open_ai_formatted",
        conversation: Leaf<'a> = "conversation",
        messages: Leaf<'a> = "messages",
        started_at: Leaf<'a> = "startedAt" | "started_at",
        ended_at: Leaf<'a> = "endedAt" | "ended_at",
        cost: Leaf<'a> = "cost",
        cost_breakdown: Maybe<CostBreakdown<'a>> = "costBreakdown" | "cost_breakdown",
        duration_seconds: Leaf<'a> = "durationSeconds" | "duration_seconds",
        summary: Leaf<'a> = "summary",
        recording_url: Leaf<'a> = "recordingUrl" | "recording_url",
        stereo_recording_url: Leaf<'a> = "stereoRecordingUrl" | "stereo_recording_url",
        analysis: Maybe<Analysis<'a>> = "analysis",
        artifact: Maybe<Artifact<'a>> = "artifact",
        artifacts: Leaf<'a> = "artifacts",
        destination: Maybe<Destination<'a>> = "destination",
        language: Leaf<'a> = "language",
        new_assistant: Maybe<Identified<'a>> = "newAssistant" | "new_assistant",
        parameters: Leaf<'a> = "parameters",
        contact: Maybe<Customer<'a>> = "contact",
        debugging: Maybe<Debugging<'a>> = "inboundPhoneCallDebuggingArtifacts"
            | "inbound_phone_call_debugging_artifacts",
    }
}

wire_struct! {
    /// Vapi's snapshot of the call, often as old as the call's creation.
    Call {
        id: Leaf<'a> = "id",
        kind: Leaf<'a> = "type",
        phone_number_id: Leaf<'a> = "phoneNumberId" | "phone_number_id",
        phone_number: Maybe<PhoneNumber<'a>> = "phoneNumber" | "phone_number",
        assistant_id: Leaf<'a> = "assistantId" | "assistant_id",
        assistant: Maybe<Identified<'a>> = "assistant",
        customer: Maybe<Customer<'a>> = "customer",
        monitor: Maybe<Monitor<'a>> = "monitor",
        started_at: Leaf<'a> = "startedAt" | "started_at",
        ended_at: Leaf<'a> = "endedAt" | "ended_at",
        ended_reason: Leaf<'a> = "endedReason" | "ended_reason",
    }
}

wire_struct! {
    /// Our number.
    PhoneNumber {
        id: Leaf<'a> = "id",
        number: Leaf<'a> = "number",
    }
}

wire_struct! {
    /// The other side of the call.
    Customer {
        number: Leaf<'a> = "number",
        name: Leaf<'a> = "name",
    }
}

wire_struct! {
    /// An assistant, of which only the id counts.
    Identified {
        id: Leaf<'a> = "id",
    }
}

wire_struct! {
    /// Where the live call can be steered and heard.
    Monitor {
        control_url: Leaf<'a> = "controlUrl" | "control_url",
        listen_url: Leaf<'a> = "listenUrl" | "listen_url",
    }
}

wire_struct! {
    /// What Vapi's analysis of an ended call says.
    Analysis {
        summary: Leaf<'a> = "summary",
        success_evaluation: Leaf<'a> = "successEvaluation" | "success_evaluation",
    }
}

wire_struct! {
    /// The costs of an ended call.
    CostBreakdown {
        total: Leaf<'a> = "total",
    }
}

wire_struct! {
    /// What is kept of a call.
    Artifact {
        recording: Maybe<Recording<'a>> = "recording",
        recording_url: Leaf<'a> = "recordingUrl" | "recording_url",
        stereo_recording_url: Leaf<'a> = "stereoRecordingUrl" | "stereo_recording_url",
        transfers: Leaf<'a> = "transfers",
    }
}

wire_struct! {
    /// One hand-over of an ended call.
    HandedOver {
        destination: Maybe<Destination<'a>> = "destination",
        status: Leaf<'a> = "status",
    }
}

wire_struct! {
    /// Recordings of a call.
    Recording {
        mono: Maybe<MonoRecording<'a>> = "mono",
        stereo_url: Leaf<'a> = "stereoUrl" | "stereo_url",
    }
}

wire_struct! {
    /// The recording with both sides in one channel.
    MonoRecording {
        combined_url: Leaf<'a> = "combinedUrl" | "combined_url",
    }
}

wire_struct! {
    /// One turn of the conversation, in OpenAI's form or in Vapi's own.
    Turn {
        role: Leaf<'a> = "role",
        content: Leaf<'a> = "content",
        message: Leaf<'a> = "message",
    }
}

wire_struct! {
    /// A piece of a turn whose content is a list.
    Piece {
        text: Leaf<'a> = "text",
    }
}

wire_struct! {
    /// Where a call is handed over to.
    Destination {
        number: Leaf<'a> = "number",
        sip_uri: Leaf<'a> = "sipUri" | "sip_uri",
        assistant_name: Leaf<'a> = "assistantName" | "assistant_name",
        description: Leaf<'a> = "description",
    }
}

wire_struct! {
    /// One thing that was, or was not, copied to a bucket.
    Upload {
        kind: Leaf<'a> = "type",
        success: Leaf<'a> = "success",
    }
}

wire_struct! {
    /// Why an inbound call could not be accepted. Undocumented.
    Debugging {
        assistant_request_error: Leaf<'a> = "assistantRequestError" | "assistant_request_error",
        error: Leaf<'a> = "error",
    }
}
