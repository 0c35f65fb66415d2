//! What the answer to a probe says of the way that it took, and what to do.

use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use std::error::Error;

use crate::vapi::Problem;

/// Longest name of a host that is repeated, characters.
const LONGEST_HOST: usize = 100;

/// What became of a request.
pub(super) enum Answered {
    /// Somebody answered.
    Yes {
        status: StatusCode,
        /// Where a redirect leads.
        to: Option<String>,
        body: Vec<u8>,
    },
    /// Nobody did; why, in words without an address.
    No(&'static str),
}

impl Answered {
    pub(super) fn not(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::No("nobody answered within 10 seconds");
        }
        let mut reason = error.to_string();
        let mut source = error.source();
        while let Some(deeper) = source {
            reason.push_str(&deeper.to_string());
            source = deeper.source();
        }
        let reason = reason.to_ascii_lowercase();
        Self::No(if reason.contains("certificate") || reason.contains("tls") {
            "its certificate is not one that is trusted"
        } else if reason.contains("dns") || reason.contains("lookup") {
            "its name has no address"
        } else {
            "nobody can be reached there"
        })
    }
}

/// Whether Vapi's posts would arrive, or what keeps them from it.
pub(super) enum Verdict {
    Good,
    Bad { problem: String, hint: &'static str },
}

impl Verdict {
    fn bad(problem: impl Into<String>, hint: &'static str) -> Self {
        Self::Bad { problem: problem.into(), hint }
    }

    /// The org's own settings cannot be proved by anybody.
    pub(super) fn settings(problem: &Problem) -> Self {
        Self::bad(problem.to_string(), "correct `webhook_auth` in the organisation's settings")
    }

    pub(super) fn shown(self, scheme: &str, duration_ms: u64) -> Value {
        let (ok, problem, hint) = match self {
            Self::Good => (true, None, None),
            Self::Bad { problem, hint } => (false, Some(problem), Some(hint)),
        };
        json!({"scheme": scheme, "ok": ok, "duration_ms": duration_ms, "problem": problem, "hint": hint})
    }
}

const ANOTHER: &str =
    "have `server.public_url` name this server, or the proxy there pass requests on to it";

/// `arrived` if the probe came in here and was believed; `expected` is what it was answered then.
pub(super) fn of_webhook(answered: Answered, arrived: bool, expected: &[u8]) -> Verdict {
    let (status, to, body) = match read(answered) {
        Ok(answer) => answer,
        Err(verdict) => return verdict,
    };
    if arrived && status.is_success() && body == expected {
        return Verdict::Good;
    }
    if arrived {
        return Verdict::bad(
            format!(
                "the post arrived, but its answer came back changed (HTTP {})",
                status.as_u16()
            ),
            "have the proxy pass answers on as they are",
        );
    }
    if refused_by_us(status, &body) {
        return Verdict::bad(
            "the post arrived without its proof, or with another body or URL than was signed (HTTP 401)",
            "have the proxy pass on headers and body as they came, and set `server.public_url` to the \
             address that is posted to",
        );
    }
    elsewhere(status, to.as_deref())
}

/// The token of an answer to a request for one.
pub(super) fn of_token(answered: Answered) -> Result<String, Verdict> {
    let (status, to, body) = read(answered)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(token) = body["access_token"].as_str().filter(|_| status.is_success()) {
        return Ok(token.to_owned());
    }
    if status == StatusCode::UNAUTHORIZED && body["error"] == "invalid_client" {
        let hint = "have the proxy pass requests on as they came";
        return Err(Verdict::bad("the request for a token arrived changed (HTTP 401)", hint));
    }
    Err(elsewhere(status, to.as_deref()))
}

type Read = (StatusCode, Option<String>, Vec<u8>);

fn read(answered: Answered) -> Result<Read, Verdict> {
    match answered {
        Answered::Yes { status, to, body } => Ok((status, to, body)),
        Answered::No(reason) => Err(Verdict::bad(
            format!("the public URL cannot be reached: {reason}"),
            "start the tunnel or proxy, and have `server.public_url` name its address",
        )),
    }
}

/// Nothing of what was posted arrived here.
fn elsewhere(status: StatusCode, to: Option<&str>) -> Verdict {
    let code = status.as_u16();
    if status.is_redirection() {
        let host = to.and_then(|to| Url::parse(to).ok()).and_then(|to| to.host_str().map(cut));
        let to = host.map(|host| format!(" to {host}")).unwrap_or_default();
        return Verdict::bad(
            format!("the public URL redirects{to} (HTTP {code}), and posts do not follow"),
            "set `server.public_url` to the address that it redirects to",
        );
    }
    if matches!(code, 502..=504) {
        return Verdict::bad(
            format!("a proxy answers, but does not reach this server (HTTP {code})"),
            "have it pass requests on to the address that this server listens on",
        );
    }
    if matches!(code, 401 | 403 | 407) {
        return Verdict::bad(
            format!("something before this server refuses the post (HTTP {code})"),
            "have it let `/webhook/` and `/api/` through without a sign-in of its own",
        );
    }
    Verdict::bad(format!("another server answers at the public URL (HTTP {code})"), ANOTHER)
}

fn cut(host: &str) -> String {
    host.chars().take(LONGEST_HOST).collect()
}

/// Whether this is how this program refuses a webhook.
fn refused_by_us(status: StatusCode, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    status == StatusCode::UNAUTHORIZED && body["error"]["code"] == "unauthorized"
}
