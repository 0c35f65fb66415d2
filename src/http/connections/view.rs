//! A connection as operators see it: everything but its credentials.

use hookswitch_actors::OrgEntry;
use hookswitch_storage::{Connection, ConnectionStatus};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::app::App;
use super::super::oauth::start_path;

/// The option that signs a provider's posts where an operator set them up there; as good as a password.
const WEBHOOK_SECRET: &str = "webhook_secret";

/// From when on an end that nothing but connecting again can put off is warned of.
const WARNED_AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

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
        "warning": warning(connection, app.calls.clock().now()),
        "reconnect_url": reconnect_url(app, connection),
        "created_at": connection.created_at,
        "options": options,
        "webhook_url": is_posted_to.then(|| app.calls.notice_url(connection)).flatten(),
        "has_webhook_secret": has_webhook_secret,
        "default": org.settings().default_connection.as_ref() == Some(&connection.id),
    })
}

/// Where a connection is connected again in a browser; `None` where that is not the way.
pub(super) fn reconnect_url(app: &App, connection: &Connection) -> Option<String> {
    app.parts.oauth.title(&connection.provider)?;
    Some(app.public(&start_path(connection)))
}

/// What an operator should see to, if anything.
fn warning(connection: &Connection, now: Timestamp) -> Option<String> {
    if connection.status == ConnectionStatus::Disconnected {
        return None;
    }
    let until = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    match (&connection.problem, connection.expires_at) {
        (Some(problem), Some(at)) if at > now => {
            Some(format!("{problem}; calls go on until {}", until(at)))
        }
        (Some(problem), _) => Some(problem.clone()),
        (None, Some(at)) if at <= now => {
            Some("the access to the account has ended; connect again".to_owned())
        }
        (None, Some(at)) if at.duration_since(now) <= WARNED_AHEAD => {
            Some(format!("the access to the account ends on {}; connect again before", until(at)))
        }
        (None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_end_is_warned_of_a_week_ahead_and_not_before() {
        let now: Timestamp = "2026-09-22T14:30:00Z".parse().unwrap();
        let org = hookswitch_storage::OrgId::random();
        let ends = |text: &str| {
            let expires_at = Some(text.parse().unwrap());
            let connection =
                Connection { expires_at, ..Connection::new(org.clone(), "square", now) };
            warning(&connection, now)
        };
        assert_eq!(ends("2026-09-30T00:00:00Z"), None);
        let soon = ends("2026-09-29T00:00:00Z").unwrap();
        assert!(soon.contains("ends on 2026-09-29 00:00 UTC; connect again before"), "{soon}");
        assert!(ends("2026-09-22T14:30:00Z").unwrap().contains("has ended"));
    }
}
