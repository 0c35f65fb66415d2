//! A local server that answers as CustomerConnect does, on good days and on bad ones, and remembers
//! what it was asked. What the server asks by itself, for a number that nobody has, is answered and counted
//! apart: it may come at any moment.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What it does with a question.
#[derive(Clone)]
pub(crate) enum Habit {
    /// Answers with this status and body.
    Answers(u16, Value),
    /// Answers with this text.
    Says(String),
    /// Finds for each workspace a person named after it.
    NamesWorkspaces,
    /// Answers after so long.
    Waits(Duration),
}

/// One question as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) uri: String,
    pub(crate) key: String,
    pub(crate) content_type: String,
    /// The port that it came from: each socket has its own.
    pub(crate) from: u16,
}

#[derive(Clone)]
struct Memory {
    habit: Arc<Mutex<Habit>>,
    /// To tries: finds nobody, unless told otherwise.
    of_tries: Arc<Mutex<Habit>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<AtomicUsize>,
}

/// What is searched for by a server that only tries.
const NOBODY: &str = "phone_number=0005550100";

impl Asked {
    fn is_try(&self) -> bool {
        self.uri.ends_with(NOBODY)
    }
}

pub(crate) struct StandIn {
    pub(crate) url: String,
    memory: Memory,
    serving: JoinHandle<()>,
}

impl StandIn {
    pub(crate) async fn start(habit: Habit) -> Self {
        let memory = Memory {
            habit: Arc::new(Mutex::new(habit)),
            of_tries: Arc::new(Mutex::new(Habit::Answers(200, people(Vec::new())))),
            asked: Arc::default(),
            open: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(memory.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self { url, memory, serving }
    }

    pub(crate) fn behave(&self, habit: Habit) {
        *self.memory.habit.lock().unwrap() = habit;
    }

    /// Fares so with what the server asks by itself.
    pub(crate) fn behave_when_tried(&self, habit: Habit) {
        *self.memory.of_tries.lock().unwrap() = habit;
    }

    /// What was asked about people.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.memory.asked.lock().unwrap();
        asked.iter().filter(|asked| !asked.is_try()).cloned().collect()
    }

    /// How often it was tried.
    pub(crate) fn tries(&self) -> usize {
        self.memory.asked.lock().unwrap().iter().filter(|asked| asked.is_try()).count()
    }

    /// Questions that have no answer yet and are not given up.
    pub(crate) fn open(&self) -> usize {
        self.memory.open.load(Ordering::SeqCst)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A question that has no answer yet and is not given up.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(memory: &Memory) -> Self {
        memory.open.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(&memory.open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(
    State(memory): State<Memory>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let _open = Open::new(&memory);
    let header = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let key = header("x-api-key");
    let asked = Asked {
        uri: uri.to_string(),
        key: key.clone(),
        content_type: header("content-type"),
        from: from.port(),
    };
    let habit = if asked.is_try() { &memory.of_tries } else { &memory.habit };
    let habit = habit.lock().unwrap().clone();
    memory.asked.lock().unwrap().push(asked);
    let (status, body) = match habit {
        Habit::Answers(status, body) => (status, body.to_string()),
        Habit::Says(text) => (200, text),
        Habit::NamesWorkspaces => {
            let query = uri.query().unwrap_or_default();
            let part = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name));
            let workspace = part("workspace_id=").unwrap_or_default();
            if key != format!("key-of-{workspace}") {
                (401, json!({"error": "Unauthorized", "code": "UNAUTHORIZED"}).to_string())
            } else {
                let number = part("phone_number=").unwrap_or_default();
                let name = format!("Person of {workspace}");
                (200, people(vec![json!({"name": name, "phone_number": number})]).to_string())
            }
        }
        Habit::Waits(long) => {
            tokio::time::sleep(long).await;
            (200, people(Vec::new()).to_string())
        }
    };
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// An answer with these contacts.
pub(crate) fn people(contacts: Vec<Value>) -> Value {
    json!({"success": true, "count": contacts.len(), "data": contacts})
}

/// The person of the founding document, as it prints their record.
pub(crate) fn benjie() -> Value {
    json!({
        "name": "Benjie Malinao",
        "appointment_time": "3:30PM",
        "appointment_date_display": "12-15-2025",
        "metadata": {"custom_fields": {"household": "Test Household"}},
    })
}

/// The same person with the number, as the vendor's own pages have it.
pub(crate) fn benjie_at(number: &str) -> Value {
    let mut benjie = benjie();
    benjie["phone_number"] = json!(number);
    benjie
}
