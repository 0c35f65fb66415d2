//! Mails that were queued, or being handed over, when the process was killed are sent after the next start.

use hookswitch::player::stand_ins::smtp::{StandIn, Trouble};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;

use crate::support::{Host, MORNING, Process, eventually_within};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_mails_wait_and_are_handed_over_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mails = StandIn::start().await.unwrap();
    let more = format!("[outbound]\nallow = [\"{}\"]", mails.address());
    let morning: Timestamp = MORNING.parse().unwrap();
    let server = Process::start_at(folder.path(), morning, &more).await;
    let org = super::busy_org(&server).await;
    let smtp = json!({"host": "127.0.0.1", "port": mails.port(), "security": "none",
        "from": "desk@example.com"});
    assert_eq!(org.patch(&server, json!({"smtp": smtp})).await.0, StatusCode::OK);
    // The first is taken without an answer; the others never get a word.
    mails.next(Trouble::TakesAndHangs);
    mails.always(Trouble::Hangs);
    let path = format!("/api/orgs/{}/bookings", org.id);
    let mut codes = Vec::new();
    for number in 0..6 {
        let new = json!({"start": format!("2026-09-24T10:{number}0"), "customer_name": "Ann Ruiz",
            "customer_email": format!("ann{number}@example.org")});
        let (status, booking) = server.request(Method::POST, &path, Some(new)).await;
        assert_eq!(status, StatusCode::CREATED, "{booking}");
        codes.push(booking["confirmation"].as_str().unwrap().to_owned());
    }
    eventually_within(LONG, "a mail on its way", || async {
        (mails.kept().len() == 1 && mails.conversations() > 1).then_some(())
    })
    .await;
    server.kill();
    mails.behave();
    let later = morning + SignedDuration::from_mins(5);
    let server = Process::start_at(folder.path(), later, &more).await;
    let path = format!("/api/orgs/{}/messages", org.id);
    eventually_within(LONG, "every mail to be accepted", || async {
        let listed = server.read(&path).await;
        let items = listed["items"].as_array().unwrap();
        (items.len() == 6 && items.iter().all(|it| it["state"] == "accepted")).then_some(())
    })
    .await;
    let kept = mails.kept();
    for (number, code) in codes.iter().enumerate() {
        let to = format!("ann{number}@example.org");
        let theirs: Vec<_> = kept.iter().filter(|mail| mail.to == [to.clone()]).collect();
        assert!(!theirs.is_empty(), "{to} has no mail");
        let mut ids: Vec<_> = theirs.iter().map(|mail| mail.header("Message-ID")).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "what came twice is one mail: {theirs:?}");
        assert!(theirs.iter().all(|mail| mail.data.contains(code)), "{theirs:?}");
    }
    // Only what was taken before the kill came again.
    assert_eq!(kept.len(), 7);
}
