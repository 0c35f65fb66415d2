//! Clients that keep the rule of what may be called: one for public addresses, one for what is exempt.
//! Neither follows a redirect, since the next address would not be checked, nor uses a proxy, which
//! would look names up for itself. Knows no request.

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};

use super::{Forbidden, Outbound, Way};

/// The two clients. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Doors {
    outbound: Outbound,
    public: Client,
    exempt: Client,
}

impl Doors {
    /// Clients with the limits that `builder` sets.
    ///
    /// # Errors
    /// In words, if outgoing requests cannot be set up on this machine.
    pub(crate) fn new(
        outbound: &Outbound,
        builder: impl Fn() -> ClientBuilder,
    ) -> Result<Self, String> {
        // The program did this at its start; who uses the server as a library may not have.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = || builder().redirect(Policy::none()).no_proxy().referer(false);
        let build = |builder: ClientBuilder| {
            let built = builder.build();
            built.map_err(|error| format!("outgoing requests cannot be set up: {error}"))
        };
        let public = build(plain().dns_resolver(outbound.resolver()))?;
        let exempt = build(plain())?;
        Ok(Self { outbound: outbound.clone(), public, exempt })
    }

    /// Other clients that keep the same rule and share no socket with these, with the limits that
    /// `builder` sets.
    pub(crate) fn own(&self, builder: impl Fn() -> ClientBuilder) -> Self {
        Self::new(&self.outbound, builder).unwrap_or_else(|error| {
            // They could be built at the start; bookings go before tidiness.
            tracing::error!(%error, "a connection has no client of its own");
            self.clone()
        })
    }

    /// The rule that these clients keep.
    pub(crate) fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// The client for a URL, and for no other.
    ///
    /// # Errors
    /// Why the URL is not called.
    pub(crate) fn client(&self, url: &Url) -> Result<&Client, Forbidden> {
        Ok(match self.outbound.check(url)? {
            Way::Public => &self.public,
            Way::Exempt => &self.exempt,
        })
    }
}
