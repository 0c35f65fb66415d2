//! Connections of an org to booking providers: made, read, changed, tried, removed. Credentials go
//! in and never come out.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_actors::ports::{ProviderError, SlotQuery};
use hookswitch_actors::{Health, OrgEntry};
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::app::App;
use super::error::ApiError;
use super::extract::Path;
use super::identity::Principal;
use super::orgs::reachable;

/// Field name under which credentials are sealed.
const CREDENTIALS_FIELD: &str = "connection.credentials";

/// The vendors that the contract names; those without an adapter are not available yet.
pub(super) const VENDORS: [&str; 6] =
    ["calcom", "calendly", "square", "opentable", "acuity", "google"];

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

/// Tells a `null` from a field that is not there.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

pub(super) async fn list(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    let connections = app.calls.store().connections(org.id()).await?;
    let items: Vec<Value> = connections.iter().map(|connection| view(&org, connection)).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

pub(super) async fn get(
    who: Principal,
    State(app): State<App>,
    Path((org, connection)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Viewer, &org)?;
    Ok(Json(view(&org, &find(&app, &org, &connection).await?)))
}

pub(super) async fn create(
    who: Principal,
    State(app): State<App>,
    Path(org): Path<String>,
    body: Result<Json<NewConnection>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    let Json(new) = body?;
    let now = app.calls.clock().now();
    let mut connection = Connection {
        id: ConnectionId::random(),
        org: org.id().clone(),
        provider: new.provider.trim().to_lowercase(),
        status: ConnectionStatus::Connected,
        credentials: None,
        external_account_id: None,
        external_account_name: None,
        sync_enabled: true,
        last_sync_at: None,
        connected_at: None,
        created_at: now,
        options: new.options,
    };
    connection.credentials = sealed(&app, &connection, new.credentials)?;
    if !app.calls.connections().can_use(&connection) {
        return Err(ApiError::invalid("provider", &not_available(&connection.provider)));
    }
    if connection.provider == BUILTIN {
        connection.external_account_name = Some("Built-in calendar".into());
        connection.connected_at = Some(now);
    }
    app.calls.store().put_connection(connection.clone(), &who.name, now).await?;
    Ok((StatusCode::CREATED, Json(view(&org, &connection))))
}

pub(super) async fn patch(
    who: Principal,
    State(app): State<App>,
    Path((org, connection)): Path<(String, String)>,
    body: Result<Json<ConnectionPatch>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    let mut connection = find(&app, &org, &connection).await?;
    let Json(patch) = body?;
    if let Some(credentials) = patch.credentials {
        connection.credentials = sealed(&app, &connection, credentials)?;
    }
    for (name, value) in patch.options.unwrap_or_default() {
        if value.is_null() {
            connection.options.remove(&name);
        } else {
            connection.options.insert(name, value);
        }
    }
    match patch.status {
        Some(ConnectionStatus::Error) => {
            return Err(ApiError::invalid("status", "must be `connected` or `disconnected`"));
        }
        Some(status) => connection.status = status,
        None => {}
    }
    connection.sync_enabled = patch.sync_enabled.unwrap_or(connection.sync_enabled);
    put(&app, &who, &connection).await?;
    Ok(Json(view(&org, &connection)))
}

pub(super) async fn delete(
    who: Principal,
    State(app): State<App>,
    Path((org, connection)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    let connection = find(&app, &org, &connection).await?;
    let now = app.calls.clock().now();
    app.calls.orgs().delete_connection(org.id(), &connection.id, &who.name, now).await?;
    app.calls.connections().forget(&connection.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the provider for the free slots of today and says how that went. A provider that refuses
/// the credentials puts the connection into the state `error`, one that answers takes it out.
pub(super) async fn check(
    who: Principal,
    State(app): State<App>,
    Path((org, connection)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let org = reachable(&app, &who, Role::Org, &org)?;
    let mut connection = find(&app, &org, &connection).await?;
    let started = Instant::now();
    let outcome = ask(&app, &org, &connection.id, started).await;
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = match (&outcome, connection.status) {
        (_, ConnectionStatus::Disconnected) => ConnectionStatus::Disconnected,
        (Ok(()), _) => ConnectionStatus::Connected,
        (Err(ProviderError::Reconnect), _) => ConnectionStatus::Error,
        (Err(_), status) => status,
    };
    if status != connection.status {
        connection.status = status;
        if outcome.is_ok() {
            connection.connected_at = Some(app.calls.clock().now());
        }
        put(&app, &who, &connection).await?;
    }
    let health = app.calls.connections().health(&connection.id).await;
    Ok(Json(json!({
        "connection_id": connection.id,
        "ok": outcome.is_ok(),
        "status": connection.status,
        "breaker": breaker(health),
        "duration_ms": took,
        "problem": outcome.as_ref().err().map(ToString::to_string),
        "hint": outcome.as_ref().err().map(remedy),
    })))
}

async fn ask(
    app: &App,
    org: &Arc<OrgEntry>,
    connection: &ConnectionId,
    started: Instant,
) -> Result<(), ProviderError> {
    let provider = app.calls.connections().get(org.id(), connection).await?;
    let service = org.service(None).cloned();
    let service =
        service.ok_or_else(|| ProviderError::NeedsHuman("the org has no service".into()))?;
    let now = app.calls.clock().now();
    let today = now.to_zoned(org.zone.clone()).date();
    let query = SlotQuery {
        org: Arc::clone(&org.org),
        service,
        zone: org.zone.clone(),
        from: today,
        to: today,
        ignore: None,
        now,
    };
    provider.availability(query, started + app.parts.tool_deadline).await.map(|_| ())
}

fn remedy(error: &ProviderError) -> &'static str {
    match error {
        ProviderError::Reconnect => "give new credentials with PATCH",
        ProviderError::NeedsHuman(_) | ProviderError::MissingInput { .. } => {
            "correct the connection's options or the org's settings"
        }
        _ => "try again in a minute; if it stays so, look at the provider's status page",
    }
}

/// The breaker's state as the contract spells it.
pub(super) fn breaker(health: Health) -> &'static str {
    match health {
        Health::Closed => "closed",
        Health::Open => "open",
        Health::HalfOpen => "half_open",
    }
}

async fn find(app: &App, org: &OrgEntry, id: &str) -> Result<Connection, ApiError> {
    let id: ConnectionId = id.parse().map_err(|_| ApiError::not_found("connection"))?;
    let found = app.calls.store().connection(org.id(), &id).await?;
    found.ok_or_else(|| ApiError::not_found("connection"))
}

/// Writes a connection and lets the next request find it as it is now.
async fn put(app: &App, who: &Principal, connection: &Connection) -> Result<(), ApiError> {
    let now = app.calls.clock().now();
    app.calls.store().put_connection(connection.clone(), &who.name, now).await?;
    app.calls.connections().forget(&connection.id);
    Ok(())
}

fn sealed(
    app: &App,
    connection: &Connection,
    credentials: Option<Map<String, Value>>,
) -> Result<Option<hookswitch_storage::Sealed>, ApiError> {
    let Some(credentials) = credentials else { return Ok(None) };
    if connection.provider == BUILTIN {
        let problem = "the built-in calendar needs none; leave them out";
        return Err(ApiError::invalid("credentials", problem));
    }
    let text = Value::Object(credentials).to_string();
    Ok(Some(app.calls.store().seal(&connection.org, CREDENTIALS_FIELD, text.as_bytes())))
}

fn not_available(provider: &str) -> String {
    if VENDORS.contains(&provider) {
        format!("{provider} is not available in this version; available is `builtin`")
    } else {
        "is no provider; available is `builtin`".to_owned()
    }
}

fn view(org: &OrgEntry, connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "provider": connection.provider,
        "status": connection.status,
        "has_credentials": connection.credentials.is_some(),
        "external_account_id": connection.external_account_id,
        "external_account_name": connection.external_account_name,
        "sync_enabled": connection.sync_enabled,
        "last_sync_at": connection.last_sync_at,
        "connected_at": connection.connected_at,
        "created_at": connection.created_at,
        "options": connection.options,
        "default": org.settings().default_connection.as_ref() == Some(&connection.id),
    })
}
