//! `hookswitch demo`: the whole product with nothing set up. Starts a real server on temporary data, makes a sample
//! organisation over its HTTP interface and lets scripted callers ring it. Owns the stage, not the plays.

mod calendar;
mod encore;
mod people;
mod stage;
mod summary;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use super::output::{clean, line};
use super::{Failure, logs};
use crate::config::Config;
use crate::player::{Endpoint, Line, Pace};
use crate::server::{Server, StartOptions};
use calendar::Calendar;
use stage::Stage;

/// Name and zone of the sample organisation.
const ORG: (&str, &str) = ("Willow Street Dental", "America/Chicago");
/// A Monday morning, 9:00 in Chicago, far from any change to or from daylight saving time.
const MORNING: Timestamp = Timestamp::constant(1_789_394_400, 0);
const USUAL_PORT: u16 = 3001;

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number of callers
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=500))]
    calls: u16,
    /// Address to listen on; without it 127.0.0.1:3001, or a free port if that one is taken
    #[arg(long, value_name = "ADDR")]
    bind: Option<SocketAddr>,
    /// Where bookings go: builtin, or a stand-in for calcom, calendly, square, acuity, opentable, google or caldav;
    /// customerconnect: builtin, and a stand-in that knows the callers
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
    let calendar = Calendar::open(&args.provider, ORG.1).await?;
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
    calendar.configure(&mut config);
    let ahead = MORNING.duration_since(Timestamp::now());
    let options = StartOptions { watch_signals: !args.exit, ..StartOptions::default() };
    let server =
        Server::start(config, options).await.map_err(|error| Failure::new(error.to_string()))?;
    let base = format!("http://{}", reachable(server.address()));
    line(format_args!("listening on {base}"));
    if !args.exit {
        // What follows `#` stays in the browser, which takes it out of the address at once.
        line(format_args!("open {base}/#token={}", server.admin_token()));
    }
    let org = make_org(&base, server.admin_token(), &calendar).await?;
    let zone = TimeZone::get(ORG.1).unwrap_or(TimeZone::UTC);
    let morning = MORNING.to_zoned(zone.clone());
    line(format_args!(
        "{} in {}: it is {}",
        ORG.0,
        ORG.1,
        morning.strftime("%A, %-d %B %Y, %H:%M")
    ));
    line("");
    // Without anybody to follow there is no reason to wait.
    let pace = if args.exit { Pace::AtOnce } else { Pace::Human };
    let stage = Stage { line: line_of(&base, &org)?, zone, ahead, pace };
    let cast: Vec<_> = (0..args.calls).map(people::Caller::number).collect();
    let reports = if args.exit {
        stage.play(cast).await?
    } else {
        tokio::select! {
            reports = stage.play(cast) => reports?,
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
        let feed = server.feed();
        tokio::select! {
            () = encore::play(&stage, &feed, args.calls) => {}
            () = server.stopped() => {}
        }
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

async fn make_org(base: &str, token: &str, calendar: &Calendar) -> Result<SampleOrg, Failure> {
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
    let org: SampleOrg = response.json().await.map_err(|error| failed(error.to_string()))?;
    calendar.connect(&client, base, token, &org.id).await?;
    Ok(org)
}

/// The line of the sample organisation.
fn line_of(base: &str, org: &SampleOrg) -> Result<Line, Failure> {
    let url = format!("{base}/webhook/{}", org.webhook_id);
    Endpoint::new(&url, Some(org.webhook_secret.clone()))
        .and_then(Line::new)
        .map_err(|error| Failure::new(error.to_string()))
}

fn show_ways_in(base: &str, org: &str, token: &str) {
    let host = base.strip_prefix("http://").unwrap_or(base);
    line("");
    line(
        "The server goes on running, until Ctrl-C; its data are gone then. While somebody watches, others ring.",
    );
    line(format_args!("  page    {base}/#token={token}"));
    line(format_args!(
        "  calls   curl -H 'Authorization: Bearer {token}' {base}/api/orgs/{org}/calls"
    ));
    line(format_args!("  feed    ws://{host}/api/feed (the same header)"));
    line(format_args!("  watch   hookswitch watch --url {base} --token {token}"));
}
