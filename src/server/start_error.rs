//! Why a server does not start, each with what to do about it.

use std::net::SocketAddr;
use std::path::PathBuf;

use hookswitch_actors::OpenCallsError;
use hookswitch_storage::{OpenError, StoreError};

use crate::config::ConfigError;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] OpenError),
    /// Storage failed while starting.
    #[error("storage failed while starting: {0}")]
    Store(#[from] StoreError),
    /// Calls could not be opened.
    #[error("live calls could not be opened: {0}")]
    Calls(#[from] OpenCallsError),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}; choose another with --bind or [server] bind")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The network failed.
    #[error("the network failed: {0}")]
    Network(std::io::Error),
    /// The file by which commands find the server cannot be written.
    #[error("cannot write {}: {source}; check who owns the data folder", path.display())]
    ServerFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The signals that stop the server cannot be caught.
    #[error(
        "signals cannot be caught: {0}; start the server without a supervisor that blocks them"
    )]
    Signals(std::io::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    Random,
}
