//! Serves a stand-in on a free port of this machine for as long as its handle lives. Knows no vendor.

use std::io;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::cut::{CutListener, Scissors};

/// A running server; it stops when dropped.
pub(super) struct Serving {
    url: String,
    task: JoinHandle<()>,
}

/// Serves `router`; its handlers may extract `ConnectInfo<Scissors>`.
pub(super) async fn serve(router: Router) -> io::Result<Serving> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<Scissors>();
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(CutListener(listener), service).await {
            tracing::error!(%error, "a stand-in stopped serving");
        }
    });
    Ok(Serving { url, task })
}

impl Serving {
    /// Where it is, without a final slash.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}
