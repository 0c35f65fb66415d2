//! What Acuity posts: its own is read, everybody else's is not.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::{HeaderMap, HeaderName};

use super::super::tests::{account, connection, stand_in};
use super::*;
use crate::player::stand_ins::acuity::Post;
use crate::providers::trials::at;

const KEY: &str = super::super::tests::KEY;

fn read(post: &Post, key: &str) -> Result<Notice, NoticeRefused> {
    let headers: HeaderMap = post
        .headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    let posted = Posted {
        connection: &connection(),
        credentials: &account(key),
        secret: None,
        url: "https://calls.example/api/providers/acuity/webhook/x",
        headers: &headers,
        body: post.body.as_bytes(),
        now: at("2026-09-22T14:30:00Z"),
    };
    notice(&posted, key)
}

#[tokio::test]
async fn a_signed_post_says_which_appointment_to_look_at_whatever_happened_to_it() {
    let stand_in = stand_in().await;
    let id = stand_in.book_elsewhere(30, 7, at("2026-09-24T15:00:00Z"));
    let look = Ok(Notice::Look(vec![id.to_string()]));
    for action in [
        "scheduled",
        "rescheduled",
        "canceled",
        "changed",
        "appointment.scheduled",
        "appointment.changed",
    ] {
        assert_eq!(read(&stand_in.post(id, action).unwrap(), KEY), look, "{action}");
    }
    let order = stand_in.post(id, "order.completed").unwrap();
    assert_eq!(read(&order, KEY), Ok(Notice::Nothing));
}

#[tokio::test]
async fn a_post_that_is_changed_or_signed_by_another_is_not_taken() {
    let stand_in = stand_in().await;
    let id = stand_in.book_elsewhere(30, 7, at("2026-09-24T15:00:00Z"));
    let post = stand_in.post(id, "changed").unwrap();
    let unsigned = Err(NoticeRefused::Unsigned);
    assert_eq!(read(&post, "another_key"), unsigned);
    let other = post.body.replace(&id.to_string(), "99");
    assert_eq!(read(&Post { body: other, ..post.clone() }, KEY), unsigned);
    for signature in ["", "bm90IGl0", "not base64!"] {
        let headers = vec![(SIGNATURE, signature.to_owned())];
        assert_eq!(read(&Post { headers, ..post.clone() }, KEY), unsigned, "{signature}");
    }
    assert_eq!(read(&Post { headers: Vec::new(), ..post }, KEY), unsigned);
}

#[test]
fn a_signed_post_that_names_no_appointment_cannot_be_read() {
    for body in ["", "action=changed", "action=changed&id=../me", "id=7", "{\"id\": 7}"] {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let post = Post { headers: vec![(SIGNATURE, signature)], body: body.to_owned() };
        assert_eq!(read(&post, KEY), Err(NoticeRefused::Unreadable), "{body}");
    }
}
