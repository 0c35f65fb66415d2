//! Bodies as the call log keeps them.

use serde_json::{Map, Value, json};

use super::super::{decode, redact_for_log};
use super::{fixture, json};

fn redacted(body: &Value) -> Value {
    json(&redact_for_log(body.to_string().as_bytes()).unwrap())
}

#[test]
fn no_fixture_keeps_a_secret() {
    for name in [
        "tool-calls-a-object-arguments",
        "tool-calls-snake-case",
        "function-call-h-without-id",
        "end-of-call-report",
        "assistant-request-withheld-number",
    ] {
        let kept = redact_for_log(&fixture(name)).unwrap();
        for secret in ["not-a-real", "/control", "/listen", "X-Amz-Signature", "INVITE"] {
            assert!(!kept.contains(secret), "{secret} in {name}");
        }
    }
}

#[test]
fn a_redacted_tool_call_decodes_to_the_same_calls() {
    let body = fixture("tool-calls-a-object-arguments");
    let kept = redact_for_log(&body).unwrap();
    let (before, after) = (decode(&body).unwrap(), decode(kept.as_bytes()).unwrap());
    let arguments =
        |inbound: &super::Inbound| json(super::tool_calls(inbound)[0].arguments.as_ref().unwrap());
    assert_eq!(arguments(&after), arguments(&before));
    assert_eq!(after.call.id, before.call.id);
}

#[test]
fn secrets_go_under_every_spelling_and_depth() {
    let body = json!({
        "api_key": "k", "x-api-key": "k", "Password": 1234, "clientSecret": {"a": "k"},
        "credentials": [{"value": "k"}], "access_token": "k", "twilioAccountSid": "k",
        "server": {"headers": {"X-Anything": "k"}, "url": "https://shop.example"},
        "arguments": "{\"n\":1,\"token\":\"k\"}",
        "link": "https://files.example/a?X-Amz-Signature=k",
        "parameters": "\"{\\\"secret\\\":\\\"k\\\"}\"",
    });
    let hidden = json!("[REDACTED]");
    assert_eq!(
        redacted(&body),
        json!({
            "api_key": hidden, "x-api-key": hidden, "Password": hidden, "clientSecret": hidden,
            "credentials": hidden, "access_token": hidden, "twilioAccountSid": hidden,
            "server": {"headers": hidden, "url": "https://shop.example"},
            "arguments": "{\"n\":1,\"token\":\"[REDACTED]\"}",
            "link": hidden,
            "parameters": "\"{\\\"secret\\\":\\\"[REDACTED]\\\"}\"",
        })
    );
}

#[test]
fn counts_flags_and_ids_are_no_secrets() {
    let body = json!({
        "maxTokens": 250, "isServerUrlSecretSet": false, "credentialId": "c-1", "token": null,
        "presignedUrlsExpiresAt": "2026-11-23T17:05:41Z", "arguments": "{\"a\": 1}",
    });
    assert_eq!(redacted(&body), body);
}

#[test]
fn copies_of_the_conversation_are_left_out_and_the_transcript_stays() {
    let kept = json(&redact_for_log(&fixture("end-of-call-report")).unwrap());
    assert_eq!(kept["message"]["artifact"].get("messages"), None);
    assert_eq!(kept["message"]["artifact"].get("messagesOpenAIFormatted"), None);
    assert!(kept["message"]["transcript"].as_str().unwrap().contains("My gears slip."));
    let kept = json(&redact_for_log(&fixture("conversation-update")).unwrap());
    assert_eq!(kept["message"].get("messagesOpenAIFormatted"), None);
}

#[test]
fn a_large_body_is_cut_where_it_hurts_a_replay_least() {
    let body = json!({"message": {
        "type": "tool-calls",
        "toolCallList": [{"id": "a", "name": "note", "arguments": {"text": "x".repeat(20_000)}}],
        "assistant": {"prompt": "y".repeat(50_000)},
        "artifact": {"variables": "z".repeat(70_000)},
    }});
    let kept = redact_for_log(body.to_string().as_bytes()).unwrap();
    assert!(kept.len() <= 64 * 1024);
    let kept = json(&kept);
    assert_eq!(kept["message"]["toolCallList"], body["message"]["toolCallList"]);
    assert!(kept["message"]["artifact"].as_str().unwrap().starts_with("[CUT: 70"));
    assert!(kept["message"]["assistant"].as_str().unwrap().starts_with("[CUT: 50"));
}

#[test]
fn a_body_of_one_huge_part_is_still_small_json() {
    for body in [
        json!({"toolCallList": [{"id": "a", "arguments": {"text": "x".repeat(100_000)}}]}),
        json!({"call": {"id": "x".repeat(100_000)}}),
        json!(["x".repeat(100_000)]),
        json!({"message": (0..9_000).map(|n| (n.to_string(), "x".into())).collect::<Map<_, _>>()}),
        json!({"message": {"type": "x".repeat(100_000)}, "rest": "y".repeat(100_000)}),
    ] {
        let kept = redact_for_log(body.to_string().as_bytes()).unwrap();
        assert!(kept.len() <= 64 * 1024 && kept.contains("[CUT: "), "{}", kept.len());
        json(&kept);
    }
}

#[test]
fn what_is_no_json_is_not_logged() {
    assert_eq!(redact_for_log(b"{\"token\":\"k"), None);
    assert_eq!(redact_for_log(b"\xff"), None);
}
