//! What the commands on this machine need to find and use a running server: `server.json`, the
//! local token in it, and the lasting admin token that the first start makes.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use hookswitch_storage::{ApiToken, Role, Store, TokenId};
use jiff::Timestamp;
use serde_json::json;

use super::StartError;
use crate::config::Config;
use crate::http::digest;

/// The tokens of a start.
pub(crate) struct Tokens {
    /// For commands on this machine; ends with the server.
    pub(crate) local: String,
    /// From the environment; lasts as long as it is set.
    pub(crate) environment: Option<String>,
    /// Made by this start, to be printed once.
    pub(crate) first_admin: Option<String>,
}

/// `length` random letters and digits.
pub(crate) fn random_text(length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = vec![0; length];
    // Called after `tokens` has shown that there is randomness.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

pub(super) async fn tokens(
    config: &Config,
    store: &Store,
    now: Timestamp,
) -> Result<Tokens, StartError> {
    getrandom::fill(&mut [0; 1]).map_err(|_| StartError::Random)?;
    let local = format!("hsl_{}", random_text(40));
    let environment = config.secrets.admin_token.as_ref().map(|token| token.expose().to_owned());
    let mut first_admin = None;
    if environment.is_none() && !store.tokens().await?.iter().any(|t| t.role == Role::Admin) {
        let secret = format!("hsa_{}", random_text(40));
        let token = ApiToken {
            id: TokenId::random(),
            role: Role::Admin,
            org: None,
            digest: digest(&secret),
            created_at: now,
            expires_at: None,
        };
        store.put_token(token, "start", now).await?;
        first_admin = Some(secret);
    }
    Ok(Tokens { local, environment, first_admin })
}

/// Writes `server.json`, readable by its owner alone.
pub(super) fn write(path: &Path, address: SocketAddr, token: &str) -> Result<(), StartError> {
    let failed = |source| StartError::ServerFile { path: path.to_owned(), source };
    let document = json!({
        "url": format!("http://{}", reachable(address)),
        "token": token,
        "pid": std::process::id(),
    });
    // A file left by a crash may have other permissions than a new one gets.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(document.to_string().as_bytes()).map_err(failed)
}

pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

/// An address that this machine can call: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
