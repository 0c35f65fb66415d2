//! Trying a connection: who is behind it and whether it answers. Changes nothing at the provider; what
//! it learns is kept with the connection.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use hookswitch_actors::ports::{ProviderAccount, ProviderError, SlotQuery};
use hookswitch_actors::{OrgEntry, ProviderHandle};
use hookswitch_storage::{ConnectionId, ConnectionStatus};
use serde_json::{Value, json};

use super::super::access::{Of, role};
use super::super::app::App;
use super::super::error::ApiError;
use super::super::extract::Path;
use super::{breaker, find, put};

/// Asks the provider for its account and for the free slots of today, and says how that went. A provider that refuses
/// the credentials puts the connection into the state `error`, one that answers takes it out.
pub(in crate::http) async fn check(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    let mut connection = find(&app, &org, &connection).await?;
    let started = Instant::now();
    let (account, outcome) = ask(&app, &org, &connection.id, started).await;
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = match (&outcome, connection.status) {
        (_, ConnectionStatus::Disconnected) => ConnectionStatus::Disconnected,
        (Ok(()), _) => ConnectionStatus::Connected,
        (Err(ProviderError::Reconnect), _) => ConnectionStatus::Error,
        (Err(_), status) => status,
    };
    let before = connection.clone();
    connection.status = status;
    if let Some(account) = &account {
        connection.external_account_id = Some(account.id.clone());
        connection.external_account_name = Some(account.name.clone());
    }
    if connection != before || (outcome.is_ok() && before.connected_at.is_none()) {
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
        "account": connection.external_account_name,
        "breaker": breaker(health),
        "duration_ms": took,
        "problem": outcome.as_ref().err().map(ToString::to_string),
        "hint": outcome.as_ref().err().map(remedy),
    })))
}

/// The account, if there is one and it could be seen, and whether free slots can be had.
async fn ask(
    app: &App,
    org: &Arc<OrgEntry>,
    connection: &ConnectionId,
    started: Instant,
) -> (Option<ProviderAccount>, Result<(), ProviderError>) {
    let deadline = started + app.parts.tool_deadline;
    let provider = match app.calls.connections().get(org.id(), connection).await {
        Ok(provider) => provider,
        Err(error) => return (None, Err(error)),
    };
    let slots = slots(app, org, &provider, deadline).await;
    if slots.as_ref().is_err_and(ProviderError::is_outage) {
        return (None, slots);
    }
    match provider.account(deadline).await {
        Ok(account) => (account, slots),
        // Free slots may be public; that the key is wrong shows only here.
        Err(ProviderError::Reconnect) => (None, Err(ProviderError::Reconnect)),
        Err(_) => (None, slots),
    }
}

async fn slots(
    app: &App,
    org: &Arc<OrgEntry>,
    provider: &ProviderHandle,
    deadline: Instant,
) -> Result<(), ProviderError> {
    let service = org.service(None).cloned();
    let service =
        service.ok_or_else(|| ProviderError::NeedsHuman("the org has no service".into()))?;
    let now = app.calls.clock().now();
    let today = now.to_zoned(org.zone.clone()).date();
    let query = SlotQuery {
        org: Arc::clone(&org.org),
        service,
        places: 1,
        zone: org.zone.clone(),
        from: today,
        to: today,
        ignore: None,
        ignore_external: None,
        kept: Vec::new(),
        now,
    };
    provider.availability(query, deadline).await.map(|_| ())
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
