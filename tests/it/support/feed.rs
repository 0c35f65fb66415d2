//! A watcher of the feed that folds what it gets into state, as a page would.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::Host;

pub(crate) struct FeedClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Calls by id, as folded so far.
    pub(crate) calls: BTreeMap<String, Value>,
    pub(crate) epoch: String,
    pub(crate) seq: u64,
    /// Every frame, oldest first.
    pub(crate) frames: Vec<Value>,
}

impl FeedClient {
    /// Connects with a query (`org=...&since=...`) and an admin's token.
    pub(crate) async fn connect(server: &impl Host, query: &str) -> Self {
        Self::try_connect(server, query, Some(server.token())).await.unwrap()
    }

    pub(crate) async fn try_connect(
        server: &impl Host,
        query: &str,
        token: Option<&str>,
    ) -> Result<Self, Error> {
        let url = server.url(&format!("/api/feed?{query}")).replacen("http", "ws", 1);
        let mut request = url.into_client_request()?;
        if let Some(token) = token {
            let value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
            request.headers_mut().insert("authorization", value);
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self {
            socket,
            calls: BTreeMap::new(),
            epoch: String::new(),
            seq: 0,
            frames: Vec::new(),
        })
    }

    /// Connects again where this watcher was, with what it knew.
    pub(crate) async fn resume(self, server: &impl Host, org: &str) -> Self {
        let Self { calls, epoch, seq, socket, .. } = self;
        drop(socket);
        let mut next = Self::connect(server, &format!("org={org}&since={epoch}:{seq}")).await;
        (next.calls, next.epoch, next.seq) = (calls, epoch, seq);
        next
    }

    /// Reads on until the position is at least `seq`.
    pub(crate) async fn catch_up(&mut self, seq: u64) {
        while self.seq < seq {
            self.next().await.expect("the feed goes on");
        }
    }

    /// Asks whether anybody is there, as a page does.
    pub(crate) async fn ping(&mut self) {
        self.socket.send(Message::text("ping")).await.unwrap();
    }

    /// The next frame, folded in; `None` when the server closed.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            let wait = tokio::time::timeout(Duration::from_secs(10), self.socket.next());
            match wait.await.expect("a frame within ten seconds")? {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    self.fold(&frame);
                    self.frames.push(frame.clone());
                    return Some(frame);
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Reads frames until one is an event of this type; gives the frame.
    pub(crate) async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await.expect("the feed goes on");
            if frame["event"]["type"] == kind {
                return frame;
            }
        }
    }

    /// Reads frames until one is a notice with this code, unless one was read already; gives the frame.
    pub(crate) async fn notice(&mut self, code: &str) -> Value {
        loop {
            if let Some(said) = self.notices().into_iter().rfind(|said| said["code"] == code) {
                return said;
            }
            self.next().await.expect("the feed goes on");
        }
    }

    /// The notices that were read, oldest first.
    pub(crate) fn notices(&self) -> Vec<Value> {
        let said = self.frames.iter().filter(|frame| frame["type"] == "notice");
        said.cloned().collect()
    }

    fn fold(&mut self, frame: &Value) {
        match frame["type"].as_str() {
            Some("snapshot") => {
                self.epoch = frame["epoch"].as_str().unwrap().to_owned();
                self.seq = frame["seq"].as_u64().unwrap();
                let org = &frame["org"];
                self.calls.retain(|_, call| call["org"] != *org);
                for call in frame["calls"].as_array().unwrap() {
                    self.calls.insert(call["call_id"].as_str().unwrap().to_owned(), call.clone());
                }
            }
            Some("event") => {
                self.seq = frame["seq"].as_u64().unwrap();
                let id = frame["call_id"].as_str().unwrap().to_owned();
                let call = self.calls.entry(id.clone()).or_insert_with(
                    || serde_json::json!({"call_id": frame["call_id"], "org": frame["org"]}),
                );
                for (field, value) in frame["state"].as_object().unwrap() {
                    call[field] = value.clone();
                }
                // Events may follow the end, as of a tool that was still running: all say so.
                if call["status"] == "ended" {
                    self.calls.remove(&id);
                }
            }
            _ => {}
        }
    }
}
