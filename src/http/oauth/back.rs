//! The way back from a provider: is it an answer to something that was begun, what does it say, and what
//! becomes of the connection.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::COOKIE as COOKIES;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hookswitch_actors::{Leaving, OrgEntry, farewell, grant_in, sealed_with, to_its_end};
use hookswitch_storage::{Connection, ConnectionStatus, Store};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::super::access::Anyone;
use super::super::app::App;
use super::super::connections;
use super::super::error::ApiError;
use super::super::extract::Query;
use super::page::Outcome;
use super::pending::Waiting;
use super::{CALLBACK, COOKIE};
use crate::providers::{ExchangeError, Given};

/// What a provider sends back; some send more.
#[derive(Deserialize, JsonSchema)]
pub(in crate::http) struct Back {
    /// What was given to the provider at the beginning.
    #[serde(default)]
    state: Option<String>,
    /// What is exchanged for access.
    #[serde(default)]
    code: Option<String>,
    /// Why there is none.
    #[serde(default)]
    error: Option<String>,
}

/// `GET /api/oauth/callback`: where providers send people back to. The state in the address is what lets
/// them in; it is good once.
pub(in crate::http) async fn callback(
    _: Anyone,
    State(app): State<App>,
    query: Result<Query<Back>, ApiError>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(back)) = query else { return nothing_begun().into_response() };
    let outcome = match begun(&app, &back, &headers).await {
        // A code is good once, and what it brings is alive from then on.
        Ok((waiting, org)) => {
            to_its_end(async move { settle(&app, &waiting, org, back).await }).await
        }
        Err(refused) => refused,
    };
    outcome.into_response()
}

fn nothing_begun() -> Outcome {
    Outcome::bad(
        "This link is not good any more",
        "It was used before, is too old, or was begun elsewhere. Nothing was changed. Begin again \
         from the list of connections.",
    )
}

/// What was begun with the state that came back, if who began it still may.
async fn begun(
    app: &App,
    back: &Back,
    headers: &HeaderMap,
) -> Result<(Waiting, Arc<OrgEntry>), Outcome> {
    let now = app.calls.clock().now();
    let state = back.state.as_deref().unwrap_or_default();
    let waiting = app.parts.connecting.take(state, now).ok_or_else(nothing_begun)?;
    if let Some(expected) = &waiting.browser {
        let shown = shown(headers).unwrap_or_default();
        if !bool::from(expected.as_bytes().ct_eq(shown.as_bytes())) {
            return Err(nothing_begun());
        }
    }
    // The token that began it may have been revoked since, or the org removed.
    if !waiting.who.still_stands(app).await {
        return Err(nothing_begun());
    }
    let org = app.calls.orgs().get(&waiting.org).ok_or_else(nothing_begun)?;
    Ok((waiting, org))
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(COOKIES).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == COOKIE).map(|(_, value)| value.trim())
}

async fn settle(app: &App, waiting: &Waiting, org: Arc<OrgEntry>, back: Back) -> Outcome {
    let title = app.parts.oauth.title(&waiting.provider).unwrap_or_default();
    let Some(code) = back.code.filter(|_| back.error.is_none()) else {
        return refused(title, back.error.as_deref().unwrap_or_default());
    };
    let redirect_uri = app.public(CALLBACK);
    let verifier = waiting.verifier.as_deref();
    let given = app.parts.oauth.exchange(&waiting.provider, &code, &redirect_uri, verifier).await;
    let given = match given {
        Ok(given) => given,
        Err(error) => return not_exchanged(title, &waiting.provider, error),
    };
    match keep(app, waiting, Arc::clone(&org), given).await {
        Ok(connection) => Outcome {
            status: StatusCode::OK,
            title: format!("{title} is connected"),
            then: vec![
                format!(
                    "The account now belongs to “{}” as connection {}.",
                    org.settings().name,
                    connection.id
                ),
                format!(
                    "Next: run `hookswitch connection check {}`, which asks the provider for \
                     something harmless and says what is still missing. You can close this page.",
                    connection.id
                ),
            ],
        },
        Err(why) => Outcome {
            status: StatusCode::SERVICE_UNAVAILABLE,
            title: format!("{title} could not be connected"),
            then: vec![format!("{why} Begin again from the list of connections.")],
        },
    }
}

/// What a provider's own refusal means. Its words are not repeated: anyone can write them.
fn refused(title: &str, error: &str) -> Outcome {
    let what = format!("{title} is not connected");
    match error {
        "access_denied" => Outcome::bad(
            what,
            "The access was not allowed there, so nothing was changed. To connect after all, begin \
             again and choose to allow it.",
        ),
        "invalid_scope" => Outcome::bad(
            what,
            format!(
                "{title} does not let this server's application ask for what it needs. Who runs the \
                 server has to allow it on {title}'s developer page."
            ),
        ),
        "unauthorized_client" | "invalid_client" => Outcome::bad(
            what,
            format!(
                "{title} does not know this server's application. Who runs the server has to correct \
                 its id and secret, or the redirect address on {title}'s developer page."
            ),
        ),
        "temporarily_unavailable" | "server_error" => Outcome::bad(
            what,
            format!("{title} is in trouble. Try again in a few minutes; nothing was changed."),
        ),
        _ => Outcome::bad(
            what,
            format!("{title} did not say why. Begin again; nothing was changed."),
        ),
    }
}

