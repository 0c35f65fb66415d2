//! One watcher's connection, from its first frame to its last.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::{SinkExt, StreamExt};
use hookswitch_actors::{FeedItem, First, Snapshot};
use hookswitch_storage::{CallId, OrgId};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use super::frames;
use crate::http::app::App;
use crate::http::identity::Principal;
use crate::http::view::Audience;

/// A watcher that takes nothing for so long is let go.
const STALLED: Duration = Duration::from_secs(10);

/// How often a watcher is asked for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(15);

/// A watcher that gives none for so long is gone.
const SILENT: Duration = Duration::from_secs(45);

/// How long the goodbyes may take.
const PARTING: Duration = Duration::from_secs(1);

const REVOKED: Parting = Parting::Ours(close_code::POLICY, "the token is no longer good");

const ORG_GONE: Parting = Parting::Ours(close_code::NORMAL, "the organization was deleted");

/// Events that are written with one call to the system when they have piled up.
const COALESCE: usize = 64;

/// What a watcher sends to hear that the connection lives; `pong` answers, after all frames before.
const PING: &str = "ping";

/// What is watched.
pub(super) enum Scope {
    /// One org, from a position on if that is still known.
    Org { org: OrgId, since: Option<u64> },
    /// Every org.
    Everyone,
}

/// One watcher.
pub(super) struct Watcher {
    pub(super) app: App,
    pub(super) scope: Scope,
    pub(super) call: Option<CallId>,
    pub(super) audience: Audience,
    pub(super) who: Principal,
}

/// The connection broke.
struct Gone;

/// Why a connection is ended in order.
enum Parting {
    /// The watcher said goodbye, and is to hear it back.
    Theirs,
    /// We end it, with this code and for this reason.
    Ours(u16, &'static str),
}

impl From<axum::Error> for Gone {
    fn from(_: axum::Error) -> Self {
        Self
    }
}

impl Watcher {
    pub(super) async fn run(self, mut socket: WebSocket) {
        let mut stopping = self.app.parts.stopping.clone();
        let followed = tokio::select! {
            followed = self.follow(&mut socket) => followed,
            () = stop(&mut stopping) => Ok(Parting::Ours(close_code::RESTART, "server stops")),
        };
        // Who is gone is told nothing.
        if let Ok(parting) = followed {
            let _ = tokio::time::timeout(PARTING, part(&mut socket, parting)).await;
        }
    }

    async fn follow(&self, socket: &mut WebSocket) -> Result<Parting, Gone> {
        let mut positions = HashMap::new();
        let mut notices = self.app.calls.feed().notices();
        let mut events = self.begin(socket, &mut positions).await?;
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut revoked = self.app.parts.revoked.subscribe();
        loop {
            tokio::select! {
                Ok(()) = revoked.changed() => {
                    if !self.who.still_stands(&self.app).await {
                        return Ok(REVOKED);
                    }
                }
                event = events.recv() => match event {
                    Ok(item) => {
                        let missed = self.pass_on(socket, &mut events, item, &mut positions).await?;
                        if let Some(missed) = missed {
                            events = self.catch_up(socket, missed, &mut positions).await?;
                        }
                    }
                    Err(RecvError::Lagged(missed)) => {
                        events = self.catch_up(socket, missed, &mut positions).await?;
                    }
                    Err(RecvError::Closed) => return Ok(ORG_GONE),
                },
                notice = notices.recv() => match notice {
                    Ok(notice) if self.call.is_none() && positions.contains_key(&notice.org) => {
                        send(socket, Message::text(frames::notice(&notice))).await?;
                    }
                    // What lasts is shown elsewhere; a notice that was missed is not told twice.
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(ORG_GONE),
                },
                incoming = socket.next() => match incoming {
                    Some(Ok(Message::Close(_))) => return Ok(Parting::Theirs),
                    // A page cannot see WebSocket's own pings, so it asks in words.
                    Some(Ok(Message::Text(text))) if text.as_str() == PING => {
                        heard = Instant::now();
                        let now = self.app.calls.clock().now();
                        send(socket, Message::text(frames::pong(now))).await?;
                    }
                    Some(Ok(_)) => heard = Instant::now(),
                    Some(Err(_)) | None => return Err(Gone),
                },
                _ = ping.tick() => {
                    if heard.elapsed() > SILENT {
                        return Err(Gone);
                    }
                    if !self.who.still_stands(&self.app).await {
                        return Ok(REVOKED);
                    }
                    send(socket, Message::Ping(axum::body::Bytes::new())).await?;
                }
            }
        }
    }

