//! A stand-in for the side of Vapi that takes commands to live calls. Records what it is sent and
//! answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hookswitch::config::Config;
use serde_json::Value;
use tokio::net::TcpListener;

use super::eventually;

/// One command as it arrived.
#[derive(Clone)]
pub(crate) struct Command {
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) at: Instant,
    pub(crate) authorization: Option<String>,
}

/// How the stand-in answers.
#[derive(Clone, Copy)]
pub(crate) enum Mood {
    Status(u16),
    /// Never answers.
    Hang,
    /// Sends the client on to `/elsewhere`, in vain if it is careful.
    Redirect,
}

#[derive(Clone)]
struct Shared {
    commands: Arc<Mutex<Vec<Command>>>,
    mood: Arc<Mutex<Mood>>,
}

pub(crate) struct ControlStub {
    pub(crate) address: SocketAddr,
    shared: Shared,
}

impl ControlStub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Shared { commands: Arc::default(), mood: Arc::new(Mutex::new(Mood::Status(200))) };
        let router = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared }
    }

    /// Lets a server call this stand-in.
    pub(crate) fn allow(&self) -> impl FnOnce(&mut Config) + use<> {
        let entry = self.address.to_string();
        move |config| config.outbound.allow = vec![entry]
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn be(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }

    /// Everything that came so far to a path that starts with `path`.
    pub(crate) fn commands(&self, path: &str) -> Vec<Command> {
        let all = self.shared.commands.lock().unwrap();
        all.iter().filter(|command| command.path.starts_with(path)).cloned().collect()
    }

    /// The bodies of what came so far to a path that starts with `path`.
    pub(crate) fn bodies(&self, path: &str) -> Vec<Value> {
        self.commands(path).into_iter().map(|command| command.body).collect()
    }

    /// Waits until there are `count` commands to a path and gives them.
    pub(crate) async fn wait(&self, path: &str, count: usize) -> Vec<Command> {
        let arrived = || async {
            let commands = self.commands(path);
            (commands.len() >= count).then_some(commands)
        };
        eventually(&format!("{count} commands to {path}"), arrived).await
    }
}

async fn take(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let authorization = headers.get(header::AUTHORIZATION);
    let command = Command {
        path: uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
        authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
    };
    shared.commands.lock().unwrap().push(command);
    let mood = *shared.mood.lock().unwrap();
    match mood {
        Mood::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Mood::Hang => std::future::pending().await,
        Mood::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
    }
}
