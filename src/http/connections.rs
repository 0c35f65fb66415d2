//! Connections of an org to booking providers: made, read, changed, tried, removed. Credentials go
//! in and never come out.

mod check;
mod default;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_actors::{Health, OrgEntry};
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus, Role, Sealed};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::access::{Of, role};
use super::app::App;
use super::error::ApiError;
use super::extract::{Body, Path, Query};
use super::identity::Principal;
use super::lists::{PageQuery, listing, part};
use crate::providers::{CREDENTIALS_FIELD, Wrong};

pub(super) use check::check;

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
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let connections = app.calls.store().connections(org.id()).await?;
    let connections = part(connections, &page.page()?, |connection| connection.id.to_string())?;
    Ok(listing(connections, |connection| view(&org, connection)))
}

pub(super) async fn get(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(view(&org, &find(&app, &org, &connection).await?)))
}

pub(super) async fn create(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Body(new): Body<NewConnection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
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
    if !app.calls.connections().can_use(&connection) {
        return Err(ApiError::invalid("provider", &not_available(&app, &connection.provider)));
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
    app.calls.store().put_connection(connection.clone(), &who.name, now).await?;
    let org = default::in_place_of_builtin(&app, &who, org, &connection).await?;
    Ok((StatusCode::CREATED, Json(view(&org, &connection))))
}

pub(super) async fn patch(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
    body: Result<Body<ConnectionPatch>, ApiError>,
) -> Result<Json<Value>, ApiError> {
    let mut connection = find(&app, &org, &connection).await?;
    let Body(patch) = body?;
    if let Some(credentials) = patch.credentials {
        let credentials = credentials.map(|given| sealed(&app, &connection, given)).transpose()?;
        connection.credentials = credentials;
        // Whose account the new ones open is not known, nor that they are refused.
        connection.external_account_id = None;
        connection.external_account_name = None;
        connection.connected_at = None;
        if connection.status == ConnectionStatus::Error {
            connection.status = ConnectionStatus::Connected;
        }
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
    app.parts.entry.options(&connection.provider, &connection.options).map_err(wrong)?;
    put(&app, &who, &connection).await?;
    Ok(Json(view(&org, &connection)))
}

pub(super) async fn delete(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<StatusCode, ApiError> {
    let connection = find(&app, &org, &connection).await?;
    let now = app.calls.clock().now();
    app.calls.orgs().delete_connection(org.id(), &connection.id, &who.name, now).await?;
    app.calls.connections().forget(&connection.id);
    Ok(StatusCode::NO_CONTENT)
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

fn not_available(app: &App, provider: &str) -> String {
    let names: Vec<String> =
        app.parts.entry.names().iter().map(|name| format!("`{name}`")).collect();
    let there_is = format!("available are `{BUILTIN}` and {}", names.join(", "));
    if VENDORS.contains(&provider) {
        format!("{provider} is not available in this version; {there_is}")
    } else {
        format!("is no provider; {there_is}")
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
