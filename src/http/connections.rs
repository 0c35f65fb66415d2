//! Connections of an org to booking providers: made, read, changed, tried, removed. Credentials go
//! in and never come out.

mod check;
mod default;
mod view;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_actors::{Health, Leaving, OrgEntry, farewell, grant_in, to_its_end};
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, Job, Role, Sealed};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{Body, Path, Query, given};
use super::identity::Principal;
use super::lists::{PageQuery, listing, part};
use crate::providers::{CREDENTIALS_FIELD, Wrong};

pub(super) use check::{check, remedy};
pub(in crate::http) use default::in_place_of_builtin;
pub(super) use view::reconnect_url;
use view::view;

/// A new connection.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConnection {
    /// The provider's name; `builtin` is the calendar that needs no account.
    provider: String,
    /// What the provider wants to see; never shown again.
    credentials: Option<Map<String, Value>>,
    /// Options of the provider's adapter.
    #[serde(default)]
    options: Map<String, Value>,
}

/// A change of a connection; what is absent stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionPatch {
    /// New credentials; `null` removes them.
    #[serde(default, deserialize_with = "given")]
    credentials: Option<Option<Map<String, Value>>>,
    /// Options to change; an option that is `null` is removed.
    options: Option<Map<String, Value>>,
    /// `disconnected` switches the connection off, `connected` on again.
    #[serde(default)]
    #[schemars(schema_with = "switch_schema")]
    status: Option<ConnectionStatus>,
    /// Whether changes are exchanged with the provider.
    sync_enabled: Option<bool>,
}

fn switch_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"enum": ["connected", "disconnected", null]})
}

pub(super) async fn list(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let connections = app.calls.store().connections(org.id()).await?;
    let connections = part(connections, &page.page()?, |connection| connection.id.to_string())?;
    Ok(listing(connections, |connection| view(&app, &org, connection)))
}

pub(super) async fn get(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(view(&app, &org, &find(&app, &org, &connection).await?)))
}

pub(super) async fn create(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Body(new): Body<NewConnection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let now = app.calls.clock().now();
    let provider = new.provider.trim().to_lowercase();
    let mut connection =
        Connection { options: new.options, ..Connection::new(org.id().clone(), provider, now) };
    if !app.calls.connections().can_use(&connection) {
        return Err(ApiError::invalid("provider", &not_available(&app)));
    }
    connection.credentials = match new.credentials {
        Some(given) => Some(sealed(&app, &connection, given)?),
        None => {
            let entry = &app.parts.entry;
            let kept = entry.without_credentials(&connection.provider, who.role == Role::Admin);
            kept.map_err(wrong)?.map(|kept| seal(&app, &connection, kept))
        }
    };
    app.parts.entry.options(&connection.provider, &connection.options).map_err(wrong)?;
    if connection.provider == BUILTIN {
        connection.external_account_name = Some("Built-in calendar".into());
        connection.connected_at = Some(now);
    }
    to_its_end(async move {
        app.calls.store().put_connection(connection.clone(), &who.name, now).await?;
        let org = in_place_of_builtin(&app, &who, org, &connection).await?;
        app.calls.connection_changed(&connection);
        Ok((StatusCode::CREATED, Json(view(&app, &org, &connection))))
    })
    .await
}

pub(super) async fn patch(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
    body: Result<Body<ConnectionPatch>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let connection = find(&app, &org, &connection).await?;
    let Body(patch) = body?;
    let entered = match patch.credentials {
        Some(given) => Some(given.map(|given| sealed(&app, &connection, given)).transpose()?),
        None => None,
    };
    if patch.status == Some(ConnectionStatus::Error) {
        return Err(ApiError::invalid("status", "must be `connected` or `disconnected`"));
    }
    let options = patch.options.unwrap_or_default();
    let merged = merged(connection.options.clone(), &options);
    app.parts.entry.options(&connection.provider, &merged).map_err(wrong)?;
    if who.role != Role::Admin && entered.is_none() {
        let (store, entry) = (app.calls.store(), &app.parts.entry);
        entry.change_by_org(store, &connection, &merged).map_err(wrong)?;
    }
    let (status, sync_enabled) = (patch.status, patch.sync_enabled);
    let now = app.calls.clock().now();
    // What was given in a browser is taken back when it ends; other credentials are the operator's.
    let was_given = grant_in(app.calls.store(), &connection).is_some();
    let goes = status == Some(ConnectionStatus::Disconnected) || entered.is_some();
    let leaving = match was_given && goes {
        // While there is something to ask with: the provider is to post no more.
        true => Some(app.calls.connection_leaves(&connection).await),
        false => None,
    };
    let change = move |connection: &mut Connection| {
        let before = connection.clone();
        if let Some(credentials) = entered {
            connection.credentials = credentials;
            // Whose account the new ones open is not known, nor that they are refused.
            connection.external_account_id = None;
            connection.external_account_name = None;
            connection.connected_at = None;
            connection.expires_at = None;
            is_right_again(connection);
        }
        connection.options = self::merged(std::mem::take(&mut connection.options), &options);
        if let Some(status) = status {
            connection.status = status;
            connection.problem = None;
        }
        connection.sync_enabled = sync_enabled.unwrap_or(connection.sync_enabled);
        let is_over = connection.status == ConnectionStatus::Disconnected
            || connection.credentials != before.credentials;
        if was_given && is_over {
            if connection.credentials == before.credentials {
                connection.credentials = None;
                connection.expires_at = None;
            }
            return farewell(&before, now);
        }
        None
    };
    let connection = changed(&app, &who, &org, &connection.id, leaving, change).await?;
    Ok(Json(view(&app, &org, &connection)))
}

