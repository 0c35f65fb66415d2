//! What an answer of Vapi's that is no success means. Pure. Its words are shown to operators, so that they
//! are cut, cleaned of control characters, and of the key should they ever quote it.

use std::time::Duration;

use hookswitch_actors::ports::PlatformError;
use serde_json::Value;

/// Longest quotation, characters.
const LONGEST: usize = 300;

/// The error of a status and a body. `key` is what must not be quoted.
pub(super) fn error(
    status: u16,
    retry_after: Option<Duration>,
    body: &[u8],
    key: &str,
) -> PlatformError {
    match status {
        401 | 403 => PlatformError::KeyRefused { status },
        404 => PlatformError::NotFound,
        429 => PlatformError::TooMany { retry_after },
        500.. => PlatformError::Broken { status },
        _ => PlatformError::Refused { status, says: words(body, key) },
    }
}

/// Vapi's own words: `message` is a text or several.
fn words(body: &[u8], key: &str) -> String {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = match &body["message"] {
        Value::String(text) => text.clone(),
        Value::Array(texts) => {
            texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        }
        _ => body["error"].as_str().unwrap_or("it does not say why").to_owned(),
    };
    let key = key.trim();
    let said = if key.is_empty() { said } else { said.replace(key, "***") };
    let mut characters = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut cut: String = characters.by_ref().take(LONGEST).collect();
    if characters.next().is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn says(body: &Value) -> String {
        match error(400, None, body.to_string().as_bytes(), "sk-live-1") {
            PlatformError::Refused { says, .. } => says,
            other => other.to_string(),
        }
    }

    #[test]
    fn a_message_is_one_text_or_several() {
        assert_eq!(says(&json!({"message": "name is too long"})), "name is too long");
        let several = json!({"message": ["property x should not exist", "model is missing"]});
        assert_eq!(says(&several), "property x should not exist; model is missing");
        assert_eq!(says(&json!({"error": "tool_pinned"})), "tool_pinned");
        assert_eq!(says(&json!([])), "it does not say why");
    }

    #[test]
    fn what_it_says_is_cut_and_cleaned_and_never_holds_the_key() {
        let said =
            says(&json!({"message": format!("key sk-live-1\n\u{1b}[2J {}", "x".repeat(900))}));
        assert!(
            said.starts_with("key ***  [2J x") && said.chars().count() == LONGEST + 1,
            "{said}"
        );
    }

    #[test]
    fn each_status_has_its_meaning() {
        let of = |status| error(status, Some(Duration::from_secs(3)), b"<html>", "");
        assert_eq!(of(401), PlatformError::KeyRefused { status: 401 });
        assert_eq!(of(403), PlatformError::KeyRefused { status: 403 });
        assert_eq!(of(404), PlatformError::NotFound);
        assert_eq!(of(429), PlatformError::TooMany { retry_after: Some(Duration::from_secs(3)) });
        assert_eq!(of(502), PlatformError::Broken { status: 502 });
        assert!(matches!(of(409), PlatformError::Refused { status: 409, .. }));
        // Redirects are not followed: an address that redirects is the wrong one.
        assert!(matches!(of(301), PlatformError::Refused { status: 301, .. }));
    }
}
