//! What can be seen without a server: configuration, key, clock, public URL, Vapi key, data folder.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use hookswitch_storage::MasterKey;
use jiff::Timestamp;

use super::Finding;
use crate::config::{Config, PUBLIC_URL_NAMES, Sources};

pub(super) fn look(sources: &Sources) -> Vec<Finding> {
    let config = match sources.load() {
        Ok(config) => config,
        Err(error) => {
            let remedy = "correct the configuration; nothing else was looked at on this machine";
            return vec![Finding::bad("configuration", error.to_string(), remedy)];
        }
    };
    let from = match &sources.file {
        Some(file) => format!("{} and the environment", file.display()),
        None => "built-in and the environment (no config.toml here)".to_owned(),
    };
    let mut findings = vec![Finding::good("configuration", from)];
    findings.push(key(&config));
    findings.push(folder(&config));
    findings.push(clock(&config));
    findings.extend(public_url(sources, &config));
    findings.push(match &config.vapi.private_key {
        Some(_) => Finding::good("Vapi key", "set"),
        None => Finding::doubtful(
            "Vapi key",
            "not set, so tools are not registered with Vapi",
            "set VAPI_PRIVATE_KEY to the private key of your Vapi account",
        ),
    });
    findings
}

fn key(config: &Config) -> Finding {
    let what = "key";
    if config.secrets.master_key.is_some() {
        return Finding::good(what, "from HOOKSWITCH_MASTER_KEY");
    }
    let file = config.storage.key_file();
    let shown = file.display();
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(_) if !file.exists() && !config.storage.path.join("journal").exists() => {
            return Finding::good(what, format!("{shown} will be made at the first start"));
        }
        Err(error) => {
            let remedy = "put the key file back from its copy; without it no stored secret opens";
            return Finding::bad(what, format!("{shown}: {error}"), remedy);
        }
    };
    if MasterKey::from_hex(&text).is_err() {
        let remedy = "it must hold 64 hexadecimal digits; put it back from its copy";
        return Finding::bad(what, format!("{shown} is not a key file"), remedy);
    }
    if readable_by_others(&file) {
        let says = format!("{shown} can be read by other users of this machine");
        return Finding::bad(what, says, format!("chmod 600 {shown}"));
    }
    Finding::good(what, format!("{shown}; keep a copy apart from the data"))
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> bool {
    false
}

fn folder(config: &Config) -> Finding {
    let what = "data folder";
    let path = &config.storage.path;
    let shown = path.display();
    if !path.exists() {
        return Finding::good(what, format!("{shown} will be made at the first start"));
    }
    if readable_by_others(path) {
        let says = format!("{shown} can be read by other users of this machine");
        return Finding::doubtful(what, says, format!("chmod 700 {shown}"));
    }
    // The only sure way to know whether one can write is to write.
    match tempfile::Builder::new().prefix("doctor-").tempfile_in(path) {
        Ok(_) => Finding::good(what, format!("{shown} can be written")),
        Err(error) => {
            let remedy = "run this as the user of the server; check the owner and the free space";
            Finding::bad(what, format!("{shown} cannot be written: {error}"), remedy)
        }
    }
}

/// Without asking anyone, a clock is only known to be wrong when it lies before what was written.
fn clock(config: &Config) -> Finding {
    let what = "clock";
    if config.server.clock.is_some() {
        let remedy = "remove server.clock where real calls come in";
        return Finding::doubtful(what, "the server runs on a time of its own", remedy);
    }
    let newest = newest_write(&config.storage.path.join("journal"));
    if newest.is_some_and(|at| at > SystemTime::now()) {
        let says = "this machine's clock is behind the data that were written with it";
        return Finding::bad(what, says, "set the clock; let NTP keep it right");
    }
    Finding::good(what, format!("{}", Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ")))
}

fn newest_write(folder: &Path) -> Option<SystemTime> {
    let files = fs::read_dir(folder).ok()?;
    files.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok()).max()
}

fn public_url(sources: &Sources, config: &Config) -> Vec<Finding> {
    let what = "public URL";
    let Some(url) = &config.server.public_url else {
        let remedy = "set server.public_url to the https address under which the internet reaches this server";
        return vec![Finding::doubtful(
            what,
            "not set, so Vapi cannot be told where to call",
            remedy,
        )];
    };
    let mut findings = Vec::new();
    let others: Vec<&str> = PUBLIC_URL_NAMES
        .into_iter()
        .filter(|name| {
            let value =
                sources.environment.get(*name).map(|value| value.trim().trim_end_matches('/'));
            value.is_some_and(|value| !value.is_empty() && value != url.trim_end_matches('/'))
        })
        .collect();
    if !others.is_empty() {
        let says = format!("{url} counts, but {} says otherwise", others.join(" and "));
        findings.push(Finding::doubtful(what, says, "unset what is old, or make them agree"));
    } else if url.starts_with("https://") {
        findings.push(Finding::good(what, url.clone()));
    } else {
        let says = format!("{url} is not https; what callers say would travel in clear");
        findings.push(Finding::doubtful(what, says, "put a proxy with a certificate in front"));
    }
    findings
}
