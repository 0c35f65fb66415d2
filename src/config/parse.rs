//! Reads single configuration values. Owns what each kind of value must look like and the words that say so.
//! Messages never repeat the value, which may be a secret in the wrong place. Used by `sections` only.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error};

use super::secret::Secret;
use super::sections::LogFormat;

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(String::deserialize(from)?.trim().to_owned())
}

pub(super) fn optional_text<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    Ok(Some(text(from)?).filter(|text| !text.is_empty()))
}

pub(super) fn optional_secret<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Secret>, D::Error> {
    text(from).map(Secret::new)
}

pub(super) fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    text(from)?.parse().map_err(|_| {
        D::Error::custom("must be an IP address and a port, as 127.0.0.1:3001 or [::1]:3001")
    })
}

pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    optional_text(from)?.map(PathBuf::from).ok_or_else(|| D::Error::custom("must name a folder"))
}

pub(super) fn optional_time<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Timestamp>, D::Error> {
    optional_text(from)?.map(|text| text.parse()).transpose().map_err(|_| {
        D::Error::custom("must be a time with its offset (RFC 3339), as 2026-09-14T09:00:00-05:00")
    })
}

pub(super) fn url<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    web_address(&text(from)?).map_err(D::Error::custom)
}

pub(super) fn optional_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    optional_text(from)?.map(|text| web_address(&text)).transpose().map_err(D::Error::custom)
}

/// A URL that paths can be appended to: http or https, without query or fragment, without a final slash.
pub(super) fn web_address(text: &str) -> Result<String, &'static str> {
    let url: reqwest::Url =
        text.parse().map_err(|_| "must be a whole URL, as https://calls.example.com")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must start with https:// (or http:// for tests) and a host name");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment: leave out everything from ? or # on");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) fn host_ports<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum List {
        // The environment has no lists.
        Joined(String),
        Separate(Vec<String>),
    }
    let entries = match List::deserialize(from)
        .map_err(|_| D::Error::custom("must be a list of \"host:port\" texts"))?
    {
        List::Joined(text) => text.split(',').map(str::to_owned).collect(),
        List::Separate(list) => list,
    };
    let mut checked = Vec::new();
    for entry in entries.iter().map(|entry| entry.trim()).filter(|entry| !entry.is_empty()) {
        let good = entry.rsplit_once(':').is_some_and(|(host, port)| {
            is_host(host) && port.parse::<u16>().is_ok_and(|port| port != 0)
        });
        if !good {
            return Err(D::Error::custom(
                "must hold entries of the form host:port, as localhost:8080 or [::1]:8080, without http://",
            ));
        }
        checked.push(entry.to_ascii_lowercase());
    }
    Ok(checked)
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        }
    }
}

pub(super) fn log_format<'de, D: Deserializer<'de>>(from: D) -> Result<LogFormat, D::Error> {
    match text(from)?.to_ascii_lowercase().as_str() {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err(D::Error::custom("must be \"human\" or \"json\"")),
    }
}

pub(super) fn log_level<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let level = text(from)?;
    let readable = !level.is_empty() && tracing_subscriber::EnvFilter::try_new(&level).is_ok();
    readable.then_some(level).ok_or_else(|| {
        D::Error::custom("must be error, warn, info, debug, trace, or like info,hookswitch=debug")
    })
}
