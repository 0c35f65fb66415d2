//! What Square offers to the rest of the program: what may be entered for a connection, and the adapter of
//! one. Knows no request.

use std::sync::Arc;

use hookswitch_actors::ports::{
    AccessTokens, Allowance, BookingProvider, Clock, FixedToken, Notice, ProviderError, SetClock,
    SharedLimit, SystemClock,
};
use hookswitch_storage::{Connection, Secret as Token};
use serde_json::json;

use super::Square;
use super::client::Wire;
use super::notice;
use super::settings::{Credentials, Options};
use crate::config::{Config, Secret};
use crate::providers::Wrong;
use crate::providers::vendor::{self, Fields, NoticeRefused, Posted};

/// Stands where a connection uses the token that the server itself was started with.
const OWN_TOKEN: &str = "own_token_of_the_server";
/// Requests per second of one application. Square sets a limit per application and publishes no
/// figure; this is our own caution, and less than any figure that others report.
const PER_SECOND: u32 = 20;

/// Square.
pub(in crate::providers) struct Vendor {
    wire: Result<Arc<Wire>, String>,
    own_token: Option<Secret>,
    clock: Arc<dyn Clock>,
}

impl Vendor {
    pub(in crate::providers) fn new(config: &Config) -> Self {
        let deadline = config.sessions.tool_deadline();
        let wire = Wire::new(&config.providers.square.base_url, deadline).map(Arc::new);
        if let Err(problem) = &wire {
            tracing::error!(%problem, "Square cannot be used");
        }
        let clock: Arc<dyn Clock> = match config.server.clock {
            Some(moment) => Arc::new(SetClock::starting_at(moment)),
            None => Arc::new(SystemClock),
        };
        Self { wire, own_token: config.secrets.square_access_token.clone(), clock }
    }

    /// Where a connection's tokens come from, and whose requests are counted together with its own.
    fn tokens(
        &self,
        connection: &Connection,
        credentials: &Fields,
    ) -> Result<(Arc<dyn AccessTokens>, String), ProviderError> {
        if credentials.contains_key(OWN_TOKEN) {
            let token = self.own_token.as_ref().ok_or_else(|| {
                let problem = "SQUARE_ACCESS_TOKEN is no longer set; give the connection a token";
                ProviderError::NeedsHuman(problem.into())
            })?;
            let token = Token::from(token.expose().trim().to_owned());
            return Ok((Arc::new(FixedToken(token)), "square:own".into()));
        }
        let read = Credentials::read(credentials).map_err(|_| ProviderError::Reconnect)?;
        // A token that is given directly is of the seller's own application.
        let shared = format!("square:{}", connection.id);
        Ok((Arc::new(FixedToken(Token::from(read.access_token))), shared))
    }

    /// The seller whose tokens these are; `key` says whose requests are counted together.
    fn seller(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
        key: String,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let by_operator = ProviderError::NeedsHuman;
        let wire = self.wire.as_ref().map_err(|problem| {
            by_operator(format!("providers.square cannot be used: {problem}"))
        })?;
        let options =
            Options::read(&connection.options).map_err(|wrong| by_operator(wrong.to_string()))?;
        let limit = SharedLimit::new(key, Allowance::per_second(PER_SECOND, PER_SECOND));
        Ok(Arc::new(Square::new(wire, tokens, options, limit, Arc::clone(&self.clock))))
    }
}

impl vendor::Vendor for Vendor {
    fn name(&self) -> &'static str {
        "square"
    }

    fn title(&self) -> &'static str {
        "Square"
    }

    fn check_options(&self, options: &Fields) -> Result<(), Wrong> {
        Options::read(options).map(|_| ())
    }

    fn check_credentials(&self, given: Fields) -> Result<Fields, Wrong> {
        Credentials::read(&given).map(Credentials::into_fields)
    }

    fn without_credentials(&self, is_admin: bool) -> Result<Option<Fields>, Wrong> {
        if is_admin && self.own_token.is_some() {
            return Ok(Some(Fields::from_iter([(OWN_TOKEN.to_owned(), json!(self.name()))])));
        }
        Credentials::read(&Fields::new()).map(|_| None)
    }

    fn new_credentials(&self) -> &'static str {
        "enter a new access token of the seller's as `credentials.access_token`"
    }

    fn adapter(
        &self,
        connection: &Connection,
        credentials: Fields,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        let (tokens, limit) = self.tokens(connection, &credentials)?;
        self.seller(connection, tokens, limit)
    }

    fn adapter_with(
        &self,
        connection: &Connection,
        tokens: Arc<dyn AccessTokens>,
    ) -> Result<Arc<dyn BookingProvider>, ProviderError> {
        // Who connects in a browser does so with the server's own application.
        self.seller(connection, tokens, "square:application".into())
    }

    fn notice(&self, posted: &Posted<'_>) -> Result<Notice, NoticeRefused> {
        let own = posted.credentials.get("webhook_signature_key");
        notice::read(posted, own.and_then(serde_json::Value::as_str))
    }
}
