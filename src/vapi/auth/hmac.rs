//! Signatures over the raw body, after Vapi's `HMACAuthenticationPlan`. Owns what is signed and
//! how old a signature may be. Vapi leaves the unit of the time stamp open, so its text is signed
//! as it came and its value is read in every form known.

use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use hookswitch_storage::{HmacEncoding, HmacHash, HmacPlan, Secret};
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Attempt, Problem};
use crate::vapi::lenient::timestamp;

/// How far a signature's time may lie from ours, either way, seconds.
const FRESH_SECONDS: u64 = 300;

/// What is signed unless the plan says otherwise; without a time stamp, the body alone.
const DEFAULT_FORMAT: &str = "{timestamp}.{body}";

/// The header of a message id in the convention the placeholder `{svix-id}` is named after.
const MESSAGE_ID: &str = "svix-id";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn check(attempt: Attempt<'_>, plan: &HmacPlan, secret: &[u8]) -> Result<(), Problem> {
    let key = key(plan, secret)?;
    let key = key.expose();
    let (signature, time) = check_headers(attempt, plan)?;
    let signed = signed_bytes(attempt, plan, time)?;
    let matches = signature
        .split_ascii_whitespace()
        .filter_map(|text| decode(plan, text.strip_prefix(plan.signature_prefix.as_str())?))
        .any(|bytes| match plan.algorithm {
            HmacHash::Sha256 => is_signature::<Hmac<Sha256>>(key, &signed, &bytes),
            HmacHash::Sha512 => is_signature::<Hmac<Sha512>>(key, &signed, &bytes),
            HmacHash::Sha1 => is_signature::<Hmac<Sha1>>(key, &signed, &bytes),
        });
    if matches { Ok(()) } else { Err(Problem::Mismatch(plan.signature_header.clone())) }
}

fn key(plan: &HmacPlan, secret: &[u8]) -> Result<Secret, Problem> {
    let key = if plan.secret_is_base64 {
        Secret::new(BASE64.decode(secret.trim_ascii()).map_err(|_| Problem::SecretNotBase64)?)
    } else {
        Secret::new(secret.to_vec())
    };
    if key.expose().is_empty() { Err(Problem::NoSecret) } else { Ok(key) }
}

/// The headers that a signer by this plan sends, in the order of signature, time, message id.
pub(super) fn prove(
    plan: &HmacPlan,
    secret: &[u8],
    method: &str,
    url: &str,
    body: &[u8],
    now: Timestamp,
    id: &str,
) -> Result<Vec<(String, String)>, Problem> {
    let key = key(plan, secret)?;
    let time = now.as_second().to_string();
    let mut sent = Vec::new();
    if plan.include_timestamp {
        sent.push((plan.timestamp_header.clone(), time.clone()));
    }
    if plan.payload_format.contains("{svix-id}") {
        let name = plan.message_id_header.as_deref().unwrap_or(MESSAGE_ID);
        sent.push((name.to_owned(), id.to_owned()));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &sent {
        let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(value.parse().ok());
        let (name, value) = pair.ok_or_else(|| Problem::Mismatch(name.clone()))?;
        headers.insert(name, value);
    }
    let time = if plan.include_timestamp { time.as_str() } else { "" };
    let signed = signed_bytes(Attempt { headers: &headers, method, url, body, now }, plan, time)?;
    let key = key.expose();
    let signature = match plan.algorithm {
        HmacHash::Sha256 => signature::<Hmac<Sha256>>(key, &signed),
        HmacHash::Sha512 => signature::<Hmac<Sha512>>(key, &signed),
        HmacHash::Sha1 => signature::<Hmac<Sha1>>(key, &signed),
    };
    let text = match plan.signature_encoding {
        HmacEncoding::Base64 => BASE64.encode(signature),
        HmacEncoding::Hex => signature.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    sent.push((plan.signature_header.clone(), format!("{}{text}", plan.signature_prefix)));
    Ok(sent)
}

/// The signature, and the time that was signed with it, if they are there and fresh.
pub(super) fn check_headers<'a>(
    attempt: Attempt<'a>,
    plan: &HmacPlan,
) -> Result<(&'a str, &'a str), Problem> {
    let signature = header(attempt.headers, &plan.signature_header)?;
    if !plan.include_timestamp {
        return Ok((signature, ""));
    }
    let time = header(attempt.headers, &plan.timestamp_header)?;
    check_age(attempt, plan, time)?;
    Ok((signature, time))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Problem> {
    let value = headers.get(name).ok_or_else(|| Problem::Missing(name.to_owned()))?;
    let text = value.to_str().map_err(|_| Problem::Mismatch(name.to_owned()))?;
    if text.trim().is_empty() {
        return Err(Problem::Empty(name.to_owned()));
    }
    Ok(text)
}

fn check_age(attempt: Attempt<'_>, plan: &HmacPlan, text: &str) -> Result<(), Problem> {
    let header = plan.timestamp_header.clone();
    let Some(signed_at) = timestamp(text.trim()) else {
        return Err(Problem::UnreadableTime(header));
    };
    let age = attempt.now.duration_since(signed_at).unsigned_abs();
    if age.as_secs_f64() > std::time::Duration::from_secs(FRESH_SECONDS).as_secs_f64() {
        return Err(Problem::Stale { header, seconds: age.as_secs(), limit: FRESH_SECONDS });
    }
    Ok(())
}

/// The plan's format with its placeholders filled; what is no placeholder stays.
fn signed_bytes(attempt: Attempt<'_>, plan: &HmacPlan, time: &str) -> Result<Vec<u8>, Problem> {
    let mut format = match plan.payload_format.as_str() {
        DEFAULT_FORMAT if !plan.include_timestamp => "{body}",
        format => format,
    };
    let mut signed = Vec::with_capacity(format.len() + attempt.body.len() + time.len());
    while let Some(at) = format.find('{') {
        signed.extend_from_slice(&format.as_bytes()[..at]);
        format = &format[at..];
        let placeholder = format.find('}').map_or("", |end| &format[..=end]);
        match placeholder {
            "{body}" => signed.extend_from_slice(attempt.body),
            "{timestamp}" => signed.extend_from_slice(time.as_bytes()),
            "{method}" => signed.extend_from_slice(attempt.method.as_bytes()),
            "{url}" => signed.extend_from_slice(attempt.url.as_bytes()),
            "{svix-id}" => {
                let name = plan.message_id_header.as_deref().unwrap_or(MESSAGE_ID);
                signed.extend_from_slice(header(attempt.headers, name)?.as_bytes());
            }
            _ => {
                signed.push(b'{');
                format = &format[1..];
                continue;
            }
        }
        format = &format[placeholder.len()..];
    }
    signed.extend_from_slice(format.as_bytes());
    Ok(signed)
}

fn decode(plan: &HmacPlan, text: &str) -> Option<Vec<u8>> {
    match plan.signature_encoding {
        HmacEncoding::Hex => hexadecimal(text),
        HmacEncoding::Base64 => BASE64.decode(text).ok(),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

fn signature<M: Mac + KeyInit>(key: &[u8], signed: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else { return Vec::new() };
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

/// Compares in constant time.
fn is_signature<M: Mac + KeyInit>(key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = <M as Mac>::new_from_slice(key) else {
        return false;
    };
    mac.update(signed);
    mac.verify_slice(signature).is_ok()
}