    /// Sends the first frames and gives what follows them.
    async fn begin(
        &self,
        socket: &mut WebSocket,
        positions: &mut HashMap<OrgId, u64>,
    ) -> Result<Receiver<Arc<FeedItem>>, Gone> {
        let feed = self.app.calls.feed();
        match &self.scope {
            Scope::Org { org, since } => {
                let (first, events) = feed.watch(org, *since);
                match first {
                    First::Snapshot(snapshot) => {
                        self.show(socket, &snapshot, positions).await?;
                    }
                    First::Missed(missed) => {
                        positions.insert(org.clone(), since.unwrap_or(0));
                        for item in missed {
                            self.pass_on_one(socket, &item, positions).await?;
                        }
                        flush(socket).await?;
                    }
                }
                Ok(events)
            }
            Scope::Everyone => {
                let events = feed.watch_everyone();
                for org in self.app.calls.orgs().all() {
                    self.show(socket, &feed.snapshot(org.id()), positions).await?;
                }
                Ok(events)
            }
        }
    }

    async fn show(
        &self,
        socket: &mut WebSocket,
        snapshot: &Snapshot,
        positions: &mut HashMap<OrgId, u64>,
    ) -> Result<(), Gone> {
        positions.insert(snapshot.org.clone(), snapshot.seq);
        let epoch = self.app.calls.feed().epoch();
        let frame = frames::snapshot(snapshot, epoch, self.call.as_ref(), self.audience);
        send(socket, Message::text(frame)).await
    }

    /// The watcher could not follow: says how much it missed and shows how things are now.
    async fn catch_up(
        &self,
        socket: &mut WebSocket,
        missed: u64,
        positions: &mut HashMap<OrgId, u64>,
    ) -> Result<Receiver<Arc<FeedItem>>, Gone> {
        let feed = self.app.calls.feed();
        match &self.scope {
            Scope::Org { org, .. } => {
                send(socket, Message::text(frames::lagged(org, missed))).await?;
                let (first, events) = feed.watch(org, None);
                if let First::Snapshot(snapshot) = first {
                    self.show(socket, &snapshot, positions).await?;
                }
                Ok(events)
            }
            // What was missed is counted over all orgs; each org's own number says how many of
            // them were its.
            Scope::Everyone => {
                let events = feed.watch_everyone();
                let orgs: Vec<OrgId> =
                    self.app.calls.orgs().all().iter().map(|org| org.id().clone()).collect();
                for org in &orgs {
                    let now = feed.snapshot(org);
                    let known = positions.get(org).copied();
                    match known.map(|known| now.seq.saturating_sub(known)) {
                        Some(0) => continue,
                        Some(missed) => {
                            let lagged = frames::lagged(org, missed);
                            send(socket, Message::text(lagged)).await?;
                        }
                        None => {}
                    }
                    self.show(socket, &now, positions).await?;
                }
                let deleted: Vec<OrgId> =
                    positions.keys().filter(|org| !orgs.contains(org)).cloned().collect();
                for org in deleted {
                    let nothing = Snapshot { org: org.clone(), seq: 0, calls: Vec::new() };
                    self.show(socket, &nothing, positions).await?;
                    positions.remove(&org);
                }
                Ok(events)
            }
        }
    }

    /// Passes on an event and what has piled up behind it; gives how many were missed, if any.
    async fn pass_on(
        &self,
        socket: &mut WebSocket,
        events: &mut Receiver<Arc<FeedItem>>,
        item: Arc<FeedItem>,
        positions: &mut HashMap<OrgId, u64>,
    ) -> Result<Option<u64>, Gone> {
        self.pass_on_one(socket, &item, positions).await?;
        let mut missed = None;
        for _ in 1..COALESCE {
            match events.try_recv() {
                Ok(item) => self.pass_on_one(socket, &item, positions).await?,
                Err(TryRecvError::Lagged(count)) => {
                    missed = Some(count);
                    break;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        flush(socket).await?;
        Ok(missed)
    }

    async fn pass_on_one(
        &self,
        socket: &mut WebSocket,
        item: &FeedItem,
        positions: &mut HashMap<OrgId, u64>,
    ) -> Result<(), Gone> {
        match positions.get_mut(&item.org) {
            // The snapshot had it already.
            Some(position) if item.seq <= *position => return Ok(()),
            Some(position) => *position = item.seq,
            // An org that is new since the watcher came.
            None => {
                let snapshot = self.app.calls.feed().snapshot(&item.org);
                return self.show(socket, &snapshot, positions).await;
            }
        }
        if self.call.as_ref().is_some_and(|call| *call != item.call_id) {
            return Ok(());
        }
        let frame = frames::event(item, self.audience);
        let message = Message::text(frame.as_ref());
        within(socket.feed(message)).await
    }
}

/// Ends a connection so that the other side knows why: both say goodbye, the server closes.
async fn part(socket: &mut WebSocket, parting: Parting) {
    if let Parting::Ours(code, reason) = parting {
        let frame = CloseFrame { code, reason: reason.into() };
        if socket.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
    }
    // The answer to their goodbye is written, and theirs to ours read, by reading on.
    while let Some(Ok(_)) = socket.next().await {}
}

async fn stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
    within(socket.send(message)).await
}

async fn flush(socket: &mut WebSocket) -> Result<(), Gone> {
    within(socket.flush()).await
}

async fn within(write: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    tokio::time::timeout(STALLED, write).await.map_err(|_| Gone)?.map_err(Gone::from)
}
