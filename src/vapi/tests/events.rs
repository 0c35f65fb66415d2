//! Messages that want no answer.

use super::super::{Kind, Line, Question, Report, Speaker, Target, decode};
use super::inbound;

fn kind(message: &str) -> Kind {
    decode(format!(r#"{{"message":{message}}}"#).as_bytes()).unwrap().kind
}

#[test]
fn an_ended_call_says_why() {
    assert_eq!(
        inbound("status-update-ended").kind,
        Kind::StatusUpdate {
            status: "ended".into(),
            ended_reason: Some("customer-ended-call".into()),
            target: None,
            refusal: None,
        }
    );
}

#[test]
fn a_status_of_the_future_is_kept_as_text() {
    let kind = kind(r#"{"type":"status-update","status":"on-the-moon"}"#);
    let Kind::StatusUpdate { status, ended_reason: None, target: None, refusal: None } = kind
    else {
        panic!("{kind:?}");
    };
    assert_eq!(status, "on-the-moon");
}

#[test]
fn a_report_prefers_the_nested_copies_and_the_measured_duration() {
    assert_eq!(
        inbound("end-of-call-report").kind,
        Kind::EndOfCallReport(Report {
            ended_reason: Some("assistant-said-end-call-phrase".into()),
            started_at: Some("2026-11-23T16:04:10Z".parse().unwrap()),
            ended_at: Some("2026-11-23T16:05:40.5Z".parse().unwrap()),
            cost: Some(0.0712),
            duration_seconds: Some(90.5),
            summary: Some("Mara booked a gear check.".into()),
            recording_url: Some("https://recordings.vapi.example/0199c4de-mono.wav".into()),
            success_evaluation: Some("true".into()),
            transfers: Vec::new(),
        })
    );
}

#[test]
fn a_report_without_a_call_falls_back_to_what_it_has() {
    let inbound = inbound("end-of-call-report-unanswered");
    assert_eq!(inbound.call.id, None);
    assert_eq!(
        inbound.kind,
        Kind::EndOfCallReport(Report {
            ended_reason: Some("a-reason-of-next-year".into()),
            cost: Some(0.01),
            duration_seconds: Some(12.5),
            ..Report::default()
        })
    );
}

#[test]
fn a_transcript_is_final_by_its_field_or_by_its_type() {
    let text = "My gears slip when it is cold.".to_owned();
    let speaker = Speaker::Caller;
    assert_eq!(
        inbound("transcript-final-in-type").kind,
        Kind::Transcript { speaker, text, is_final: true }
    );
    for (fields, final_or_not) in
        [(r#""transcriptType":"final""#, true), (r#""transcriptType":"partial""#, false)]
    {
        let message =
            format!(r#"{{"type":"transcript","role":"assistant","transcript":"Hi",{fields}}}"#);
        let Kind::Transcript { speaker, is_final, .. } = kind(&message) else {
            panic!("{message}");
        };
        assert_eq!((speaker, is_final), (Speaker::Agent, final_or_not));
    }
}

#[test]
fn a_conversation_keeps_what_people_heard_in_either_form() {
    let line = |speaker, text: &str| Line { speaker, text: text.into() };
    assert_eq!(
        inbound("conversation-update").kind,
        Kind::ConversationUpdate {
            lines: vec![
                line(Speaker::Agent, "Larkspur Cycles, hello."),
                line(Speaker::Caller, "My gears slip."),
                line(Speaker::Agent, "You are booked."),
            ]
        }
    );
    assert_eq!(
        inbound("conversation-update-vapi-turns").kind,
        Kind::ConversationUpdate {
            lines: vec![
                line(Speaker::Agent, "Larkspur Cycles, hello."),
                line(Speaker::Caller, "My gears slip."),
            ]
        }
    );
}

#[test]
fn speech_begins_and_stops() {
    let begun = Kind::SpeechUpdate { speaker: Speaker::Caller, started: true };
    assert_eq!(inbound("speech-update").kind, begun);
    let stopped = kind(r#"{"type":"speech-update","status":"stopped","role":"assistant"}"#);
    assert_eq!(stopped, Kind::SpeechUpdate { speaker: Speaker::Agent, started: false });
}

#[test]
fn a_withheld_number_is_absent() {
    let inbound = inbound("assistant-request-withheld-number");
    assert_eq!(inbound.kind, Kind::Question(Question::WhoAnswers));
    assert_eq!(inbound.kind_text, "assistant-request");
    assert_eq!((inbound.call.caller_number, inbound.call.caller_name), (None, None));
    assert!(inbound.call.phone_number_id.is_some());
}

#[test]
fn types_are_told_apart_as_known_unknown_and_missing() {
    assert_eq!(kind(r#"{"type":"model-output","output":"Yes"}"#), Kind::Other);
    assert_eq!(kind(r#"{"type":"chat.created","chat":{}}"#), Kind::Other);
    assert_eq!(kind(r#"{"type":"status-update"}"#), Kind::Other);
    assert_eq!(kind(r#"{"type":"telepathy.started"}"#), Kind::Unknown);
    assert_eq!(kind(r#"{"type":"","call":null}"#), Kind::Missing);
    assert_eq!(kind(r#"{"type":"tool-calls","toolCallList":[null]}"#), Kind::ToolCalls(vec![]));
}

#[test]
fn a_call_that_is_handed_over_says_to_whom() {
    let target = |to: Option<&str>, summary: &str| {
        Some(Target { to: to.map(Into::into), summary: Some(summary.into()) })
    };
    let number = r#"{"type":"number","number":"+13035550170","description":"The bench"}"#;
    let sip = r#"{"type":"sip","sipUri":"sip:bench@larkspur.example","description":"The bench"}"#;
    let assistant = r#"{"type":"assistant","assistantName":"Billing"}"#;
    for (destination, expected) in [
        (number, target(Some("+13035550170"), "The bench")),
        (sip, target(Some("sip:bench@larkspur.example"), "The bench")),
        (assistant, target(None, "Billing")),
        ("7", None),
    ] {
        let update = format!(r#"{{"type":"transfer-update","destination":{destination}}}"#);
        assert_eq!(kind(&update), Kind::TransferUpdate { target: expected.clone() }, "{update}");
        let status = format!(
            r#"{{"type":"status-update","status":"forwarding","destination":{destination}}}"#
        );
        let Kind::StatusUpdate { target, .. } = kind(&status) else { panic!("{status}") };
        assert_eq!(target, expected, "{status}");
    }
    let told = r#"{"type":"status-update","status":"forwarding","summary":"Gears slip.",
        "destination":{"number":"+13035550170","description":"The bench"}}"#;
    let Kind::StatusUpdate { target: Some(found), .. } = kind(told) else { panic!("{told}") };
    assert_eq!(found.summary.as_deref(), Some("Gears slip."), "a summary says more");
}

#[test]
fn a_refused_answer_says_what_was_wrong_with_it() {
    let message = r#"{"type":"status-update","status":"ended",
        "inboundPhoneCallDebuggingArtifacts":{"assistantRequestError":"assistantId must be a UUID"}}"#;
    let Kind::StatusUpdate { refusal, .. } = kind(message) else { panic!("{message}") };
    assert_eq!(refusal.as_deref(), Some("assistantId must be a UUID"));
}

#[test]
fn a_delivery_is_known_by_what_it_says_and_not_by_what_is_made_anew_for_each() {
    let delivery = |message: &str| {
        decode(format!(r#"{{"message":{message}}}"#).as_bytes()).unwrap().delivery()
    };
    let said = r#"{"type":"transcript","role":"user","transcriptType":"final","transcript":"Yes.",
        "timestamp":1795449850000,"artifact":{"presignedLogUrl":"https://a.example/?sig=1"}}"#;
    let first = delivery(said);
    assert!(first.is_some());
    assert_eq!(delivery(&said.replace("sig=1", "sig=2")), first, "it is the same delivery");
    for (from, to) in [
        ("1795449850000", "1795449850001"),
        ("Yes.", "No."),
        ("user", "assistant"),
        ("final", "partial"),
        ("transcript\"", "voice-input\""),
    ] {
        assert_ne!(delivery(&said.replacen(from, to, 1)), first, "{to}");
    }
    assert_eq!(delivery(&said.replace("timestamp", "time")), None, "when is not known");
    let report = r#"{"type":"end-of-call-report","timestamp":1795449850000}"#;
    assert_eq!(delivery(report), None, "a second report may say more");
}

#[test]
fn what_could_not_be_uploaded_is_named() {
    let message = r#"{"type":"call.artifact.upload","artifacts":[{"type":"log","success":false},
        {"type":"pcap","success":true},{"success":false},7]}"#;
    assert_eq!(kind(message), Kind::Uploads { failed: vec!["log".into()] });
    assert_eq!(kind(r#"{"type":"call.artifact.upload"}"#), Kind::Uploads { failed: vec![] });
}
