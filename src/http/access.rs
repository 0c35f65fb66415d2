//! Who may ask, said by the type of a handler's first argument. Owns the judgement: a handler has an org and its asker only
//! from here, judged before anything else of the request is read. Knows no route, and nothing of what is asked for.

mod odd;
pub(super) mod role;

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use hookswitch_actors::OrgEntry;
use hookswitch_storage::{OrgId, Role};

use super::app::App;
use super::error::ApiError;
use super::identity::{Principal, presented};
pub(super) use odd::{Anyone, Connecting, Developer, FromProvider, FromVapi, Watching};
use role::{OfOrg, OfServer};

/// The part of a path that names an org; only [`Of`] reads it.
pub(super) const ORG: &str = "org";

/// The smallest role that may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    /// Anyone, without a token.
    Anyone,
    /// Who proves to be Vapi, by the org's or the instance's secret.
    Vapi,
    /// Who proves to be a provider or carrier, by its signature.
    Provider,
    /// Any token; what it reaches depends on it.
    AnyToken,
    /// A token with at least this role for the org of the path.
    OfOrg(Role),
    /// An administrator.
    Admin,
}

/// What a handler begins with.
#[diagnostic::on_unimplemented(
    message = "a handler begins with who may ask",
    label = "the first argument of this handler is `{Self}`",
    note = "below `/api/orgs/{{org}}` it must be `Of<role::…>`, elsewhere `Signed<role::…>` or one of `access::odd`"
)]
pub(super) trait Pass: FromRequestParts<App> {
    /// Which routes it is for: [`OneOrg`] or [`WholeServer`].
    type Reach;

    /// Whom it lets through.
    const LEAST: Least;
}

/// The reach of what is below `/api/orgs/{org}`.
pub(super) struct OneOrg;

/// The reach of everything else.
pub(super) struct WholeServer;

/// An org, and who asks about it with at least the role `R`.
pub(super) struct Of<R> {
    pub(super) org: Arc<OrgEntry>,
    pub(super) who: Principal,
    judged: PhantomData<R>,
}

impl<R: OfOrg> Pass for Of<R> {
    type Reach = OneOrg;
    const LEAST: Least = Least::OfOrg(R::ROLE);
}

impl<R: OfOrg> FromRequestParts<App> for Of<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let who = signed(parts, app).await?;
        let path = RawPathParams::from_request_parts(parts, app).await;
        let path = path.map_err(|_| ApiError::no_such_route())?;
        let org = path.iter().find(|(name, _)| *name == ORG);
        let (_, org) = org.ok_or_else(ApiError::no_such_route)?;
        judged(app, who, org)
    }
}

/// Who asks about no org of a path: anybody with a token, or an administrator.
pub(super) struct Signed<R> {
    pub(super) who: Principal,
    judged: PhantomData<R>,
}

impl<R: OfServer> Pass for Signed<R> {
    type Reach = WholeServer;
    const LEAST: Least = R::LEAST;
}

impl<R: OfServer> FromRequestParts<App> for Signed<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let who = signed(parts, app).await?;
        if who.role < R::ROLE {
            return Err(ApiError::forbidden());
        }
        Ok(Self { who, judged: PhantomData })
    }
}

impl Signed<role::Any> {
    fn new(who: Principal) -> Self {
        Self { who, judged: PhantomData }
    }

    /// The org that a query or a body names, judged as one in a path is.
    pub(super) fn of<R: OfOrg>(&self, app: &App, org: &str) -> Result<Of<R>, ApiError> {
        judged(app, self.who.clone(), org)
    }

    /// Every org that the asker may know.
    pub(super) fn orgs(&self, app: &App) -> Vec<Arc<OrgEntry>> {
        let mut orgs = app.calls.orgs().all();
        orgs.retain(|org| knows(&self.who, org.id()));
        orgs
    }
}

async fn signed(parts: &Parts, app: &App) -> Result<Principal, ApiError> {
    let token = presented(parts, app).ok_or_else(ApiError::unauthorized)?;
    Principal::of_token(app, &token).await
}

fn knows(who: &Principal, org: &OrgId) -> bool {
    who.org.as_ref().is_none_or(|own| own == org)
}

/// Another org's anything does not exist for a token; one's own with too small a role is refused.
fn judged<R: OfOrg>(app: &App, who: Principal, org: &str) -> Result<Of<R>, ApiError> {
    let absent = || ApiError::not_found("org");
    let id: OrgId = org.parse().map_err(|_| absent())?;
    if !knows(&who, &id) {
        return Err(absent());
    }
    if who.role < R::ROLE {
        return Err(ApiError::forbidden());
    }
    let org = app.calls.orgs().get(&id).ok_or_else(absent)?;
    Ok(Of { org, who, judged: PhantomData })
}
