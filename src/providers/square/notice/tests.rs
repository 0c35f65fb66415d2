//! What Square posts: its own is read, everybody else's is not.

#![expect(clippy::unwrap_used, reason = "tests")]

use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, OrgId};

use super::*;
use crate::config::Config;
use crate::player::stand_ins::square::{Setup, StandIn};
use crate::providers::vendor::{Fields, Vendor as _};

const KEY: &str = "test_signature_key";
const URL: &str = "https://example.test/square/webhook";
/// Signs [`KNOWN`], for [`URL`], with [`KEY`]; worked out by another program.
const SIGNED: &str = "PnBtwpbjzGlXOel50kXpdsHPi9uAJshXRiCMpOzwLck=";
const KNOWN: &str = r#"{"merchant_id":"M1","type":"booking.updated","event_id":"e1"}"#;

fn connection(merchant: Option<&str>) -> Connection {
    let connection = json!({"id": ConnectionId::random(), "org": OrgId::random(),
        "provider": "square", "status": ConnectionStatus::Connected, "sync_enabled": true,
        "external_account_id": merchant, "options": {}, "created_at": "2026-09-22T14:30:00Z",
        "updated_at": "2026-09-22T14:30:00Z"});
    serde_json::from_value(connection).unwrap()
}

/// What becomes of a post; `secret` is of the subscription, `own` of the operator.
fn noticed(
    body: &str,
    signature: Option<&str>,
    secret: Option<&str>,
    own: Option<&str>,
) -> Result<Notice, NoticeRefused> {
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert(SIGNATURE, signature.parse().unwrap());
    }
    let mut credentials = Fields::new();
    if let Some(own) = own {
        credentials.insert("webhook_signature_key".into(), json!(own));
    }
    let posted = Posted {
        connection: &connection(Some("MLWILLOWSTREET")),
        credentials: &credentials,
        secret: secret.map(str::as_bytes),
        url: URL,
        headers: &headers,
        body: body.as_bytes(),
        now: "2026-09-22T14:30:00Z".parse().unwrap(),
    };
    super::super::Vendor::new(&Config::default()).notice(&posted)
}

/// What becomes of a body that is signed rightly.
fn signed(body: &str) -> Result<Notice, NoticeRefused> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(URL.as_bytes());
    mac.update(body.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    noticed(body, Some(&signature), Some(KEY), None)
}

#[test]
fn the_published_scheme_is_understood_with_either_key() {
    // It is of another seller of the same application.
    assert_eq!(noticed(KNOWN, Some(SIGNED), Some(KEY), None), Ok(Notice::Nothing));
    assert_eq!(noticed(KNOWN, Some(SIGNED), None, Some(KEY)), Ok(Notice::Nothing));
    assert_eq!(noticed(KNOWN, Some(SIGNED), Some("old"), Some(KEY)), Ok(Notice::Nothing));
}

#[test]
fn what_is_not_signed_with_our_key_is_not_read() {
    for (body, signature, secret) in [
        (KNOWN, None, Some(KEY)),
        (KNOWN, Some(""), Some(KEY)),
        (KNOWN, Some("not base64"), Some(KEY)),
        (KNOWN, Some(SIGNED), Some("another_key")),
        (KNOWN, Some(SIGNED), Some("")),
        (KNOWN, Some(SIGNED), None),
        (&KNOWN.replace("e1", "e2"), Some(SIGNED), Some(KEY)),
        ("not even JSON", Some(SIGNED), Some(KEY)),
    ] {
        let refused = noticed(body, signature, secret, None);
        assert_eq!(refused, Err(NoticeRefused::Unsigned), "{body} {signature:?} {secret:?}");
    }
}

#[test]
fn every_event_says_where_to_look() {
    let event = |kind: &str, data: serde_json::Value| {
        let body = json!({"merchant_id": "MLWILLOWSTREET", "type": kind, "data": data});
        signed(&body.to_string())
    };
    let look = || Ok(Notice::Look(vec!["B1".into()]));
    let whole = json!({"id": "B1:7", "object": {"booking": {"id": "B1", "version": 7}}});
    assert_eq!(event("booking.created", whole.clone()), look());
    assert_eq!(event("booking.updated", whole), look());
    assert_eq!(event("booking.updated", json!({"id": "B1:7"})), look(), "without its version");
    assert_eq!(event("oauth.authorization.revoked", json!({})), Ok(Notice::Ask));
    assert_eq!(event("customer.created", json!({"id": "C1"})), Ok(Notice::Nothing));
    for unreadable in [json!(null), json!({}), json!({"id": ":7"})] {
        assert_eq!(event("booking.updated", unreadable), Err(NoticeRefused::Unreadable));
    }
    assert_eq!(signed("[]"), Err(NoticeRefused::Unreadable));
}

#[tokio::test]
async fn what_the_stand_in_posts_is_taken() {
    let now = "2026-09-22T14:30:00Z".parse().unwrap();
    let stand_in = StandIn::start(Setup::new("t", "America/Chicago", now)).await.unwrap();
    stand_in.book_elsewhere("VAR1", "TM1", "2026-09-24T15:00:00Z".parse().unwrap());
    let id = stand_in.bookings()[0].id.clone();
    let post = stand_in.post("booking.updated", &id, URL, KEY).unwrap();
    let signature = post.headers.iter().find(|(name, _)| *name == SIGNATURE).unwrap();
    let noticed = noticed(&post.body, Some(&signature.1), Some(KEY), None);
    assert_eq!(noticed, Ok(Notice::Look(vec![id])));
    assert!(stand_in.post("booking.updated", "nobody", URL, KEY).is_none());
}
