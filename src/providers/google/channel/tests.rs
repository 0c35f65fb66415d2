//! Which posts are taken for Google's.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hookswitch_storage::{Connection, OrgId};

use super::*;
use crate::providers::vendor::Fields;

fn connection() -> Connection {
    Connection::new(OrgId::random(), "google", Timestamp::UNIX_EPOCH)
}

fn posted(secret: Option<&[u8]>, headers: &[(&str, &str)]) -> Result<Notice, NoticeRefused> {
    let named = |(name, value): &(&str, &str)| {
        let name: HeaderName = name.to_lowercase().parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    };
    let headers: HeaderMap = headers.iter().map(named).collect();
    notice(&Posted {
        connection: &connection(),
        credentials: &Fields::new(),
        secret,
        url: "https://example.com/x",
        headers: &headers,
        body: b"",
        now: Timestamp::UNIX_EPOCH,
    })
}

#[test]
fn only_a_post_with_the_channels_token_is_believed() {
    let token = ("X-Goog-Channel-Token", "agreed");
    let exists = ("X-Goog-Resource-State", "exists");
    let secret = Some(b"agreed".as_slice());
    assert_eq!(posted(secret, &[token, exists]), Ok(Notice::Ask));
    let gone = ("X-Goog-Resource-State", "not_exists");
    assert_eq!(posted(secret, &[token, gone]), Ok(Notice::Ask));
    let sync = ("X-Goog-Resource-State", "sync");
    assert_eq!(posted(secret, &[token, sync]), Ok(Notice::Nothing));
    assert_eq!(posted(secret, &[token]), Err(NoticeRefused::Unreadable));
    for (secret, headers) in [
        (secret, vec![exists]),
        (secret, vec![("X-Goog-Channel-Token", "agree"), exists]),
        (secret, vec![("X-Goog-Channel-Token", "agreed2"), exists]),
        (secret, vec![("X-Goog-Channel-Token", ""), exists]),
        (None, vec![token, exists]),
        (Some(b"".as_slice()), vec![("X-Goog-Channel-Token", ""), exists]),
    ] {
        assert_eq!(posted(secret, &headers), Err(NoticeRefused::Unsigned), "{headers:?}");
    }
}
