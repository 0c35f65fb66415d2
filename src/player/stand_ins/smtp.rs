//! A stand-in for a mail server: plain SMTP, as much of it as a client needs, without TLS. Keeps every
//! mail that it took and fails on request. Owns the mails for as long as the handle lives.

mod session;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A mail that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The mail, with the dots that travel doubled undone; lines end as they came.
    pub data: String,
}

impl Kept {
    /// The value of a header of the mail itself, unfolded; `None` if it has none such.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// How a conversation fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection is cut before a word.
    Drops,
    /// Not a word, ever.
    Hangs,
    /// A greeting without end.
    Floods,
    /// Addresses are plain ASCII only: `SMTPUTF8` is not offered.
    Ascii,
    /// The recipient is refused with this code.
    Recipient(u16),
    /// The mail is refused with this code, after it came.
    Content(u16),
    /// The mail is taken and the connection cut without an answer.
    TakesAndDrops,
    /// The mail is taken and never answered.
    TakesAndHangs,
}

/// The running stand-in; it stops when dropped.
pub struct StandIn {
    inner: Arc<Inner>,
    address: SocketAddr,
    serving: tokio::task::AbortHandle,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Vec<Kept>,
    next: VecDeque<Trouble>,
    always: Option<Trouble>,
    conversations: usize,
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl StandIn {
    /// Starts it on a free port of this machine.
    ///
    /// # Errors
    /// If there is no port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let inner = Arc::<Inner>::default();
        let of_server = Arc::clone(&inner);
        let serving = tokio::spawn(async move {
            // What is under way ends with the server.
            let mut conversations = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                conversations.spawn(session::hold(stream, Arc::clone(&of_server)));
                while conversations.try_join_next().is_some() {}
            }
        });
        Ok(Self { inner, address, serving: serving.abort_handle() })
    }

    /// Its port on this machine.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where it is, as `[outbound] allow` has it.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// The next conversation fares so; after those that were asked for before.
    pub fn next(&self, trouble: Trouble) {
        self.inner.lock().next.push_back(trouble);
    }

    /// Every conversation fares so until [`Self::behave`].
    pub fn always(&self, trouble: Trouble) {
        self.inner.lock().always = Some(trouble);
    }

    /// Forgets all troubles that have not come about.
    pub fn behave(&self) {
        let mut state = self.inner.lock();
        state.next.clear();
        state.always = None;
    }

    /// Every mail that it took, oldest first.
    #[must_use]
    pub fn kept(&self) -> Vec<Kept> {
        self.inner.lock().kept.clone()
    }

    /// How many conversations were begun.
    #[must_use]
    pub fn conversations(&self) -> usize {
        self.inner.lock().conversations
    }
}
