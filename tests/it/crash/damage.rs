//! Files that vanish or rot between two runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::busy_org;
use crate::support::{Host, Process, TestOrg, result_of};

/// Books `count` slots directly.
async fn book(server: &impl Host, org: &TestOrg, count: usize) {
    for number in 0..count {
        let id = format!("damage-{number}");
        let arguments = json!({"date": "2026-09-24", "time": format!("{number:02}:00"),
            "customer_name": "Ann Ruiz"});
        let tool = json!({"id": id, "type": "function",
            "function": {"name": "create_booking", "arguments": arguments}});
        let body = json!({"message": {"type": "tool-calls", "toolCallList": [tool]}});
        let url = server.url(&format!("/webhook/{}", org.webhook_id));
        let request = server.client().post(url).bearer_auth(&org.secret).json(&body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(result_of(&answer)["success"], true, "{answer}");
    }
}

fn segments(data: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(data.join("journal"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn without_its_rows_the_server_starts_and_every_booking_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path()).await;
    let org = busy_org(&server).await;
    book(&server, &org, 12).await;
    let before = org.bookings(&server).await;
    assert_eq!(before.len(), 12);
    server.kill();
    std::fs::remove_dir_all(Process::data(folder.path()).join("sled")).unwrap();
    let server = Process::start(folder.path()).await;
    assert_eq!(org.bookings(&server).await, before);
}

#[tokio::test]
async fn a_journal_damaged_in_the_middle_is_refused_with_the_restore_command() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path()).await;
    let org = busy_org(&server).await;
    book(&server, &org, 12).await;
    server.kill();
    let data = Process::data(folder.path());
    let segment = segments(&data).remove(0);
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&segment, &bytes).unwrap();

    let (status, said, took) = Process::refused(folder.path()).await;
    assert!(!status.success());
    assert!(took < Duration::from_secs(10), "it took {took:?} to refuse");
    assert!(said.contains("hookswitch restore"), "{said}");
    assert!(said.contains(segment.file_name().unwrap().to_str().unwrap()), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(std::fs::read(&segment).unwrap(), bytes, "the evidence was changed");
}
