//! The file of `org apply` and `org export`: TOML to and from the settings document. Knows which
//! fields of an org are not settings, and which hold secrets and so do not travel.

use std::path::Path;

use serde_json::Value;

use crate::cli::Failure;

/// What the server says about an org beside its settings.
const NOT_SETTINGS: [&str; 5] =
    ["webhook_id", "webhook_url", "created_at", "version", "instructions"];
/// Settings that are nothing without their secrets, or that name things of one server.
const NOT_PORTABLE: [&str; 5] =
    ["webhook_auth", "customerconnect", "twilio", "smtp", "default_connection"];

/// The settings of an org that another one could be given.
pub(super) fn settings(org: &Value) -> Value {
    let mut settings = org.clone();
    if let Some(fields) = settings.as_object_mut() {
        fields.retain(|name, _| {
            !NOT_SETTINGS.contains(&name.as_str()) && !NOT_PORTABLE.contains(&name.as_str())
        });
    }
    settings
}

/// A document as TOML; what is not set is left out.
pub(super) fn text(document: &Value) -> Result<String, Failure> {
    toml::to_string(&without_nulls(document)).map_err(|error| {
        Failure::new(format!("the settings cannot be written as TOML: {error}; use --json"))
    })
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Reads a file. What stands in it is the server's to judge.
pub(super) fn read(path: &Path) -> Result<Value, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {shown}: {error}; check the path")))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format!("{shown}, line {line}: {}; the file must be TOML", error.message()))
    })?;
    Ok(json_of(toml::Value::Table(table)))
}

/// TOML as JSON; a date without quotes is a text, as the settings have it.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(fields) => {
            fields.into_iter().map(|(name, value)| (name, json_of(value))).collect()
        }
    }
}

/// Names of the settings that differ.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let fields = after.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| {
            !NOT_SETTINGS.contains(&name.as_str()) && before.get(name) != Some(value)
        })
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_exported_reads_back_as_the_same_settings() {
        let org = json!({"id": "org_1", "name": "Oak", "webhook_auth": [{"mode": "bearer"}],
            "version": 3, "closed_dates": ["2026-12-25"], "prompt": null,
            "business_hours": {"mon": [["09:00", "17:00"]], "tue": []},
            "services": [{"id": "cut", "name": "Cut", "duration_minutes": 30}]});
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("org.toml");
        std::fs::write(&file, text(&settings(&org)).unwrap()).unwrap();
        let mut expected = org.clone();
        for gone in ["webhook_auth", "version", "prompt"] {
            expected.as_object_mut().unwrap().remove(gone);
        }
        assert_eq!(read(&file).unwrap(), expected);
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("org.toml");
        std::fs::write(&file, "name = \"Oak\"\ntimezone = Berlin\n").unwrap();
        let error = read(&file).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }

    #[test]
    fn only_settings_count_as_changed() {
        let before = json!({"name": "Oak", "version": 1, "prompt": null});
        let after = json!({"name": "Oak", "version": 2, "prompt": "Be kind."});
        assert_eq!(differences(&before, &after), ["prompt"]);
    }
}
