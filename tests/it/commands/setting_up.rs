//! Setting up from the command line: init, orgs as files, tokens, the calls, the doctor.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::program::{Program, run};
use super::{Served, TODAY, bookings, client};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn init_writes_a_configuration_that_serves_and_a_key_and_never_overwrites_them() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &["init", "--data-dir", "calls"], "");
    assert_eq!(first.code, 0, "{first}");
    let key = folder.path().join("calls.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let made = std::fs::read(&key).unwrap();
    let second = run(folder.path(), &["init", "--data-dir", "calls"], "");
    assert_eq!(second.code, 1, "{second}");
    assert!(second.err.contains("config.toml exists"), "{second}");

    let environment = [("HOOKSWITCH__SERVER__BIND", "127.0.0.1:0")];
    let mut server = Program::start(folder.path(), &["serve"], &environment);
    assert!(server.next_line().starts_with("listening on "));
    assert_eq!(server.terminate().code, 0);
    assert!(folder.path().join("calls/journal").exists());
    assert_eq!(std::fs::read(&key).unwrap(), made, "the server took the key that was there");

    std::fs::remove_file(&key).unwrap();
    std::fs::remove_file(folder.path().join("config.toml")).unwrap();
    let third = run(folder.path(), &["init", "--data-dir", "calls"], "");
    assert_eq!(third.code, 1, "a new key would not open the old data: {third}");
    assert!(!key.exists() && !folder.path().join("config.toml").exists());
}

#[tokio::test]
async fn an_org_is_made_from_a_file_changed_by_it_and_written_back() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let org =
        |args: &[&str]| run(folder.path(), &[&["org"], args, &["--data-dir", "data"]].concat(), "");
    let file = folder.path().join("oak.toml");
    let text = "name = \"Oak Dental\"\ntimezone = \"Europe/Berlin\"\ncountry = \"DE\"\n";
    std::fs::write(&file, text).unwrap();
    let made = org(&["apply", "oak.toml"]);
    assert_eq!(made.code, 0, "{made}");
    assert!(made.out.contains("webhook secret, shown this once: whs_"), "{made}");
    let again = org(&["apply", "oak.toml"]);
    assert_eq!(again.code, 0, "{again}");
    assert!(again.out.contains("as the file says already"), "{again}");
    let closed = format!("{text}closed_dates = [2026-12-25]\nprompt = \"Be kind.\"\n");
    std::fs::write(&file, &closed).unwrap();
    let changed = org(&["apply", "oak.toml"]);
    assert!(changed.out.contains("closed_dates, prompt"), "{changed}");

    let list = org(&["list"]);
    assert!(list.out.contains("Oak Dental") && list.out.contains("Willow Street Dental"), "{list}");
    let items = json(&org(&["list", "--json"]).out);
    let id = |name: &str| {
        let found = items["items"].as_array().unwrap().iter().find(|org| org["name"] == name);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let oak = id("Oak Dental");
    let shown = org(&["show", &oak]);
    assert!(shown.out.contains("timezone = \"Europe/Berlin\""), "{shown}");
    assert_eq!(json(&org(&["show", &oak, "--json"]).out)["prompt"], "Be kind.");
    let exported = org(&["export", &oak]);
    assert!(!exported.out.contains("whs_") && !exported.out.contains("secret ="), "{exported}");
    std::fs::write(&file, &exported.out).unwrap();
    let same = org(&["apply", "oak.toml"]);
    assert!(same.out.contains("as the file says already"), "{same}");

    std::fs::write(&file, closed.replace("Europe/Berlin", "Mars/Base")).unwrap();
    let wrong = org(&["apply", "oak.toml"]);
    assert_eq!(wrong.code, 1, "{wrong}");
    assert!(
        wrong.err.contains("`timezone`") && wrong.err.contains("nothing was changed"),
        "{wrong}"
    );
    let none = org(&["show", "org_none"]);
    assert_eq!(none.code, 1, "{none}");
    drop(served.program);
}

