//! Damage as an operator meets it: rows that are not what was written, a data folder that goes away
//! under the running server. The program itself says what is wrong and what to do.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::care::copy;
use super::program::{Ended, run};
use super::{Served, bookings, client, post, serve};

/// Damages of rows, one after the other. A hundred, with a look at what sled alone finds, are in storage's own tests.
const DAMAGES: usize = 20;

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
    served_again(folder, org).await.0
}

/// Starts the server again and stops it in order; gives the bookings and what it said.
async fn served_again(folder: &Path, org: &str) -> (Vec<Value>, Ended) {
    let mut server = serve(folder);
    let url = server.next_line().strip_prefix("listening on ").unwrap().to_owned();
    let local = fs::read(folder.join("data/server.json")).unwrap();
    let local: Value = serde_json::from_slice(&local).unwrap();
    let path = format!("{url}/api/orgs/{org}/bookings");
    let token = local["token"].as_str().unwrap();
    let answer = client().get(path).bearer_auth(token).send().await.unwrap();
    let found = answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone();
    let ended = server.terminate();
    assert_eq!(ended.code, 0, "{ended}");
    (found, ended)
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

/// Flips a bit of `value` at every place of a file at which it stands: so also where it is alive,
/// wherever sled keeps older copies. How many places that were.
fn damage_everywhere(file: &Path, value: &str) -> usize {
    let mut bytes = fs::read(file).unwrap();
    let windows = bytes.windows(value.len()).enumerate();
    let starts: Vec<usize> =
        windows.filter(|(_, found)| *found == value.as_bytes()).map(|(start, _)| start).collect();
    for start in &starts {
        bytes[start + value.len() / 2] ^= 1;
    }
    fs::write(file, bytes).unwrap();
    starts.len()
}

#[tokio::test]
async fn verify_finds_every_damaged_row_and_makes_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (made, org) = filled(folder.path()).await;
    let (rows, whole) = (folder.path().join("data/sled/db"), folder.path().join("whole"));
    let well = run(folder.path(), &["verify", "--data-dir", "data"], "");
    assert_eq!(well.code, 0, "{well}");
    copy(&folder.path().join("data"), &whole);
    let of = |field: &'static str| made.iter().map(move |made| made[field].as_str().unwrap());
    let values: Vec<&str> = of("customer_phone").chain(of("confirmation")).step_by(6).collect();
    assert_eq!(values.len(), DAMAGES);
    for value in values {
        fs::remove_dir_all(folder.path().join("data")).unwrap();
        copy(&whole, &folder.path().join("data"));
        let places = damage_everywhere(&rows, value);
        assert!(places > 0, "{value} is nowhere in the rows");
        let found = run(folder.path(), &["verify", "--data-dir", "data"], "");
        assert_eq!(found.code, 1, "{value} in {places} places: {found}");
        assert!(found.out.contains("damaged the rows "), "{value}: {found}");
        for words in ["made anew from the journal", "nothing is lost", "the disk"] {
            assert!(found.err.contains(words), "{value}: {words}: {found}");
        }
    }
    let again = run(folder.path(), &["verify", "--data-dir", "data", "--json"], "");
    assert_eq!(again.code, 0, "{again}");
    fs::remove_dir_all(folder.path().join("data/sled")).unwrap();
    let missing = run(folder.path(), &["verify", "--data-dir", "data", "--json"], "");
    assert_eq!(missing.code, 1, "{missing}");
    let report: Value = serde_json::from_str(&missing.out).unwrap();
    assert_eq!((&report["sound"], &report["rebuilt"]), (&json!(false), &json!(true)), "{report}");
    assert!(report["problems"][0].as_str().unwrap().contains("the folder is missing"), "{report}");
    assert_eq!(bookings_after(folder.path(), &org).await, made);
}

#[tokio::test]
async fn a_server_that_finds_rows_gone_says_so_in_its_log_and_has_them_all() {
    let folder = tempfile::tempdir().unwrap();
    let (made, org) = filled(folder.path()).await;
    let last = made.last().unwrap()["confirmation"].as_str().unwrap();
    assert!(damage_everywhere(&folder.path().join("data/sled/db"), last) > 0);
    let (found, ended) = served_again(folder.path(), &org).await;
    assert_eq!(found, made);
    let warned = |line: &&str| line.contains("WARN") && line.contains("from the journal");
    assert!(ended.err.lines().any(|line| warned(&line)), "{ended}");
    assert_eq!(run(folder.path(), &["verify", "--data-dir", "data"], "").code, 0);
}

#[tokio::test]
async fn what_a_killed_server_leaves_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let mut server = serve(folder.path());
        let url = server.next_line().strip_prefix("listening on ").unwrap().to_owned();
        let token = super::care::local_token(folder.path(), "data");
        for n in 0..20 {
            let org = json!({"name": format!("Org {round} {n}"), "timezone": "UTC"});
            post(&format!("{url}/api/orgs"), &token, &org).await;
        }
        // Dropped as `kill -9` would end it.
        drop(server);
        let checked = run(folder.path(), &["verify", "--data-dir", "data"], "");
        assert_eq!(checked.code, 0, "round {round}: {checked}");
        assert!(checked.out.contains("all as they were written"), "{checked}");
    }
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
