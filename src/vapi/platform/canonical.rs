//! JSON in one form, whatever the order of its members (K14), and its digest. Pure.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of the canonical form, as 64 hexadecimal digits.
pub(super) fn sha256(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Members by name, no space; numbers and texts as they are written usually.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            text.push('{');
            for (place, name) in names.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write(&members[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        sha256(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn the_order_of_members_does_not_matter_and_everything_else_does() {
        let one = of(r#"{"a": {"x": 1, "y": [true, null]}, "b": "ü\n"}"#);
        assert_eq!(one, of(r#"{"b":"\u00fc\n","a":{"y":[true,null],"x":1}}"#));
        assert_eq!(one.len(), 64);
        for other in [
            r#"{"a": {"x": 1, "y": [null, true]}, "b": "ü\n"}"#,
            r#"{"a": {"x": 2, "y": [true, null]}, "b": "ü\n"}"#,
            r#"{"a": {"x": 1, "y": [true, null], "b": "ü\n"}}"#,
        ] {
            assert_ne!(one, of(other), "{other}");
        }
    }

    #[test]
    fn the_digest_is_that_of_the_text_without_spaces() {
        // Computed with `printf '{"a":1,"b":[]}' | sha256sum`.
        let known = "f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c";
        assert_eq!(of(r#"{"b": [], "a": 1}"#), known);
    }
}
