//! Posts that are Calendly's, and posts that are not.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::HeaderMap;
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, OrgId};
use serde_json::json;

use super::*;
use crate::providers::vendor::Fields;

const KEY: &[u8] = b"5mEzn9C-key";
const BODY: &str = r#"{"event":"invitee.canceled","payload":{"uri":"https://api.calendly.com/scheduled_events/E1/invitees/I1","old_invitee":null,"new_invitee":"https://api.calendly.com/scheduled_events/E2/invitees/I2","rescheduled":true}}"#;
const AT: i64 = 1_790_000_000;

fn signature(key: &[u8], at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

fn judged(
    secret: Option<&[u8]>,
    header: Option<&str>,
    body: &str,
    now: i64,
) -> Result<Notice, NoticeRefused> {
    let at = Timestamp::from_second(AT).unwrap();
    let connection = Connection {
        id: ConnectionId::random(),
        org: OrgId::random(),
        provider: "calendly".into(),
        status: ConnectionStatus::Connected,
        credentials: None,
        expires_at: None,
        problem: None,
        external_account_id: None,
        external_account_name: None,
        sync_enabled: true,
        last_sync_at: None,
        connected_at: None,
        created_at: at,
        options: serde_json::Map::new(),
    };
    let mut headers = HeaderMap::new();
    if let Some(header) = header {
        headers.insert(SIGNATURE, header.parse().unwrap());
    }
    let posted = Posted {
        connection: &connection,
        credentials: &Fields::new(),
        secret,
        url: "https://clinic.example/api/providers/calendly/webhook/con_1",
        headers: &headers,
        body: body.as_bytes(),
        now: Timestamp::from_second(now).unwrap(),
    };
    read(&posted, None)
}

#[test]
fn a_signed_post_names_the_bookings_to_look_at() {
    let signed = signature(KEY, AT, BODY);
    let ids = ["E1/invitees/I1", "E2/invitees/I2"];
    let ids = ids.map(|id| format!("https://api.calendly.com/scheduled_events/{id}")).to_vec();
    let look = Ok(Notice::Look(ids));
    for header in [signed.clone(), signed.replace(',', ", "), signed.replace(",v1=", ",v1=00,v1=")]
    {
        assert_eq!(judged(Some(KEY), Some(&header), BODY, AT + 2), look, "{header}");
    }
}

#[test]
fn what_is_not_signed_with_the_key_over_this_body_is_not_calendlys() {
    let signed = signature(KEY, AT, BODY);
    let other = BODY.replace("I1", "I9");
    let moved = signed.replace(&AT.to_string(), &(AT + 1).to_string());
    let unsigned = Err(NoticeRefused::Unsigned);
    for (header, body) in [
        (None, BODY),
        (Some(""), BODY),
        (Some("v1=00"), BODY),
        (Some("t=1,v1="), BODY),
        (Some("t=1,v1=zz"), BODY),
        (Some("t=1,v1=0"), BODY),
        (Some(signed.as_str()), other.as_str()),
        (Some(moved.as_str()), BODY),
        (Some(signed.replace("v1", "v0").as_str()), BODY),
        (Some(signature(b"another", AT, BODY).as_str()), BODY),
        (Some(signature(b"", AT, BODY).as_str()), BODY),
    ] {
        assert_eq!(judged(Some(KEY), header, body, AT), unsigned, "{header:?}");
    }
    let nobody = judged(None, Some(&signed), BODY, AT);
    assert_eq!(nobody, Err(NoticeRefused::NotExpected), "nobody asked for posts");
}

#[test]
fn a_recorded_post_is_too_old_after_three_minutes() {
    let signed = signature(KEY, AT, BODY);
    for (later, stale) in [(180, false), (181, true), (-180, false), (-181, true), (86_400, true)] {
        let judged = judged(Some(KEY), Some(&signed), BODY, AT + later);
        assert_eq!(judged == Err(NoticeRefused::Stale), stale, "{later}");
    }
}

#[test]
fn other_events_say_nothing_and_odd_bodies_are_refused() {
    let judged = |body: &str| judged(Some(KEY), Some(&signature(KEY, AT, body)), body, AT);
    for event in ["invitee_no_show.created", "event_type.updated", "contact.created"] {
        let body = json!({"event": event, "payload": {"uri": "x"}}).to_string();
        assert_eq!(judged(&body), Ok(Notice::Nothing), "{event}");
    }
    let stray =
        r#"{"event":"invitee.created","payload":{"uri":"https://api.calendly.com/users/me"}}"#;
    for body in ["", "[]", "{}", r#"{"event":"invitee.created"}"#, stray] {
        assert_eq!(judged(body), Err(NoticeRefused::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn the_stand_ins_posts_are_taken_for_calendlys_and_a_move_by_hand_names_both_ends() {
    use hookswitch_actors::ports::{BookingProvider as _, WatchTarget};

    use super::super::tests::{adapter, booked, stand_in};

    let stand_in = stand_in().await;
    let calendly = adapter(&stand_in, "ONE");
    let secret = hookswitch_storage::Secret::new(KEY.to_vec());
    let target = WatchTarget { url: "https://clinic.example/hook".into(), secret };
    calendly.watch(&target).await.unwrap();
    let old = booked(&calendly).await.external_ids.remove(0);
    let new = stand_in.move_by_hand(&old, "2026-09-24T16:00:00Z".parse().unwrap()).unwrap();
    for (invitee, ids) in
        [(&old, vec![old.clone(), new.clone()]), (&new, vec![new.clone(), old.clone()])]
    {
        let post = stand_in.posts_about(invitee).remove(0);
        let (_, signature) =
            post.headers.iter().find(|(name, _)| name == SIGNATURE).unwrap().clone();
        let at: i64 = signature[2..].split(',').next().unwrap().parse().unwrap();
        let body = String::from_utf8(post.body).unwrap();
        assert_eq!(judged(Some(KEY), Some(&signature), &body, at), Ok(Notice::Look(ids)));
        let another = judged(Some(b"another"), Some(&signature), &body, at);
        assert_eq!(another, Err(NoticeRefused::Unsigned));
    }
}
