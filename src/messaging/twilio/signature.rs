//! Whether a request is Twilio's: `X-Twilio-Signature`, base64 of HMAC-SHA1 with the account's token
//! over the URL as Twilio called it and every form field, name and value, in order of names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use reqwest::Url;
use sha1::Sha1;

/// Whether `signature` is that of a request with these form fields to `url`. Libraries sign the URL
/// with and without its usual port, so both are right.
pub(crate) fn is_genuine(
    token: &[u8],
    url: &str,
    fields: &[(String, String)],
    signature: &str,
) -> bool {
    let Ok(given) = STANDARD.decode(signature.trim()) else { return false };
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    sorted.sort();
    let is_of = |url: &str| {
        let Ok(mut mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(token) else { return false };
        mac.update(url.as_bytes());
        for (name, value) in &sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.verify_slice(&given).is_ok()
    };
    !token.is_empty() && (is_of(url) || with_port(url).is_some_and(|url| is_of(&url)))
}

/// The same URL with its usual port written out; `None` if it has another.
fn with_port(url: &str) -> Option<String> {
    let parsed = Url::parse(url).ok().filter(|url| url.port().is_none())?;
    let (host, port) = (parsed.host_str()?, parsed.port_or_known_default()?);
    let (before, after) = url.split_once(host)?;
    Some(format!("{before}{host}:{port}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &[u8] = b"test_auth_token_0123456789abcdef";
    const URL: &str = "https://example.test/twilio/status?tenant=7";
    const SIGNATURE: &str = "Dh1y9+Ns9OLaLGVuaXCtlm0/NLM=";

    fn fields() -> Vec<(String, String)> {
        [
            ("MessageStatus", "delivered"),
            ("AccountSid", "AC00000000000000000000000000000001"),
            ("ApiVersion", "2010-04-01"),
            ("From", "+15005550001"),
            ("To", "+15005550006"),
            ("MessageSid", "SM00000000000000000000000000000001"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn a_signature_is_right_for_its_url_fields_and_token_and_for_nothing_else() {
        assert!(is_genuine(TOKEN, URL, &fields(), SIGNATURE));
        assert!(!is_genuine(b"another token", URL, &fields(), SIGNATURE));
        assert!(!is_genuine(b"", URL, &fields(), SIGNATURE));
        assert!(!is_genuine(
            TOKEN,
            "https://example.test/twilio/status?tenant=8",
            &fields(),
            SIGNATURE
        ));
        assert!(!is_genuine(TOKEN, URL, &fields(), ""));
        assert!(!is_genuine(TOKEN, URL, &fields(), "not base64"));
        for at in 0..fields().len() {
            let mut altered = fields();
            altered[at].1.push('x');
            assert!(!is_genuine(TOKEN, URL, &altered, SIGNATURE), "{altered:?}");
            let mut less = fields();
            less.remove(at);
            assert!(!is_genuine(TOKEN, URL, &less, SIGNATURE), "{less:?}");
        }
    }

    #[test]
    fn the_usual_port_may_be_written_out() {
        assert_eq!(with_port("https://a.example/b").as_deref(), Some("https://a.example:443/b"));
        assert_eq!(with_port("https://a.example:8443/b"), None);
    }
}
