//! Which addresses the server may call for a tenant: whatever URL an operator of one org enters must
//! not lead into the network that the server stands in. Owns the rule, the check of a URL as it was
//! entered, and clients that check again at each connection, since a name may point elsewhere by then.
//! Knows no vendor. Exempt is what the operator of the server lists in `[outbound] allow`.

mod address;
mod doors;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

pub(crate) use address::is_public;
pub(crate) use doors::Doors;

/// Why a URL is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forbidden {
    /// Not one that is called at all.
    #[error("must be a URL that begins with https:// and names a host")]
    NoHttp,
    /// It carries a user or a password.
    #[error("must not carry a user name or a password; give them in their own fields")]
    Userinfo,
    /// It would send everything in clear.
    #[error(
        "must begin with https://; plain http is for addresses that the server's operator lists in \
         `[outbound] allow`"
    )]
    Plain,
    /// It leads into a private network, or to this machine.
    #[error(
        "leads to a private address; the server's operator can list its host:port in \
         `[outbound] allow`"
    )]
    Private,
}

/// How a URL may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To public addresses only.
    Public,
    /// Wherever it leads: the operator of the server said so.
    Exempt,
}

/// Finds the addresses of a name.
#[async_trait]
pub(crate) trait Lookup: Send + Sync + 'static {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
struct System;

#[async_trait]
impl Lookup for System {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect())
    }
}

/// The rule. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Outbound {
    allow: Arc<HashSet<String>>,
    lookup: Arc<dyn Lookup>,
}

impl Outbound {
    /// The rule with the entries of `[outbound] allow` exempt.
    pub(crate) fn new(allow: &[String]) -> Self {
        Self::with_lookup(allow, Arc::new(System))
    }

    fn with_lookup(allow: &[String], lookup: Arc<dyn Lookup>) -> Self {
        let allow = allow.iter().map(|entry| entry.to_ascii_lowercase()).collect();
        Self { allow: Arc::new(allow), lookup }
    }

    /// Checks a URL as far as it tells without asking for the addresses of a name. What a URL parser
    /// makes of its host counts, so that `0x7f.1` is 127.0.0.1 here as it is when it is called.
    ///
    /// # Errors
    /// Why it is not called.
    pub(crate) fn check(&self, url: &Url) -> Result<Way, Forbidden> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Forbidden::NoHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::Userinfo);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Forbidden::NoHttp)?;
        let port = url.port_or_known_default().filter(|port| *port != 0);
        let port = port.ok_or(Forbidden::NoHttp)?;
        if self.allow.contains(&format!("{}:{port}", host.to_ascii_lowercase())) {
            return Ok(Way::Exempt);
        }
        if is_own_name(host) {
            return Err(Forbidden::Private);
        }
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>()
            && !is_public(address)
        {
            return Err(Forbidden::Private);
        }
        if url.scheme() != "https" {
            return Err(Forbidden::Plain);
        }
        Ok(Way::Public)
    }

    /// Whether a URL that could not be connected to is one whose name leads to private addresses only.
    pub(crate) async fn is_private(&self, url: &Url) -> bool {
        match self.check(url) {
            Ok(Way::Exempt) => false,
            Err(forbidden) => forbidden == Forbidden::Private,
            Ok(Way::Public) => {
                let found = self.lookup.addresses(url.host_str().unwrap_or_default()).await;
                found.is_ok_and(|found| !found.is_empty() && !found.into_iter().any(is_public))
            }
        }
    }

    /// The addresses of a host that may be connected to and is called by no URL, as a mail server; none
    /// if nobody knows one. Who connects has to connect to these, so that nothing can change in between.
    ///
    /// # Errors
    /// If all of them are private and the host is not exempt.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, Forbidden> {
        let written = match host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
            _ => format!("{}:{port}", host.to_ascii_lowercase()),
        };
        let exempt = self.allow.contains(&written);
        if !exempt && is_own_name(host) {
            return Err(Forbidden::Private);
        }
        let mut found = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.lookup.addresses(host).await.unwrap_or_default(),
        };
        if found.is_empty() {
            return Ok(Vec::new());
        }
        found.retain(|address| exempt || is_public(*address));
        if found.is_empty() {
            return Err(Forbidden::Private);
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    /// The resolver of clients that call public addresses only.
    fn resolver(&self) -> Guard {
        Guard(Arc::clone(&self.lookup))
    }
}

/// Names that mean this machine whatever a resolver says (RFC 6761).
fn is_own_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// Resolves names to public addresses only. A client connects to exactly what it is given here, so
/// that nothing can change between the check and the connection.
struct Guard(Arc<dyn Lookup>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let mut found = lookup.addresses(name.as_str()).await?;
            found.retain(|address| is_public(*address));
            if found.is_empty() {
                return Err(Box::from(Forbidden::Private));
            }
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            let found: Addrs = Box::new(found);
            Ok(found)
        })
    }
}
