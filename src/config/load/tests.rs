//! The layers, their order and their errors.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::io::Write;

fn environment(pairs: &[(&str, &str)]) -> Sources {
    Sources {
        environment: pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..Sources::default()
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn file_error(text: &str) -> String {
    let file = file(text);
    let sources = Sources { file: Some(file.path().to_owned()), ..Sources::default() };
    sources.load().unwrap_err().to_string()
}

#[test]
fn the_built_in_file_says_what_the_defaults_are() {
    assert_eq!(Sources::default().load().unwrap(), Config::default());
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_the_built_in() {
    let file = file(
        "[server]\nbind = '127.0.0.1:1'\n[sessions]\nidle_seconds = 1\n[feed]\nbuffer_events = 1\n",
    );
    let mut sources = environment(&[
        ("HOOKSWITCH__SERVER__BIND", "127.0.0.1:2"),
        ("HOOKSWITCH__SESSIONS__IDLE_SECONDS", "2"),
    ]);
    sources.file = Some(file.path().to_owned());
    sources.overrides.bind = Some("127.0.0.1:3".parse().unwrap());
    let config = sources.load().unwrap();
    assert_eq!(config.server.bind.port(), 3);
    assert_eq!(config.sessions.idle_seconds, 2);
    assert_eq!(config.feed.buffer_events, 1);
    assert_eq!(config.sessions.tool_deadline_ms, 5_500);
}

#[test]
fn a_provider_can_be_pointed_at_another_host_from_the_environment() {
    let config =
        environment(&[("HOOKSWITCH__PROVIDERS__CALCOM__BASE_URL", "http://127.0.0.1:9000/v2/")])
            .load()
            .unwrap();
    assert_eq!(config.providers.calcom.base_url, "http://127.0.0.1:9000/v2");
}

#[test]
fn lists_from_the_environment_are_separated_by_commas() {
    let config =
        environment(&[("HOOKSWITCH__OUTBOUND__ALLOW", "Localhost:80, [::1]:8080")]).load().unwrap();
    assert_eq!(config.outbound.allow, ["localhost:80", "[::1]:8080"]);
}

#[test]
fn a_secret_of_digits_keeps_its_leading_zeros() {
    let config = environment(&[("HOOKSWITCH__VAPI__PRIVATE_KEY", "00123")]).load().unwrap();
    assert_eq!(config.vapi.private_key.unwrap().expose(), "00123");
}

#[test]
fn the_own_name_of_the_private_key_beats_the_older_one() {
    let older = ("VAPI_PRIVATE_KEY", "older");
    let config = environment(&[older]).load().unwrap();
    assert_eq!(config.vapi.private_key.unwrap().expose(), "older");
    let config = environment(&[older, ("HOOKSWITCH__VAPI__PRIVATE_KEY", "own")]).load().unwrap();
    assert_eq!(config.vapi.private_key.unwrap().expose(), "own");
}

#[test]
fn the_public_url_falls_back_through_the_older_names_in_order() {
    let all = [
        ("HOOKSWITCH__SERVER__PUBLIC_URL", "https://own.example/"),
        ("VAPI_SERVER_URL", "https://first.example"),
        ("API_BASE_URL", "https://second.example"),
        ("BACKEND_URL", "https://third.example"),
    ];
    let expected = ["https://own.example", all[1].1, all[2].1, all[3].1];
    for start in 0..all.len() {
        let config = environment(&all[start..]).load().unwrap();
        assert_eq!(config.server.public_url.as_deref(), Some(expected[start]));
    }
}

#[test]
fn each_variable_reaches_its_own_place_and_no_other() {
    type Place = fn(&Config) -> Option<&str>;
    fn told(secret: &Option<Secret>) -> Option<&str> {
        secret.as_ref().map(Secret::expose)
    }
    let table: [(&str, Place); 18] = [
        ("HOOKSWITCH_ADMIN_TOKEN", |config| told(&config.secrets.admin_token)),
        ("VAPI_PRIVATE_KEY", |config| told(&config.vapi.private_key)),
        ("VAPI_SERVER_URL", |config| config.server.public_url.as_deref()),
        ("API_BASE_URL", |config| config.server.public_url.as_deref()),
        ("BACKEND_URL", |config| config.server.public_url.as_deref()),
        ("CALCOM_API_KEY", |config| told(&config.secrets.calcom_api_key)),
        ("SQUARE_ACCESS_TOKEN", |config| told(&config.secrets.square_access_token)),
        ("CALENDLY_WEBHOOK_SIGNING_KEY", |config| told(&config.secrets.calendly_webhook_key)),
        ("CALENDLY_CLIENT_ID", |config| config.secrets.oauth.calendly.id.as_deref()),
        ("CALENDLY_CLIENT_SECRET", |config| told(&config.secrets.oauth.calendly.secret)),
        ("SQUARE_APPLICATION_ID", |config| config.secrets.oauth.square.id.as_deref()),
        ("SQUARE_APPLICATION_SECRET", |config| told(&config.secrets.oauth.square.secret)),
        ("GOOGLE_CLIENT_ID", |config| config.secrets.oauth.google.id.as_deref()),
        ("GOOGLE_CLIENT_SECRET", |config| told(&config.secrets.oauth.google.secret)),
        ("OPENTABLE_CLIENT_ID", |config| config.secrets.oauth.opentable.id.as_deref()),
        ("OPENTABLE_CLIENT_SECRET", |config| told(&config.secrets.oauth.opentable.secret)),
        ("TWILIO_ACCOUNT_SID", |config| told(&config.secrets.twilio.account_sid)),
        ("TWILIO_AUTH_TOKEN", |config| told(&config.secrets.twilio.auth_token)),
    ];
    for (name, place) in table {
        let value = format!("https://{}.example", name.to_ascii_lowercase().replace('_', "-"));
        let config = environment(&[(name, &value)]).load().unwrap();
        assert_eq!(place(&config), Some(value.as_str()), "{name}");
        for (other, elsewhere) in table.iter().filter(|(other, _)| *other != name) {
            let is_same = name.ends_with("_URL") && other.ends_with("_URL");
            assert!(is_same || elsewhere(&config).is_none(), "{name} also reached {other}");
        }
        let blank = environment(&[(name, "  ")]).load().unwrap();
        assert_eq!(blank, Config::default(), "{name}, blank, counts as not set");
        if !name.ends_with("_ID") && !name.ends_with("_URL") {
            assert!(!format!("{config:?}").contains(&value), "{name} is printed");
        }
    }
    for (name, _) in table {
        assert!(BUILT_IN.contains(name), "config.toml says nothing of {name}");
    }
    let master = "cd".repeat(32);
    let config = environment(&[("HOOKSWITCH_MASTER_KEY", &master)]).load().unwrap();
    assert_eq!(config.secrets.master_key.unwrap().bytes(), &[0xcd; 32]);
}

#[test]
fn an_unusable_older_name_is_named_in_the_error() {
    let error =
        environment(&[("BACKEND_URL", "calls.example.com/x")]).load().unwrap_err().to_string();
    assert!(error.contains("`BACKEND_URL`") && error.contains("https://"), "{error}");
}

#[test]
fn secrets_of_the_environment_are_read_and_never_printed() {
    let key = "ab".repeat(32);
    let config = environment(&[
        ("HOOKSWITCH_ADMIN_TOKEN", "tok-visible"),
        ("HOOKSWITCH_MASTER_KEY", &key),
        ("VAPI_PRIVATE_KEY", "vapi-visible"),
        ("HOOKSWITCH__VAPI__WEBHOOK_AUTH", "hook-visible"),
    ])
    .load()
    .unwrap();
    assert_eq!(config.secrets.admin_token.as_ref().unwrap().expose(), "tok-visible");
    assert_eq!(config.secrets.master_key.as_ref().unwrap().bytes(), &[0xab; 32]);
    let printed = format!("{config:?}");
    assert!(!printed.contains("visible") && !printed.contains("171"), "{printed}");
}

#[test]
fn a_short_master_key_is_refused_without_repeating_it() {
    let error =
        environment(&[("HOOKSWITCH_MASTER_KEY", "abcd1234")]).load().unwrap_err().to_string();
    assert!(error.contains("HOOKSWITCH_MASTER_KEY") && error.contains("64 hex digits"), "{error}");
    assert!(!error.contains("abcd1234"));
}

#[test]
fn an_unknown_key_of_a_file_names_the_nearest() {
    let error = file_error("[server]\nbnd = '127.0.0.1:1'\n");
    assert!(
        error.contains("`server.bnd`") && error.contains("did you mean `server.bind`?"),
        "{error}"
    );
    let error = file_error("[providers.calcon]\nbase_url = 'http://x.example'\n");
    assert!(error.contains("did you mean `providers.calcom`?"), "{error}");
}

#[test]
fn a_key_in_the_wrong_section_is_shown_its_place() {
    let error = file_error("[server]\ntool_deadline_ms = 500\n");
    assert!(error.contains("did you mean `sessions.tool_deadline_ms`?"), "{error}");
}

#[test]
fn an_unknown_variable_is_spelled_as_a_variable() {
    let error = environment(&[("HOOKSWITCH__SEVER__BIND", "x")]).load().unwrap_err().to_string();
    assert!(
        error.contains("`HOOKSWITCH__SEVER`") && error.contains("`HOOKSWITCH__SERVER`"),
        "{error}"
    );
}

#[test]
fn a_clock_needs_the_development_endpoints() {
    let clock = ("HOOKSWITCH__SERVER__CLOCK", "2026-09-14T09:00:00-05:00");
    let error = environment(&[clock]).load().unwrap_err().to_string();
    assert!(error.contains("`server.clock`") && error.contains("dev_endpoints = true"), "{error}");
    let config =
        environment(&[clock, ("HOOKSWITCH__SERVER__DEV_ENDPOINTS", "true")]).load().unwrap();
    assert_eq!(config.server.clock, Some("2026-09-14T14:00:00Z".parse().unwrap()));
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_place_and_remedy() {
    let error = file_error("[server]\nbind = 'localhost'\n");
    assert!(error.contains("`server.bind` in /") && error.contains("127.0.0.1:3001"), "{error}");
    let error =
        environment(&[("HOOKSWITCH__FEED__BUFFER_EVENTS", "many")]).load().unwrap_err().to_string();
    assert!(
        error.contains("`HOOKSWITCH__FEED__BUFFER_EVENTS` in the environment must be"),
        "{error}"
    );
    let error = file_error("[outbound]\nallow = ['http://localhost:80']\n");
    assert!(error.contains("`outbound.allow`") && error.contains("host:port"), "{error}");
}

#[test]
fn a_deadline_beyond_vapis_own_is_refused() {
    for ms in ["99", "19001"] {
        let error =
            environment(&[("HOOKSWITCH__SESSIONS__TOOL_DEADLINE_MS", ms)]).load().unwrap_err();
        assert!(error.to_string().contains("between 100 and 19000"), "{error}");
    }
}

#[test]
fn a_wait_for_the_carrier_that_no_caller_would_bear_is_refused() {
    let error =
        environment(&[("HOOKSWITCH__SESSIONS__MESSAGE_WAIT_MS", "5001")]).load().unwrap_err();
    assert!(error.to_string().contains("between 0 and 5000"), "{error}");
}

#[test]
fn a_broken_file_is_reported_by_line_and_never_quoted() {
    let error = file_error("[vapi]\nbase_url = 'https://x.example'\nprivate_key = 'sk-visible\n");
    assert!(error.contains("line 3") && !error.contains("visible"), "{error}");
}

#[test]
fn a_named_file_must_exist() {
    let sources = Sources { file: Some("/nowhere/hookswitch.toml".into()), ..Sources::default() };
    let error = sources.load().unwrap_err().to_string();
    assert!(error.contains("/nowhere/hookswitch.toml") && error.contains("--config"), "{error}");
}

#[test]
fn the_key_file_stands_beside_the_data_folder() {
    let mut config = Config::default();
    config.storage.path = "/var/lib/hookswitch/".into();
    assert_eq!(config.storage.key_file(), Path::new("/var/lib/hookswitch.key"));
}

#[test]
fn every_key_of_the_file_has_a_comment_above_it() {
    let mut explained = false;
    for line in BUILT_IN.lines() {
        match line.trim() {
            "" => explained = false,
            line if line.starts_with('#') => explained = true,
            line if line.starts_with("[providers.") => explained = true,
            line if line.starts_with('[') => explained = false,
            line => assert!(explained, "{line} has no comment"),
        }
    }
}
