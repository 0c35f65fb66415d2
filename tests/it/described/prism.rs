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
        Self { child, address }
    }

    /// Waits until it answers.
    pub(super) async fn is_up(&mut self) {
        let address = self.address;
        eventually_within(PATIENCE, "Prism", || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "Prism ended at once: {ended:?}");
            async move { tokio::net::TcpStream::connect(address).await.ok() }
        })
        .await;
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
