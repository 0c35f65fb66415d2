//! What is particular about one provider's authorization server, as data. Knows no request.

use std::time::Duration;

use reqwest::Url;

use crate::config::{OauthClient, Secret};
use crate::providers::http::{Http, Limits};

/// How the token endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    /// A form, as the standard has it.
    Form,
    /// JSON.
    Json,
}

/// How a grant is taken back.
#[derive(Debug, Clone)]
pub(super) enum Revocation {
    /// A form with the token and who we are (RFC 7009).
    Form(Url),
    /// The token in the query.
    Query(Url),
    /// Square's own: JSON, and the secret in a header.
    Square(Url),
}

/// Our application at one provider.
pub(super) struct App {
    /// The provider's name in the contract.
    pub(super) provider: &'static str,
    /// Its name for people.
    pub(super) title: &'static str,
    /// The environment variables with who we are there.
    pub(super) variables: [&'static str; 2],
    /// Who we are there.
    pub(super) client: OauthClient,
    /// Whether there is no way without a secret.
    pub(super) needs_secret: bool,
    /// Where somebody agrees.
    pub(super) authorize: Url,
    /// Where tokens are had.
    pub(super) token: Url,
    /// How they are taken back.
    pub(super) revocation: Revocation,
    /// How the token endpoint is spoken to.
    pub(super) speech: Speech,
    /// What we ask for.
    pub(super) scopes: &'static [&'static str],
    /// What of it is told to be given, where that is told; users can leave boxes empty.
    pub(super) needed: &'static [&'static str],
    /// More for the page on which somebody agrees.
    pub(super) extra: &'static [(&'static str, &'static str)],
    /// Whether proof of possession (PKCE, S256) is offered along with what else there is.
    pub(super) pkce: bool,
    /// Whether a refresh token is good for one use.
    pub(super) rotates: bool,
    /// How long before its end a token is renewed.
    pub(super) ahead: Duration,
    /// The way to the token endpoint.
    pub(super) http: Http,
}

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest time for a request. Longer than any caller waits: a renewal goes on without them, and one
/// that is given up may have used up a refresh token.
const TOTAL: Duration = Duration::from_secs(20);
/// Largest answer that is read, bytes; Google's longest tokens have some 2 KB.
const LARGEST: usize = 64 << 10;

impl App {
    /// The secret, if there is one.
    pub(super) fn secret(&self) -> Option<&str> {
        self.client.secret.as_ref().map(Secret::expose)
    }

    /// Our id.
    ///
    /// # Errors
    /// In words for the operator of the server, if it is not set up.
    pub(super) fn is_set_up(&self) -> Result<&str, String> {
        let [id_name, secret_name] = self.variables;
        let lacks = |name: &str| {
            format!(
                "the server is not registered at {}: set {name} in its environment to what the \
                 developer pages there say, and start it again",
                self.title
            )
        };
        if self.needs_secret && self.client.secret.is_none() {
            return Err(lacks(secret_name));
        }
        self.client.id.as_deref().ok_or_else(|| lacks(id_name))
    }
}

/// The way to a token endpoint.
pub(super) fn way_to(token: &Url) -> Result<Http, String> {
    Http::new(token, Limits { connect: CONNECT, total: TOTAL, largest: LARGEST })
}

/// Where a provider's authorization server is: at its own address, or, where the operator has put another
/// in place of the provider's interface, at that host.
pub(super) struct Hosts<'a> {
    /// What is configured.
    pub(super) base: &'a str,
    /// What is compiled in.
    pub(super) usual: &'a str,
}

impl Hosts<'_> {
    /// The address `path` at `host`, or at the configured host.
    pub(super) fn at(&self, host: &str, path: &str) -> Result<Url, String> {
        let host = if self.base == self.usual { host } else { self.base };
        let mut url: Url = host.parse().map_err(|_| "its base_url is no URL".to_owned())?;
        url.set_path(path);
        url.set_query(None);
        Ok(url)
    }
}
