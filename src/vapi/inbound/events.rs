//! What happened on a call, from the messages that want no answer. Owns which of several copies
//! of a fact counts (the documented, nested one) and what a missing one falls back to.

use hookswitch_storage::Speaker;

use super::call::first;
use super::fields::{HandedOver as Entry, Message, Piece, Recording, Turn, Upload};
use super::{HandedOver, Kind, Line, Report, Target};
use crate::vapi::lenient::{Leaf, Many, Members};

pub(super) fn status_update(message: &Message<'_>) -> Kind {
    match message.status.word() {
        Some(status) => Kind::StatusUpdate {
            target: (status == "forwarding").then(|| target(message)).flatten(),
            status,
            ended_reason: message.ended_reason.word(),
            refusal: first([
                message.debugging.leaf(|found| found.assistant_request_error),
                message.debugging.leaf(|found| found.error),
            ]),
        },
        None => Kind::Other,
    }
}

pub(super) fn transfer_update(message: &Message<'_>) -> Kind {
    Kind::TransferUpdate { target: target(message) }
}

fn target(message: &Message<'_>) -> Option<Target> {
    let destination = message.destination.0.as_ref()?;
    let told = message.summary;
    Some(Target {
        to: first([destination.number, destination.sip_uri]),
        summary: first([told, destination.description, destination.assistant_name]),
    })
}

pub(super) fn language(message: &Message<'_>) -> Kind {
    match message.language.word() {
        Some(language) => Kind::Language { language },
        None => Kind::Other,
    }
}

pub(super) fn uploads(message: &Message<'_>) -> Kind {
    let uploads = list::<Upload<'_>>(message.artifacts);
    let failed = uploads.iter().filter(|upload| upload.success.text().as_deref() == Some("false"));
    Kind::Uploads { failed: failed.filter_map(|upload| upload.kind.word()).collect() }
}

pub(super) fn transcript(message: &Message<'_>, kind_text: &str) -> Kind {
    let (Some(speaker), Some(text)) = (speaker(message.role), message.transcript.word()) else {
        return Kind::Other;
    };
    let is_final = match message.transcript_type.word() {
        Some(transcript_type) => transcript_type == "final",
        None => kind_text.contains("\"final\""),
    };
    Kind::Transcript { speaker, text, is_final }
}

pub(super) fn speech_update(message: &Message<'_>) -> Kind {
    let started = match message.status.text().as_deref() {
        Some("started") => true,
        Some("stopped") => false,
        _ => return Kind::Other,
    };
    match speaker(message.role) {
        Some(speaker) => Kind::SpeechUpdate { speaker, started },
        None => Kind::Other,
    }
}

pub(super) fn conversation_update(message: &Message<'_>) -> Kind {
    let copies = [message.openai_messages, message.conversation, message.messages];
    let lines = copies.into_iter().map(lines).find(|lines| !lines.is_empty()).unwrap_or_default();
    Kind::ConversationUpdate { lines }
}

pub(super) fn report<'a>(message: &Message<'a>) -> Report {
    let call = &message.call;
    let started_at = message.started_at.timestamp().or(call.leaf(|c| c.started_at).timestamp());
    let ended_at = message.ended_at.timestamp().or(call.leaf(|c| c.ended_at).timestamp());
    let measured = started_at
        .zip(ended_at)
        .map(|(from, to)| to.duration_since(from).as_secs_f64())
        .filter(|seconds| *seconds >= 0.0);
    let artifact = &message.artifact;
    let recording = |field: fn(&Recording<'a>) -> Leaf<'a>| {
        artifact.0.as_ref().map(|artifact| artifact.recording.leaf(field)).unwrap_or_default()
    };
    Report {
        ended_reason: first([message.ended_reason, call.leaf(|c| c.ended_reason)]),
        started_at,
        ended_at,
        cost: message
            .cost
            .number()
            .or_else(|| message.cost_breakdown.leaf(|costs| costs.total).number()),
        duration_seconds: measured.or_else(|| message.duration_seconds.number()),
        summary: first([message.analysis.leaf(|analysis| analysis.summary), message.summary]),
        recording_url: first([
            recording(|recording| recording.mono.leaf(|mono| mono.combined_url)),
            artifact.leaf(|artifact| artifact.recording_url),
            message.recording_url,
            recording(|recording| recording.stereo_url),
            artifact.leaf(|artifact| artifact.stereo_recording_url),
            message.stereo_recording_url,
        ]),
        success_evaluation: message.analysis.leaf(|analysis| analysis.success_evaluation).word(),
        transfers: transfers(artifact.leaf(|artifact| artifact.transfers)),
    }
}

fn transfers(entries: Leaf<'_>) -> Vec<HandedOver> {
    let one = |entry: &Entry<'_>| {
        let to = entry.destination.0.as_ref().and_then(|to| first([to.number, to.sip_uri]));
        Some(HandedOver { to, status: entry.status.word()? })
    };
    list(entries).iter().filter_map(one).collect()
}

/// A list that only some messages need, read on demand.
fn list<'a, T: Members<'a>>(leaf: Leaf<'a>) -> Vec<T> {
    leaf.json()
        .and_then(|json| serde_json::from_str::<Many<T>>(json).ok())
        .map(|list| list.0)
        .unwrap_or_default()
}

fn lines(turns: Leaf<'_>) -> Vec<Line> {
    list(turns).iter().filter_map(line).collect()
}

fn line(turn: &Turn<'_>) -> Option<Line> {
    let speaker = speaker(turn.role)?;
    let text = turn.content.word().or_else(|| pieces(turn.content)).or_else(|| turn.message.word());
    text.map(|text| Line { speaker, text })
}

/// The text of a content that is a list of pieces.
fn pieces(content: Leaf<'_>) -> Option<String> {
    let texts: Vec<String> =
        list(content).iter().filter_map(|piece: &Piece<'_>| piece.text.word()).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

fn speaker(role: Leaf<'_>) -> Option<Speaker> {
    match role.text().as_deref() {
        Some("assistant" | "bot") => Some(Speaker::Agent),
        Some("user") => Some(Speaker::Caller),
        _ => None,
    }
}
