//! The page on which somebody agrees that we may use their account: its address, and the proof that who
//! exchanges the answer is who asked (RFC 7636, S256).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::app::App;

/// What somebody is to be shown, and what is kept until they answer.
pub(crate) struct Consent {
    /// Where they agree.
    pub(crate) url: String,
    /// What proves us when the answer is exchanged, where that is offered.
    pub(crate) verifier: Option<String>,
}

impl Consent {
    pub(super) fn new(app: &App, redirect_uri: &str, state: &str) -> Self {
        let verifier = app.pkce.then(|| random(32));
        let mut url = app.authorize.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code");
        query.append_pair("client_id", app.client.id.as_deref().unwrap_or_default());
        query.append_pair("redirect_uri", redirect_uri);
        query.append_pair("scope", &app.scopes.join(" "));
        query.append_pair("state", state);
        query.extend_pairs(app.extra);
        if let Some(verifier) = &verifier {
            query.append_pair("code_challenge", &challenge(verifier));
            query.append_pair("code_challenge_method", "S256");
        }
        drop(query);
        Self { url: url.into(), verifier }
    }
}

/// So many random bytes, as text for a URL.
pub(super) fn random(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    // The server does not start on a machine without randomness.
    let _ = getrandom::fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::challenge;

    #[test]
    fn the_challenge_is_the_standards_own_example() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
