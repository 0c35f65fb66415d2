//! Settings as an operator reads and writes them. A change is a merge patch (RFC 7396) over the
//! document that a read gives; what comes out is checked as a whole, and the first thing that is
//! wrong is named by its path. Secrets go in and never come out.

mod auth;
mod check;
mod departments;
mod directory;
mod document;
mod form;
mod messaging;
mod rules;
mod timing;
mod voice;

use hookswitch_actors::OrgEntry;
use hookswitch_storage::{OrgId, Settings, Store};
use serde_json::Value;

use super::error::{ApiError, undecodable};
pub(super) use document::Document;

/// Settings as an operator reads them.
pub(super) fn view(settings: &Settings) -> Value {
    serde_json::to_value(Document::from(settings)).unwrap_or_default()
}

/// The settings that result from `patch`, and the names of the fields that are then others. `may_own` if
/// the server has an account for messages that whoever sends the patch may give.
pub(super) fn patched(
    store: &Store,
    org: &OrgEntry,
    patch: &Value,
    may_own: bool,
) -> Result<(Settings, Vec<String>), ApiError> {
    let Some(fields) = patch.as_object() else {
        return Err(ApiError::bad_json("a change of settings is one JSON object"));
    };
    let mut document = view(org.settings());
    merge(&mut document, patch);
    if !fields.contains_key("default_service") {
        forget_lost_default(&mut document);
    }
    let settings = read(store, org.id(), &document, Some(org.settings()), may_own)?;
    let changed = differences(org.settings(), &settings);
    Ok((settings, changed))
}

/// Names of the settings that differ; a secret that was given anew does.
fn differences(before: &Settings, after: &Settings) -> Vec<String> {
    let [before, after] = [before, after].map(|s| serde_json::to_value(s).unwrap_or_default());
    let fields = after.as_object().into_iter().flatten();
    fields.filter(|(name, value)| before[*name] != **value).map(|(name, _)| name.clone()).collect()
}

/// The settings of a new org: `body` over the defaults, with one secret for its webhooks; `may_own` as in
/// [`patched`].
pub(super) fn fresh(
    store: &Store,
    org: &OrgId,
    body: &Value,
    webhook_secret: &str,
    may_own: bool,
) -> Result<Settings, ApiError> {
    let Some(fields) = body.as_object() else {
        return Err(ApiError::bad_json("a new org is one JSON object"));
    };
    for required in ["name", "timezone"] {
        if fields.get(required).is_none_or(Value::is_null) {
            return Err(ApiError::invalid(required, "is missing"));
        }
    }
    let mut document = serde_json::to_value(Document::default()).unwrap_or_default();
    merge(&mut document, body);
    let given = fields.get("webhook_auth").is_some_and(|auth| !auth.is_null());
    if !given {
        let auth = serde_json::json!([{"mode": "bearer", "secret": webhook_secret}]);
        document["webhook_auth"] = auth;
    }
    read(store, org, &document, None, may_own)
}

fn read(
    store: &Store,
    org: &OrgId,
    document: &Value,
    present: Option<&Settings>,
    may_own: bool,
) -> Result<Settings, ApiError> {
    form::check(document)?;
    let document: Document = serde_path_to_error::deserialize(document)
        .map_err(|error| undecodable(&error.path().to_string(), &error.inner().to_string()))?;
    let seal = |field: &str, secret: &str| store.seal(org, field, secret.trim().as_bytes());
    document.into_settings(present, may_own, seal).map_err(|wrong| wrong.into())
}

/// Who replaces the services need not know that one of the old ones was the default.
fn forget_lost_default(document: &mut Value) {
    let default = document["default_service"].as_str().map(str::to_owned);
    let services = document["services"].as_array();
    let lost = default.zip(services).is_some_and(|(default, services)| {
        !services.iter().any(|service| service["id"] == *default)
    });
    if lost {
        document["default_service"] = Value::Null;
    }
}

/// RFC 7396: objects are merged, `null` removes, everything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use serde_json::json;

    #[test]
    fn merging_follows_the_examples_of_rfc_7396() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (target, patch, expected) in cases {
            let mut result = target.clone();
            merge(&mut result, &patch);
            assert_eq!(result, expected, "{target} with {patch}");
        }
    }
}
