//! Backup, restore and verify as an operator uses them: under load, to another place, on damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use super::program::{Ended, run};
use super::{Served, client, serve_with};
use crate::customerconnect::stand_in::{Habit, StandIn, people};

/// Sealed on disk, and seen by the directory that it opens.
const DIRECTORY_KEY: &str = "cc-key-that-comes-along-2b8e";

/// Books one slot after the other until told to stop; slots are unique by number.
async fn keep_booking(
    url: String,
    token: String,
    org: String,
    made: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
) {
    let path = format!("{url}/api/orgs/{org}/bookings");
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) && number < 400 {
        // Monday, 14 September 2026, and the weeks after it; sixteen half hours a day.
        let (week, rest) = (number / 80, number % 80);
        let day =
            jiff::civil::date(2026, 9, 15) + jiff::Span::new().days(7 * week + (rest / 16) % 4);
        let (hour, minute) = (9 + (rest % 16) / 2, if rest % 2 == 0 { "00" } else { "30" });
        let body = json!({"start": format!("{day}T{hour:02}:{minute}:00"), "customer_name": format!("Caller {number}"),
            "customer_phone": format!("+1512555{number:04}")});
        let answer = client().post(&path).bearer_auth(&token).json(&body).send().await.unwrap();
        if answer.status() == reqwest::StatusCode::CREATED {
            made.fetch_add(1, Ordering::Relaxed);
        }
        number += 1;
    }
}

async fn read(url: &str, token: &str, path: &str) -> Value {
    let answer = client().get(format!("{url}{path}")).bearer_auth(token).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap()
}

