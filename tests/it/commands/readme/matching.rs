//! Compares an answer with one that is shown to readers. `…` in a shown text stands for anything; a shown field `"…"`
//! says that there are more fields.

use serde_json::Value;

const ANYTHING: &str = "…";

/// Where the answer is not as shown: one line each, by path.
pub(super) fn differences(shown: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", shown, answer, &mut found);
    found
}

fn compare(path: &str, shown: &Value, answer: &Value, found: &mut Vec<String>) {
    match (shown, answer) {
        (Value::Object(shown), Value::Object(answer)) => {
            for (name, shown) in shown.iter().filter(|(name, _)| *name != ANYTHING) {
                let path = format!("{path}/{name}");
                match answer.get(name) {
                    Some(answer) => compare(&path, shown, answer, found),
                    None => found.push(format!("{path} is not there")),
                }
            }
            if !shown.contains_key(ANYTHING) {
                let more = answer.keys().filter(|name| !shown.contains_key(*name));
                found.extend(more.map(|name| format!("{path}/{name} is not shown")));
            }
        }
        (Value::Array(shown), Value::Array(answer)) if shown.len() == answer.len() => {
            for (index, (shown, answer)) in shown.iter().zip(answer).enumerate() {
                compare(&format!("{path}/{index}"), shown, answer, found);
            }
        }
        (Value::String(shown), Value::String(answer)) if fits(shown, answer) => {}
        _ if shown == answer => {}
        _ => found.push(format!("{path} is {answer}, not {shown}")),
    }
}

/// Whether a text has the pieces between the ellipses, in order, the first and the last at its ends.
fn fits(shown: &str, text: &str) -> bool {
    let pieces: Vec<&str> = shown.split(ANYTHING).collect();
    let [first, between @ .., last] = pieces.as_slice() else { return shown == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for piece in between {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn an_answer_that_is_not_as_shown_is_found() {
    use serde_json::json;
    let answer = json!({"id": "org_1", "items": [{"a": 1}], "message": "It is at nine."});
    let good = [
        json!({"id": "org_…", "items": [{"a": 1}], "message": "It is at nine."}),
        json!({"id": "…", "message": "It … at …", "…": "…"}),
    ];
    for shown in good {
        assert!(differences(&shown, &answer).is_empty(), "{shown}");
    }
    let bad = [
        json!({"id": "wh_…", "…": ""}),
        json!({"id": "org_…"}),
        json!({"items": [{"a": 2}], "…": ""}),
        json!({"items": [{"a": 1}, {"a": 1}], "…": ""}),
        json!({"items": [{}], "…": ""}),
        json!({"message": "It … at ten.", "…": ""}),
        json!({"gone": 1, "…": ""}),
        json!({"id": 1, "…": ""}),
    ];
    for shown in bad {
        assert_eq!(differences(&shown, &answer).len().min(1), 1, "{shown}");
    }
}
