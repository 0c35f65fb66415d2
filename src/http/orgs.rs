//! Orgs: create, read, change by merge patch, delete. Secrets are shown once, when they are made.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use hookswitch_actors::booking::BUILTIN;
use hookswitch_actors::tools::prompt;
use hookswitch_actors::{OrgEntry, to_its_end};
use hookswitch_storage::{
    Connection, ConnectionStatus, CreateOrg, Org, OrgId, PutSettings, Role, WebhookId,
};
use serde_json::{Value, json};

use super::access::{Of, Signed, role};
use super::app::App;
use super::claims;
use super::error::ApiError;
use super::extract::{self, Query};
use super::lists::{PageQuery, part};
use super::settings;
use crate::server::random_text;

/// How often a change is tried again when another one came first.
const TRIES: usize = 5;

fn view(app: &App, org: &OrgEntry, can_book: bool) -> Value {
    let mut view = settings::view(org.settings());
    let webhook_path = format!("/webhook/{}", org.org.webhook_id);
    view["id"] = json!(org.id());
    view["webhook_id"] = json!(org.org.webhook_id);
    view["webhook_url"] = json!(app.public(&webhook_path));
    view["created_at"] = json!(org.org.created_at);
    view["version"] = json!(org.org.version);
    view["instructions"] = json!(prompt::instructions(org.settings(), can_book));
    view
}

async fn shown(app: &App, org: &OrgEntry) -> Result<Value, ApiError> {
    let connections = app.calls.store().connections(org.id()).await?;
    let can_book = connections.iter().any(|c| c.status == ConnectionStatus::Connected);
    Ok(view(app, org, can_book))
}

pub(super) async fn list(
    signed: Signed<role::Any>,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Value>, ApiError> {
    let orgs = part(signed.orgs(&app), &page.page()?, |org| org.id().to_string())?;
    let mut items = Vec::with_capacity(orgs.items.len());
    for org in &orgs.items {
        items.push(shown(&app, org).await?);
    }
    Ok(Json(json!({"items": items, "next": orgs.next})))
}

pub(super) async fn get(
    Of { org, .. }: Of<role::Viewer>,
    State(app): State<App>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shown(&app, &org).await?))
}

fn object(body: Result<Bytes, BytesRejection>) -> Result<Value, ApiError> {
    extract::object(&body?)
}

/// Creates an org, open Monday to Friday from nine to five, with the built-in calendar connected.
pub(super) async fn create(
    Signed { who, .. }: Signed<role::Admin>,
    State(app): State<App>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let body = object(body)?;
    let now = app.calls.clock().now();
    let id = OrgId::random();
    let secret = format!("whs_{}", random_text(40));
    let may_own = app.parts.own_messages.is_some();
    let mut settings = settings::fresh(app.calls.store(), &id, &body, &secret, may_own)?;
    let too_early = "cannot be chosen before the org exists";
    if settings.default_connection.is_some() {
        return Err(ApiError::invalid("default_connection", too_early));
    }
    if let Some(place) = settings.services.iter().position(|one| !one.connections.is_empty()) {
        return Err(ApiError::invalid(&format!("services[{place}].connections"), too_early));
    }
    let connection = Connection {
        external_account_name: Some("Built-in calendar".into()),
        connected_at: Some(now),
        ..Connection::new(id.clone(), BUILTIN, now)
    };
    settings.default_connection = Some(connection.id.clone());
    let org = Org {
        id: id.clone(),
        webhook_id: WebhookId::random(),
        created_at: now,
        version: 1,
        settings,
    };
    match app.calls.orgs().create(org, vec![connection], &who.name, now).await? {
        CreateOrg::Created => {}
        CreateOrg::Conflict { field, .. } => return Err(taken(field)),
    }
    let org = app.calls.orgs().get(&id).ok_or_else(|| ApiError::not_found("org"))?;
    app.calls.directory_changed(&org);
    let mut view = view(&app, &org, true);
    if body.get("webhook_auth").is_none_or(Value::is_null) {
        view["webhook_secret"] = json!(secret);
    }
    Ok((StatusCode::CREATED, Json(view)))
}

fn taken(field: &str) -> ApiError {
    // Which org has it is none of the asker's business.
    ApiError::new(
        StatusCode::CONFLICT,
        "already_used",
        format!("`{field}`: a value is used by another org"),
        "each number, number id and assistant belongs to one org",
    )
}

/// Of an id that is none of the org's connections.
const NO_CONNECTION: &str =
    "is no connection of this org; `GET /api/orgs/{org}/connections` lists them";

pub(super) async fn patch(
    Of { mut org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let body = object(body)?;
    let may_own = who.role == Role::Admin && app.parts.own_messages.is_some();
    for _ in 0..TRIES {
        let (changed, fields) = settings::patched(app.calls.store(), &org, &body, may_own)?;
        if fields.is_empty() {
            return Ok(Json(shown(&app, &org).await?));
        }
        claims::settings(&app, &who, org.settings(), &changed)?;
        for (place, service) in changed.services.iter().enumerate() {
            for connection in &service.connections {
                if app.calls.store().connection(org.id(), connection).await?.is_none() {
                    let field = format!("services[{place}].connections");
                    return Err(ApiError::invalid(&field, NO_CONNECTION));
                }
            }
        }
        if let Some(connection) = &changed.default_connection
            && app.calls.store().connection(org.id(), connection).await?.is_none()
        {
            return Err(ApiError::invalid("default_connection", NO_CONNECTION));
        }
        let now = app.calls.clock().now();
        let orgs = app.calls.orgs();
        match orgs.save(org.id(), org.org.version, changed, fields, &who.name, now).await? {
            PutSettings::Saved(_) => {
                let id = org.id().clone();
                let org = orgs.get(&id).ok_or_else(|| ApiError::not_found("org"))?;
                app.calls.directory_changed(&org);
                app.calls.assistants_may_differ();
                return Ok(Json(shown(&app, &org).await?));
            }
            PutSettings::NotFound => return Err(ApiError::not_found("org")),
            PutSettings::Conflict { field, .. } => return Err(taken(field)),
            // Another change came first: this one is made again on top of it.
            PutSettings::Stale(_) => {
                let id = org.id().clone();
                tokio::task::yield_now().await;
                org = orgs.get(&id).ok_or_else(|| ApiError::not_found("org"))?;
            }
        }
    }
    Err(ApiError::new(
        StatusCode::CONFLICT,
        "changed_meanwhile",
        "the settings were changed by others at the same time",
        "read them and send the change again",
    ))
}

pub(super) async fn delete(
    Of { org, who, .. }: Of<role::Admin>,
    State(app): State<App>,
) -> Result<StatusCode, ApiError> {
    let now = app.calls.clock().now();
    // Calls of an org that is gone are ended, whether or not anybody waits for that.
    to_its_end(async move {
        app.calls.delete_org(org.id(), &who.name, now).await?;
        app.calls.directories().forget(org.id());
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
