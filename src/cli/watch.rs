//! `hookswitch watch`: live calls in the terminal, from the event feed. Owns the connection and its renewal; what a
//! frame says in words is in `lines`.

mod lines;

use std::process::ExitCode;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Url;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header::AUTHORIZATION};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::output::{dim, is_closed, line};
use super::running::{Reach, Running};
use super::{Failure, logs};

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// A feed that is silent for this long is asked for a sign of life, and given up after twice the time.
const SILENCE: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Flags of `watch`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this organisation
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Only this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// API token; without it the local server's own
    #[arg(long, value_name = "T", env = "HOOKSWITCH_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The feed's frames as they come, one a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

/// Why a connection ended.
enum Ended {
    /// It broke; another may hold.
    Broke(String),
    /// The server does not want us.
    Refused(Failure),
    /// Nobody reads what we print.
    Unread,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, Failure> {
    logs::start_quietly();
    let server = args.reach.find(args.token.clone())?;
    tokio::select! {
        ended = follow(&args, &server) => ended.map(|()| ExitCode::SUCCESS),
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::SUCCESS),
    }
}

/// Follows the feed until the server refuses us or nobody reads.
async fn follow(args: &Args, server: &Running) -> Result<(), Failure> {
    let mut place = Place::default();
    let mut wait = Duration::from_secs(1);
    let mut ever = false;
    loop {
        let since = args.org.as_ref().and_then(|_| place.since());
        let ended = match connect(args, server, since).await {
            Ok(socket) => {
                (ever, wait) = (true, Duration::from_secs(1));
                read(socket, args, &mut place).await
            }
            Err(ended) => ended,
        };
        match ended {
            Ended::Refused(failure) => return Err(failure),
            Ended::Unread => return Ok(()),
            Ended::Broke(why) if !ever => {
                let url = &server.url;
                return Err(Failure::new(format!(
                    "cannot reach {url}: {why}; is the server running?"
                )));
            }
            Ended::Broke(why) => eprintln!("{why}; trying again in {} s", wait.as_secs()),
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

fn feed_url(args: &Args, base: &str, since: Option<&str>) -> Option<Url> {
    let mut url: Url = format!("{base}/api/feed").parse().ok()?;
    let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
    url.set_scheme(scheme).ok()?;
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in
            [("org", args.org.as_deref()), ("call", args.call.as_deref()), ("since", since)]
        {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
    }
    Some(url)
}

async fn connect(args: &Args, server: &Running, since: Option<String>) -> Result<Socket, Ended> {
    let not_a_url = || {
        Ended::Refused(Failure::usage(
            "--url must be the server's address, as http://127.0.0.1:3001",
        ))
    };
    let url = feed_url(args, &server.url, since.as_deref()).ok_or_else(not_a_url)?;
    let mut request = url.as_str().into_client_request().map_err(|_| not_a_url())?;
    if let Some(token) = &server.token {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            Ended::Refused(Failure::usage("the token has characters that cannot be sent"))
        })?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    match timeout(CONNECT, connect_async(request)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(Error::Http(response))) => Err(refused(response.status().as_u16())),
        Ok(Err(error)) => Err(Ended::Broke(error.to_string())),
        Err(_) => Err(Ended::Broke("no answer".into())),
    }
}

fn refused(status: u16) -> Ended {
    let why = match status {
        401 => "the server does not accept the token; give one with --token",
        403 => {
            "this token may not watch; ask an administrator for one with the role viewer or above"
        }
        404 => {
            "there is no such organisation, call or feed for this token; check --url, --org and --call"
        }
        500..=599 => return Ended::Broke(format!("the server answered {status}")),
        _ => {
            return Ended::Refused(Failure::new(format!(
                "the server refused the feed with HTTP status {status}"
            )));
        }
    };
    Ended::Refused(Failure::new(why))
}

async fn read(mut socket: Socket, args: &Args, place: &mut Place) -> Ended {
    let mut signs = interval_at(Instant::now() + SILENCE, SILENCE);
    signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            message = socket.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => {
                        show(&text, args, place);
                        if is_closed() {
                            return Ended::Unread;
                        }
                    }
                    Some(Ok(Message::Close(_))) | None => return Ended::Broke("the server ended the feed".into()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Ended::Broke(error.to_string()),
                }
            }
            _ = signs.tick() => {
                if heard.elapsed() > 2 * SILENCE {
                    return Ended::Broke("the server has fallen silent".into());
                }
                if let Err(error) = socket.send(Message::Ping(Vec::new().into())).await {
                    return Ended::Broke(error.to_string());
                }
            }
        }
    }
}

/// What a frame says in words, line by line, and which lines matter.
pub(super) fn words(frame: &Value) -> Vec<(String, bool)> {
    lines::of(frame)
}

fn show(text: &str, args: &Args, place: &mut Place) {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return;
    };
    // After a reconnect some events may come again.
    if !place.advance(&frame) {
        return;
    }
    if args.json {
        line(text);
        return;
    }
    for (text, important) in lines::of(&frame) {
        if important { line(text) } else { line(dim(&text)) }
    }
}

/// How far the feed of one org was read, so that a new connection goes on from there. Without `--org` there are
/// several feeds, and each connection begins with fresh snapshots instead.
#[derive(Debug, Default)]
struct Place {
    org: String,
    epoch: String,
    seq: u64,
}

impl Place {
    fn since(&self) -> Option<String> {
        (!self.epoch.is_empty()).then(|| format!("{}:{}", self.epoch, self.seq))
    }

    /// Notes a frame; false if it was seen before.
    fn advance(&mut self, frame: &Value) -> bool {
        let seq = frame["seq"].as_u64();
        let org = frame["org"].as_str().unwrap_or_default();
        match (frame["type"].as_str(), seq) {
            (Some("snapshot"), Some(seq)) => {
                frame["epoch"].as_str().unwrap_or_default().clone_into(&mut self.epoch);
                org.clone_into(&mut self.org);
                self.seq = seq;
                true
            }
            (Some("event"), Some(seq)) if org == self.org => {
                let new = seq > self.seq;
                self.seq = self.seq.max(seq);
                new
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_new_connection_goes_on_from_the_last_event() {
        let mut place = Place::default();
        assert_eq!(place.since(), None);
        assert!(place.advance(
            &json!({"type": "snapshot", "org": "org_a", "epoch": "e1", "seq": 7, "calls": []})
        ));
        assert!(place.advance(&json!({"type": "event", "org": "org_a", "seq": 8})));
        assert_eq!(place.since().as_deref(), Some("e1:8"));
    }

    #[test]
    fn an_event_that_comes_again_is_not_shown_again() {
        let mut place = Place::default();
        place.advance(&json!({"type": "snapshot", "org": "org_a", "epoch": "e1", "seq": 7}));
        assert!(!place.advance(&json!({"type": "event", "org": "org_a", "seq": 7})));
        assert!(place.advance(&json!({"type": "event", "org": "org_b", "seq": 1})));
    }
}