#[tokio::test]
async fn a_connection_is_added_listed_checked_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let connection = |args: &[&str], input: &str| {
        run(folder.path(), &[&["connection"], args, &["--data-dir", "data"]].concat(), input)
    };
    let made = connection(&["add", "builtin", "--option", "floor=2", "--json"], "");
    assert_eq!(made.code, 0, "the only organisation need not be named: {made}");
    let made = json(&made.out);
    assert_eq!(made["options"], serde_json::json!({"floor": 2}));
    let id = made["id"].as_str().unwrap();
    let list = connection(&["list"], "");
    assert!(list.out.contains(id) && list.out.contains(&served.org), "{list}");
    assert_eq!(list.out.matches("connected").count(), 2, "{list}");
    assert_eq!(list.out.matches("default").count(), 1, "{list}");
    let well = connection(&["check", id], "");
    assert!(well.code == 0 && well.out.contains("answered in"), "{well}");
    let removed = connection(&["remove", id, "--org", &served.org], "");
    assert_eq!(removed.code, 0, "{removed}");
    assert!(!connection(&["list"], "").out.contains(id));
    for gone in ["check", "remove"] {
        let ended = connection(&[gone, id], "");
        assert_eq!(ended.code, 1, "{ended}");
        assert!(ended.err.contains("connection list"), "{ended}");
    }

    let key = "a-key-that-is-not-repeated";
    let text = format!("{{\"api_key\": \"{key}\"}}");
    let unknown = connection(&["add", "abacus", "--credentials", "-"], &text);
    assert_eq!(unknown.code, 1, "{unknown}");
    assert!(unknown.err.contains("`provider`") && unknown.err.contains("builtin"), "{unknown}");
    let wrong = connection(&["add", "calcom", "--credentials", "-"], key);
    assert_eq!(wrong.code, 1, "{wrong}");
    assert!(wrong.err.contains("one JSON object"), "{wrong}");
    for ended in [unknown, wrong] {
        assert!(!ended.to_string().contains(key), "{ended}");
    }
    std::fs::write(folder.path().join("second.toml"), "name = \"Oak\"\ntimezone = \"UTC\"\n")
        .unwrap();
    let apply = ["org", "apply", "second.toml", "--data-dir", "data"];
    assert_eq!(run(folder.path(), &apply, "").code, 0);
    let whose = connection(&["add", "builtin"], "");
    assert_eq!(whose.code, 2, "{whose}");
    assert!(whose.err.contains("--org"), "{whose}");
}

#[tokio::test]
async fn a_token_made_on_the_command_line_does_what_its_role_says() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let token = |args: &[&str]| {
        run(folder.path(), &[&["token", "create", "--data-dir", "data"], args].concat(), "")
    };
    let made = token(&["--role", "viewer", "--org", &served.org]);
    assert_eq!(made.code, 0, "{made}");
    let secret = made.out.lines().next().unwrap().strip_prefix("token: ").unwrap();
    let get = async |path: String| {
        let request = client().get(format!("{}{path}", served.url)).bearer_auth(secret);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(get(format!("/api/orgs/{}", served.org)).await, 200);
    assert_eq!(get("/api/tokens".into()).await, 403);
    for wrong in
        [&["--role", "viewer"][..], &["--role", "king"], &["--role", "admin", "--org", "x"]]
    {
        let ended = token(wrong);
        assert_eq!(ended.code, 2, "{wrong:?}: {ended}");
    }
    let unknown = token(&["--role", "org", "--org", "org_none"]);
    assert_eq!(unknown.code, 1, "{unknown}");
    assert!(unknown.err.contains("`org`"), "{unknown}");
}

#[tokio::test]
async fn calls_are_listed_shown_and_followed() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let mut tail = Program::start(folder.path(), &["calls", "tail", "--data-dir", "data"], &[]);
    tail.wait_for("no live calls");
    let script = include_str!("../../../src/player/scripts/book.toml");
    let played = served.simulate(folder.path(), script, &["--today", TODAY]);
    assert_eq!(played.code, 0, "{played}");
    tail.wait_for("ended");
    assert_eq!(bookings(&served).await.len(), 1);
    let calls = |args: &[&str]| {
        run(folder.path(), &[&["calls"], args, &["--data-dir", "data"]].concat(), "")
    };
    let ended = json(&calls(&["list", "--state", "ended", "--json"]).out);
    let id = ended["items"][0]["call_id"].as_str().unwrap().to_owned();
    let list = calls(&["list", "--org", &served.org]);
    assert!(list.out.contains(&id), "{list}");
    assert!(calls(&["list", "--state", "live"]).out.contains("no calls"));
    let shown = calls(&["show", &id]);
    assert_eq!(shown.code, 0, "{shown}");
    assert!(shown.out.contains("booked") && shown.out.contains("create_booking"), "{shown}");
    let whole = json(&calls(&["show", &id, "--json"]).out);
    assert!(whole["events"].as_array().unwrap().len() > 5);
    let none = calls(&["show", "call-none"]);
    assert_eq!(none.code, 1, "{none}");
    assert!(none.err.contains("calls list"), "{none}");
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let doctor = ["doctor", "--data-dir", "data"];
    let well = run(folder.path(), &doctor, "");
    assert_eq!(well.code, 0, "{well}");
    for word in ["public URL", "VAPI_PRIVATE_KEY", "Willow Street Dental", "builtin answered"] {
        assert!(well.out.contains(word), "{word}: {well}");
    }
    let differ = [
        ("HOOKSWITCH__SERVER__PUBLIC_URL", "https://calls.example.com"),
        ("BACKEND_URL", "https://old.example.com"),
        ("VAPI_SERVER_URL", "https://calls.example.com/"),
    ];
    let told = Program::start(folder.path(), &doctor, &differ).wait();
    assert_eq!(told.code, 0, "{told}");
    assert!(told.out.contains("BACKEND_URL says otherwise"), "{told}");

    let org = format!("{}/api/orgs/{}", served.url, served.org);
    let directory =
        serde_json::json!({"customerconnect": {"workspace_id": "76692", "api_key": "a-key"}});
    let kept =
        client().patch(org).bearer_auth(&served.token).json(&directory).send().await.unwrap();
    assert_eq!(kept.status().as_u16(), 200);
    let with_directory = run(folder.path(), &doctor, "");
    assert!(with_directory.out.contains("CustomerConnect is set up"), "{with_directory}");

    // A connection is lost, and the key lies open.
    let path = format!("{}/api/orgs/{}/connections", served.url, served.org);
    let all = client().get(&path).bearer_auth(&served.token).send().await.unwrap();
    let all: Value = all.json().await.unwrap();
    let one = format!("{path}/{}", all["items"][0]["id"].as_str().unwrap());
    client().delete(one).bearer_auth(&served.token).send().await.unwrap();
    let key = folder.path().join("data.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ill = run(folder.path(), &[&doctor[..], &["--json"]].concat(), "");
    assert_eq!(ill.code, 1, "{ill}");
    let found = json(&ill.out);
    let bad = |what: &str| {
        let items = found["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["what"] == what && item["state"] == "bad");
        found.is_some_and(|item| !item["remedy"].as_str().unwrap().is_empty())
    };
    assert!(bad("key") && bad("Willow Street Dental"), "{found}");

    std::fs::write(folder.path().join("own.toml"), "[server]\nbimd = 1\n").unwrap();
    let wrong = run(folder.path(), &["doctor", "--config", "own.toml"], "");
    assert_eq!(wrong.code, 1, "{wrong}");
    assert!(wrong.out.contains("server.bimd"), "{wrong}");
}

#[test]
fn the_openapi_document_is_printed_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(folder.path(), &["openapi"], "");
    assert_eq!(printed.code, 0, "{printed}");
    assert_eq!(json(&printed.out)["info"]["title"], "Hookswitch");
}

