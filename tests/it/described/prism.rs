//! Prism, a program that checks HTTP by an OpenAPI description, as a proxy before a server. Owns its
//! process. Knows nothing of what it says.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::eventually_within;

/// How long it may take to read a description; 1 MB of it takes 4 s on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the program is, as `HOOKSWITCH_PRISM` or the search path names it; that it is not is said.
pub(super) fn program() -> Option<PathBuf> {
    let named = std::env::var_os("HOOKSWITCH_PRISM").map(PathBuf::from);
    let found = named.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|one| one.join("prism")).find(|file| file.is_file())
    });
    if found.is_none() {
        super::skip("HOOKSWITCH_PRISM=path/to/prism (npm install @stoplight/prism-cli)");
    }
    found
}

/// A running proxy.
pub(super) struct Prism {
    program: PathBuf,
    description: PathBuf,
    upstream: String,
    child: Child,
    address: SocketAddr,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prism {
    /// Starts it for a description before `upstream`.
    pub(super) fn start(program: &Path, description: &Path, upstream: &str) -> Self {
        let (child, address) = run(program, description, upstream);
        let (program, description) = (program.to_owned(), description.to_owned());
        Self { program, description, upstream: upstream.to_owned(), child, address }
    }

    /// Waits until it answers.
    pub(super) async fn is_up(&mut self) {
        let mut starts = 1;
        eventually_within(PATIENCE, "Prism", || {
            if let Some(ended) = self.child.try_wait().unwrap() {
                // Somebody else may have been quicker to take the port.
                assert!(starts < 4, "Prism ended at once, {starts} times: {ended:?}");
                starts += 1;
                (self.child, self.address) = run(&self.program, &self.description, &self.upstream);
            }
            let address = self.address;
            async move { tokio::net::TcpStream::connect(address).await.ok() }
        })
        .await;
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Starts the program on a port that is free at this moment.
fn run(program: &Path, description: &Path, upstream: &str) -> (Child, SocketAddr) {
    let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let child = Command::new(program)
        .arg("proxy")
        .arg(description)
        .arg(upstream)
        .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--verboseLevel", "silent", "--multiprocess", "false"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    (child, address)
}