fn not_exchanged(title: &str, provider: &str, error: ExchangeError) -> Outcome {
    tracing::warn!(provider, %error, "a provider could not be connected");
    let what = format!("{title} is not connected");
    match error {
        ExchangeError::Used => Outcome::bad(
            what,
            "The answer that came back is good no longer. Begin again; nothing was changed.",
        ),
        ExchangeError::Refused(why) => {
            Outcome::bad(what, format!("{why}. Only who runs the server can put this right."))
        }
        ExchangeError::Scopes(missing) => Outcome::bad(
            what,
            format!(
                "Some of what is needed was not allowed: {}. Begin again and leave every box \
                 ticked; nothing was changed.",
                missing.join(", ")
            ),
        ),
        ExchangeError::Unavailable => Outcome {
            status: StatusCode::BAD_GATEWAY,
            title: what,
            then: vec![format!(
                "{title} did not answer in time. Begin again in a few minutes; nothing was changed."
            )],
        },
    }
}

/// By then the look that follows each consent has mostly told whose account it is.
const LEARNED: SignedDuration = SignedDuration::from_secs(5);

/// Keeps the grant with its connection. The reason, in a sentence, if that is not possible.
async fn keep(
    app: &App,
    waiting: &Waiting,
    org: Arc<OrgEntry>,
    given: Given,
) -> Result<Connection, &'static str> {
    const DISK: &str = "The server could not write it down.";
    let (store, now) = (app.calls.store(), app.calls.clock().now());
    let by = &waiting.who.name;
    let sealed = sealed_with(store, org.id(), &given.grant);
    let ends = given.grant.ends_for_good_at();
    let (entered, unsealing) = (sealed.clone(), store.clone());
    let enter = move |connection: &mut Connection| {
        // Somebody else's account may have been behind it; whether it was is seen once this one's is known.
        let was_given = grant_in(&unsealing, connection).is_some();
        let soon = now.checked_add(LEARNED).unwrap_or(now);
        let ended = was_given.then(|| farewell(connection, soon)).flatten();
        connection.status = ConnectionStatus::Connected;
        connection.credentials = Some(entered);
        connection.external_account_id = given.account;
        connection.external_account_name = None;
        connection.problem = None;
        connection.expires_at = ends;
        connection.connected_at = Some(now);
        ended
    };
    if let Some(id) = &waiting.connection {
        let before = store.connection(org.id(), id).await.ok().flatten();
        // While there is something to ask with: the former account is to post no more.
        let leaving = match &before {
            Some(before) if is_alive(store, before) => {
                Some(app.calls.connection_leaves(before).await)
            }
            _ => None,
        };
        let changed = store.change_connection(org.id(), id, enter, by, now).await;
        app.calls.connections().forget(id);
        let Some(changed) = changed.map_err(|_| DISK)? else {
            let never = Connection::new(org.id().clone(), waiting.provider.as_str(), now);
            unused(store, Connection { credentials: Some(sealed), ..never }).await;
            leaving.into_iter().for_each(Leaving::gone);
            return Err("The connection was removed in the meantime.");
        };
        drop(leaving);
        let was_wrong = before.is_some_and(|before| before.status == ConnectionStatus::Error);
        app.calls.connection_checked(&changed, true, was_wrong);
        app.calls.connection_changed(&changed);
        return Ok(changed);
    }
    let mut connection = Connection::new(org.id().clone(), waiting.provider.as_str(), now);
    enter(&mut connection);
    store.put_connection(connection.clone(), by, now).await.map_err(|_| DISK)?;
    // The connection stands; which one is the default can be chosen by hand.
    let chosen = connections::in_place_of_builtin(app, &waiting.who, org, &connection).await;
    if chosen.is_err() {
        tracing::warn!(connection.id = %connection.id, "a new connection is not the default");
    }
    app.calls.connection_changed(&connection);
    Ok(connection)
}

/// Whether a connection's account can still be asked for something.
fn is_alive(store: &Store, connection: &Connection) -> bool {
    connection.status == ConnectionStatus::Connected && grant_in(store, connection).is_some()
}

/// A grant that came too late is taken back.
async fn unused(store: &Store, connection: Connection) {
    let Some(job) = farewell(&connection, connection.created_at) else { return };
    if let Err(error) = store.put_job(job).await {
        tracing::warn!(%error, "a grant that nobody will use could not be taken back");
    }
}