#[test]
fn commands_that_need_a_server_say_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["org", "list"][..],
        &["calls", "list"],
        &["token", "create", "--role", "admin"],
        &["verify"],
    ] {
        let ended = run(folder.path(), command, "");
        assert_eq!(ended.code, 1, "{command:?}: {ended}");
        assert!(ended.out.is_empty(), "{ended}");
        assert!(
            ended.err.contains("hookswitch serve") || ended.err.contains("--data-dir"),
            "{ended}"
        );
    }
    let unreachable = run(folder.path(), &["org", "list", "--url", "http://127.0.0.1:9"], "");
    assert_eq!(unreachable.code, 1, "{unreachable}");
    assert!(unreachable.err.contains("is the server running?"), "{unreachable}");
}

#[tokio::test]
async fn a_server_is_worked_with_from_anywhere_by_its_address_and_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path()).await;
    let script = include_str!("../../../src/player/scripts/book.toml");
    let played = served.simulate(folder.path(), script, &["--today", TODAY]);
    assert_eq!(played.code, 0, "{played}");
    // Nothing of the server is in this folder.
    let elsewhere = tempfile::tempdir().unwrap();
    let at = |token: &str, args: &[&str]| {
        let there = ["--url", &served.url, "--token", token];
        run(elsewhere.path(), &[args, &there].concat(), "")
    };
    let orgs = at(&served.token, &["org", "list"]);
    assert_eq!(orgs.code, 0, "{orgs}");
    assert!(orgs.out.contains(&served.org) && orgs.out.contains("Willow Street Dental"), "{orgs}");
    let calls = json(&at(&served.token, &["calls", "list", "--json"]).out);
    assert_eq!(calls["items"].as_array().unwrap().len(), 1, "{calls}");
    assert_eq!(calls["items"][0]["org"], served.org.as_str(), "{calls}");
    let checked = at(&served.token, &["verify", "--json"]);
    assert_eq!(checked.code, 0, "{checked}");
    assert_eq!(json(&checked.out)["sound"], true, "{checked}");
    let made = at(&served.token, &["token", "create", "--role", "viewer", "--org", &served.org]);
    assert_eq!(made.code, 0, "{made}");
    let viewer = made.out.lines().next().unwrap().strip_prefix("token: ").unwrap();

    // A token of little reach does little here, too, and one that is none does nothing.
    assert_eq!(at(viewer, &["org", "list"]).code, 0);
    for args in [&["verify"][..], &["token", "create", "--role", "admin"]] {
        let refused = at(viewer, args);
        assert_eq!(refused.code, 1, "{args:?}: {refused}");
        assert!(refused.err.contains("token"), "{args:?}: {refused}");
    }
    for args in [&["org", "list"][..], &["calls", "list"], &["verify"]] {
        let refused = at("hsa_of_nobody", args);
        assert_eq!(refused.code, 1, "{args:?}: {refused}");
        assert!(refused.err.contains("--token"), "{args:?}: {refused}");
        assert!(!refused.to_string().contains("Willow"), "{args:?}: {refused}");
    }
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is left behind");
    drop(served.program);
}
