//! Tokens for who we are, with nobody agreeing: client credentials (RFC 6749 section 4.4), as OpenTable
//! gives them to its partners. They can be had again at any time, so they are not kept.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hookswitch_actors::ports::{Clock, Grant, RenewError, TokenIssuer};
use reqwest::{Method, StatusCode, Url};

use super::client;
use crate::config::OauthClient;
use crate::providers::http::Http;
use crate::providers::vendor::Fields;

const TITLE: &str = "OpenTable";
const VARIABLES: [&str; 2] = ["OPENTABLE_CLIENT_ID", "OPENTABLE_CLIENT_SECRET"];
/// What a connection with credentials of its own is told to correct.
const OWN: [&str; 2] = ["credentials.client_id", "credentials.client_secret"];
/// A day: tokens last for weeks, and a renewal that fails shall have time to be noticed.
const AHEAD: Duration = Duration::from_secs(24 * 3_600);

/// Who the server is as a partner, and the way to the token endpoint.
pub(super) struct App {
    pub(super) client: OauthClient,
    pub(super) way: Result<(Http, Url), String>,
}

/// One connection.
pub(super) struct Partner {
    app: Arc<App>,
    own: Option<(String, String)>,
    clock: Arc<dyn Clock>,
}

impl Partner {
    /// With the connection's own credentials if it has some, else with the server's.
    pub(super) fn new(app: Arc<App>, credentials: &Fields, clock: Arc<dyn Clock>) -> Self {
        let text = |name: &str| credentials.get(name)?.as_str().map(str::to_owned);
        let own = text("client_id").zip(text("client_secret"));
        Self { app, own, clock }
    }

    fn who(&self) -> Result<(&str, &str, &'static [&'static str]), RenewError> {
        if let Some((id, secret)) = &self.own {
            return Ok((id, secret, &OWN));
        }
        let OauthClient { id, secret } = &self.app.client;
        match (id, secret) {
            (Some(id), Some(secret)) => Ok((id, secret.expose(), &VARIABLES)),
            _ => Err(RenewError::Refused(format!(
                "the server is no partner of {TITLE}: set {}, or give the connection credentials of its own",
                VARIABLES.join(" and ")
            ))),
        }
    }
}

#[async_trait]
impl TokenIssuer for Partner {
    fn is_kept(&self) -> bool {
        false
    }

    fn rotates(&self) -> bool {
        false
    }

    fn ahead(&self) -> Duration {
        AHEAD
    }

    async fn renew(&self, _: Option<&Grant>) -> Result<Grant, RenewError> {
        let (http, url) = self.app.way.as_ref().map_err(|problem| {
            RenewError::Refused(format!("providers.opentable cannot be used: {problem}"))
        })?;
        let (id, secret, names) = self.who()?;
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("grant_type", "client_credentials");
        let ask = |method| http.request(method, url.clone()).basic_auth(id, Some(secret));
        let mut answer = client::send(http, ask(Method::POST)).await?;
        // Its own documents show both.
        if answer.status == StatusCode::METHOD_NOT_ALLOWED {
            answer = client::send(http, ask(Method::GET)).await?;
        }
        Ok(client::read(TITLE, names, answer, self.clock.now())?.grant)
    }

    async fn revoke(&self, _: &Grant) -> Result<(), RenewError> {
        Ok(())
    }
}
