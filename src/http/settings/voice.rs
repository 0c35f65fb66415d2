//! What an operator sets of the voice agent itself: the time limit of a call, which assistant takes
//! which inbound call, where numbers that Vapi keeps lead, and the credential that Vapi sends.

use std::collections::{BTreeMap, BTreeSet};

use hookswitch_storage::{CallRules, InboundRule, InboundWhen, NumberRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};
use crate::http::openapi::names;

/// Rules of inbound calls; a person keeps no more of them apart.
const MOST_RULES: usize = 50;

/// `calls`, as written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CallsDocument {
    limit_seconds: u32,
    warn_seconds: u32,
}

impl Default for CallsDocument {
    fn default() -> Self {
        Self::from(&CallRules::default())
    }
}

impl From<&CallRules> for CallsDocument {
    fn from(rules: &CallRules) -> Self {
        Self { limit_seconds: rules.limit_seconds, warn_seconds: rules.warn_seconds }
    }
}

/// `calls`, as stored.
pub(super) fn calls(document: CallsDocument) -> Result<CallRules, Wrong> {
    // Vapi ends calls after 43,200 seconds at the latest; the goodbye comes before.
    check::range("calls.limit_seconds", document.limit_seconds, 60, 43_000)?;
    check::range("calls.warn_seconds", document.warn_seconds, 0, 43_000)?;
    let CallsDocument { limit_seconds, warn_seconds } = document;
    Ok(CallRules { limit_seconds, warn_seconds })
}

/// One entry of `inbound`, as written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InboundDocument {
    assistant_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    phone_numbers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "names::inbound_when")]
    when: Option<InboundWhen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl From<&InboundRule> for InboundDocument {
    fn from(rule: &InboundRule) -> Self {
        Self {
            assistant_id: rule.assistant_id.clone(),
            phone_numbers: rule.phone_numbers.iter().cloned().collect(),
            when: rule.when,
            language: rule.language.clone(),
        }
    }
}

/// `inbound`, as stored. Only assistants of the org's own take its calls.
pub(super) fn inbound(
    documents: Vec<InboundDocument>,
    assistants: &[String],
    country: &str,
) -> Result<Vec<InboundRule>, Wrong> {
    if documents.len() > MOST_RULES {
        return Err(Wrong::new("inbound", format!("must have at most {MOST_RULES} rules")));
    }
    let mut rules = Vec::with_capacity(documents.len());
    for (place, document) in documents.into_iter().enumerate() {
        let field = |name: &str| format!("inbound[{place}].{name}");
        if !assistants.contains(&document.assistant_id) {
            let problem = "is not one of `assistant_ids`; add it there too";
            return Err(Wrong::new(field("assistant_id"), problem));
        }
        let language = document.language.map(|code| code.trim().to_ascii_lowercase());
        let is_code = |code: &String| {
            (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase())
        };
        if language.as_ref().is_some_and(|code| !is_code(code)) {
            let problem = "is not an ISO 639 language code; give one like `es`";
            return Err(Wrong::new(field("language"), problem));
        }
        rules.push(InboundRule {
            assistant_id: document.assistant_id,
            phone_numbers: check::phone_numbers(
                &field("phone_numbers"),
                document.phone_numbers,
                country,
            )?,
            when: document.when,
            language,
        });
    }
    Ok(rules)
}

/// One entry of `vapi_numbers`, as written.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NumberDocument {
    /// The assistant that takes all its calls; without one Vapi asks for each call.
    assistant_id: Option<String>,
    /// Where callers are sent when nobody takes the call.
    fallback: Option<String>,
}

impl From<&NumberRule> for NumberDocument {
    fn from(rule: &NumberRule) -> Self {
        Self { assistant_id: rule.assistant_id.clone(), fallback: rule.fallback.clone() }
    }
}

/// `vapi_numbers`, as written.
pub(super) fn written(rules: &BTreeMap<String, NumberRule>) -> BTreeMap<String, NumberDocument> {
    rules.iter().map(|(id, rule)| (id.clone(), NumberDocument::from(rule))).collect()
}

/// `vapi_numbers`, as stored. Only what is listed as the org's own is ever touched, and its calls go to
/// assistants of its own.
pub(super) fn numbers(
    documents: BTreeMap<String, NumberDocument>,
    listed: &BTreeSet<String>,
    assistants: &[String],
    own: &BTreeSet<String>,
    country: &str,
) -> Result<BTreeMap<String, NumberRule>, Wrong> {
    let mut rules = BTreeMap::new();
    for (id, NumberDocument { assistant_id, fallback }) in documents {
        let field = |name: &str| format!("vapi_numbers.{id}{name}");
        if !listed.contains(&id) {
            let problem = "is not one of `vapi_phone_number_ids`; add it there too";
            return Err(Wrong::new(field(""), problem));
        }
        if assistant_id.as_ref().is_some_and(|assistant| !assistants.contains(assistant)) {
            let problem = "is not one of `assistant_ids`; add it there too";
            return Err(Wrong::new(field(".assistant_id"), problem));
        }
        let number = |text: String| check::phone_number(&field(".fallback"), &text, country);
        let fallback = fallback.map(number).transpose()?;
        if fallback.as_ref().is_some_and(|number| own.contains(number)) {
            let problem =
                "is one of the org's own `phone_numbers`; callers would go round in circles";
            return Err(Wrong::new(field(".fallback"), problem));
        }
        rules.insert(id, NumberRule { assistant_id, fallback });
    }
    Ok(rules)
}

/// `vapi_credential_id`, as stored; a blank one is none.
pub(super) fn credential(id: Option<String>) -> Result<Option<String>, Wrong> {
    let Some(id) = id.filter(|id| !id.trim().is_empty()) else { return Ok(None) };
    let mut ids = check::ids("vapi_credential_id", vec![id.trim().to_owned()])?;
    Ok(ids.pop())
}