pub(super) fn local_token(folder: &Path, data: &str) -> String {
    let file = fs::read(folder.join(data).join("server.json")).unwrap();
    serde_json::from_slice::<Value>(&file).unwrap()["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restores_elsewhere_to_the_same_bookings_settings_and_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let directory = StandIn::start(Habit::Answers(200, people(Vec::new()))).await;
    let outside = [("HOOKSWITCH__PROVIDERS__CUSTOMERCONNECT__BASE_URL", directory.url.as_str())];
    let served = Served::start_with(folder.path(), &outside).await;
    let access = json!({"customerconnect": {"workspace_id": "76692", "api_key": DIRECTORY_KEY}});
    let changed = client().patch(format!("{}/api/orgs/{}", served.url, served.org));
    let changed = changed.bearer_auth(&served.token).json(&access).send().await.unwrap();
    assert!(changed.status().is_success(), "{}", changed.status());
    let (made, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let load = tokio::spawn(keep_booking(
        served.url.clone(),
        served.token.clone(),
        served.org.clone(),
        Arc::clone(&made),
        Arc::clone(&stop),
    ));
    while made.load(Ordering::Relaxed) < 10 {
        tokio::task::yield_now().await;
    }
    let path = format!("/api/orgs/{}/bookings?limit=10000", served.org);
    let acknowledged = read(&served.url, &served.token, &path).await["items"].clone();
    let acknowledged = acknowledged.as_array().unwrap();
    assert!(acknowledged.len() >= 10, "{} bookings", acknowledged.len());
    let under_load = run(folder.path(), &["backup", "first.hkb", "--data-dir", "data"], "");
    assert_eq!(under_load.code, 0, "{under_load}");
    let during = made.load(Ordering::Relaxed) as usize;
    assert!(during > acknowledged.len(), "nobody booked while it was taken");
    stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
    let last = run(folder.path(), &["backup", "last.hkb", "--data-dir", "data", "--json"], "");
    assert_eq!(last.code, 0, "{last}");
    assert!(serde_json::from_str::<Value>(&last.out).unwrap()["rows"].as_u64().unwrap() > 30);
    let checked = run(folder.path(), &["verify", "--data-dir", "data"], "");
    assert_eq!(checked.code, 0, "{checked}");

    let paths = |org: &str| {
        [
            "",
            "/bookings?limit=10000",
            "/connections",
            "/audit?limit=10000",
            "/customers?name=Caller%203",
        ]
        .map(|path| format!("/api/orgs/{org}{path}"))
    };
    let mut contents = Vec::new();
    for path in paths(&served.org) {
        contents.push(read(&served.url, &served.token, &path).await);
    }
    let (org, secret) = (served.org.clone(), served.secret.clone());
    let webhook = served.webhook.rsplit('/').next().unwrap().to_owned();
    assert_eq!(served.program.terminate().code, 0);

    // Elsewhere: another folder, with the key brought along.
    for (backup, whole) in [("first.hkb", false), ("last.hkb", true)] {
        let there = tempfile::tempdir().unwrap();
        let file = folder.path().join(backup).display().to_string();
        let restored = run(there.path(), &["restore", &file, "--data-dir", "data"], "");
        assert_eq!(restored.code, 0, "{restored}");
        assert!(restored.out.contains("data.key"), "it asks for the key: {restored}");
        fs::copy(folder.path().join("data.key"), there.path().join("data.key")).unwrap();
        let mut server = serve_with(there.path(), &outside);
        let url = server.next_line().strip_prefix("listening on ").unwrap().to_owned();
        let token = local_token(there.path(), "data");
        let bookings = read(&url, &token, &paths(&org)[1]).await;
        let found = bookings["items"].as_array().unwrap();
        for booking in acknowledged {
            let same = found.iter().find(|found| found["id"] == booking["id"]);
            assert_eq!(same, Some(booking), "{backup}: a booking that was there when it began");
        }
        for (path, expected) in paths(&org).iter().zip(&contents) {
            // What others did meanwhile is in the later one only; nobody changed the settings.
            let is_settled = ["", "/connections"].map(|end| format!("/api/orgs/{org}{end}"));
            if !whole && !is_settled.contains(path) {
                continue;
            }
            let mut found = read(&url, &token, path).await;
            // The address of the server is the only thing that may be another.
            if found.get("webhook_url").is_some() {
                found["webhook_url"] = expected["webhook_url"].clone();
            }
            assert_eq!(&found, expected, "{backup}: {path}");
        }
        if whole {
            // The admin token and the webhook's secret are those of the first server.
            read(&url, &served.token, "/api/orgs").await;
        }
        let asks = json!([{"id": "who", "type": "function", "function":
            {"name": "lookup_customer", "arguments": {"phone_number": "6267888831"}}}]);
        let message = json!({"message": {"type": "tool-calls", "toolCallList": asks,
            "call": {"id": "call-elsewhere"}}});
        let post = |secret: &str| {
            client()
                .post(format!("{url}/webhook/{webhook}"))
                .bearer_auth(secret)
                .json(&message)
                .send()
        };
        assert_eq!(post("another").await.unwrap().status().as_u16(), 401);
        let asked = directory.asked().len();
        assert_eq!(post(&secret).await.unwrap().status().as_u16(), 200);
        let asked = directory.asked().split_off(asked);
        assert_eq!(asked.len(), 1, "{backup}: {asked:?}");
        assert_eq!(asked[0].key, DIRECTORY_KEY, "{backup}");
        assert_eq!(server.terminate().code, 0);
    }
}

#[tokio::test]
async fn a_stopped_folder_is_backed_up_and_checked_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    assert_eq!(served.program.terminate().code, 0);
    // As after a kill: an address that nobody answers at.
    let stale = json!({"url": "http://127.0.0.1:9", "token": "hsl_old", "pid": 1});
    fs::write(folder.path().join("data/server.json"), stale.to_string()).unwrap();
    let backup = run(folder.path(), &["backup", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(backup.code, 0, "{backup}");
    let checked = run(folder.path(), &["verify", "--data-dir", "data", "--json"], "");
    assert_eq!(checked.code, 0, "{checked}");
    assert_eq!(serde_json::from_str::<Value>(&checked.out).unwrap()["sound"], true);

    let over = run(folder.path(), &["restore", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(over.code, 0, "{over}");
    assert!(over.out.contains("replaced-1"), "what was there is kept: {over}");
    let other_key = "0f".repeat(32);
    fs::write(folder.path().join("data.key"), other_key).unwrap();
    let wrong = run(folder.path(), &["restore", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(wrong.code, 1, "{wrong}");
    assert!(wrong.err.contains("another master key"), "{wrong}");
    let missing = run(folder.path(), &["restore", "none.hkb", "--data-dir", "fresh"], "");
    assert_eq!(missing.code, 1, "{missing}");
    let empty = run(folder.path(), &["backup", "c.hkb", "--data-dir", "fresh"], "");
    assert_eq!(empty.code, 1, "a folder without data is not made into one: {empty}");
    assert!(!folder.path().join("c.hkb").exists());
}

#[tokio::test]
async fn a_server_in_use_is_not_restored_over() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let backup = run(folder.path(), &["backup", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(backup.code, 0, "{backup}");
    let refused = run(folder.path(), &["restore", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.err.contains("in use"), "{refused}");
    assert_eq!(served.program.terminate().code, 0);
}

fn journal(data: &Path) -> PathBuf {
    let files = fs::read_dir(data.join("journal")).unwrap();
    let mut logs: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "log"))
        .collect();
    logs.sort();
    logs.swap_remove(0)
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "reserve" {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_finds_every_one_of_a_hundred_flipped_bytes_in_the_journal() {
    const DAMAGES: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let (made, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let load = tokio::spawn(keep_booking(
        served.url.clone(),
        served.token.clone(),
        served.org.clone(),
        Arc::clone(&made),
        Arc::clone(&stop),
    ));
    while made.load(Ordering::Relaxed) < 20 {
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    load.await.unwrap();
    assert_eq!(served.program.terminate().code, 0);
    let whole = folder.path().join("data");
    let length = usize::try_from(journal(&whole).metadata().unwrap().len()).unwrap();
    for damage in 0..DAMAGES {
        let name = format!("damaged-{damage}");
        let there = folder.path().join(&name);
        copy(&whole, &there);
        fs::copy(folder.path().join("data.key"), folder.path().join(format!("{name}.key")))
            .unwrap();
        let file = journal(&there);
        let mut bytes = fs::read(&file).unwrap();
        let at = length * damage / DAMAGES + damage % 7;
        bytes[at.min(length - 1)] ^= 1 << (damage % 8);
        fs::write(&file, bytes).unwrap();
        let found: Ended = run(folder.path(), &["verify", "--data-dir", &name], "");
        assert_eq!(found.code, 1, "byte {at} of {length}: {found}");
        assert!(found.err.contains("restore"), "it says what to do: {found}");
        fs::remove_dir_all(&there).unwrap();
    }
}
