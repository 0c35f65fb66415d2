//! Access tokens that this server gives Vapi for a client secret (OAuth 2.0, client credentials). A token
//! is its own proof: an end, a random part and a signature over both by the org's secret. Nothing of it
//! is kept, it outlives a restart, and it ends with the secret. Knows no HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::{AUTHORIZATION, Attempt, Problem, without_bearer};

/// How long a token is good, seconds; Vapi fetches a new one by itself.
pub const LIFE_SECONDS: u32 = 3_600;

/// So that a token is known for what it is where it turns up.
const PREFIX: &str = "hsv_";

/// So that no other signature by the same secret is a token.
const PURPOSE: &[u8] = b"hookswitch access token of a webhook\0";

const RANDOM: usize = 16;
const SIGNED: usize = 8 + RANDOM;

/// A token that is good from `now` for [`LIFE_SECONDS`]. `random` makes it another each time.
#[must_use]
pub fn issue(secret: &[u8], now: Timestamp, random: [u8; RANDOM]) -> String {
    let end = now.as_second().saturating_add(i64::from(LIFE_SECONDS));
    let mut token = Vec::with_capacity(SIGNED + 32);
    token.extend_from_slice(&end.to_be_bytes());
    token.extend_from_slice(&random);
    if let Some(mac) = mac(secret, &token) {
        token.extend_from_slice(&mac.finalize().into_bytes());
    }
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(token))
}

/// Accepts a request with a token of this secret that has not ended.
pub(super) fn check(attempt: Attempt<'_>, secret: &[u8]) -> Result<(), Problem> {
    let header = || AUTHORIZATION.to_owned();
    let value = attempt.headers.get(AUTHORIZATION).ok_or_else(|| Problem::Missing(header()))?;
    let token = without_bearer(value.as_bytes().trim_ascii());
    if token.is_empty() {
        return Err(Problem::Empty(header()));
    }
    let end = end_of(token, secret).ok_or_else(|| Problem::Mismatch(header()))?;
    if attempt.now >= end {
        return Err(Problem::Expired(header()));
    }
    Ok(())
}

/// When a token ends, if the secret signed it.
fn end_of(token: &[u8], secret: &[u8]) -> Option<Timestamp> {
    let encoded = token.strip_prefix(PREFIX.as_bytes())?;
    let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let (signed, signature) = bytes.split_at_checked(SIGNED)?;
    mac(secret, signed)?.verify_slice(signature).ok()?;
    let end = i64::from_be_bytes(signed.first_chunk().copied()?);
    Timestamp::from_second(end).ok()
}

fn mac(secret: &[u8], signed: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.trim_ascii()).ok()?;
    mac.update(PURPOSE);
    mac.update(signed);
    Some(mac)
}
