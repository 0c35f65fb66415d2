//! Where a call goes, as Vapi writes it: the number, what is dialled after it, and the plan by which the
//! person is told. Owns which of our settings go with which of Vapi's modes. Facts: the schemas
//! `TransferDestinationNumber`, `TransferPlan` and `SummaryPlan` of Vapi's API.

use hookswitch_actors::booking::phrases::handover::BACK_AGAIN;
use hookswitch_storage::{TransferMode as Mode, TransferPlan};
use serde_json::{Map, Value, json};

/// A number; `message` is what the caller hears, and Vapi says its own words without one. With `plan` the
/// person is told of the call, which `summary` is about.
pub(super) fn destination(
    number: &str,
    extension: Option<&str>,
    message: Option<&str>,
    plan: Option<(&TransferPlan, &str)>,
) -> Value {
    let mut to = json!({"type": "number", "number": number});
    let parts = [
        ("extension", extension.map(Value::from)),
        ("message", message.map(Value::from)),
        ("transferPlan", plan.and_then(|(plan, summary)| written(plan, summary))),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            to[name] = value;
        }
    }
    to
}

/// A plan as Vapi reads it; `None` for what Vapi does without one.
fn written(plan: &TransferPlan, summary: &str) -> Option<Value> {
    if *plan == TransferPlan::default() {
        return None;
    }
    let mut written = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            written.insert(name.to_owned(), value);
        }
    };
    put("mode", Some(json!(plan.mode)));
    let message = || plan.message.as_deref().map(|text| json!(filled(text, summary)));
    let summary_plan = || {
        let mut how = json!({"enabled": true});
        if let Some(seconds) = plan.summary_seconds {
            how["timeoutSeconds"] = json!(seconds);
        }
        Some(how)
    };
    match plan.mode {
        Mode::BlindTransfer => {
            // Only who dials themselves can stop ringing.
            put("sipVerb", plan.timeout_seconds.map(|_| json!("dial")));
            put("dialTimeout", plan.timeout_seconds.map(Value::from));
        }
        Mode::BlindTransferAddSummaryToSipHeader | Mode::WarmTransferSaySummary => {
            put("summaryPlan", summary_plan());
        }
        Mode::WarmTransferSayMessage => put("message", message().or_else(|| said(summary))),
        Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSayMessage => {
            put("message", message().or_else(|| said(summary)));
            put("timeout", plan.timeout_seconds.map(Value::from));
        }
        Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSaySummary => {
            put("summaryPlan", summary_plan());
            put("timeout", plan.timeout_seconds.map(Value::from));
        }
        Mode::WarmTransferTwiml => {
            let twiml = plan.twiml.as_deref().map(|text| {
                let whole = filled(text, &escaped(summary));
                // The call goes before the words about it.
                if whole.chars().count() > LONGEST_TWIML { filled(text, "") } else { whole }
            });
            put("twiml", twiml.map(|text| json!(text)));
        }
        Mode::WarmTransferExperimental => {
            put("message", message());
            put("summaryPlan", summary_plan());
            // The caller is not lost when nobody wants them.
            put("fallbackPlan", Some(json!({"message": BACK_AGAIN, "endCallEnabled": false})));
        }
    }
    put("holdAudioUrl", plan.hold_audio_url.as_deref().map(Value::from));
    Some(Value::Object(written))
}

/// Where the operator has set no words and there is something to say.
fn said(summary: &str) -> Option<Value> {
    (!summary.is_empty()).then(|| json!(summary))
}

/// What Vapi takes of TwiML, characters.
const LONGEST_TWIML: usize = 4_096;

fn filled(text: &str, summary: &str) -> String {
    text.replace("{summary}", summary)
}

/// As text within XML: the summary is the model's, and the carrier obeys what it is given.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(mode: Mode) -> TransferPlan {
        TransferPlan {
            mode,
            message: Some("A caller: {summary}".into()),
            timeout_seconds: Some(20),
            summary_seconds: Some(7),
            twiml: Some("<Response><Say>{summary}</Say></Response>".into()),
            hold_audio_url: None,
        }
    }

    #[test]
    fn each_mode_carries_what_goes_with_it_and_nothing_else() {
        let summary = json!({"enabled": true, "timeoutSeconds": 7});
        let message = "A caller: Bills & <fees>";
        for (mode, expected) in [
            (Mode::BlindTransfer, json!({"sipVerb": "dial", "dialTimeout": 20})),
            (Mode::BlindTransferAddSummaryToSipHeader, json!({"summaryPlan": summary})),
            (Mode::WarmTransferSayMessage, json!({"message": message})),
            (Mode::WarmTransferSaySummary, json!({"summaryPlan": summary})),
            (
                Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSayMessage,
                json!({"message": message, "timeout": 20}),
            ),
            (
                Mode::WarmTransferWaitForOperatorToSpeakFirstAndThenSaySummary,
                json!({"summaryPlan": summary, "timeout": 20}),
            ),
            (
                Mode::WarmTransferTwiml,
                json!({"twiml": "<Response><Say>Bills &amp; &lt;fees&gt;</Say></Response>"}),
            ),
            (
                Mode::WarmTransferExperimental,
                json!({"message": message, "summaryPlan": summary,
                    "fallbackPlan": {"message": BACK_AGAIN, "endCallEnabled": false}}),
            ),
        ] {
            let mut expected = expected;
            expected["mode"] = json!(mode);
            let plan = plan(mode);
            let to = destination("+15125550191", None, None, Some((&plan, "Bills & <fees>")));
            assert_eq!(to["transferPlan"], expected, "{mode:?}");
        }
    }

    #[test]
    fn the_usual_way_needs_no_plan_and_an_extension_is_dialled() {
        let usual = TransferPlan::default();
        let to = destination("+15125550191", Some("204#"), Some("One moment."), Some((&usual, "")));
        let expected = json!({"type": "number", "number": "+15125550191", "extension": "204#",
            "message": "One moment."});
        assert_eq!(to, expected);
    }
}