fn merged(mut options: Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in patch {
        if value.is_null() {
            options.remove(name);
        } else {
            options.insert(name.clone(), value.clone());
        }
    }
    options
}

/// Nothing speaks against a connection any more.
pub(super) fn is_right_again(connection: &mut Connection) {
    connection.problem = None;
    if connection.status == ConnectionStatus::Error {
        connection.status = ConnectionStatus::Connected;
    }
}

pub(super) async fn delete(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<StatusCode, ApiError> {
    let connection = find(&app, &org, &connection).await?;
    let leaving = app.calls.connection_leaves(&connection).await;
    let now = app.calls.clock().now();
    let was_given = grant_in(app.calls.store(), &connection).is_some();
    let leaves = move |ended: &Connection| farewell(ended, now).filter(|_| was_given);
    to_its_end(async move {
        let (orgs, id) = (app.calls.orgs(), &connection.id);
        orgs.delete_connection(org.id(), id, leaves, &who.name, now).await?;
        leaving.gone();
        app.calls.connections().forget(id);
        app.calls.assistants_may_differ();
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// The breaker's state as the contract spells it.
pub(super) fn breaker(health: Health) -> &'static str {
    match health {
        Health::Closed => "closed",
        Health::Open => "open",
        Health::HalfOpen => "half_open",
    }
}

pub(super) async fn find(app: &App, org: &OrgEntry, id: &str) -> Result<Connection, ApiError> {
    let id: ConnectionId = id.parse().map_err(|_| ApiError::not_found("connection"))?;
    let found = app.calls.store().connection(org.id(), &id).await?;
    found.ok_or_else(|| ApiError::not_found("connection"))
}

/// Changes a connection as it stands and lets the next request find it as it is then. What was given back
/// for that (`leaving`) is asked for anew afterwards, if the connection is to have it.
async fn changed(
    app: &App,
    who: &Principal,
    org: &OrgEntry,
    id: &ConnectionId,
    leaving: Option<Leaving>,
    change: impl FnOnce(&mut Connection) -> Option<Job> + Send + 'static,
) -> Result<Connection, ApiError> {
    let (app, by, org, id) = (app.clone(), who.name.clone(), org.id().clone(), id.clone());
    to_its_end(async move {
        let (store, now) = (app.calls.store(), app.calls.clock().now());
        let changed = store.change_connection(&org, &id, change, &by, now).await?;
        app.calls.connections().forget(&id);
        let Some(changed) = changed else {
            leaving.into_iter().for_each(Leaving::gone);
            return Err(ApiError::not_found("connection"));
        };
        drop(leaving);
        app.calls.connection_changed(&changed);
        Ok(changed)
    })
    .await
}

/// Credentials that an operator gave, checked and sealed.
fn sealed(
    app: &App,
    connection: &Connection,
    given: Map<String, Value>,
) -> Result<Sealed, ApiError> {
    if connection.provider == BUILTIN {
        let problem = "the built-in calendar needs none; leave them out";
        return Err(ApiError::invalid("credentials", problem));
    }
    let kept = app.parts.entry.credentials(&connection.provider, given).map_err(wrong)?;
    Ok(seal(app, connection, kept))
}

fn seal(app: &App, connection: &Connection, credentials: Map<String, Value>) -> Sealed {
    let text = Value::Object(credentials).to_string();
    app.calls.store().seal(&connection.org, CREDENTIALS_FIELD, text.as_bytes())
}

fn wrong(wrong: Wrong) -> ApiError {
    ApiError::invalid(&wrong.field, &wrong.problem)
}

pub(super) fn not_available(app: &App) -> String {
    let names: Vec<String> =
        app.parts.entry.names().iter().map(|name| format!("`{name}`")).collect();
    format!("is no provider; available are `{BUILTIN}` and {}", names.join(", "))
}
