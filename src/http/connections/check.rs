//! Trying a connection: who is behind it and whether it answers. Changes nothing at the provider; what
//! it learns is kept with the connection.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use hookswitch_actors::ports::{ProviderAccount, ProviderError, SlotQuery};
use hookswitch_actors::{Health, OrgEntry, ProviderHandle, REFUSED, to_its_end};
use hookswitch_storage::{Connection, ConnectionId, ConnectionStatus};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::access::{Of, role};
use super::super::app::App;
use super::super::error::ApiError;
use super::super::extract::Path;
use super::super::health::quota;
use super::view::reconnect_url;
use super::{breaker, find, is_right_again};

/// Asks the provider for its account and for the free slots of today, and says how that went. A provider that refuses
/// the credentials puts the connection into the state `error`, one that answers takes it out.
pub(in crate::http) async fn check(
    Of { org, who, .. }: Of<role::Org>,
    State(app): State<App>,
    Path([connection]): Path<1>,
) -> Result<Json<Value>, ApiError> {
    let connection = find(&app, &org, &connection).await?;
    let started = Instant::now();
    let (account, outcome) = ask(&app, &org, &connection.id, started).await;
    let standing = app.calls.connections().condition(&connection.id).await.unwrap_or_default();
    let is_left_alone = standing.health != Health::Closed
        && matches!(outcome, Err(ProviderError::Unavailable { .. }));
    let outcome = match outcome {
        // It was not asked, because of what it said before.
        Err(_) if is_left_alone && connection.status == ConnectionStatus::Error => {
            Err(ProviderError::Reconnect)
        }
        outcome => outcome,
    };
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (learned, verdict) = (account.clone(), outcome.clone());
    let now = app.calls.clock().now();
    let learn = move |connection: &mut Connection| {
        learn(connection, learned, &verdict, now);
        None
    };
    let before = connection.clone();
    let (calls, answered) = (app.calls.clone(), outcome.clone());
    let connection = to_its_end(async move {
        let (org, id) = (org.id(), &before.id);
        let learned = calls.store().change_connection(org, id, learn, &who.name, now).await?;
        let connection = learned.ok_or_else(|| ApiError::not_found("connection"))?;
        let turned = connection.status != before.status;
        match answered {
            Ok(()) => calls.connection_checked(&connection, true, turned),
            Err(ProviderError::Reconnect) => calls.connection_checked(&connection, false, turned),
            // That the rest fails need not be the provider's doing; the background finds out.
            Err(_) => {}
        }
        if turned {
            calls.connections().forget(id);
            calls.connection_changed(&connection);
        }
        Ok::<_, ApiError>(connection)
    })
    .await?;
    Ok(Json(json!({
        "connection_id": connection.id,
        "ok": outcome.is_ok(),
        "status": connection.status,
        "account": connection.external_account_name,
        "breaker": breaker(standing.health),
        "quota": quota(&standing),
        "duration_ms": took,
        "problem": outcome.as_ref().err().map(ToString::to_string),
        "hint": outcome.as_ref().err().map(|error| remedy(&app, &connection, error)),
    })))
}

/// What a check teaches about a connection as it stands by now.
fn learn(
    connection: &mut Connection,
    account: Option<ProviderAccount>,
    outcome: &Result<(), ProviderError>,
    now: Timestamp,
) {
    if let Some(account) = account {
        connection.external_account_id = account.id;
        connection.external_account_name = Some(account.name);
    }
    match outcome {
        Ok(()) => {
            let was_wrong = connection.status == ConnectionStatus::Error;
            if connection.connected_at.is_none() || was_wrong {
                connection.connected_at = Some(now);
            }
            // A warning of an end that is still to come stays.
            if was_wrong {
                is_right_again(connection);
            }
        }
        Err(ProviderError::Reconnect) if connection.status == ConnectionStatus::Connected => {
            connection.status = ConnectionStatus::Error;
            connection.problem.get_or_insert_with(|| REFUSED.to_owned());
        }
        Err(_) => {}
    }
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
        // Free slots may be public; that the key is wrong or does not suffice shows only here.
        Err(error @ (ProviderError::Reconnect | ProviderError::NeedsHuman(_))) => {
            (None, Err(error))
        }
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
    provider.availability_now(query, deadline).await.map(|_| ())
}

pub(in crate::http) fn remedy(app: &App, connection: &Connection, error: &ProviderError) -> String {
    match error {
        ProviderError::Reconnect => {
            let anew = app.parts.entry.new_credentials(&connection.provider);
            let anew = anew.unwrap_or("enter new credentials");
            match reconnect_url(app, connection) {
                Some(url) => format!(
                    "connect again: open {url} where you are signed in, or run `hookswitch \
                     connection reauth {}`; or {anew}, with PATCH",
                    connection.id
                ),
                None => format!("{anew}, with PATCH"),
            }
        }
        ProviderError::NeedsHuman(_) => {
            "do as the problem says, at the provider or in the connection's options, then check again"
                .into()
        }
        ProviderError::MissingInput { .. } => {
            "correct the connection's options or the org's settings".into()
        }
        _ => "try again in a minute; if it stays so, look at the provider's status page".into(),
    }
}
