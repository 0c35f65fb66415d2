//! Passes of the routes that are not opened by a token in the usual way: those for anyone, for Vapi, for providers, for watchers with a
//! ticket, and the development endpoint. Each says why it is another.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Least, Of, Pass, Signed, WholeServer, judged, presented, role};
use crate::http::app::App;
use crate::http::error::ApiError;
use crate::http::identity::{Principal, bearer};

/// Anyone may ask; what is answered says nothing of any org.
pub(in crate::http) struct Anyone;

impl Pass for Anyone {
    type Reach = WholeServer;
    const LEAST: Least = Least::Anyone;
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Vapi asks. A signature is over the body, so that the handler itself settles whether it is genuine.
pub(in crate::http) struct FromVapi;

impl Pass for FromVapi {
    type Reach = WholeServer;
    const LEAST: Least = Least::Vapi;
}

impl FromRequestParts<App> for FromVapi {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// A provider or carrier reports. A signature is over the body, so that the handler itself settles whether it is genuine.
pub(in crate::http) struct FromProvider;

impl Pass for FromProvider {
    type Reach = WholeServer;
    const LEAST: Least = Least::Provider;
}

impl FromRequestParts<App> for FromProvider {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Who may watch the feed: by a ticket, since browsers send no header with a WebSocket, else by a token.
pub(in crate::http) struct Watching(pub(in crate::http) Signed<role::Any>);

impl Pass for Watching {
    type Reach = WholeServer;
    const LEAST: Least = Least::AnyToken;
}

impl FromRequestParts<App> for Watching {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let ticket = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket");
        let who = match (ticket, presented(parts, app)) {
            (Some((_, ticket)), _) => {
                let who = app.parts.tickets.redeem(&ticket, app.calls.clock().now());
                let who = who.ok_or_else(ApiError::unauthorized)?;
                // The token that it was issued for may have been revoked since.
                if !who.still_stands(app).await {
                    return Err(ApiError::unauthorized());
                }
                who
            }
            (None, Some(token)) => Principal::of_token(app, &token).await?,
            (None, None) => return Err(ApiError::unauthorized()),
        };
        Ok(Self(Signed::new(who)))
    }
}

/// Who connects a provider in a browser: a link holds the org in its query, since a path of one org leads back to no fixed address.
pub(in crate::http) struct Connecting(pub(in crate::http) Of<role::Org>);

impl Pass for Connecting {
    type Reach = WholeServer;
    const LEAST: Least = Least::OfOrg(<role::Org as role::OfOrg>::ROLE);
}

impl FromRequestParts<App> for Connecting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = presented(parts, app).ok_or_else(ApiError::unauthorized)?;
        let who = Principal::of_token(app, &token).await?;
        if who.role < <role::Org as role::OfOrg>::ROLE {
            return Err(ApiError::forbidden());
        }
        let query = parts.uri.query().unwrap_or_default();
        let org = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "org");
        let (_, org) = org.ok_or_else(|| ApiError::invalid("org", "is missing"))?;
        judged(app, who, &org).map(Self)
    }
}

/// Who may use the development endpoint, which names the org in its body: a bearer token for all of an org, while the endpoint is
/// open. Everybody else is forbidden it (P089), whatever was wrong.
pub(in crate::http) struct Developer(pub(in crate::http) Signed<role::Any>);

impl Pass for Developer {
    type Reach = WholeServer;
    const LEAST: Least = Least::OfOrg(<role::Org as role::OfOrg>::ROLE);
}

impl FromRequestParts<App> for Developer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer(parts).filter(|_| app.parts.dev_endpoints);
        let token = token.ok_or_else(ApiError::forbidden)?;
        let who = Principal::of_token(app, token).await.map_err(|_| ApiError::forbidden())?;
        if who.role < <role::Org as role::OfOrg>::ROLE {
            return Err(ApiError::forbidden());
        }
        Ok(Self(Signed::new(who)))
    }
}
