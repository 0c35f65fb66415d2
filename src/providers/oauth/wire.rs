//! What authorization servers answer, in their JSON: grants with a lifetime or a moment, refusals in the
//! standard's form or in Square's. What they say in words is read here and goes no further.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use hookswitch_actors::ports::Grant;

/// A grant and what else was said of it.
pub(crate) struct Given {
    /// The grant.
    pub(crate) grant: Grant,
    /// The provider's id of the account, if it is told.
    pub(crate) account: Option<String>,
    /// What is told to be given.
    pub(super) scope: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
    /// Seconds; some servers quote it.
    #[serde(default)]
    expires_in: Option<Value>,
    /// Square's: a moment.
    #[serde(default)]
    expires_at: Option<Timestamp>,
    #[serde(default)]
    refresh_token_expires_at: Option<Timestamp>,
    #[serde(default)]
    scope: Option<String>,
    /// Square's.
    #[serde(default)]
    merchant_id: Option<String>,
    /// Calendly's.
    #[serde(default)]
    owner: Option<String>,
}

/// Reads a grant; `None` if it is none.
pub(super) fn given(body: &[u8], now: Timestamp) -> Option<Given> {
    let body: Body = serde_json::from_slice(body).ok()?;
    if body.access_token.is_empty() {
        return None;
    }
    let seconds = body.expires_in.and_then(|value| match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    let after =
        seconds.and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
    let grant = Grant {
        access_token: body.access_token,
        refresh_token: body.refresh_token.filter(|token| !token.is_empty()),
        expires_at: body.expires_at.or(after),
        refresh_expires_at: body.refresh_token_expires_at,
        obtained_at: now,
        renewal_begun_at: None,
    };
    Some(Given { grant, account: body.merchant_id.or(body.owner), scope: body.scope })
}

/// The standard's name of a refusal, or the nearest to it that Square's own form says.
pub(super) fn refusal(body: &[u8]) -> Option<&'static str> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let said = |value: &Value| value.as_str().and_then(known);
    said(&body["error"])
        .or_else(|| body["errors"].as_array()?.iter().find_map(|one| said(&one["code"])))
        .or_else(|| said(&body["type"]))
}

fn known(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_grant" => "invalid_grant",
        "invalid_client" | "unauthorized_client" => "invalid_client",
        "invalid_scope" => "invalid_scope",
        // Square's, for a code or a refresh token that is good no longer, and for a wrong secret alike.
        "UNAUTHORIZED"
        | "ACCESS_TOKEN_REVOKED"
        | "ACCESS_TOKEN_EXPIRED"
        | "service.not_authorized" => "invalid_grant",
        "temporarily_unavailable" | "server_error" => "temporarily_unavailable",
        "slow_down" | "RATE_LIMITED" => "slow_down",
        _ => return None,
    })
}

/// Which of the scopes that are needed are told to be missing.
pub(super) fn missing<'a>(given: &Given, needed: &[&'a str]) -> Vec<&'a str> {
    let Some(scope) = &given.scope else { return Vec::new() };
    let has = |one: &&&str| scope.split([' ', ',']).any(|given| given == **one);
    needed.iter().filter(|one| !has(one)).copied().collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn read(body: &str) -> Option<Given> {
        given(body.as_bytes(), "2026-09-22T14:30:00Z".parse().unwrap())
    }

    #[test]
    fn a_lifetime_and_a_moment_are_both_an_end() {
        for body in [
            r#"{"access_token":"a","expires_in":3600,"token_type":"bearer"}"#,
            r#"{"access_token":"a","expires_in":"3600"}"#,
            r#"{"access_token":"a","expires_at":"2026-09-22T15:30:00Z","merchant_id":"M"}"#,
        ] {
            let end = read(body).unwrap().grant.expires_at.unwrap();
            assert_eq!(end.to_string(), "2026-09-22T15:30:00Z", "{body}");
        }
        assert_eq!(read(r#"{"access_token":"a"}"#).unwrap().grant.expires_at, None);
        for none in ["", "<html>", r#"{"token":"a"}"#, r#"{"access_token":""}"#] {
            assert!(read(none).is_none(), "{none}");
        }
    }

    #[test]
    fn refusals_are_read_in_both_forms_and_no_others() {
        for (body, code) in [
            (r#"{"error":"invalid_grant","error_description":"..."}"#, Some("invalid_grant")),
            (r#"{"error":"unauthorized_client"}"#, Some("invalid_client")),
            (r#"{"errors":[{"category":"A","code":"UNAUTHORIZED"}]}"#, Some("invalid_grant")),
            (r#"{"message":"no","type":"service.not_authorized"}"#, Some("invalid_grant")),
            (r#"{"error":{"code":400}}"#, None),
            ("oops", None),
        ] {
            assert_eq!(refusal(body.as_bytes()), code, "{body}");
        }
    }

    #[test]
    fn scopes_are_missing_only_if_what_was_given_is_told() {
        let told = read(r#"{"access_token":"a","scope":"one three"}"#).unwrap();
        assert_eq!(missing(&told, &["one", "two", "three"]), ["two"]);
        let not_told = read(r#"{"access_token":"a"}"#).unwrap();
        assert!(missing(&not_told, &["one"]).is_empty());
    }
}
