//! Damage as an operator meets it: rows that are not what was written, a data folder that goes away
//! under the running server. The program itself says what is wrong and what to do.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::program::run;
use super::{Served, bookings, client, post, serve};

/// Makes an org with some bookings and stops the server; gives the bookings as they were read.
async fn filled(folder: &Path) -> (Vec<Value>, String) {
    let served = Served::start(folder).await;
    for n in 0..60 {
        let (day, rest) = (15 + n / 16, n % 16);
        let start = format!("2026-09-{day}T{:02}:{}:00", 9 + rest / 2, ["00", "30"][rest % 2]);
        let body = json!({"start": start, "customer_name": format!("Caller {n}"),
            "customer_phone": format!("+1512555{n:04}")});
        post(&format!("{}/api/orgs/{}/bookings", served.url, served.org), &served.token, &body)
            .await;
    }
    let made = bookings(&served).await;
    assert_eq!(made.len(), 60);
    let org = served.org.clone();
    assert_eq!(served.program.terminate().code, 0);
    (made, org)
}

async fn bookings_after(folder: &Path, org: &str) -> Vec<Value> {
    let mut server = serve(folder);
    let url = server.next_line().strip_prefix("listening on ").unwrap().to_owned();
    let local = fs::read(folder.join("data/server.json")).unwrap();
    let local: Value = serde_json::from_slice(&local).unwrap();
    let path = format!("{url}/api/orgs/{org}/bookings");
    let token = local["token"].as_str().unwrap();
    let answer = client().get(path).bearer_auth(token).send().await.unwrap();
    let found = answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone();
    assert_eq!(server.terminate().code, 0);
    found
}

/// Overwrites a stretch of the rows' file that holds something; false if it is empty there.
fn overwrite(file: &Path, at: u64) -> bool {
    let bytes = fs::read(file).unwrap();
    let from = usize::try_from(at).unwrap();
    let stretch = &bytes[from..(from + 512).min(bytes.len())];
    if stretch.iter().all(|byte| *byte == 0) {
        return false;
    }
    let changed: Vec<u8> = stretch.iter().map(|byte| byte ^ 0x5a).collect();
    let mut file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&changed).unwrap();
    true
}

#[tokio::test]
async fn damaged_rows_are_told_made_anew_from_the_journal_and_sound_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (made, org) = filled(folder.path()).await;
    let rows = folder.path().join("data/sled/db");
    let length = rows.metadata().unwrap().len();
    let (mut told, mut done) = (0, 0);
    for place in 0..24 {
        if !overwrite(&rows, length * place / 24) {
            continue;
        }
        done += 1;
        let first = run(folder.path(), &["verify", "--data-dir", "data"], "");
        if first.code == 0 {
            // What lay there is of no account any more: rows that were changed since.
            assert!(first.out.contains("all as they were written"), "{first}");
        } else {
            told += 1;
            assert_eq!(first.code, 1, "{first}");
            assert!(first.out.contains("damaged the rows were damaged"), "{first}");
            for words in ["made anew from the journal", "nothing is lost", "the disk"] {
                assert!(first.err.contains(words), "{words}: {first}");
            }
        }
        let second = run(folder.path(), &["verify", "--data-dir", "data", "--json"], "");
        assert_eq!(second.code, 0, "{second}");
        if told == 3 {
            break;
        }
    }
    assert!(told > 0, "none of {done} damages was found");
    fs::remove_dir_all(folder.path().join("data/sled")).unwrap();
    let missing = run(folder.path(), &["verify", "--data-dir", "data", "--json"], "");
    assert_eq!(missing.code, 1, "{missing}");
    let report: Value = serde_json::from_str(&missing.out).unwrap();
    assert_eq!((&report["sound"], &report["rebuilt"]), (&json!(false), &json!(true)), "{report}");
    assert!(report["problems"][0].as_str().unwrap().contains("the folder is missing"), "{report}");
    assert_eq!(bookings_after(folder.path(), &org).await, made);
}

#[tokio::test]
async fn a_running_server_is_checked_and_finds_damage_of_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    for n in 0..20 {
        let org = json!({"name": format!("Org {n}"), "timezone": "UTC"});
        post(&format!("{}/api/orgs", served.url), &served.token, &org).await;
    }
    let well = run(folder.path(), &["verify", "--data-dir", "data"], "");
    assert_eq!(well.code, 0, "{well}");
    let journal = folder.path().join("data/journal/00000001.log");
    assert!(overwrite(&journal, 1_000));
    let ill = run(folder.path(), &["verify", "--data-dir", "data"], "");
    assert_eq!(ill.code, 1, "{ill}");
    assert!(ill.out.contains("00000001.log is damaged at byte"), "{ill}");
    assert!(ill.out.contains("back up now"), "{ill}");
    assert!(ill.err.contains("restore"), "{ill}");
    // Its rows are whole, so what is advised helps.
    let backup = run(folder.path(), &["backup", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(backup.code, 0, "{backup}");
    served.program.terminate();
    let restored = run(folder.path(), &["restore", "b.hkb", "--data-dir", "data"], "");
    assert_eq!(restored.code, 0, "{restored}");
    let healed = run(folder.path(), &["verify", "--data-dir", "data"], "");
    assert_eq!(healed.code, 0, "{healed}");
}

#[tokio::test]
async fn a_server_whose_data_folder_is_gone_refuses_to_write_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    let org = format!("{}/api/orgs/{}", served.url, served.org);
    let started = Instant::now();
    for n in 0..20 {
        let patch = client().patch(&org).bearer_auth(&served.token);
        let patch =
            patch.json(&json!({"prompt": format!("Try {n}.")})).timeout(Duration::from_secs(5));
        let answer = patch.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 503);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["code"], "storage_unavailable", "{answer}");
        assert!(answer["error"]["hint"].as_str().unwrap().contains("log"), "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let ready = client().get(format!("{}/readyz", served.url)).send().await.unwrap();
    assert_eq!(ready.status().as_u16(), 503);
    let ended = served.program.terminate();
    assert!(started.elapsed() < Duration::from_secs(45), "{:?}", started.elapsed());
    assert!(ended.err.contains("removed or replaced"), "the log says what happened: {ended}");
    assert!(ended.err.contains("restore the last backup"), "and what to do: {ended}");
}
