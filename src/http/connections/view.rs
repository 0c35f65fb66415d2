//! A connection as operators see it: everything but its credentials.

use hookswitch_actors::{OrgEntry, connection_warning, grant_in};
use hookswitch_storage::Connection;
use serde_json::{Value, json};

use super::super::app::App;
use super::super::oauth::start_path;

/// The option that signs a provider's posts where an operator set them up there; as good as a password.
const WEBHOOK_SECRET: &str = "webhook_secret";

pub(super) fn view(app: &App, org: &OrgEntry, connection: &Connection) -> Value {
    let mut options = connection.options.clone();
    let has_webhook_secret = options.remove(WEBHOOK_SECRET).is_some();
    let is_posted_to = app.parts.notices.are_expected(connection);
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
        "expires_at": connection.expires_at,
        "warning": connection_warning(connection, app.calls.clock().now()),
        "reconnect_url": reconnect_url(app, connection),
        "created_at": connection.created_at,
        "options": options,
        "webhook_url": is_posted_to.then(|| app.calls.notice_url(connection)).flatten(),
        "has_webhook_secret": has_webhook_secret,
        "default": org.settings().default_connection.as_ref() == Some(&connection.id),
    })
}

/// Where a connection is connected again in a browser; `None` where that is not the way.
pub(in crate::http) fn reconnect_url(app: &App, connection: &Connection) -> Option<String> {
    let oauth = &app.parts.oauth;
    oauth.title(&connection.provider)?;
    // A server that is registered there no longer says so behind the link.
    let was_made_so = || grant_in(app.calls.store(), connection).is_some();
    (oauth.is_set_up(&connection.provider) || was_made_so())
        .then(|| app.public(&start_path(connection)))
}
