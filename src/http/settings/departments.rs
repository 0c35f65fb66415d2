//! `departments`: where calls can be handed over to and in which way. Owns what an operator may write;
//! what Vapi is sent of it is not known here.

use std::collections::BTreeMap;

use hookswitch_storage::{Department, TransferMode, TransferPlan};
use reqwest::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{self, Wrong};
use crate::http::openapi::names;

/// Longest text that a person hears before a caller is connected, characters.
const LONGEST_MESSAGE: usize = 1_000;

/// Longest instruction to the carrier, bytes; Vapi takes no more.
const LONGEST_TWIML: usize = 4_096;

/// One department, as written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DepartmentDocument {
    number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    business_hours_only: bool,
    #[serde(default, skip_serializing_if = "TransferDocument::is_usual")]
    transfer: TransferDocument,
}

/// In which way calls go there, as written.
#[derive(Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct TransferDocument {
    #[schemars(schema_with = "names::transfer_mode")]
    mode: TransferMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    twiml: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_audio_url: Option<String>,
}

impl TransferDocument {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// What is stored, as an operator reads it.
pub(super) fn written(
    departments: &BTreeMap<String, Department>,
) -> BTreeMap<String, DepartmentDocument> {
    let one = |(name, department): (&String, &Department)| {
        let plan = &department.transfer;
        let transfer = TransferDocument {
            mode: plan.mode,
            message: plan.message.clone(),
            timeout_seconds: plan.timeout_seconds,
            summary_seconds: plan.summary_seconds,
            twiml: plan.twiml.clone(),
            hold_audio_url: plan.hold_audio_url.clone(),
        };
        let document = DepartmentDocument {
            number: department.number.clone(),
            extension: department.extension.clone(),
            business_hours_only: department.business_hours_only,
            transfer,
        };
        (name.clone(), document)
    };
    departments.iter().map(one).collect()
}

/// What is written, as it is stored.
pub(super) fn into_stored(
    documents: BTreeMap<String, DepartmentDocument>,
    country: &str,
) -> Result<BTreeMap<String, Department>, Wrong> {
    let one = |(name, document): (String, DepartmentDocument)| {
        check::department(&name)?;
        let field = |part: &str| format!("departments.{name}.{part}");
        let department = Department {
            number: check::phone_number(&field("number"), &document.number, country)?,
            extension: extension(field("extension"), document.extension)?,
            business_hours_only: document.business_hours_only,
            transfer: plan(document.transfer, |part| field(&format!("transfer.{part}")))?,
        };
        Ok((name, department))
    };
    documents.into_iter().map(one).collect()
}

fn extension(field: String, written: Option<String>) -> Result<Option<String>, Wrong> {
    let Some(written) = written.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let dialled = written.trim();
    let can_be_dialled = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    if dialled.len() > 10 || !dialled.chars().all(can_be_dialled) {
        return Err(Wrong::new(field, "must be 1 to 10 of the keys 0 to 9, * and #"));
    }
    Ok(Some(dialled.to_owned()))
}

fn plan(document: TransferDocument, field: impl Fn(&str) -> String) -> Result<TransferPlan, Wrong> {
    let text = |name: &str, text: Option<String>| {
        let text = text.filter(|text| !text.trim().is_empty());
        let is_long = |text: &String| text.chars().count() > LONGEST_MESSAGE;
        if text.as_ref().is_some_and(is_long) {
            let problem = format!("must have at most {LONGEST_MESSAGE} characters");
            return Err(Wrong::new(field(name), problem));
        }
        Ok(text)
    };
    let message = text("message", document.message)?;
    for (name, seconds, most) in [
        ("timeout_seconds", document.timeout_seconds, 600),
        ("summary_seconds", document.summary_seconds, 60),
    ] {
        if let Some(seconds) = seconds {
            check::range(field(name), seconds, 1, most)?;
        }
    }
    let twiml = document.twiml.filter(|text| !text.trim().is_empty());
    if twiml.as_ref().is_some_and(|text| text.len() > LONGEST_TWIML) {
        let problem = format!("must have at most {LONGEST_TWIML} bytes");
        return Err(Wrong::new(field("twiml"), problem));
    }
    if document.mode == TransferMode::WarmTransferTwiml && twiml.is_none() {
        let problem =
            "must say what the carrier is to play, as `<Response><Say>...</Say></Response>`";
        return Err(Wrong::new(field("twiml"), problem));
    }
    let hold_audio_url = document.hold_audio_url.filter(|url| !url.trim().is_empty());
    let is_https = |url: &String| Url::parse(url).is_ok_and(|url| url.scheme() == "https");
    if hold_audio_url.as_ref().is_some_and(|url| !is_https(url)) {
        return Err(Wrong::new(field("hold_audio_url"), "must be an https URL"));
    }
    Ok(TransferPlan {
        mode: document.mode,
        message,
        timeout_seconds: document.timeout_seconds,
        summary_seconds: document.summary_seconds,
        twiml,
        hold_audio_url,
    })
}
