//! `hookswitch demo`: the whole product with nothing set up. Starts a real server on temporary data, makes a sample
//! organisation over its HTTP interface and lets scripted callers ring it. Owns the stage, not the plays.

mod people;
mod summary;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;
use tokio::task::JoinSet;

use super::output::{clean, line};
use super::{Failure, logs, turns};
use crate::config::Config;
use crate::player::{self, CallReport, Endpoint, Line, Scene};
use crate::server::{Server, StartOptions};

/// Name and zone of the sample organisation.
const ORG: (&str, &str) = ("Willow Street Dental", "America/Chicago");
/// A Monday morning, 9:00 in Chicago, far from any change to or from daylight saving time.
const MORNING: Timestamp = Timestamp::constant(1_789_394_400, 0);
const USUAL_PORT: u16 = 3001;
/// So that people can follow; without watchers there is no reason to wait.
const PAUSE: Duration = Duration::from_millis(400);
/// Where people follow, the calls begin one after another and then run side by side.
const STAGGER: Duration = Duration::from_millis(150);

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number of callers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=500))]
    calls: u16,
    /// Address to listen on; without it 127.0.0.1:3001, or a free port if that one is taken
    #[arg(long, value_name = "ADDR")]
    bind: Option<SocketAddr>,
    /// Where bookings go
    #[arg(long, value_name = "NAME", default_value = "builtin")]
    provider: String,
    /// End when the calls have ended; exit code 0 only if each went as its script expects
    #[arg(long)]
    exit: bool,
}

#[derive(Deserialize)]
struct SampleOrg {
    id: String,
    webhook_id: String,
    webhook_secret: String,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    if args.provider != "builtin" {
        return Err(Failure::usage(format!(
            "there is no provider `{}` for the demo; there is: builtin (the calendar that needs no account)",
            clean(&args.provider, 40)
        )));
    }
    logs::start_quietly();
    let folder =
        tempfile::Builder::new().prefix("hookswitch-demo-").tempdir().map_err(|error| {
            Failure::new(format!(
                "cannot make a temporary folder: {error}; set TMPDIR to a writable one"
            ))
        })?;
    let mut config = Config::default();
    config.storage.path = folder.path().join("data");
    config.server.bind = args.bind.unwrap_or_else(free_address);
    config.server.dev_endpoints = true;
    config.server.clock = Some(MORNING);
    let ahead = MORNING.duration_since(Timestamp::now());
    let options = StartOptions { watch_signals: !args.exit, ..StartOptions::default() };
    let server =
        Server::start(config, options).await.map_err(|error| Failure::new(error.to_string()))?;
    let base = format!("http://{}", reachable(server.address()));
    line(format_args!("listening on {base}"));
    let org = make_org(&base, server.admin_token()).await?;
    let zone = TimeZone::get(ORG.1).unwrap_or(TimeZone::UTC);
    let morning = MORNING.to_zoned(zone);
    line(format_args!(
        "{} in {}: it is {}",
        ORG.0,
        ORG.1,
        morning.strftime("%A, %-d %B %Y, %H:%M")
    ));
    line("");
    let scene = Scene { today: morning.date(), ahead };
    let reports = if args.exit {
        play_all(&args, &base, &org, scene).await?
    } else {
        tokio::select! {
            reports = play_all(&args, &base, &org, scene) => reports?,
            _ = tokio::signal::ctrl_c() => {
                server.shutdown().await;
                return Ok(ExitCode::FAILURE);
            }
        }
    };
    line("");
    summary::show(&reports);
    let passed = reports.iter().all(|(_, report)| report.passed());
    if args.exit {
        server.shutdown().await;
    } else {
        show_ways_in(&base, &org.id, server.admin_token());
        server.stopped().await;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The usual address if it is free. Another program may take it in between; then the server says so.
fn free_address() -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, USUAL_PORT));
    match TcpListener::bind(usual) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            line(format_args!(
                "port {USUAL_PORT} is taken, so the demo uses a free one (choose with --bind)"
            ));
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
        }
        _ => usual,
    }
}

/// An address to listen on may mean "all"; to call, one is needed.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

async fn make_org(base: &str, token: &str) -> Result<SampleOrg, Failure> {
    let failed =
        |what: String| Failure::new(format!("the sample organisation could not be made: {what}"));
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let response = client
        .post(format!("{base}/api/orgs"))
        .bearer_auth(token)
        .json(&json!({"name": ORG.0, "timezone": ORG.1, "country": "US"}))
        .send()
        .await
        .map_err(|error| failed(error.to_string()))?;
    let status = response.status();
    if status != reqwest::StatusCode::CREATED {
        let answer = response.text().await.unwrap_or_default();
        return Err(failed(format!("HTTP status {status}: {}", clean(&answer, 300))));
    }
    response.json().await.map_err(|error| failed(error.to_string()))
}

async fn play_all(
    args: &Args,
    base: &str,
    org: &SampleOrg,
    scene: Scene,
) -> Result<Vec<(String, CallReport)>, Failure> {
    let url = format!("{base}/webhook/{}", org.webhook_id);
    let way = Endpoint::new(&url, Some(org.webhook_secret.clone()))
        .and_then(Line::new)
        .map_err(|error| Failure::new(error.to_string()))?;
    let (pause, stagger) =
        if args.exit { (Duration::ZERO, Duration::ZERO) } else { (PAUSE, STAGGER) };
    let cast: Vec<_> = (0..args.calls).map(people::Caller::number).collect();
    let width = cast.iter().map(|caller| caller.name.chars().count()).max().unwrap_or_default();
    let mut calls = JoinSet::new();
    for (index, caller) in cast.into_iter().enumerate() {
        let script = caller.script().map_err(|error| Failure::new(error.to_string()))?;
        let way = way.clone();
        calls.spawn(async move {
            let prefix = format!("{:<width$}  ", caller.name);
            let report =
                player::play(way, &script, scene, pause, |turn| turns::show(&prefix, turn)).await;
            (index, caller.name, report)
        });
        tokio::time::sleep(stagger).await;
    }
    let mut reports = Vec::new();
    while let Some(ended) = calls.join_next().await {
        let (index, name, report) = ended.map_err(|_| {
            Failure::new("a scripted caller broke off; this is a fault of the demo itself")
        })?;
        reports.push((index, name, report.map_err(|error| Failure::new(error.to_string()))?));
    }
    reports.sort_by_key(|(index, ..)| *index);
    Ok(reports.into_iter().map(|(_, name, report)| (name, report)).collect())
}

fn show_ways_in(base: &str, org: &str, token: &str) {
    let host = base.strip_prefix("http://").unwrap_or(base);
    line("");
    line("The server goes on running, until Ctrl-C; its data are gone then.");
    line(format_args!(
        "  calls   curl -H 'Authorization: Bearer {token}' {base}/api/orgs/{org}/calls"
    ));
    line(format_args!("  feed    ws://{host}/api/feed (the same header)"));
    line(format_args!("  watch   hookswitch watch --url {base} --token {token}"));
}
